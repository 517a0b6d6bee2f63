"""Service tiers: at every bound, by the agreement of the day on which they take effect, told to other apps (GRD-26)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import Refused, acting_as, clock, db, writing
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.contracts import services as contracts
from kezhi.builtin.customers.services import service_tier_of, service_tiers, tier_rows
from kezhi.i18n import in_both_languages
from kezhi_grading import services
from kezhi_grading.evaluate import Figures, judge
from kezhi_grading.models import CurrentGrade, Result
from kezhi_grading.reading import read_scheme
from kezhi_grading.scheme import Scheme, Service
from kezhi_grading.services.explanation import explain_customer
from kezhi_grading.stored import from_json, to_json
from kezhi_grading.toml_text import toml_of

pytestmark = [pytest.mark.plugins("grading"), pytest.mark.services]
YUAN = 100


def tiers() -> Scheme:
    source = files("kezhi_grading").joinpath("schemes/service-tiers.toml").read_text(encoding="utf-8")
    return read_scheme(source, currency="CNY")


def of(size: int | None, trade: int, agreements: int = 1) -> dict[str, Figures]:
    """A customer by declared size and trade in fen, and its long-term agreements in force."""
    return {"size": Figures(size), "trade": Figures(trade), "agreement": Figures(agreements)}


M, K = 1_000_000 * YUAN, 1_000 * YUAN
CASES = {
    # every limit is strict: the bound itself does not do
    "super by one fen everywhere": (of(M + 1, 500 * K + 1), "super"),
    "size at super's limit": (of(M, 500 * K + 1), "gold"),
    "trade at super's limit": (of(M + 1, 500 * K), "gold"),
    "super without an agreement": (of(9 * M, 9 * M, 0), "normal"),
    "gold by one fen everywhere": (of(500 * K + 1, 100 * K + 1), "gold"),
    "size at gold's limit": (of(500 * K, 100 * K + 1), "silver"),
    "trade at gold's limit": (of(500 * K + 1, 100 * K), "silver"),
    "silver by one fen everywhere": (of(100 * K + 1, 10 * K + 1), "silver"),
    "size at silver's limit": (of(100 * K, 10 * K + 1), "normal"),
    "trade at silver's limit": (of(100 * K + 1, 10 * K), "normal"),
    "large, but hardly any trade": (of(9 * M, 10 * K + 1), "silver"),
    "much trade, but small": (of(100 * K + 1, 9 * M), "silver"),
    "several agreements": (of(M + 1, 500 * K + 1, 3), "super"),
    "no size was declared": (of(None, 9 * M), "normal"),
    "nothing at all": (of(None, 0, 0), "normal"),
}


@pytest.mark.clause("GRD-26", "GRD-03")
def test_tiers_at_every_limit(judged_by_sql: Callable[..., Any]) -> None:
    scheme = tiers()
    assert [grade.key for grade in scheme.grades] == ["super", "gold", "silver", "normal"]
    rows = dict(enumerate((figures for figures, _tier in CASES.values()), 1))

    judged = judged_by_sql(scheme, rows)

    found = {name: judged[number][0] for number, name in enumerate(CASES, 1)}
    assert found == {name: tier for name, (_figures, tier) in CASES.items()}
    assert judged == {number: judge(scheme, row) for number, row in rows.items()}


@pytest.mark.clause("GRD-26", "GRD-01")
def test_each_tier_says_its_hours_and_whether_the_manager_is_dedicated() -> None:
    """24, 18 and 12 hours with a dedicated account manager, 8 hours with one who is not."""
    scheme = tiers()
    assert {grade.key: grade.service for grade in scheme.grades} == {
        "super": Service(24, True), "gold": Service(18, True), "silver": Service(12, True), "normal": Service(8),
    }  # fmt: skip
    assert [c.effective for c in scheme.criteria] == [False, False, True]
    assert from_json(to_json(scheme)) == scheme
    assert read_scheme(toml_of(scheme, "CNY"), currency="CNY") == scheme
    for wrong in ("service = { hours = 0 }", "service = { hours = 8, dedicate = true }"):
        source = toml_of(scheme, "CNY").replace("service = { hours = 8, dedicated = false }", wrong)
        with pytest.raises(Refused, match="hours|dedicate"):
            read_scheme(source, currency="CNY")


@pytest.fixture
def company(app: Any, make_customer: Any, add_person: Any, clock_at: Any) -> dict[str, Any]:
    """Four customers with size, trade and agreements; the tiers are computed on 10 December 2026."""
    from kezhi_trade.services import create_order, declare

    clock_at(datetime(2026, 12, 10, 4, tzinfo=UTC))
    people = {role: add_person(role, role) for role in ("data-analyst", "sales-director", "general-manager")}
    found: dict[str, Any] = {"people": people, "clock_at": clock_at}
    for name, size, trade, first, last in (
        ("big", 2 * M, 600 * K, date(2026, 12, 5), date(2027, 12, 4)),  # after the period, before the tiers take effect
        ("over", 2 * M, 600 * K, date(2025, 1, 1), date(2026, 12, 9)),  # in force at the period's end, no more now
        ("middle", 600 * K, 200 * K, date(2025, 1, 1), date(2026, 12, 15)),
        ("none", 2 * M, 600 * K, None, None),
    ):
        customer = found[name] = make_customer().id
        with writing():
            declare(customer, 2026, date(2026, 3, 1), "客户信息表", {"size": size})
            create_order({"customer_id": customer, "number": f"D-{name}", "order_date": date(2026, 5, 6),
                          "amount": trade})  # fmt: skip
            if first is not None:
                contracts.create_contract({"customer_id": customer, "kind": "long_term", "signed_on": first,
                                           "valid_from": first, "valid_to": last, "our_signer": "马成",
                                           "their_signer": "王建国"})  # fmt: skip
    return found


def put_up(company: dict[str, Any]) -> tuple[Any, int]:
    with acting_as(company["people"]["data-analyst"]):
        with writing():
            number = services.run_scheme("service-tiers", date(2025, 12, 1), date(2026, 11, 30)).number
        request = services.submit(number)
    with acting_as(company["people"]["sales-director"]):
        sign(request.id, "")
    return services.run_by_number(number), request.id


@pytest.mark.plugins("grading", "trade")
@pytest.mark.clause("GRD-26")
def test_the_agreement_is_that_of_the_day_on_which_the_tiers_take_effect(company: Any) -> None:
    run, request_id = put_up(company)
    grades = dict(db.session.execute(select(Result.customer_id, Result.grade)).all())
    names = ("big", "over", "middle", "none")
    assert [grades[company[name]] for name in names] == ["super", "normal", "gold", "normal"]
    found = explain_customer(run, company["big"])
    assert [row.happened_on for line in found.lines for row in line.rows if line.criterion.key == "agreement"] == [
        date(2026, 12, 5)
    ]
    # the last signature comes on the 16th: one agreement has ended since
    db.session.rollback()
    company["clock_at"](datetime(2026, 12, 16, 4, tzinfo=UTC))
    with acting_as(company["people"]["general-manager"]), pytest.raises(Refused, match="2026-12-10"):
        sign(request_id, "")
    db.session.rollback()
    assert db.session.scalars(select(CurrentGrade)).all() == [], "nothing took effect"
    db.session.rollback()
    company["clock_at"](datetime(2026, 12, 15, 4, tzinfo=UTC))
    with acting_as(company["people"]["general-manager"]):
        sign(request_id, "")
    assert len(db.session.scalars(select(CurrentGrade)).all()) == 4


@pytest.mark.plugins("grading", "trade")
@pytest.mark.clause("GRD-26")
def test_other_apps_are_told_the_tier_of_each_customer_and_one_default_before(
    company: Any, make_customer: Any, client_as: Any, without: Any, statements: Any
) -> None:
    assert [(tier.key, tier.hours) for tier in service_tiers().tiers] == [("normal", 8)], "before any run"
    _run, request_id = put_up(company)
    with acting_as(company["people"]["general-manager"]):
        sign(request_id, "")
    later = make_customer().id  # came after the run: the last tier
    titles = [in_both_languages(tier.title) for tier in service_tiers().tiers]
    assert {"zh": "金牌", "en": "Gold"} in titles, "what keeps a title keeps it in both languages"
    assert [(tier.key, tier.hours, tier.dedicated, tier.order) for tier in service_tiers().tiers] == [
        ("super", 24, True, 1), ("gold", 18, True, 2), ("silver", 12, True, 3), ("normal", 8, False, 4),
    ]  # fmt: skip
    expected = {company["big"]: "super", company["over"]: "normal", company["middle"]: "gold",
                company["none"]: "normal", later: "normal"}  # fmt: skip
    rows = {row.customer_id: row.tier for row in db.session.execute(tier_rows())}
    assert {key: rows[key] for key in expected} == expected
    assert {key: service_tier_of(key).key for key in expected} == expected
    page = client_as("customer-service-agent").get(f"/customers/{company['big']}").text
    assert "超级" in page
    assert "24" in page
    db.session.rollback()
    with without("grading").app_context():
        assert service_tier_of(company["big"]).key == "normal", "without the app one default tier"
        assert {row.tier for row in db.session.execute(tier_rows())} == {"normal"}
    assert clock.today() == date(2026, 12, 10)
