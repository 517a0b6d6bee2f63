"""The floor of complaints: a list and a board as somebody would write them by hand for this one company.

It knows one service tier and the weekdays on which the company works, and reckons the time left from that.
"""

# ruff: noqa: S608 - every piece of a statement stands in this file; values are bound

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Connection, Engine, text

from kezhi import clock
from kezhi.db import UtcDateTime

from . import floor

PAGE, CARDS = 50, 20
#: the company's zone, and the service hours of a working day in minutes since midnight
Hours = tuple[tzinfo, Sequence[tuple[int, int]]]
STATES = {"registered": "已登记", "accepted": "已受理", "investigating": "调查中", "planned": "方案已提出",
          "in_progress": "处理中", "answered": "已答复", "confirmed": "客户已确认", "closed": "已关闭",
          "withdrawn": "已撤回"}  # fmt: skip
LANES = tuple(STATES)[:7]
OPEN = "('registered', 'accepted', 'investigating', 'planned', 'in_progress', 'answered', 'confirmed')"
SHOWN = """c.id, c.number, k.zh AS kind, c.subject, u.name AS customer, c.state, h.name AS handler, c.received_at,
 l.due_at, l.minutes, l.remaining, l.leading"""
OTHERS = """ JOIN complaints_entry k ON k.id = c.kind_id LEFT JOIN accounts_user h ON h.id = c.handler_id
 LEFT JOIN customers_customer u ON u.id = c.customer_id"""
JOINS = f" LEFT JOIN complaints_clock l ON l.complaint_id = c.id{OTHERS}"
#: what somebody sees, as a condition; whoever sees every customer sees all but what is about themself
NOT_ME = " AND (c.accused_id IS NULL OR c.accused_id <> :me)"
SEEN = {
    "administrator": NOT_ME,
    "customer-service-agent": NOT_ME,
    "salesperson": f"""{NOT_ME} AND c.id IN (
      SELECT id FROM complaints_complaint WHERE customer_id IN (SELECT id FROM customers_customer WHERE owner_id = :me)
      UNION SELECT id FROM complaints_complaint WHERE handler_id = :me
      UNION SELECT id FROM complaints_complaint WHERE received_by_id = :me
      UNION SELECT complaint_id FROM complaints_event WHERE owner_id = :me
      UNION SELECT complaint_id FROM complaints_part WHERE user_id = :me)""",
}
#: whose name somebody sees
NAMED = {"salesperson": " AND u.owner_id = :me"}
LATEST = f"SELECT {SHOWN} FROM complaints_complaint c{JOINS}"
#: the clock that runs out first is read first; what has none follows
BY_TIME = f"""SELECT {SHOWN} FROM complaints_clock l JOIN complaints_complaint c ON c.id = l.complaint_id{OTHERS}"""

CELL = """{% if row.leading %}{% set tone, share, told = left(row) %}<span class="kz-clock t-{{ tone }}" title="已用 {{ share }}%"><i class="bi bi-clock"></i>{{ told }}</span>{% else %}—{% endif %}"""  # noqa: E501
LIST = (
    """<header class="kz-head"><h1>客户投诉</h1></header><section class="kz-panel"><form class="kz-facets" method="get">
<input name="q" type="search" value="{{ request.args.q }}"></form><div class="kz-scroll"><table class="kz-table nowrap stack"><thead><tr>
{%- for title in ("投诉编号", "类别", "投诉事项", "客户", "状态", "受理人", "剩余时间", "接诉时间") %}<th scope="col">{{ title }}</th>{% endfor %}</tr></thead><tbody>
{%- for row in rows %}
<tr><td class="kz-muted">{{ row.number }}</td><td><span class="kz-chip">{{ row.kind }}</span></td><td><a class="kz-name" href="/complaints/{{ row.id }}">{{ row.subject }}</a></td><td>{{ row.customer or '—' }}</td><td><span class="kz-chip">{{ states[row.state] }}</span></td>
<td>{% if row.handler %}<span class="kz-who"><span class="kz-av">{{ row.handler[0] }}</span>{{ row.handler }}</span>{% else %}—{% endif %}</td><td>"""  # noqa: E501
    + CELL
    + """</td><td class="kz-muted">{{ local(row.received_at).strftime('%Y-%m-%d %H:%M') }}</td></tr>
{%- endfor %}
</tbody></table></div></section>"""
)
BOARD = (
    """<header class="kz-head"><h1>客户投诉</h1></header><div class="kz-board">
{%- for state in lanes %}<section class="kz-lane"><header><h2>{{ states[state] }}</h2><span class="n">{{ totals.get(state, 0) }}</span></header>
{%- for row in cards.get(state, ()) %}<article class="kz-card"><div class="row1"><span class="kz-muted">{{ row.number }}</span><span class="kz-chip">{{ row.kind }}</span></div>
<a class="ttl" href="/complaints/{{ row.id }}">{{ row.subject }}</a><div class="small">{{ row.customer or '—' }}</div><div class="row3">"""  # noqa: E501
    + CELL
    + """<span class="kz-who"><span class="kz-av">{{ (row.handler or '—')[0] }}</span></span></div></article>{% endfor %}
{%- if totals.get(state, 0) > 20 %}<a href="/complaints?f.state={{ state }}">全部 {{ totals[state] }}</a>{% endif %}</section>{% endfor %}</div>"""  # noqa: E501
)


