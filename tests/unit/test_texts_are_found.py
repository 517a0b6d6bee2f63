"""What is to be translated is found by the extractor, which looks inside of no f-string."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "pgettext", "lazy_pgettext", "npgettext"}


def hidden(source: str) -> Iterator[int]:
    """The lines on which a text is asked for inside of an f-string."""
    for joined in ast.walk(ast.parse(source)):
        if isinstance(joined, ast.JoinedStr):
            for call in ast.walk(joined):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in WORDS:
                    yield call.lineno


def test_a_text_inside_of_an_f_string_is_seen() -> None:
    assert list(hidden("a = f\"{_('Draft')} {b}\"")) == [1]
    assert list(hidden("a = _('Draft') + f'{b}'")) == []


def test_no_text_hides_in_an_f_string() -> None:
    files = [
        path for folder in ("core", "plugins") for path in (ROOT / folder).rglob("*.py") if "tests" not in path.parts
    ]
    assert [(str(path.relative_to(ROOT)), line) for path in files for line in hidden(path.read_text())] == []
