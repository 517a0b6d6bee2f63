"""The floor: the same pages as somebody would write them by hand for this one company, and nothing more.

One Flask app over the same database: a list with the product's rows and columns, a record page, a form's create and
update. It finds the log-in and whose it is in one statement, reads in another what the company calls its keys, applies
the access rule as SQL written by hand, and renders a plain Jinja table inside the same frame (menu, head, scripts) as
text. It has no translations, no plugins, no saved views, no audit chain and no search tokens: what those cost is what
the ratios show.
"""

# ruff: noqa: S608 - every piece of a statement stands in this file; values are bound

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, redirect, render_template_string, request, session
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf
from jinja2 import Template
from sqlalchemy import Connection, Engine, bindparam, text
from werkzeug.wrappers import Response as AnyResponse

from kezhi import clock
from kezhi.tables import session as sessions

from . import floor_form
from .floor_list import LIST, TITLES

PAGE = 50
SCHEME = "composite-abc"
SHOWN = """c.id, c.code, c.name, c.region, c.business_type, c.stage, u.name AS owner, c.trade_since,
 g.grade, g.tone, t.total_amount, t.last_order_date, s.class_key, m.tone AS class_tone"""
#: the credit as it was counted last
CREDIT = "credit_summary s ON s.customer_id = c.id"
CLASS = """ LEFT JOIN credit_class k ON k."key" = s.class_key
 LEFT JOIN credit_terms m ON m.class_id = k.id AND m.version = k.version"""
OWNER = " LEFT JOIN accounts_user u ON u.id = c.owner_id LEFT JOIN trade_customer t ON t.customer_id = c.id"
JOINS = f"{OWNER} LEFT JOIN {CREDIT}{CLASS}"
GRADE = f"grading_current g ON g.customer_id = c.id AND g.scheme_key = '{SCHEME}'"
#: the bound that is true of every name is what lets SQLite walk the index, as in the product
FROM_THE_FIRST = " AND c.name >= ''"
BY_NAME = (
    f"SELECT {SHOWN}, c.name AS sorted FROM customers_customer c LEFT JOIN {GRADE}{JOINS} WHERE 1 = 1{FROM_THE_FIRST}"
)
BY_CODE = BY_NAME.replace("c.name AS sorted", "c.code AS sorted")
BY_GRADE = (
    f"SELECT {SHOWN}, g.grade_order AS sorted FROM grading_current g JOIN customers_customer c ON c.id = g.customer_id"
    f"{JOINS} WHERE g.scheme_key = '{SCHEME}'"
)
FIGURES = ", s.credit_limit, s.exposure, s.free, s.overdue"
BY_FREE = (
    f"SELECT {SHOWN}{FIGURES}, s.free AS sorted FROM credit_summary s JOIN customers_customer c ON c.id = s.customer_id"
    f" LEFT JOIN {GRADE}{OWNER}{CLASS} WHERE s.free IS NOT NULL"
)
WITHOUT_FREE = BY_NAME.replace(", c.name AS sorted", f"{FIGURES}, c.name AS sorted") + " AND s.free IS NULL"
WITHOUT_GRADE = f"{BY_NAME} AND g.customer_id IS NULL"
ORDERS = {
    "name": (BY_NAME, "c.name", "c.id"),
    "grading.grade": (BY_GRADE, "g.grade_order", "g.customer_id"),
    "code": (BY_CODE + " AND c.code IS NOT NULL", "c.code", "c.id"),
    "credit.free": (BY_FREE, "s.free", "s.customer_id"),
}
#: what follows on the rows with a value
RESTS = {"grading.grade": WITHOUT_GRADE, "credit.free": WITHOUT_FREE}
#: what somebody sees, as a condition; the administrator sees all
SEEN = {
    "administrator": "",
    "sales-manager": """ AND c.id IN (SELECT id FROM customers_customer WHERE owner_id = :me UNION
      SELECT id FROM customers_customer WHERE department_id IN
      (SELECT descendant_id FROM accounts_department_closure WHERE ancestor_id = :department))""",
    "salesperson": " AND c.id IN (SELECT id FROM customers_customer WHERE owner_id = :me)",
    "customer-service-agent": "",
}
#: whose log-in the token in the cookie is: it can be ended, and rights be taken, from one request to the next; and how
#: many notices wait, which the bell in the frame of every page says
WHO = text("""SELECT u.id, u.name, u.department_id, r.role_key, (SELECT count(*) FROM tasks_notice n
 WHERE n.user_id = u.id AND n.read_at IS NULL) AS unread FROM kezhi_session s
 JOIN accounts_user u ON u.id = s.user_id
 JOIN accounts_user_role r ON r.user_id = u.id WHERE s.token_hash = :hash AND s.expires_at > :now AND u.active""")
