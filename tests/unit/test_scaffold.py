"""``kezhi plugin new``: which names and titles it takes, and what it says about the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezhi import Refused
from kezhi.scaffold.render import project, render


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Visits", "lower-case letters and digits"),
        ("site_visits", "no hyphen or underscore"),
        ("site-visits", "no hyphen or underscore"),
        ("2visits", "the first one a letter"),
        ("v", "2 to 16"),
        ("abcdefghijklmnopq", "2 to 16"),
        ("métier", "lower-case letters"),
        ("../visits", "lower-case letters"),
        ("class", "word of Python"),
        ("true", "word of Python"),
        ("kezhi", "uses it itself"),
        ("settings", "uses it itself"),
        ("customers", "already"),
        ("trade", "already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(name: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        project(name)


@pytest.mark.parametrize("title", ['Say "hello"', "100%", "{{ title }}", "a\\b", "<b>", "x" * 41, "[[ name ]]"])
def test_a_title_that_would_end_a_text_is_refused(title: str) -> None:
    for titles in ((title, None), (None, title)):
        with pytest.raises(Refused, match="cannot be a title"):
            project("visits", *titles)


def test_titles_follow_from_the_name() -> None:
    assert (project("visits").title, project("visits").title_zh) == ("Visits", "Visits")
    assert project("visits", "Site  visits").title_zh == "Site visits"
    assert project("visits", None, "拜访").title_zh == "拜访"


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    made = project("visits")
    mine = tmp_path / "kezhi-visits/notes.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(Refused, match="exists already"):
        render(made, tmp_path)
    assert [path.name for path in mine.parent.iterdir()] == ["notes.txt"]


def test_no_placeholder_is_left(tmp_path: Path) -> None:
    folder = render(project("training", "Training", "培训"), tmp_path / "new")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        assert "NAME" not in str(path.relative_to(folder)), path
        text = path.read_text(encoding="utf-8")
        assert "[[ " not in text, path
        assert "[%" not in text, path
