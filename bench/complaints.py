"""Ten complaints of each customer, one in forty of them open; their lists and their board.

An open complaint has a running clock, two in three of them overdue, or one that waits for the customer. Eight agents
handle them; the salesperson has taken one in 500 down and sees besides those of the own customers.
"""

# ruff: noqa: S608 - every piece of a statement stands in this file; values are bound

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import String, cast, func, literal

from kezhi import clock
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.apps.serve import keep_for_good
from kezhi.db import db, writing
from kezhi_complaints.models import (
    ACCEPTED,
    ANSWERED,
    CHANNEL,
    CLOSED,
    CONFIRMED,
    IN_PROGRESS,
    INVESTIGATING,
    KIND,
    OPEN_STATES,
    PLANNED,
    REGISTERED,
    Clock,
    ClockRun,
    Complaint,
    Event,
)
from kezhi_complaints.services import entries
from kezhi_complaints.services.promises import promises

from .floor_complaints import Hours, floor_app
from .generate import PASSWORD, Made, _insert, numbers
from .pages import LIST_LIMIT
from .timing import Visitor, in_pairs, report

EACH, MOST = 10, 1_000_000  #: complaints of a customer, and in all
OPEN, TAKEN = 40, 500  #: one in so many is open; was taken down by the salesperson
AGENTS = 8
LOGINS = ("administrator", "agent", "salesperson")
#: the events of a complaint that is closed, in their order; an open one has those up to its state
WAY = (REGISTERED, ACCEPTED, INVESTIGATING, PLANNED, IN_PROGRESS, ANSWERED, CONFIRMED, CLOSED)
DETAILS = json.dumps({"tier": "normal"})


def number_of(made: Made) -> int:
    """How many complaints there are."""
    return min(made.count * EACH, MOST)


def fill_complaints(made: Made) -> int:
    """Complaints with their events and clocks; the agents, of whom the first one visits. Returns how many."""
    count = number_of(made)
    agents = _agents(made)
    n = numbers(made.kind, count).c.n
    tables = [each.__table__ for each in (Complaint, Event, Clock, ClockRun)]
    indexes = [index for table in tables for index in table.indexes]
    with writing() as session:  # many rows at once: an index that is built of them takes a tenth of keeping it
        for index in indexes:
            index.drop(session.connection())
    with writing():
        _complaints(n, made, agents)
        for place, kind in enumerate(WAY):
            _events(n, count, place, kind, agents)
        _clocks(n)
        if made.kind == "postgresql":
            for table in tables[:2]:
                query = (
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
                )
                db.session.execute(sa.text(query))
    with writing() as session:
        for index in indexes:
            index.create(session.connection())
    with writing() as session:
        session.execute(sa.text("ANALYZE"))
    return count


def _agents(made: Made) -> list[int]:
    hashed = accounts.hash_password(PASSWORD)
    found = []
    with writing():
        for at in range(AGENTS):
            login = f"agent{at}" if at else "agent"
            user = accounts.add_user(
                login, name=f"客服{at}", roles=["customer-service-agent"], password_hash=hashed,
                must_change_password=False,
            )  # fmt: skip
            found.append(int(user.id or 0))
    made.people["agent"] = found[0]
    return found


def _is_open(n: Any) -> Any:
    return n % OPEN == 1


def _state(n: Any) -> Any:
    """Of open ones each state in turn; one in thirty of the others was withdrawn."""
    turn = n // OPEN % len(OPEN_STATES)
    opened = sa.case(*((turn == at, state) for at, state in enumerate(OPEN_STATES)))
    return sa.case((_is_open(n), opened), (n % 30 == 0, "withdrawn"), else_=CLOSED)


