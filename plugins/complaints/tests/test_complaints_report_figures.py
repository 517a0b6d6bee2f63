"""The figures of the monthly report equal a plain recount, and each opens exactly its complaints (CMP-20, CMP-17)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, insert, select

from kezhi import acting_as, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = datetime(2026, 11, 2, 9, tzinfo=ZONE)  # a Monday, the first working day of November
MONTH = date(2026, 10, 1)
#: by hand, in the time of the company: the month, the one before, the same one a year ago, and ninety days
SPANS = {
    "now": (datetime(2026, 10, 1, tzinfo=ZONE), datetime(2026, 11, 1, tzinfo=ZONE)),
    "before": (datetime(2026, 9, 1, tzinfo=ZONE), datetime(2026, 10, 1, tzinfo=ZONE)),
    "year": (datetime(2025, 10, 1, tzinfo=ZONE), datetime(2025, 11, 1, tzinfo=ZONE)),
    "recent": (datetime(2026, 8, 3, tzinfo=ZONE), datetime(2026, 11, 1, tzinfo=ZONE)),
}
OPEN = ("registered", "accepted", "investigating", "planned", "in_progress", "answered", "confirmed")
TIERS = ("super", "gold", "silver", "normal")


@dataclass
class Case:
    """A complaint as plain values, with what hangs on it."""

    row: dict[str, Any]
    tier: str
    runs: list[dict[str, Any]] = field(default_factory=list)
    remedies: list[dict[str, Any]] = field(default_factory=list)
    shares: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Place:
    """Lists, departments and people of the company that complaints name."""

    kinds: dict[int, str]
    channels: list[int]
    causes: list[int]
    parents: dict[int, int | None]
    people: dict[int, int | None]
    customers: list[int]


@pytest.fixture
def place(app: Any, desk: Any, add_person: Any, customer: Callable[..., int], monkeypatch: Any) -> Place:
    from sqlalchemy import false, literal

    from kezhi.builtin.accounts.services import add_department
    from kezhi.builtin.customers.contributions import ServiceTier, ServiceTiers
    from kezhi.builtin.customers.models import Customer
    from kezhi_complaints import services
    from kezhi_complaints.models import CAUSE, CHANNEL, KIND
    from kezhi_complaints.services import lists

    table: Any = Customer.__table__
    tiers = ServiceTiers(tuple(ServiceTier(key, key.title(), n, 8) for n, key in enumerate(TIERS, 1)),
                         select(table.c.id.label("customer_id"), literal("").label("tier")).where(false()))  # fmt: skip
    monkeypatch.setattr(app.extensions["kezhi"].call, "customer_service_tiers", lambda: tiers, raising=False)
    parents: dict[int, int | None] = {}
    with acting_as(desk.manager), writing():
        for name in ("物流部", "采购部"):
            top = add_department(name).id
            parents[top] = None
            for part in ("一组", "二组"):
                parents[add_department(name + part, top).id] = top
        causes = [
            lists.add_entry(CAUSE, {"zh": name}).id for name in ("装车未复点", "运输延误", "录入错误", "包装不足")
        ]
        kinds = {row["id"]: row["nature"] for row in services.entries(KIND) if row["parent_id"]}
        channels = [row["id"] for row in services.entries(CHANNEL)]
    people = {add_person(f"worker{n}", "salesperson", department_id=one).id: one for n, one in enumerate(parents)}
    people[add_person("nowhere", "salesperson").id] = None
    return Place(kinds, channels, causes, parents, people, [customer(f"K{n}") for n in range(12)])  # type: ignore[arg-type]


def generate(place: Place, count: int, seed: int) -> list[Case]:
    """Complaints of fifteen months at random, with clocks, costs, shares and actions in every combination."""
    random = Random(seed)  # noqa: S311 - not for secrets
    start, minutes = datetime(2025, 8, 20, tzinfo=ZONE), timedelta(minutes=1)
    edges = [edge + shift for span in SPANS.values() for edge in span for shift in (-minutes, 0 * minutes, minutes)]
    length, found = int((TODAY - start) / minutes), []
    for number in range(1, count + 1):
        # some at the very edges of the months, most in those that are compared
        pick = random.random()
        if pick < 0.05:
            came = random.choice([edge for edge in edges if edge < TODAY])
        elif pick < 0.5:
            came = SPANS["now"][0] + random.randrange(31 * 1440) * minutes
        else:
            came = start + random.randrange(length) * minutes
        closed = min(came + random.randrange(40 * 1440) * minutes, TODAY) if random.random() < 0.6 else None
        state = random.choice(("closed", "withdrawn")) if closed else random.choice(OPEN)
        validity = random.choice(("", "valid", "valid", "invalid"))
        severity = {"": "", "valid": random.choice(("grave", "ordinary")),
                    "invalid": random.choice(("ordinary", "malicious"))}[validity]  # fmt: skip
        case = Case({
            "id": number, "number": f"TS-200001-{number:05}", "anonymous": False, "subject": "到货短少",
            "customer_id": random.choice([None, *place.customers]), "kind_id": random.choice(list(place.kinds)),
            "channel_id": random.choice(place.channels), "cause_id": random.choice([None, *place.causes]),
            "product": random.choice(("", "焊接支架", "轴承座", "密封圈")), "received_at": came, "closed_at": closed,
            "department_id": random.choice([None, *place.parents]), "state": state, "validity": validity,
            "severity": severity, "created_at": came, "updated_at": came, "version": 1, "course": "", "complainant": "",
            "phone": "", "accused_id": random.choice([None, None, *place.people]),
        }, random.choice(TIERS))  # fmt: skip
        for kind in ("plan", random.choice(("answer", "respond")), "resolve"):
            for turn in range(2 if kind == "resolve" and random.random() < 0.1 else 1):
                due = random.choice([None, came + random.randrange(1, 3000) * minutes])
                ended = came + random.randrange(1, 3000) * minutes if closed or random.random() < 0.7 else None
                case.runs.append({"kind": kind, "round": turn, "started_at": came, "minutes": 30, "due_at": due,
                                  "stopped_at": ended, "used": ended and random.randrange(9999),
                                  "told": 0})  # fmt: skip
        for _remedy in range(random.choice((0, 0, 1, 2))):
            case.remedies.append({"kind": "compensation", "amount": random.randrange(50_000), "made_at": came,
                                  "currency": random.choice(("CNY", "CNY", "USD")), "made_by_id": min(place.people),
                                  "state": random.choice(("draft", "waiting", "approved", "done",
                                                          "dropped"))})  # fmt: skip
        for unit in random.choice(((), (), ("department",), ("person", "person"), ("supplier", "department"))):
            share = {"unit": unit, "share": random.randrange(1, 500_000), "department_id": None, "user_id": None,
                     "name": "", "unit_key": f"{unit}/{len(case.shares)}"}  # fmt: skip
            if unit == "department":
                share["department_id"] = random.choice(list(place.parents))
            elif unit == "person":
                share["user_id"] = random.choice(list(place.people))
            else:
                share |= {"name": random.choice(("恒信", "远达")), "unit_key": "supplier/" + random.choice("ab")}
            case.shares.append(share)
        for _action in range(random.choice((0, 0, 0, 1, 2))):
            state = random.choice(("open", "done", "effective", "abandoned"))
            case.actions.append({"owner_id": min(place.people), "checker_id": max(place.people), "given_at": came,
                                 "due_at": came + timedelta(days=random.randrange(60)), "state": state,
                                 "check_at": came + timedelta(days=70) if state == "done" else None,
                                 "cause_id": case.row["cause_id"]})  # fmt: skip
        found.append(case)
    return found


def store(cases: list[Case], receiver: int) -> None:
    """Everything by a handful of statements."""
    from kezhi_complaints import models as own

    def put(model: Any, rows: Iterable[dict[str, Any]]) -> None:
        given = list(rows)
        for begin in range(0, len(given), 500):
            db.session.execute(insert(model.__table__), given[begin : begin + 500])

    def hung(name: str, **more: Any) -> Iterable[dict[str, Any]]:
        return ({**one, **more, "complaint_id": case.row["id"]} for case in cases for one in getattr(case, name))

    with writing():
        put(own.Complaint, ({**case.row, "received_by_id": receiver, "phone_key": "", "against": "", "reference": "",
                             "paused": False, "level": 0, "reopened": 0, "ground": ""} for case in cases))  # fmt: skip
        put(own.Clock, ({"complaint_id": case.row["id"], "tier": case.tier, "demand": "problem", "leading": "",
                         "minutes": 0, "paused": False, "basis": ""} for case in cases))  # fmt: skip
        put(own.ClockRun, hung("runs"))
        put(own.Remedy, hung("remedies", agreed="", done_note="", version=1))
        put(own.Responsibility, hung("shares"))
        put(own.CorrectiveAction, hung("actions", measure="", done_note="", check_note="", version=1))


# ── the model: nothing of the program, only the rows above ────────────────────────────────────────────────────────


def whole(numerator: int, denominator: int) -> int:
    """Rounded half up, as money is divided."""
    return (2 * numerator + denominator) // (2 * denominator)


class Model:
    """What a report of October 2026 that is counted on 2 November has to say."""

    def __init__(self, cases: list[Case], place: Place) -> None:
        self.place = place
        self.cases = cases
        self.rows = {name: self._rows(*span, recent=name == "recent") for name, span in SPANS.items()}
        self.acting = [case for case in cases if any(each["state"] in ("open", "done") for each in case.actions)]
        recent = [case.row for case, came in self.rows["recent"] if came]
        self.same = Counter((row["customer_id"], row["cause_id"]) for row in recent)

    def _rows(self, start: datetime, end: datetime, recent: bool) -> list[tuple[Case, bool]]:
        """The complaints of a span, and whether each was received in it (else it was only closed in it)."""
        found = []
        for case in self.cases:
            came, closed = start <= case.row["received_at"] < end, case.row["closed_at"]
            if came or (not recent and closed and start <= closed < end):
                found.append((case, came))
        return found

    def outcome(self, case: Case, kinds: tuple[str, ...]) -> int | None:
        runs = [run for run in case.runs if run["kind"] in kinds]
        for run in runs:
            ended = run["stopped_at"] or TODAY
            if run["due_at"] and ended > run["due_at"]:
                return 0
        return None if not runs or any(run["stopped_at"] is None for run in runs) else 1

    def used(self, case: Case, kinds: tuple[str, ...]) -> int | None:
        runs = [run for run in case.runs if run["kind"] in kinds]
        return None if any(run["stopped_at"] is None for run in runs) else sum(run["used"] for run in runs)

    def cost(self, case: Case, currency: str = "CNY") -> int:
        return sum(each["amount"] for each in case.remedies
                   if each["state"] in ("approved", "done") and each["currency"] == currency)  # fmt: skip

    def units(self, case: Case) -> dict[str, tuple[int | None, int]]:
        """Unit → department and cost."""
        found: dict[str, tuple[int | None, int]] = {}
        for share in case.shares:
            part = whole(share["share"] * self.cost(case), 1_000_000)
            if share["unit"] == "supplier":
                key, where = share["unit_key"], None
            else:
                where = share["department_id"] or self.place.people[share["user_id"]]
                key = f"d:{where or ''}"
            found[key] = (where, found.get(key, (where, 0))[1] + part)
        return found

    def concerns(self, case: Case, unit: int | None) -> bool:
        mine = {unit, *(child for child, parent in self.place.parents.items() if parent == unit)}
        named = {case.row["department_id"], *(where for where, _cost in self.units(case).values())}
        return unit is None or bool(mine & (named - {None}))

    def figure(self, name: str, period: str, key: str, unit: int | None) -> set[int]:
        """The complaints behind one figure."""
        if name in ("acting", "late"):
            return {case.row["id"] for case in self.acting if self.concerns(case, unit)
                    and (name == "acting" or any(self.is_late(each) for each in case.actions))}  # fmt: skip
        rows = [(case, came) for case, came in self.rows[period] if self.concerns(case, unit)]
        if name == "handled":
            start, end = SPANS[period]
            return {case.row["id"] for case, _came in rows
                    if case.row["closed_at"] and start <= case.row["closed_at"] < end}  # fmt: skip
        return {case.row["id"] for case, came in rows if came and self.is_in(case, name, key, period)}

    def is_late(self, action: dict[str, Any]) -> bool:
        due = action["check_at"] if action["state"] == "done" else action["due_at"]
        return action["state"] in ("open", "done") and due < TODAY

    def is_in(self, case: Case, name: str, key: str, period: str) -> bool:
        row = case.row
        if name.endswith(("_kept", "_missed")):
            kinds = {"plan": ("plan",), "answer": ("answer", "respond"), "resolve": ("resolve",)}[
                name.partition("_")[0]
            ]
            return self.outcome(case, kinds) == (1 if name.endswith("_kept") else 0)
        plain = {
            "received": True, "open": row["state"] in OPEN, "judged": row["validity"] != "",
            "valid": row["validity"] == "valid", "invalid": row["validity"] == "invalid",
            "costly": self.cost(case) > 0, "other_cost": self.cost(case, "USD") > 0,
        }  # fmt: skip
        if name in plain:
            return plain[name]
        if name == "again":
            many = self.same[row["customer_id"], row["cause_id"]] > 1
            return str(row["cause_id"]) == key and row["customer_id"] is not None and many
        if name == "unit":
            return key in self.units(case)
        if name == "unit_tier":
            tier, _slash, wanted = key.partition("/")
            return case.tier == tier and wanted in self.units(case)
        return {
            "nature": self.place.kinds[row["kind_id"]], "kind": str(row["kind_id"]),
            "channel": str(row["channel_id"]), "cause": str(row["cause_id"] or ""), "product": row["product"],
            "department": str(row["department_id"] or ""), "judgement": f"{row['validity']}:{row['severity']}",
            "tier": case.tier, "repeat": str(row["cause_id"] or ""),
        }[name] == key  # fmt: skip


PARTS = ("nature", "kind", "channel", "cause", "product", "department", "judgement", "tier")
FLAGS = ("received", "handled", "open", "judged", "valid", "invalid", "plan_kept", "plan_missed", "answer_kept",
         "answer_missed", "resolve_kept", "resolve_missed", "costly", "other_cost")  # fmt: skip


def every_figure(figures: dict[str, Any]) -> Iterable[tuple[str, str, str, int]]:
    """Name, period, key and size of every figure that a report shows."""
    totals = figures["totals"]
    for period in ("now", "before", "year"):
        yield from ((name, period, "", totals[period][name]) for name in FLAGS)
        for part in PARTS:
            yield from ((part, period, line["key"], line[period]) for line in figures["parts"][part])
    yield from ((name, "acting", "", totals["now"][name]) for name in ("acting", "late"))
    for line in figures["units"]:
        yield "unit", "now", line["key"], line["now"]
        yield from (("unit_tier", "now", f"{tier}/{line['key']}", count) for tier, count in line["tiers"].items())
    for line in figures["repeats"]:
        yield "repeat", "recent", line["key"], line["now"]
        yield "again", "recent", line["key"], line["again"]


def check(figures: dict[str, Any], model: Model, unit: int | None) -> Counter[str]:
    """Every figure is what the model counts, no group is left out, and sums are those of its complaints."""
    seen: Counter[str] = Counter()
    for name, period, key, size in every_figure(figures):
        assert size == len(model.figure(name, period, key, unit)), (name, period, key)
        seen[name] += size > 0
    for part in PARTS:
        for period in ("now", "before", "year"):
            whole_part = sum(line[period] for line in figures["parts"][part])
            assert whole_part == figures["totals"][period]["received"], (part, period)
    by_id = {case.row["id"]: case for case in model.cases}
    mine = [by_id[one] for one in model.figure("received", "now", "", unit)]
    totals = figures["totals"]["now"]
    assert totals["cost"] == sum(map(model.cost, mine))
    for name, kinds in (("plan", ("plan",)), ("answer", ("answer", "respond")), ("resolve", ("resolve",))):
        times = [used for case in mine if (used := model.used(case, kinds)) is not None]
        assert (totals[f"{name}_used"], totals[f"{name}_ended"]) == (sum(times), len(times))
    borne: dict[str, int] = defaultdict(int)
    for case in mine:
        for key, (_where, cost) in model.units(case).items():
            borne[key] += cost
    assert {line["key"]: line["cost"] for line in figures["units"]} == dict(borne)
    recent = Counter(by_id[one].row["cause_id"] for one in model.figure("received", "recent", "", unit))
    repeated = {str(cause) for cause, count in recent.items() if cause and count > 1}
    assert {line["key"] for line in figures["repeats"]} == repeated
    return seen


def recounted(place: Place, desk: Any, count: int, seed: int) -> tuple[Any, Model]:
    from kezhi_complaints.services import reports

    cases = generate(place, count, seed)
    store(cases, desk.agent.id)
    with acting_as(desk.manager), writing():
        report = reports.draft(MONTH)
    assert report is not None
    return report, Model(cases, place)


@pytest.mark.clause("CMP-20", "CMP-17")
def test_every_figure_is_what_a_plain_recount_gives_and_opens_just_those_complaints(
    place: Place, desk: Any, statements: Any, clock_at: Any
) -> None:
    """Also for a member company or department; in a fixed number of statements."""
    from kezhi_complaints.models import Complaint
    from kezhi_complaints.services import report_figures, reports

    clock_at(TODAY.astimezone(UTC))
    report, model = recounted(place, desk, 600, 20)
    seen = check(report.figures, model, None)
    assert set(seen) >= {*FLAGS, *PARTS, "unit", "unit_tier", "repeat", "again", "acting", "late"}, (
        "each is seen at work"
    )
    table: Any = Complaint.__table__
    with acting_as(desk.manager):
        for name, period, key, size in every_figure(report.figures):
            ids = report_figures.complaints_of(report.id, report_figures.Figure(name, period, key))
            rows = select(func.count()).select_from(table).where(table.c.id.in_(ids))
            listed = set(db.session.scalars(ids)) if size else set()
            assert (db.session.scalar(rows), listed) == (size, model.figure(name, period, key, None)), (
                name,
                period,
                key,
            )
        top = next(one for one, parent in place.parents.items() if parent is None)
        unit = report_figures.counted(report.id, top)
        check(unit, model, top)
        assert 0 < unit["totals"]["now"]["received"] < report.received
        for name, period, key, _size in every_figure(unit):
            ids = report_figures.complaints_of(report.id, report_figures.Figure(name, period, key, top))
            assert set(db.session.scalars(ids)) == model.figure(name, period, key, top)
        with statements() as few:
            report_figures.counted(report.id)
        with statements() as counting, writing():
            reports.recount(report.id, report.version)
    assert (few.count, counting.count <= 32) == (4, True), counting.count


@pytest.mark.deep
@pytest.mark.clause("CMP-20")
def test_ten_thousand_complaints_give_the_figures_of_a_plain_recount(place: Place, desk: Any, clock_at: Any) -> None:
    clock_at(TODAY.astimezone(UTC))
    report, model = recounted(place, desk, 10_000, 2026)
    check(report.figures, model, None)
    assert report.received == len(model.figure("received", "now", "", None)) > 3_000
