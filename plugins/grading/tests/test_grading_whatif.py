"""What-if: a scheme is tried on everybody before anybody signs it, and nothing of it is stored (GRD-12)."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event, func, select

from kezhi import Period, Refused, acting_as, db, writing
from kezhi.builtin.approvals.services import sign
from kezhi_grading import services
from kezhi_grading.models import CurrentGrade, EvidenceRow, Result, Run, SchemeVersion
from kezhi_grading.reading import read_scheme
from kezhi_grading.services.moves import movers
from kezhi_grading.services.queries import version_of
from kezhi_grading.services.whatif import against, try_scheme, would_move

START, END = date(1997, 1, 1), date(1997, 12, 31)
YEAR = Period(START, END)
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@pytest.fixture
def published(add_customer: Any, add_orders: Any, add_person: Any) -> dict[str, int]:
    """BIG is A, MID is B, NIL is C by the composite scheme."""
    ids = {code: add_customer(code) for code in ("BIG", "MID", "NIL")}
    add_orders(("BIG", "1997-11-03", "250000"), ("MID", "1997-05-06", "40000"), ("MID", "1997-09-06", "9000"))
    roles = ("data-analyst", "sales-director", "general-manager")
    analyst, director, manager = (add_person(role, role) for role in roles)
    with acting_as(analyst):
        with writing():
            number = services.run_scheme("composite-abc", START, END).number
        request = services.submit(number).id
    for person in (director, manager):
        with acting_as(person):
            sign(request, "")
    return ids


def stored() -> list[Any]:
    """Everything that grading keeps."""
    counts = [db.session.scalar(select(func.count()).select_from(m)) for m in (Run, Result, EvidenceRow, SchemeVersion)]
    current = select(CurrentGrade.customer_id, CurrentGrade.scheme_key, CurrentGrade.grade, CurrentGrade.run_id)
    return [*counts, *map(tuple, db.session.execute(current.order_by(CurrentGrade.customer_id)))]


def changed(old: str, new: str) -> Any:
    source = services.current_version("composite-abc").source
    assert old in source
    return read_scheme(source.replace(old, new), currency="CNY")


@pytest.mark.clause("GRD-12")
def test_a_lower_cut_off_shows_who_would_rise_with_counts_and_turnover_and_stores_nothing(
    app: Any, published: dict[str, int]
) -> None:
    kept = stored()
    scheme = changed("from = 80", "from = 75")
    found = try_scheme(scheme, YEAR, against(scheme))
    assert found.pairs == {("A", "A"): 1, ("B", "A"): 1, ("C", "C"): 1}
    assert (found.kinds, found.outside) == ({"up": 1, "same": 2}, 0)
    assert found.by(0, found.turnover) == {"A": 250_000_00, "B": 49_000_00, "C": 0}
    assert found.by(1, found.turnover) == {"A": 299_000_00, "C": 0}
    (mover,) = would_move(scheme, YEAR, against(scheme))
    assert (mover.code, mover.previous, mover.grade, mover.kind, mover.turnover) == ("MID", "B", "A", "up", 49_000_00)
    narrowed = would_move(scheme, YEAR, against(scheme), {"before": "C", "after": "C"})
    assert [each.code for each in narrowed] == ["NIL"]
    assert stored() == kept


@pytest.mark.clause("GRD-12")
@pytest.mark.parametrize("key", ["composite-abc", "rfm", "four-tiers"])
def test_what_if_says_what_the_run_then_computes(app: Any, published: dict[str, int], key: str) -> None:
    scheme = services.scheme_of(services.current_version(key))
    period = Period(date(1997, 4, 1), END)
    with writing():
        number = services.run_scheme(key, period.start, period.end).number
    run = services.run_by_number(number)
    found = try_scheme(scheme, period, key)
    computed = services.moves(run, services.scheme_of(version_of(run)))
    assert (found.pairs, found.kinds) == (computed.pairs, computed.kinds)
    expected = {(m.code, m.previous, m.grade) for m in movers(run)}
    assert {(m.code, m.previous, m.grade) for m in would_move(scheme, period, key)} == expected


@pytest.mark.clause("GRD-12", "GRD-01")
def test_who_is_outside_the_tried_population_is_counted_and_kept(app: Any, published: dict[str, int]) -> None:
    scheme = changed('population = "all"', 'population = { regions = ["华东"] }')
    found = try_scheme(scheme, YEAR, against(scheme))
    assert (found.pairs, found.outside) == ({}, 3)


@pytest.mark.clause("GRD-12")
def test_the_page_compares_a_version_or_a_typed_text(client_as: Any, published: dict[str, int]) -> None:
    client = client_as("data-analyst", locale="en")
    kept = stored()

    def page(answer: Any) -> str:
        assert answer.status_code == 200
        return unescape(answer.get_data(as_text=True))

    text = page(client.get("/grading/what-if"))
    assert 'value="1997-01-01"' in text  # the period of the run in force: the scheme alone makes the difference
    assert "In force: “Composite ABC” v1." in text
    assert "Nobody moves" in text
    text = page(client.get("/grading/what-if?version=rfm:1&start=1997-01-01&end=1997-12-31"))
    assert "“RFM” has no grades in force of its own." in text
    links = re.findall(r'"href": "(/grading/what-if\?[^"]+)"', text)
    assert links
    for link in links:
        page(client.get(link.encode().decode("unicode_escape").partition("#")[0]))

    source = services.current_version("composite-abc").source
    form = {"version": "composite-abc:1", "start": "1997-01-01", "end": "1997-12-31"}
    typed = source.replace("from = 80", "from = 75")
    text = page(client.post("/grading/what-if", data={**form, "text": typed}))
    assert re.findall(r"<del>([^<]+)</del>.*?<ins>([^<]+)</ins>", text) == [
        ("[80, 100]", "[75, 100]"),
        ("[60, 80)", "[60, 75)"),
    ]
    assert re.search(r"Company MID</a>.*?Grade B.*?Grade A.*?rises", text, re.S)
    assert "¥49,000" in text
    assert "from = 75" in text
    text = page(client.post("/grading/what-if", data={**form, "text": typed.replace("weight = 40", "weight = 41")}))
    assert "101 %" in text
    assert "weight = 41" in text  # what was typed stays
    text = page(client.get("/grading/what-if?version=rfm:1&start=1997-12-31&end=1997-01-01"))
    assert "exchange them" in text
    assert "Write the date" in page(client.get("/grading/what-if?start=x&end="))
    assert client.get("/grading/what-if?version=rfm:99").status_code == 404
    assert client.get("/grading/what-if?version=none:x").status_code == 404
    assert stored() == kept


@pytest.mark.clause("GRD-12", "CUS-04")
def test_only_who_computes_runs_tries_schemes_and_sees_own_customers_in_it(
    app: Any, client_as: Any, published: dict[str, int], add_person: Any
) -> None:
    client = client_as("salesperson")
    assert client.get("/grading/what-if").status_code == 404
    assert client.post("/grading/what-if", data={"text": "key = 1"}).status_code == 404
    scheme = services.scheme_of(services.current_version("composite-abc"))
    with acting_as(add_person("stranger", "salesperson")):  # whatever role may compute: no counts of others' customers
        assert try_scheme(scheme, YEAR, "composite-abc").pairs == {}
        assert would_move(scheme, YEAR, "composite-abc", {"before": "A"}) == []


def test_a_scheme_without_its_figures_is_refused(app: Any, published: dict[str, int]) -> None:
    with pytest.raises(Refused, match="nowhere"):
        try_scheme(changed('metric = "trade.order_amount"', 'metric = "nowhere.amount"'), YEAR, "composite-abc")


@pytest.mark.clause("GRD-12")
def test_a_what_if_takes_as_many_statements_for_100_customers_as_for_2000(app: Any, fill: Any, statements: Any) -> None:
    scheme = services.scheme_of(services.current_version("rfm"))
    try_scheme(scheme, YEAR, "rfm")  # the first reads what the company has defined itself
    counts = []
    for first, last in ((0, 100), (100, 2000)):
        fill(first, last)
        with statements() as counted:
            found = try_scheme(scheme, YEAR, "rfm")
            would_move(scheme, YEAR, "rfm", {"after": "A"})
        assert sum(found.pairs.values()) == last
        counts.append(counted.count)
    assert counts[0] == counts[1]
    assert counts[0] == 2


def test_no_table_of_a_what_if_is_read_once_per_customer(app: Any, published: dict[str, int]) -> None:
    """SQLite reads a joined select whole for every row when it takes the table before it for small."""
    if db.engine.dialect.name != "sqlite":
        return
    for key in ("composite-abc", "rfm", "four-tiers"):
        seen: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, text: str, values: Any, *_more: Any, seen: Any = seen) -> None:
            seen.append((text, values))

        event.listen(db.engine, "before_cursor_execute", note)
        try_scheme(services.scheme_of(services.current_version(key)), YEAR, "composite-abc")
        event.remove(db.engine, "before_cursor_execute", note)
        ((text, values),) = [each for each in seen if "tried" in each[0]]
        plan = [row[3] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
        assert any("SCAN tried" in line for line in plan), plan
        assert [line for line in plan if line.startswith("SCAN") and line.endswith("LEFT-JOIN")] == []