WHO = WHO.bindparams(bindparam("now", type_=sessions.c.expires_at.type))
#: what the company calls the values that the rows hold as keys
WORDS = """SELECT list, "key", zh FROM customers_list_entry WHERE list IN ('region', 'business_type', 'stage')"""

RECORD = """<section class="kz-panel"><h1>{{ row.name }}</h1><div class="meta"><span>{{ row.code or row.prospect_number }}</span>
<span>{{ row.region }}</span><span>{{ row.owner }}</span></div><ul><li>{{ row.grade }}</li><li>{{ row.total_amount }}</li></ul></section>
<dl class="kz-dl two">{% for name, value in row._mapping.items() %}<dt>{{ name }}</dt><dd>{{ value if value not in (none, '') else '—' }}</dd>{% endfor %}</dl>
<table class="kz-table">{% for order in orders %}<tr><td><a href="/trade/{{ order.id }}">{{ order.number }}</a></td><td>{{ order.order_date }}</td><td>{{ order.amount }}</td><td>{{ order.status }}</td></tr>{% endfor %}</table>
<table class="kz-table">{% for key, each in criteria.items() %}<tr><td>{{ key }}</td><td>{{ each.value }}</td><td>{{ each.points }}</td></tr>{% endfor %}</table>
<ul class="kz-list">{% for each in owners %}<li>{{ each.name }} {{ each.from_at }} {{ each.to_at or '' }}</li>{% endfor %}</ul>
<ol>{% for each in changes %}<li>{{ each.at }} {{ each.actor }} {{ each.field }} {{ each.old }} {{ each.new }}</li>{% endfor %}</ol>"""  # noqa: E501


