"""Lists and record pages: columns keep the rows, statements do not grow, and nobody reads what they may not see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, select
from werkzeug.datastructures import MultiDict

from ...contributions import Column
from ...db import db, writing
from ...listing.view import ListView
from ...site import Site
from .pages import addresses
from .subject import MARK, Subject, client_of

MANY = 30  #: customers, fewer than a page of a list
CUSTOMERS = "/customers"
ASKED = MARK[:-1]  #: what is searched for: a page may repeat it
TYPED = {"number": "1", "date": "2026-03-02", "text": MARK}
SCOPES = ("see_all", "see_department")  #: rights that widen what a person sees
ROLE = "account-manager"  #: sees the customers in their own charge, of which there are none


def check_columns(subject: Subject) -> list[str]:
    """A column adds no row, takes none away, sorts both ways and filters; a list's statements do not grow with it."""
    found: list[str] = []
    with subject.filled() as (site, values), _lists() as seen:
        admin = client_of(site, "administrator")
        lists = _find_lists(subject, site, values, admin, seen)
        few = {place: _statements(site, lambda place=place: admin.get(place)) for place in lists}
        for customer in subject.add_customers(site, MANY)[:3]:
            subject.add_rows(site, customer)  # several rows for one record are where a join goes wrong
        for place, columns in lists.items():
            many = _statements(site, lambda place=place: admin.get(place))
            if many > few[place]:
                counts = f"{many} statements for {MANY} customers, {few[place]} for one"
                mend = "read what a cell needs in the column's expr, extra or join"
                found.append(f"{subject.name}: the list {place} sends {counts}: {mend}")
            for column in columns:
                found += [f"{subject.name}: the column {column.key} {problem}"
                          for problem in _problems(admin, seen, place.partition("?")[0], column)]  # fmt: skip
    return found


def _find_lists(
    subject: Subject, site: Site, values: dict[str, Any], admin: Any, seen: list[Any]
) -> dict[str, list[Column]]:
    """The lists with columns of the plugin, each at the address that shows them all, and those columns."""
    pages = [CUSTOMERS, *(address for _rule, method, address in addresses(subject, site, values) if method == "GET")]
    lists: dict[str, list[Column]] = {}
    for address in dict.fromkeys(pages):
        seen.clear()
        admin.get(address)
        for view, _ids in seen:
            own = [column for column in view.columns.values()
                   if address != CUSTOMERS or column.key.startswith(f"{subject.name}.")]  # fmt: skip
            if own:
                lists[f"{address}?columns={','.join(view.columns)}"] = own
    return lists


def _problems(admin: Any, seen: list[Any], address: str, column: Column) -> Iterator[str]:
    """What is wrong with one column of a list."""

    def ids(**arguments: str) -> list[Any] | str:
        seen.clear()
        try:
            answer = admin.get(address, query_string=MultiDict(arguments))
        except Exception as error:  # a test client hands on what a server would answer with 500
            return f"{type(error).__name__}: {error}"
        return list(seen[-1][1]) if answer.status_code == 200 and seen else f"{answer.status_code}"

    plain, shown = ids(), ids(columns=column.key)
    if isinstance(plain, str) or isinstance(shown, str):
        yield f"cannot be shown ({shown})"
        return
    if sorted(shown) != sorted(plain):
        yield (f"makes {len(shown)} rows of {len(plain)}: its join needs at most one row per record, see Join.where, "
               "or a scalar subquery")  # fmt: skip
    for argument in (column.key, f"-{column.key}") if column.sortable else ():
        ordered = ids(sort=argument)
        if isinstance(ordered, str) or sorted(ordered) != sorted(plain):
            yield f"cannot be sorted by: {ordered if isinstance(ordered, str) else 'rows are lost or doubled'}"
    for argument, value in _filters(column):
        kept = ids(**{argument: value})
        if isinstance(kept, str):
            yield f"cannot be filtered by {value!r}: {kept}"
        elif not set(kept) <= set(plain) or len(kept) > len(set(kept)):
            yield f"answers to the filter {value!r} with rows that are doubled or strange"


def _filters(column: Column) -> Iterator[tuple[str, str]]:
    if column.filter is None:
        return
    if column.filter.choices is not None:
        yield from ((f"f.{column.key}", choice.value) for choice in list(column.filter.choices())[:5])
    else:
        names = ("from", "to") if column.filter.kind in ("number", "date") and column.filter.apply is None else ("f",)
        yield from ((f"{name}.{column.key}", TYPED[column.filter.kind]) for name in names)


