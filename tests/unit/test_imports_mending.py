"""Bad cells are corrected where they stand, and the whole file is checked again (CUS-08)."""

from __future__ import annotations

import io
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezhi import Conflict, NotFound, Refused, User, acting_as, db, writing
from kezhi.builtin.customers import services as customers
from kezhi.builtin.imports import services
from kezhi.builtin.imports.models import Batch, Problem, Row
from kezhi.builtin.imports.suggesting import nearest

example = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("imports_example.py"))))
pytestmark = pytest.mark.services

MIXED = "code,name,amount,since\nA1,甲公司,x,2016-02-30\nA2,乙公司,x,\nA2,丙公司,1,\nA4,丁公司,2,\n"


@pytest.fixture
def plugin(app: Flask) -> Any:
    return example.install(app)


def staged(text: str, kind: str = "things") -> Batch:
    return services.stage(kind, text.encode(), "file.csv", ask=True)


def state(batch_id: int) -> tuple[Any, ...]:
    """Everything that the dry run says about a batch."""
    batch = services.batch_for(batch_id)
    rows = sa.select(Row.row, Row.data, Row.raw, Row.action, Row.bad).where(Row.batch_id == batch_id).order_by(Row.row)
    problems = sa.select(Problem.row, Problem.column, Problem.level, Problem.message)
    found = sorted(tuple(row) for row in db.session.execute(problems.where(Problem.batch_id == batch_id)))
    counts = (batch.rows, batch.created, batch.updated, batch.unchanged, batch.failed)
    answer = (counts, [tuple(row) for row in db.session.execute(rows)], found)
    db.session.rollback()
    return answer


CELL = st.sampled_from(
    ["", "A1", "A2", "12.50", "x", "2016-02-30", "2016-02-29", " 甲 ", "=1+1", "9.13301E+17", "FORBIDDEN"]
)
ROWS = st.lists(st.lists(CELL, min_size=4, max_size=4).filter(any), min_size=1, max_size=5)


@pytest.mark.clause("CUS-08")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, data=st.data())
def test_a_file_corrected_in_place_is_checked_like_the_corrected_file(app: Flask, rows: Any, data: Any) -> None:
    if "example" not in app.extensions:
        app.extensions["example"] = example.install(app)
        with writing() as session:
            session.execute(sa.insert(example.forbidden).values(code="FORBIDDEN"))
            session.execute(sa.insert(example.thing).values(code="A1", name="甲"))

    def text(of: list[list[str]]) -> str:
        return "\n".join(["code,name,amount,since", *(",".join(row) for row in of)])

    places = [(row, place) for row in range(len(rows)) for place in range(4)]
    changes = data.draw(st.dictionaries(st.sampled_from(places), CELL, max_size=6))
    after = [[changes.get((row, place), rows[row][place]) for place in range(4)] for row in range(len(rows))]
    if not all(any(cell.strip() for cell in row) for row in after):
        return  # a row emptied here stays a row; in a file it would not be one
    batch_id = staged(text(rows)).id
    typed = {(row + 2, place): value for (row, place), value in changes.items()}
    count = services.mend(batch_id, 1, typed)
    assert count == sum(rows[row][place] != value for (row, place), value in changes.items())
    assert state(batch_id) == state(staged(text(after)).id)


@pytest.mark.clause("CUS-08")
def test_a_form_that_shows_what_is_no_longer_so_changes_nothing(plugin: Any) -> None:
    batch_id = staged(MIXED).id
    assert services.batch_for(batch_id).failed == 3
    assert services.mend(batch_id, 1, {(2, 2): "5", (2, 3): "2016-02-29"}) == 2
    before = state(batch_id)
    with pytest.raises(Conflict):
        services.mend(batch_id, 1, {(3, 2): "7"})
    assert state(batch_id) == before
    assert services.batch_for(batch_id).revision == 2
    for cells in ({(9, 0): "x"}, {(3, 4): "x"}):  # no such row, no such column
        with pytest.raises(NotFound):
            services.mend(batch_id, 2, cells)
    with pytest.raises(Refused):
        services.mend(batch_id, 2, {(3, 2): "\0"})
    assert state(batch_id) == before
    assert services.mend(batch_id, 2, {(3, 2): "7", (4, 0): "A3"}) == 2
    assert services.batch_for(batch_id).failed == 0
    assert services.apply_batch(batch_id, False).created == 4
    with pytest.raises(Conflict):
        services.mend(batch_id, 3, {(3, 2): "8"})
    assert [row[:3] for row in example.things()][1] == ("A2", "乙公司", 700)


@pytest.mark.clause("CUS-08")
def test_one_correction_may_stand_for_all_rows_with_the_same_wrong_value(plugin: Any) -> None:
    text = "code,name,amount\n" + "".join(f"A{number},x,{'n/a' if number % 2 else number}\n" for number in range(40))
    batch_id = staged(text).id
    assert services.batch_for(batch_id).failed == 20
    assert services.mend(batch_id, 1, {(3, 2): "0"}, alike=True) == 20
    assert services.batch_for(batch_id).failed == 0
    batch_id = staged("code,name\nA1,x\nA1,y\nA1,z\n").id  # a value that may stand once is never spread
    assert services.mend(batch_id, 1, {(3, 0): "A2"}, alike=True) == 1


