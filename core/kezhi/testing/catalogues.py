"""Message catalogues: what a package's code and templates say, and what of it is not translated into Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

Key = tuple[str | None, str, bool]  #: context, English (of a plural the singular), whether it has a plural
Strings = tuple[str, ...]

#: folders below the kernel that have catalogues of their own
APART = ("builtin", "scaffold")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
MEND = 'the app loaded last wins, so say the same, use other English, or tell them apart by pgettext("context", …)'
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def extracted(package: Path) -> Catalog:
    """The msgids that stand in a package's code and templates."""
    catalogue = Catalog(locale="zh_Hans_CN", charset="utf-8")

    def wanted(folder: str) -> bool:
        inside = Path(folder).relative_to(package).parts
        return not (package.name == "kezhi" and inside and inside[0] in APART)

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
    """Where a package keeps its Chinese texts."""
    return package / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"


def stored(package: Path) -> Catalog:
    """The catalogue as it is; empty when there is none."""
    path = catalogue_file(package)
    return _parsed(path) if path.exists() else Catalog(locale="zh_Hans_CN", charset="utf-8")


def _parsed(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def problems(package: Path) -> list[str]:
    """What is missing, fuzzy, obsolete or has other placeholders; empty for a complete catalogue."""
    found = []
    catalogue = stored(package)
    for message in extracted(package):
        if not message.id:
            continue
        entry = catalogue.get(message.id, message.context)
        ids: Any = message.id if isinstance(message.id, tuple) else (message.id,)
        strings: Any = [] if entry is None else entry.string if isinstance(entry.string, tuple) else (entry.string,)
        if not strings or not all(strings) or (entry is not None and entry.fuzzy):
            found.append(f"no translation: {ids[0]!r}")
        elif any(set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(ids[-1])) for text in strings):
            found.append(f"placeholders differ: {ids[0]!r}")
    known = {(message.context, message.id) for message in extracted(package)}
    found += [f"obsolete: {each.id!r}" for each in catalogue if each.id and (each.context, each.id) not in known]
    return found


def disagreements(packages: Iterable[Path], chosen: Iterable[Path] | None = None) -> list[str]:
    """The texts that two of ``packages`` translate differently; only those of ``chosen`` ones, when given.

    At run time the catalogues of all apps are one, and of two translations the app loaded last wins on every page.
    """
    said: dict[Key, dict[Strings, list[str]]] = {}
    for package in packages:
        for key, strings in _said(package).items():
            said.setdefault(key, {}).setdefault(strings, []).append(package.name)
    wanted = None if chosen is None else {package.name for package in chosen}
    found = []
    for (context, text, _plural), ways in said.items():
        if len(ways) > 1 and (wanted is None or any(wanted.intersection(apps) for apps in ways.values())):
            words = "; ".join(f"{', '.join(apps)}: “{'/'.join(strings)}”" for strings, apps in ways.items())
            place = f" in the context {context!r}" if context else ""
            found.append(f"{text!r}{place} is translated in several ways ({words}): {MEND}")
    return found


def shipped() -> list[Path]:
    """The packages that every installation has: the kernel and the builtins."""
    kernel = Path(__file__).resolve().parents[1]
    return [kernel, *sorted(path.parent for path in (kernel / "builtin").glob("*/plugin.py"))]


def _said(package: Path) -> dict[Key, Strings]:
    path = catalogue_file(package)
    return _read(path, path.stat().st_mtime_ns) if path.exists() else {}


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int) -> dict[Key, Strings]:
    """What a catalogue says. A plural is looked up by its singular, but apart from texts without a plural."""
    found: dict[Key, Strings] = {}
    for message in _parsed(path):
        ids: Any = message.id if isinstance(message.id, tuple) else (message.id,)
        strings: Any = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and not message.fuzzy and all(strings):
            found[message.context, ids[0], isinstance(message.id, tuple)] = strings
    return found
