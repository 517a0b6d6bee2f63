"""Keep the message catalogues: ``update`` extracts msgids into every package's zh_Hans_CN catalogue, ``compile`` makes
the ``.mo`` files, ``check`` fails on a missing, fuzzy or obsolete translation, a placeholder that differs, or a text
that two packages translate differently."""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from kezhi.testing.catalogues import catalogue_file, disagreements, extracted, problems, shipped, stored

ROOT = Path(__file__).resolve().parent.parent


def packages() -> list[Path]:
    """Every package with a catalogue of its own: the kernel, each builtin, each plugin."""
    return [*shipped(), *sorted(path.parent for path in ROOT.glob("plugins/*/kezhi_*/plugin.py"))]


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


def main() -> int:
    command = sys.argv[1] if len(sys.argv) > 1 else "check"
    chosen = [Path(name).resolve() for name in sys.argv[2:]] or packages()
    if command == "check":
        found = [f"{package.relative_to(ROOT)}: {text}" for package in chosen for text in problems(package)]
        found += disagreements(dict.fromkeys([*packages(), *chosen]), chosen)
        print("\n".join(found) or "catalogues complete")
        return 1 if found else 0
    for package in chosen:
        {"update": update, "compile": compile_}[command](package)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
