"""Message catalogues: what a package's code and templates say, and what of it is not translated into Chinese."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

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
    "lazy_pgettext": ((1, "c"), 2),
}
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
    if not path.exists():
        return Catalog(locale="zh_Hans_CN", charset="utf-8")
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
    known = {message.id for message in extracted(package)}
    found += [f"obsolete: {message.id!r}" for message in catalogue if message.id and message.id not in known]
    return found
