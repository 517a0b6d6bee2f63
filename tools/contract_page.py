"""Write the table of the public API into docs/authors/contracts.md; ``--check`` fails when it is out of date.

A name's line is the first sentence of its docstring, or of the ``#:`` comment above it.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import kezhi

PAGE = Path(__file__).resolve().parent.parent / "docs/authors/contracts.md"
KERNEL = Path(kezhi.__file__).parent
BEGIN, END = "<!-- names: written by tools/contract_page.py -->", "<!-- end of names -->"
#: what other libraries made and we only pass on
FOREIGN = {"lazy_gettext": "A text in the language of whoever reads it, looked up when it is shown."}


def lines() -> dict[str, str]:
    """Every public name with its line. Errors: ``LookupError`` for one that nothing is said about."""
    return {name: line_of(name) for name in sorted(kezhi.__all__, key=str.lower)}


def line_of(name: str) -> str:
    value = getattr(kezhi, name)
    own = inspect.isclass(value) or inspect.isfunction(value)
    text = FOREIGN.get(name) or (inspect.getdoc(value) or "" if own else comment(name) or inspect.getdoc(type(value)))
    if not text:
        raise LookupError(f"kezhi.{name} has neither docstring nor comment")
    plain = re.sub(r":\w+:`([^`]*)`", r"`\1`", " ".join(text.split("\n\n")[0].split())).replace("``", "`")
    return re.split(r"(?<=[.:]) (?=[A-Z])", plain)[0]


def comment(name: str) -> str:
    """The ``#:`` lines above a module-level assignment, wherever in the kernel it stands."""
    for path in sorted(KERNEL.glob("*.py")):
        found = re.search(rf"((?:^#:.*\n)+)^{name}\b[^=\n]*=", path.read_text(), re.MULTILINE)
        if found:
            return found[1].replace("#:", "").strip()
    return ""


def page(text: str) -> str:
    """The page with the present table."""
    rows = [f"| `{name}` | {line} |" for name, line in lines().items()]
    table = "\n".join(["| name | what |", "|---|---|", *rows])
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{rest.split(END)[1]}"


def main() -> int:
    present = PAGE.read_text()
    wanted = page(present)
    if "--check" in sys.argv:
        return int(present != wanted)
    PAGE.write_text(wanted)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