def floor_app(engine: Engine, frame: str, people: dict[str, int]) -> Flask:
    """The app. ``frame`` is a page of the product; what stands in its main part is replaced."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes(32)
    CSRFProtect(app)
    pages = framed(app, frame, LIST, RECORD)

    def page(main: str, **context: Any) -> str:
        return pages[main].render(request=request, csrf_token=generate_csrf, **context)

    @app.route("/login", methods=["GET", "POST"])
    def login() -> Any:
        if request.method == "GET":
            return render_template_string('<input name="csrf_token" value="{{ csrf_token() }}">')
        token, now = secrets.token_urlsafe(32), clock.now()
        times = {"created_at": now, "seen_at": now, "expires_at": now + timedelta(days=1)}
        row = {"token_hash": _hash(token), "user_id": people[request.form["login"]], "address": "", "agent": "floor"}
        with engine.execution_options(kezhi_write=True).begin() as connection:
            connection.execute(sessions.insert().values(row | times))
        session["token"] = token
        return redirect("/customers")

    @app.get("/customers")
    def index() -> Any:
        with engine.connect() as connection:
            me = person(connection)
            rows, last = listed(connection, me, request.args)
            words = {(row[0], row[1]): row[2] for row in connection.execute(text(WORDS))}
        sort = request.args.get("sort", "name")
        shown = {"rows": rows, "last": last, "words": words, "titles": TITLES, "sort": sort, "me": me}
        return page(LIST, **shown, figures=sort == "credit.free", unread=me.unread)

    @app.get("/customers/<int:number>")
    def show(number: int) -> Any:
        with engine.connect() as connection:
            me = person(connection)
            return page(RECORD, **record(connection, me, number), unread=me.unread)

    @app.post("/customers/new")
    def new() -> AnyResponse:
        with engine.connect() as connection:
            me = person(connection)
        with engine.execution_options(kezhi_write=True).begin() as connection:
            return redirect(f"/customers/{floor_form.create(connection, me)}")

    @app.post("/customers/<int:number>/edit")
    def edit(number: int) -> AnyResponse:
        with engine.connect() as connection:
            me = person(connection)
        with engine.execution_options(kezhi_write=True).begin() as connection:
            floor_form.change(connection, me, number, SEEN[me.role_key])
        return redirect(f"/customers/{number}")

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    return app


def framed(app: Flask, frame: str, *mains: str) -> dict[str, Template]:
    """Templates, compiled once, of pages that have these texts as the main part of ``frame``."""
    head, _, rest = frame.partition("<main")
    start, end = head + "<main" + rest.partition(">")[0] + ">", "</main>" + rest.partition("</main>")[2]
    # the frame is text in the template; only the token of its log-out form changes from page to page
    start = re.sub(r'(name="csrf_token" value=")[^"]*', r"\1{TOKEN}", start)
    start = start.replace('href="/notices"', 'href="/notices"{UNREAD}', 1)
    start = start.replace("{{", "{").replace("{%", "{").replace("{TOKEN}", "{{ csrf_token() }}")
    start = start.replace("{UNREAD}", """{% if unread %} data-n="{{ unread if unread < 100 else '99+' }}"{% endif %}""")
    end = end.replace("{{", "{").replace("{%", "{")
    return {main: app.jinja_env.from_string(start + main + end) for main in mains}


def person(connection: Connection) -> Any:
    """Who asks."""
    found = connection.execute(WHO, {"hash": _hash(session.get("token", "")), "now": clock.now()}).one_or_none()
    return found if found is not None else abort(404)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def listed(connection: Connection, me: Any, args: Any) -> tuple[list[Any], Any]:
    """A page of the list in one statement, two where those with a value end; and its last row when there are more."""
    sort = args.get("sort", "name")
    statement, value, key = ORDERS[sort]
    if args.get("id"):
        statement = statement.replace(FROM_THE_FIRST, "")
    statement += SEEN[me.role_key]
    two_legs = sort in RESTS
    rest = RESTS.get(sort, "") + SEEN[me.role_key]
    values = {"me": me.id, "department": me.department_id}
    if args.get("id"):
        statement += f" AND ({value}, {key}) > (:value, :id)"
        values |= {"value": int(args["value"]) if two_legs else args["value"], "id": int(args["id"])}
    if args.get("f.region"):
        statement, rest = statement + " AND c.region = :region", rest + " AND c.region = :region"
        values["region"] = args["f.region"]
    if args.get("q"):
        statement += " AND (c.code >= :q AND c.code < :beyond OR c.name >= :q AND c.name < :beyond)"
        values |= {"q": args["q"], "beyond": args["q"] + "\U0010ffff"}
    rows = list(connection.execute(text(f"{statement} ORDER BY {value}, {key} LIMIT {PAGE + 1}"), values))
    if two_legs and len(rows) <= PAGE:
        more = connection.execute(text(f"{rest} ORDER BY c.id LIMIT {PAGE + 1 - len(rows)}"), values)
        rows += more
    return rows[:PAGE], rows[PAGE - 1] if len(rows) > PAGE else None


def record(connection: Connection, me: Any, number: int) -> dict[str, Any]:
    """What the record page shows: five statements."""
    values = {"id": number, "me": me.id, "department": me.department_id}

    def rows(statement: str) -> list[Any]:
        return list(connection.execute(text(statement), values))

    found = rows(
        f"""SELECT c.*, u.name AS owner, d.name AS department, g.grade, g.score, g.run_id, t.total_amount, t.order_count
        FROM customers_customer c LEFT JOIN {GRADE}{JOINS} LEFT JOIN accounts_department d ON d.id = c.department_id
        WHERE c.id = :id{SEEN[me.role_key]}"""
    )
    if not found:
        abort(404)
    newest = "SELECT * FROM trade_order WHERE customer_id = :id ORDER BY order_date DESC, id DESC LIMIT 21"
    owned = """SELECT u.name, o.from_at, o.to_at FROM customers_owner o JOIN accounts_user u ON u.id = o.user_id
     WHERE o.customer_id = :id ORDER BY o.from_at"""
    changed = "SELECT * FROM customers_change WHERE customer_id = :id ORDER BY at DESC, id DESC LIMIT 21"
    graded = """SELECT r.grade, r.score, r.criteria, run.published_at FROM grading_result r
     JOIN grading_run run ON run.id = r.run_id WHERE r.customer_id = :id ORDER BY run.id DESC LIMIT 8"""
    grades = rows(graded)
    kept = grades[0].criteria if grades else {}
    if isinstance(kept, str):
        import json

        kept = json.loads(kept)
    return {"row": found[0], "orders": rows(newest), "owners": rows(owned), "changes": rows(changed), "criteria": kept}