def test_mending_takes_the_same_statements_for_ten_rows_and_for_a_thousand(
    plugin: Any, statements: Callable[[], Any]
) -> None:
    counts = []
    for size in (10, 10, 1_000):
        rows = "".join(f"C{size}-{number},x,{'?' if number < 5 else 1}\n" for number in range(size))
        batch_id = staged(f"code,name,amount\n{rows}").id
        with statements() as counted:
            services.mend(batch_id, 1, {(row, 2): "1" for row in range(2, 7)})
        counts.append(len(counted.texts))
        services.discard(batch_id)
    assert counts[1] == counts[2]


# ── what would do ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_nearest_values_come_first_and_what_is_unlike_does_not_come() -> None:
    values = [("wang", "王小明"), ("liu-y", "刘洋"), ("chen", "陈思远")]
    assert nearest(["刘阳", "王小民", "ＬＩＵ－Ｙ", "", "zzz"], values) == {
        "刘阳": [("liu-y", "刘洋")],
        "王小民": [("wang", "王小明")],
        "ＬＩＵ－Ｙ": [("liu-y", "刘洋")],
        "zzz": [],
    }


@pytest.mark.clause("CUS-08")
def test_only_what_one_may_see_and_choose_is_suggested(
    app: Flask, add_person: Callable[..., User], statements: Callable[[], Any]
) -> None:
    mine = add_person("mine", "salesperson", name="刘洋")
    add_person("other", "salesperson", name="刘杨")
    may = mine.permissions | {"imports.use", "customers.import"}
    mine = replace(mine, permissions=frozenset(may))
    with writing():
        customers.create_customer({"name": "我的公司", "code": "KH-001", "owner_id": mine.id})
        customers.create_customer({"name": "别人的公司", "code": "KH-002"})
    with acting_as(mine):
        batch = staged("name,owner,business_type\n甲公司,刘阳,贸易公可\n", "customers")
        grid = services.grid(services.importer_for("customers"), batch, "error")
        found = dict(zip(grid.heads, grid.rows[0].cells, strict=True))
        assert (found["owner"].level, found["owner"].suggestions) == ("error", [("mine", "刘洋")])
        assert ("贸易公司", "贸易公司") in found["business_type"].suggestions
        batch = staged("customer_code,name\nKH-003,王工\nKH-00,李工\n", "contacts")
        with statements() as counted:
            grid = services.grid(services.importer_for("contacts"), batch, "error")
        assert [row.cells[0].suggestions for row in grid.rows] == [[("KH-001", "我的公司")]] * 2
        assert len([text for text in counted.texts if "UNION ALL" in text]) == 1
    batch = staged("customer_code,name\nKH-003,王工\n", "contacts")
    grid = services.grid(services.importer_for("contacts"), batch, "error")
    assert ("KH-002", "别人的公司") in grid.rows[0].cells[0].suggestions


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────


def uploaded(client: FlaskClient, text: str) -> str:
    answer = client.post("/imports", data={"kind": "things", "file": (io.BytesIO(text.encode()), "things.csv")})
    assert answer.status_code == 302, answer.text
    return answer.location


@pytest.mark.clause("CUS-08")
def test_red_cells_are_fields_of_a_form_and_nothing_typed_is_lost(
    plugin: Any, client_as: Callable[..., FlaskClient]
) -> None:
    clerk = client_as("order-clerk")
    address = uploaded(clerk, MIXED)
    page = clerk.get(address).text
    assert 'name="cell-2-3" value="2016-02-30"' in page
    assert 'name="cell-4-0" value="A2"' in page
    assert 'name="cell-2-0"' not in page  # it is right
    form = {"revision": "1", "show": "error", "cell-2-2": "5", "cell-2-3": "2016-02-29", "cell-3-2": "y"}
    mended = clerk.post(f"{address}/cells", data=form, follow_redirects=True).text
    assert "已更正 3 个单元格。 还有 2 行有错误。" in mended
    assert 'name="cell-3-2" value="y"' in mended
    stale = clerk.post(f"{address}/cells", data={**form, "cell-3-2": "88"})
    assert stale.status_code == 409
    assert "在另一个窗口中或由他人更改" in stale.text
    assert 'name="cell-3-2" value="88"' in stale.text
    assert 'name="revision" value="2"' in stale.text
    assert clerk.post(f"{address}/cells", data={"revision": "2", "cell-99-0": "x"}).status_code == 404
    assert clerk.post(f"{address}/cells", data={"revision": "x", "cell-3-2": "1"}).status_code == 409
    assert client_as("finance").post(f"{address}/cells", data={"revision": "2", "cell-3-2": "1"}).status_code == 404
    done = clerk.post(f"{address}/cells", data={"revision": "2", "cell-3-2": "88", "cell-4-0": "A3"},
                      follow_redirects=True).text  # fmt: skip
    assert "已没有错误的行" in done
    assert "导入 4 行" in done
    clerk.post(f"{address}/apply", data={"rows": "all"})
    assert len(example.things()) == 4


def test_warnings_have_a_view_of_their_own_and_long_files_are_looked_through_page_by_page(
    plugin: Any, client_as: Callable[..., FlaskClient]
) -> None:
    clerk = client_as("order-clerk")
    rows = "".join(f"A{number},x,{'?' if number < 60 else ''}\n" for number in range(62))
    address = uploaded(clerk, f"code,name,amount\n{rows}")
    first = clerk.get(address).text
    assert "show=warning" in first
    assert "after=51" in first
    assert 'name="cell-51-2"' in first
    assert 'name="cell-52-2"' not in first
    second = clerk.get(f"{address}?show=error&after=51").text
    assert 'name="cell-52-2"' in second
    assert 'name="cell-51-2"' not in second
    warnings = clerk.get(f"{address}?show=warning").text
    assert "no amount" in warnings
    assert clerk.get(f"{address}?show=x&after=x").status_code == 200
