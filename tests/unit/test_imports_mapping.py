"""Which column fills which field, and what is said when that is not clear."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from kezhi import Refused
from kezhi.builtin.imports.contributions import Importer, ImportField
from kezhi.builtin.imports.mapping import Columns, match
from kezhi.i18n import lazy_gettext as _l

IMPORTER = Importer(
    kind="things",
    title="Things",
    permission="imports.use",
    fields=(
        ImportField("code", "Customer code", ("编号", "客户编号"), required=True),
        ImportField("file", _l("File")),  # a text of this builtin's catalogue: 文件
        ImportField("credit_code", "Credit code"),
    ),
    unique=("code",),
    check=lambda batch: None,
    apply=lambda batch: None,
)

pytestmark = pytest.mark.usefixtures("app")


def matched(*header: str, **wanted: str) -> Columns:
    return match(IMPORTER, header, wanted)


@pytest.mark.parametrize("name", ["code", "CODE", "Customer Code", "customer_code", "客户编号", " 编 号 "])
@pytest.mark.clause("CUS-08")
def test_a_column_is_known_by_key_label_or_alias(name: str) -> None:
    assert matched("x", name).fields == {"code": 1}


@pytest.mark.parametrize("name", ["File", "文件"])
@pytest.mark.parametrize("locale", ["en", "zh_Hans_CN"])
def test_labels_count_in_both_languages_whatever_the_users_is(name: str, locale: str) -> None:
    with force_locale(locale):
        assert matched("code", name).fields == {"code": 0, "file": 1}


def test_columns_without_a_field_are_ignored_and_listed() -> None:
    found = matched("code", "等级", "备用电话")
    found.refuse()
    assert found.ignored == ["等级", "备用电话"]


def test_a_map_names_the_column_of_a_field() -> None:
    found = matched("Nr", "code", code="Nr")
    found.refuse()
    assert found.fields == {"code": 0}
    assert found.ignored == ["code"]


def test_a_map_may_name_the_field_by_its_label_and_the_column_loosely() -> None:
    assert match(IMPORTER, ["Kunden Nr"], {"Customer code": "kunden_nr"}).fields == {"code": 0}


def test_a_field_can_be_left_out_on_purpose() -> None:
    assert matched("code", "credit code", credit_code="").ignored == ["credit code"]


@pytest.mark.parametrize(
    ("header", "wanted", "said"),
    [
        (["name"], {}, "“Customer code”.*--map code=COLUMN"),
        (["code"], {"colour": "code"}, "no field “colour”"),
        (["code"], {"code": "Nr"}, "no column “Nr”. Columns: code"),
        (["code", "编号"], {}, "Two columns.*code, 编号"),
    ],
)
def test_what_is_not_clear_is_refused(header: list[str], wanted: dict[str, str], said: str) -> None:
    with force_locale("en"), pytest.raises(Refused, match=said):
        match(IMPORTER, header, wanted).refuse()


def test_all_problems_come_at_once(app: Flask) -> None:
    with force_locale("en"):
        found = match(IMPORTER, ["x"], {"colour": "x", "file": "y"})
    assert len(found.problems) == 3
    assert not found.is_open  # a mistyped option is no question for the page


def test_two_columns_for_one_field_are_settled_by_a_map() -> None:
    found = matched("code", "编号", code="编号")
    found.refuse()
    assert (found.fields, found.ignored) == ({"code": 1}, ["code"])
