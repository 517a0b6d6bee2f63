"""With the grading app a scheme of its own suggests the classes; without it the built-in card does (CRD-01)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import acting_as, clock, db, set_setting, writing
from kezhi_credit import services

pytestmark = [pytest.mark.plugins("credit", "trade", "grading"), pytest.mark.services]

SCHEME = """
key = "trust"
title = { zh = "信用评分", en = "Trust" }
method = "score-card"
scale = "normalised"
population = "all"
period = { months = 12 }
review = { months = 12 }
[[criteria]]
key = "found"
title = { zh = "调查", en = "Investigation" }
metric = "credit.investigation"
unit = "points"
weight = 60
bands = [{ points = 0 }, { from = 50, points = 100 }]
missing = "exclude"
[[criteria]]
key = "paid"
title = { zh = "回款", en = "Collection" }
metric = "trade.collection_rate"
unit = "ratio"
weight = 40
bands = [{ points = 0 }, { from = "90%", points = 100 }]
missing = "exclude"
[[grades]]
key = "A"
title = { zh = "A", en = "A" }
tone = "green"
from = 80
[[grades]]
key = "X"
title = { zh = "X", en = "X" }
tone = "red"
[[steps]]
title = { zh = "审批", en = "Approval" }
role = "general-manager"
"""


@pytest.mark.clause("CRD-01")
def test_a_scheme_of_grading_suggests_the_class_with_its_reasons_and_gives_nobody_a_grade(
    customer: Any, investigated: Any, house: Any
) -> None:
    from kezhi_grading.models import CurrentGrade, Run
    from kezhi_grading.services import load_scheme

    good, poor = customer("K1", owner_id=house.seller.id), customer("K2", owner_id=house.seller.id)
    investigated(good, bank="good", registry="fair")
    investigated(poor, bank="poor")
    own = services.judge(good)
    assert (own.by, own.version, own.problem) == ("card", 1, {})
    with writing():
        load_scheme(SCHEME)
        set_setting("credit", "score_scheme", "grading.trust")
    found = services.judge(good)
    assert (found.by, found.title["zh"], found.scored.grade, found.scored.score) == ("scheme", "信用评分", "A", 100_000)
    assert [(line.title["zh"], line.value, line.points, line.missing) for line in found.scored.lines] == [
        ("调查", 75_000, 100_000, ""), ("回款", None, None, "excluded"),
    ]  # fmt: skip
    assert "100" in found.scored.rule["en"]
    assert found.scored.rule["zh"] != found.scored.rule["en"]
    with acting_as(house.seller):
        sheet = services.fill_in(good, services.class_by_key("A")["id"], "调查良好")
        assert (sheet.suggested_key, sheet.content["judged"]["key"]) == ("A", "grading.trust")
        other = services.fill_in(poor, services.class_by_key("D")["id"], "银行评价差")
        # the scheme's letter is no credit class: nothing is suggested, and its reasons stand all the same
        assert (other.suggested_key, other.content["judged"]["grade"]) == ("", "X")
    assert db.session.scalar(select(func.count()).select_from(Run)) == 0
    assert db.session.scalar(select(func.count()).select_from(CurrentGrade)) == 0
    with writing():
        set_setting("credit", "score_scheme", "grading.abcd-foreign")
    assert services.judge(good).by == "scheme"
    with writing():
        set_setting("credit", "score_scheme", "grading.nothing")
    fallback = services.judge(good)
    assert (fallback.by, fallback.scored is not None, "built-in" in fallback.problem["en"]) == ("card", True, True)


@pytest.mark.plugins("credit", "trade")
@pytest.mark.clause("CRD-01")
def test_conduct_in_trade_counts_and_a_figure_of_0_is_not_a_missing_one(customer: Any, investigated: Any) -> None:
    from kezhi_trade.services import create_dispute, create_order

    one, today = customer("K1"), clock.today()
    investigated(one, bank="good")
    with writing():
        create_order({"customer_id": one, "number": "A-1", "order_date": today, "amount": 100_00})
        for place in range(3):
            create_dispute({"customer_id": one, "happened_on": today, "subject": f"第{place}次"})
    lines = {line.metric: line for line in services.judge(one).scored.lines}
    assert (lines["trade.disputes"].value, lines["trade.disputes"].points) == (3, 40_000)
    assert (lines["trade.disputes_serious"].value, lines["trade.disputes_serious"].points) == (0, 100_000)
    assert (lines["trade.collection_rate"].value, lines["trade.collection_rate"].missing) == (None, "excluded")
