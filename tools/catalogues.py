"""Keep the message catalogues: ``update`` extracts msgids into every package's zh_Hans_CN catalogue, ``compile`` makes
the ``.mo`` files, ``check`` fails on a missing, fuzzy or obsolete translation or a placeholder that differs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
KERNEL = ROOT / "core/kezhi"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "lazy_pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def packages() -> list[Path]:
    """Every package with a catalogue of its own: the kernel, each builtin, each plugin."""
    builtins = sorted(path.parent for path in (KERNEL / "builtin").glob("*/plugin.py"))
    plugins = sorted(path.parent for path in ROOT.glob("plugins/*/kezhi_*/plugin.py"))
    return [KERNEL, *builtins, *plugins]


def extracted(package: Path) -> Catalog:
    """The msgids that stand in a package's code and templates."""
    catalogue = Catalog(locale="zh_Hans_CN", charset="utf-8")

    def wanted(folder: str) -> bool:
        inside = Path(folder).relative_to(package).parts
        return not (package == KERNEL and inside and inside[0] in ("builtin", "scaffold"))

    for filename, line, message, comments, context in extract_from_dir(
        package,
        METHODS,
        keywords=KEYWORDS,
        directory_filter=wanted,
        options_map={
            "**/templates/**.html": {
                "newstyle_gettext": "true",
                "trimmed": "true",
                "extensions": "jinja2.ext.i18n,jinja2.ext.do",
            }
        },
    ):
        catalogue.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return catalogue


def catalogue_file(package: Path) -> Path:
    return package / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"


def stored(package: Path) -> Catalog:
    path = catalogue_file(package)
    if not path.exists():
        return Catalog(locale="zh_Hans_CN", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def update(package: Path) -> None:
    template, catalogue = extracted(package), stored(package)
    made = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date = made  # a new date would make every change of a text a conflict
    catalogue.obsolete.clear()
    path = catalogue_file(package)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=False, no_location=True, sort_output=True, ignore_obsolete=True, width=0)


def compile_(package: Path) -> None:
    path = catalogue_file(package)
    if path.exists():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, stored(package))


def problems(package: Path) -> list[str]:
    found = []
    catalogue = stored(package)
    for message in extracted(package):
        if not message.id:
            continue
        entry = catalogue.get(message.id, message.context)
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = [] if entry is None else entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if not strings or not all(strings) or (entry is not None and entry.fuzzy):
            found.append(f"no translation: {ids[0]!r}")
        elif any(set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(ids[-1])) for text in strings):
            found.append(f"placeholders differ: {ids[0]!r}")
    known = {message.id for message in extracted(package)}
    found += [f"obsolete: {message.id!r}" for message in catalogue if message.id and message.id not in known]
    return [f"{package.relative_to(ROOT)}: {text}" for text in found]


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else "check"
    chosen = [Path(name).resolve() for name in sys.argv[2:]] or packages()
    if command == "check":
        found = [text for package in chosen for text in problems(package)]
        print("\n".join(found) or "catalogues complete")
        return 1 if found else 0
    for package in chosen:
        {"update": update, "compile": compile_}[command](package)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
