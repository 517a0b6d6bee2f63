"""The catalogues of all apps are one at run time: two translations of one text are refused before they meet."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kezhi.testing.catalogues import catalogue_file, disagreements

ROOT = Path(__file__).resolve().parents[2]


def package(folder: Path, name: str, entries: str) -> Path:
    file = catalogue_file(folder / name)
    file.parent.mkdir(parents=True)
    file.write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{entries}\n', encoding="utf-8")
    return folder / name


def test_two_translations_of_one_text_are_named_with_both_apps(tmp_path: Path) -> None:
    counts = package(tmp_path, "counts", 'msgid "Number"\nmsgstr "数量"')
    orders = package(tmp_path, "orders", 'msgid "Number"\nmsgstr "单号"')
    others = package(tmp_path, "others", 'msgid "Number"\nmsgstr "数量"')
    (said,) = disagreements([counts, orders, others])
    for part in ("'Number'", "counts, others: “数量”", "orders: “单号”", "pgettext"):
        assert part in said
    assert disagreements([counts, others]) == []
    assert disagreements([counts, orders, others], [others]) == [said]

    catalogue_file(orders).write_text(catalogue_file(counts).read_text(encoding="utf-8"), encoding="utf-8")
    assert disagreements([counts, orders, others]) == []


@pytest.mark.parametrize(
    "other",
    [
        'msgctxt "order"\nmsgid "Day"\nmsgstr "订单日"',  # a context is another text
        'msgid "Day"\nmsgid_plural "Days"\nmsgstr[0] "%(num)s 天"',  # looked up as a plural
        '#, fuzzy\nmsgid "Day"\nmsgstr "天"',  # not compiled
        'msgid "Day"\nmsgstr ""',  # refused elsewhere, as missing
    ],
)
def test_texts_that_do_not_meet_may_differ(tmp_path: Path, other: str) -> None:
    assert disagreements([package(tmp_path, "one", 'msgid "Day"\nmsgstr "日"'), package(tmp_path, "two", other)]) == []


def test_plurals_and_texts_of_one_context_meet(tmp_path: Path) -> None:
    plural = 'msgid "%(num)s line"\nmsgid_plural "{}"\nmsgstr[0] "%(num)s {}"'
    held = 'msgctxt "list"\nmsgid "Pages"\nmsgstr "{}"'
    one = package(tmp_path, "one", plural.format("%(num)s lines", "行") + "\n\n" + held.format("分页"))
    two = package(tmp_path, "two", plural.format("lines: %(num)s", "条") + "\n\n" + held.format("页面"))
    lines, pages = disagreements([one, two])
    assert all(part in lines for part in ("'%(num)s line'", "one: “%(num)s 行”", "two: “%(num)s 条”"))
    assert "'Pages' in the context 'list'" in pages


def test_the_tool_refuses_an_app_that_says_another_word_than_the_core(tmp_path: Path) -> None:
    app = package(tmp_path, "kezhi_other", 'msgid "Save"\nmsgstr "储存"')
    (app / "page.py").write_text('_("Save")\n', encoding="utf-8")
    command = [sys.executable, str(ROOT / "tools/catalogues.py"), "check", str(app)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "'Save' is translated in several ways" in done.stdout
    assert all(part in done.stdout for part in ("“保存”", "kezhi_other: “储存”"))