def check_panels(subject: Subject) -> list[str]:
    """A record's page sends the same number of statements for one row of the plugin as for many."""
    with subject.filled() as (site, values):
        customer, admin = int(values["customer_id"]), client_of(site, "administrator")
        pages = record_pages(admin, customer)
        subject.add_rows(site, customer)
        few = {page: _statements(site, lambda page=page: admin.get(page)) for page in pages}
        for _time in range(5):
            subject.add_rows(site, customer)
        many = {page: _statements(site, lambda page=page: admin.get(page)) for page in pages}
    return [
        f"{subject.name}: the page {page} sends {many[page]} statements for six rows and {few[page]} for one: let "
        "panels, facts and the time line read what they show in one statement"
        for page in pages
        if many[page] > few[page]
    ]


def record_pages(client: Any, customer: int) -> list[str]:
    """The page of a customer, and its tabs of apps, at which what they show is read."""
    page = f"{CUSTOMERS}/{customer}"
    return [
        page,
        *(f"{page}?tab={key}" for key in dict.fromkeys(re.findall(r"[?]tab=([\w.-]+)", _text(client.get(page))))),
    ]


def check_canary(subject: Subject) -> list[str]:
    """Who may use the plugin but does not see a customer reads nothing of that customer, on no path."""
    found = []
    with subject.filled() as (site, values):
        admin, outsider = client_of(site, "administrator"), _outsider(site, subject.name)
        own = [(rule, method, address) for rule, method, address in addresses(subject, site, values)]
        records = record_pages(admin, int(values["customer_id"]))
        gets = list(dict.fromkeys(address for _rule, method, address in own if method == "GET"))
        pages = [*gets, CUSTOMERS, *records]
        if gets and not any(MARK in _text(admin.get(address)) for address in gets):
            found.append(f"{subject.name}: no page of it shows the examples to an administrator, so nothing can be "
                         f"said about others: let examples() write MARK ({MARK!r}) into their texts")  # fmt: skip
        for address in pages:
            for query in ("", f"?q={ASKED}", "?format=csv", f"?count=1&q={ASKED}"):
                place = f"{address}{query.replace('?', '&') if '?' in address else query}"
                answer = outsider.get(place)
                if MARK in _text(answer):
                    found.append(f"{subject.name}: {place} shows a customer to who may not see it: begin with "
                                 "visible(Model)")  # fmt: skip
                elif query.startswith("?count") and answer.mimetype == "text/plain" and _text(answer).strip() != "0":
                    found.append(f"{subject.name}: {place} counts rows of customers that one may not see")
        before = _rows_of(subject, site, int(values["customer_id"]))
        for rule, method, address in own:
            if method == "POST" and rule.arguments:
                outsider.post(address, data={})
                if _rows_of(subject, site, int(values["customer_id"])) != before:
                    found.append(f"{subject.name}: POST {rule.rule} changes rows of a customer that one may not see: "
                                 "load the record through visible(Model) before writing")  # fmt: skip
                    break
    return found


def _outsider(site: Site, name: str) -> Any:
    """A client of a person with every right of the plugin who sees no customer."""
    from ...builtin.accounts.services.roles import role_permissions, set_permissions

    known = site.app.extensions["kezhi"].permissions
    wanted = {key for key in known if key.startswith(f"{name}.") and not key.endswith(SCOPES)}
    with writing():
        kept = {key for key in role_permissions(ROLE) if not key.endswith(SCOPES)}
        set_permissions(ROLE, kept | wanted | {"customers.read", "customers.export"})
    return client_of(site, ROLE)


def _text(answer: Any) -> str:
    return str(answer.get_data(as_text=True)) if answer.status_code == 200 else ""


def _rows_of(subject: Subject, site: Site, customer: int) -> list[str]:
    """The rows about a customer in the tables that the plugin has linked to customers."""
    linked = {link.table: link.column for name, link in site.app.extensions["kezhi"].links if name == subject.name}
    tables = {model.__table__.name: model.__table__ for model in subject.own_models(site)}
    found = []
    for name, column in sorted(linked.items()):
        if name in tables:
            rows = db.session.execute(select(tables[name]).where(tables[name].c[column] == customer)).all()
            found += sorted(map(repr, rows))
    db.session.rollback()
    return found


@contextmanager
def _lists() -> Iterator[list[tuple[ListView, list[Any]]]]:
    """The lists that are shown meanwhile, each with the ids of its rows."""
    seen: list[tuple[ListView, list[Any]]] = []
    original = ListView.page

    def watched(self: ListView, args: Any, size: int | None = None) -> Any:
        page = original(self, args, size)
        seen.append((self, [row.id for row in page.rows]))
        return page

    ListView.page = watched  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        ListView.page = original  # type: ignore[method-assign]


def _statements(site: Site, act: Any) -> int:
    """How many statements something sends, the second time it is done."""
    act()
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        if not text.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
            sent.append(text)

    event.listen(site.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(site.engine, "before_cursor_execute", note)
    return len(sent)


CHECKS = [check_columns, check_panels, check_canary]