def floor_app(engine: Engine, frame: str, people: dict[str, int], hours: Hours) -> Flask:
    """The app. ``frame`` is a page of the product."""
    app = floor.floor_app(engine, frame, people)
    pages = floor.framed(app, frame, LIST, BOARD)

    def page(main: str, now: datetime, **context: Any) -> str:
        left = lambda row: face(row, now, hours)  # noqa: E731
        return pages[main].render(
            request=request,
            csrf_token=generate_csrf,
            states=STATES,
            left=left,
            local=lambda at: at.astimezone(hours[0]),
            **context,
        )

    @app.get("/complaints")
    def complaints() -> str:
        with engine.connect() as connection:
            me = floor.person(connection)
            rows = listed(connection, me, request.args)
        return page(LIST, clock.now(), rows=rows)

    @app.get("/complaints/board")
    def board() -> str:
        with engine.connect() as connection:
            me = floor.person(connection)
            rows = laid(connection, me)
        cards: dict[str, list[Any]] = {}
        for row in rows:
            cards.setdefault(row.state, []).append(row)
        totals = {row.state: row.total for row in rows}
        return page(BOARD, clock.now(), cards=cards, totals=totals, lanes=LANES)

    return app


def _typed(statement: str) -> Any:
    return text(statement).columns(received_at=UtcDateTime, due_at=UtcDateTime)


def _own(statement: str, role: str) -> str:
    return statement.replace("u.id = c.customer_id", f"u.id = c.customer_id{NAMED.get(role, '')}") + (
        f" WHERE 1 = 1{SEEN[role]}"
    )


def listed(connection: Connection, me: Any, args: Any) -> list[Any]:
    """A page in one statement, by time left two where the clocks that run end."""
    values: dict[str, Any] = {"me": me.id}
    more = ""
    if args.get("f.is_open"):
        more += f" AND c.state IN {OPEN}"
    if args.get("f.state"):
        more, values["state"] = more + " AND c.state = :state", args["f.state"]
    if args["sort"] == "time_left":
        first = f"{_own(BY_TIME, me.role_key)}{more} AND l.due_at IS NOT NULL ORDER BY l.due_at, l.complaint_id"
        rows = list(connection.execute(_typed(f"{first} LIMIT {PAGE + 1}"), values))
        if len(rows) <= PAGE:
            rest = f"{_own(LATEST, me.role_key)}{more} AND l.due_at IS NULL ORDER BY c.id LIMIT {PAGE + 1 - len(rows)}"
            rows += connection.execute(_typed(rest), values)
    else:
        order = "ORDER BY c.received_at DESC, c.id DESC"
        rows = list(connection.execute(_typed(f"{_own(LATEST, me.role_key)}{more} {order} LIMIT {PAGE + 1}"), values))
    return rows[:PAGE]


def laid(connection: Connection, me: Any) -> list[Any]:
    """The first cards of every lane, each with how many there are in all: one statement."""
    order = "ORDER BY l.due_at IS NULL, l.due_at, c.id"
    ranked = f"""SELECT c.id, row_number() OVER (PARTITION BY c.state {order}) AS place,
     count(*) OVER (PARTITION BY c.state) AS total FROM complaints_complaint c
     LEFT JOIN complaints_clock l ON l.complaint_id = c.id WHERE c.state IN {OPEN}{SEEN[me.role_key]}"""
    shown = LATEST.replace("u.id = c.customer_id", f"u.id = c.customer_id{NAMED.get(me.role_key, '')}")
    shown = shown.replace("c.id, c.number", "r.total, c.id, c.number", 1)
    statement = f"{shown} JOIN ({ranked}) r ON r.id = c.id WHERE r.place <= {CARDS} ORDER BY c.state, r.place"
    return list(connection.execute(_typed(statement), {"me": me.id}))


def face(row: Any, now: datetime, hours: Hours) -> tuple[str, int, str]:
    """Tone, percent used, and what a clock says."""
    if row.due_at is None:
        seconds, tone = row.remaining or 0, "gray"
        return tone, 100 - seconds * 100 // (row.minutes * 60), "暂停"
    late = row.due_at < now
    minutes = served(min(now, row.due_at), max(now, row.due_at), hours)
    if late:
        return "red", 100, f"超时 {minutes // 60}:{minutes % 60:02}"
    share = 100 - minutes * 100 // row.minutes
    tone = "green" if share < 50 else "amber" if share < 75 else "red"
    return tone, share, f"{minutes // 60} 小时" if minutes >= 60 else f"{minutes:02}:00"


def served(start: datetime, end: datetime, hours: Hours) -> int:
    """Minutes of service between two instants, on working days."""
    zone, windows = hours
    first, last = start.astimezone(zone), end.astimezone(zone)
    day, total = first.replace(hour=0, minute=0, second=0, microsecond=0), 0
    while day <= last:
        if day.weekday() < 5:
            for opens, closes in windows:
                since = max(first, day + timedelta(minutes=opens))
                until = min(last, day + timedelta(minutes=closes))
                total += max(0, int((until - since).total_seconds()) // 60)
        day += timedelta(days=1)
    return total