def _received(n: Any) -> Any:
    """Open ones of the last thirty days, others of some three years: many at the same minute, as on a busy desk."""
    now = clock.now().replace(second=0, microsecond=0)
    days = [literal(now - timedelta(days=at, minutes=at * 7), Complaint.received_at.type) for at in range(30)]
    recent = sa.case(*((n // OPEN % 30 == at, day) for at, day in enumerate(days)))
    weeks = [literal(now - timedelta(days=31 + at * 7, minutes=at * 11), Complaint.received_at.type)
             for at in range(150)]  # fmt: skip
    return sa.case((_is_open(n), recent), *((n % 150 == at, week) for at, week in enumerate(weeks)))


def _handler(n: Any, agents: list[int]) -> Any:
    return sa.case(*((n // 7 % AGENTS == at, each) for at, each in enumerate(agents)))


def _complaints(n: Any, made: Made, agents: list[int]) -> None:
    kinds, channels = [[row["id"] for row in entries(name)] for name in (KIND, CHANNEL)]
    now = literal(clock.now(), Complaint.created_at.type)
    state, received = _state(n), _received(n)
    texts = [each.name for each in Complaint.__table__.columns if not each.nullable and each.name not in ("id",)]
    values: dict[str, Any] = {
        name: literal("")
        for name in texts
        if name in {"complainant", "phone", "phone_key", "course", "against", "product", "reference", "ground"}
    }
    values |= {
        "id": n,
        "number": literal("TS-") + func.substr(cast(n + 10_000_000, String), 2),
        "customer_id": sa.case((n % 50 == 7, None), else_=n * 7_919 % made.count + 1),
        "anonymous": n % 50 == 7,
        "subject": literal("到货短少 ") + cast(n % 97, String) + literal(" 件"),
        "accused_id": sa.null(),
        "department_id": sa.case((n % 3 == 0, made.department), else_=None),
        "kind_id": sa.case(*((n % len(kinds) == at, each) for at, each in enumerate(kinds))),
        "channel_id": sa.case(*((n % len(channels) == at, each) for at, each in enumerate(channels))),
        "received_at": received,
        "received_by_id": sa.case((n % TAKEN == 3, made.people["salesperson"]), else_=_handler(n, agents)),
        "state": state,
        "handler_id": sa.case((state == REGISTERED, None), else_=_handler(n, agents)),
        "paused": n % (OPEN * 10) == 1,
        "level": literal(0),
        "reopened": literal(0),
        "validity": sa.case((_is_open(n), ""), (n % 4 == 0, "invalid"), else_="valid"),
        "severity": sa.case((_is_open(n), ""), (n % 90 == 5, "grave"), else_="ordinary"),
        "closed_at": sa.case((_is_open(n), None), else_=now),
        "created_at": now,
        "updated_at": now,
        "version": literal(1),
    }
    _insert(Complaint, values, sa.true())


def _events(n: Any, count: int, place: int, kind: str, agents: list[int]) -> None:
    turn = n // OPEN % len(OPEN_STATES)
    happened = sa.case((_is_open(n), turn >= place), else_=sa.true())
    on_server = db.engine.dialect.name == "postgresql"
    values = {
        "id": n + place * count,
        "complaint_id": n,
        "kind": literal(kind),
        "at": _received(n),
        "by_id": _handler(n, agents),
        "owner_id": sa.null() if place in (0, 7) else _handler(n, agents),
        "note": literal(""),
        "details": sa.cast(literal(DETAILS), Event.details.type) if on_server else literal(DETAILS),
    }  # fmt: skip
    _insert(Event, values, happened)


def _clocks(n: Any) -> None:
    """The clock of the result runs where it is open: it runs out between three weeks ago and ten days ahead."""
    rules, now = promises(), clock.now().replace(second=0, microsecond=0)
    level = rules.level_at("normal", now)
    waits = n % (OPEN * 10) == 1
    ends = [literal(now + timedelta(hours=at * 7 - 500), Clock.due_at.type) for at in range(105)]
    due = sa.case(*((n // OPEN % 105 == at, end) for at, end in enumerate(ends)))
    minutes = int(level.targets["resolve"])
    values = {
        "complaint_id": n,
        "tier": literal("normal"),
        "demand": literal("problem"),
        "leading": sa.case((_is_open(n), "resolve"), else_=""),
        "level_id": sa.case((_is_open(n), level.id), else_=None),
        "minutes": sa.case((_is_open(n), minutes), else_=0),
        "due_at": sa.case((_is_open(n) & ~waits, due), else_=None),
        "remaining": sa.case((waits, 3600), else_=None),
        "paused": waits,
        "next_at": sa.case((_is_open(n) & ~waits, literal(now + timedelta(days=90), Clock.next_at.type)), else_=None),
        "basis": sa.case((_is_open(n), rules.basis), else_=""),
    }
    _insert(Clock, values, sa.true())
    for kind in ("plan", "respond", "resolve"):
        run = {
            "complaint_id": n,
            "kind": literal(kind),
            "round": literal(0),
            "started_at": _received(n),
            "minutes": literal(minutes),
            "due_at": _received(n),
            "stopped_at": sa.case((_is_open(n), None), else_=_received(n)),
            "used": sa.case((_is_open(n), None), else_=60),
            "told": literal(0),
        }
        _insert(ClockRun, run, sa.true())


#: name, address at the floor, address at the product
PAGES = (
    ("list of complaints", "/complaints?sort=-received_at", "/complaints?sort=-received_at"),
    ("list of complaints, closed ones", "/complaints?sort=-received_at&f.state=closed",
     "/complaints?sort=-received_at&f.state=closed"),
    ("list of complaints, one state that is open", "/complaints?sort=-received_at&f.state=planned",
     "/complaints?sort=-received_at&f.state=planned"),
    ("list of open complaints by time left", "/complaints?sort=time_left&f.is_open=open",
     "/complaints?sort=time_left&f.is_open=open"),
    ("board of complaints", "/complaints/board", "/complaints?face=board&f.is_open=open&sort=time_left"),
)  # fmt: skip


def measure(made: Made, repeat: int) -> Iterator[tuple[str, float, float | None]]:
    """Time the lists and the board and print them; yields name, ratio and limit."""
    keep_for_good()
    for login in LOGINS:
        product = Visitor(made.site, login, PASSWORD)
        app = floor_app(made.site.engine, product.page("/complaints?sort=number"), made.people, promises_of(made))
        floor = Visitor(app, login, "")
        for name, asked, address in PAGES:
            same(floor.page(asked), product.page(address))
            pair = floor.ready(asked), product.ready(address)
            title = f"{name}, {login}"
            yield title, report(made.version, title, *in_pairs([pair] * repeat, made.clock), LIST_LIMIT), LIST_LIMIT


def promises_of(made: Made) -> Hours:
    """The zone and the hours of the one tier there is: what its company knows by heart."""
    with made.site.app.app_context():
        level = promises().level_at("normal", clock.now())
        return clock.company_zone(), level.hours.weekly[0]


def same(floor: str, product: str) -> None:
    """Whether both pages show the same complaints in the same order, and lists as many cells."""
    ids = [re.findall(r'href="/complaints/(\d+)"', page.partition("<main")[2]) for page in (floor, product)]
    assert ids[0] == ids[1], f"the floor shows other rows than the product: {ids[0][:5]} {ids[1][:5]}"
    cells = [len(re.findall(r"<td(?! role=\"cell\" class=\"kz-pick\")", page)) for page in (floor, product)]
    assert cells[0] == cells[1], f"the floor shows {cells[0]} cells and the product {cells[1]}"
    texts = [sorted(re.findall(r"(?:超时 )?\d+:\d\d(?=<)", page.partition("<main")[2])) for page in (floor, product)]
    assert len(texts[0]) == len(texts[1]), f"the floor shows other times: {texts[0][:5]} {texts[1][:5]}"
