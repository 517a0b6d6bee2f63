"""What the pages of the audit log show."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, case, func, literal, or_, select

from kezhi import Choice, Column, Filter, ListView, NotFound, clock, db
from kezhi import lazy_gettext as _l
from kezhi.cells import RENDERERS, Cell, Renderer
from kezhi.i18n import gettext as _
from kezhi.i18n import lazy_pgettext
from kezhi.tables import audit_entry, audit_head
from kezhi.users import SYSTEM

from ..accounts.models import Account
from . import words
from .models import AuditEntry, happened_at
from .services import fits
from .services.chain import GENESIS, as_bytes

READ = "audit.read"
LONGEST = 60  #: characters of the fields in a row
HASH = re.compile(r"\b[0-9a-f]{64}\b")  #: is cut short there
entry: Any = AuditEntry


def log_view() -> ListView:
    """The log, the newest entry first."""
    return ListView(
        name="audit",
        model=AuditEntry,
        key=entry.seq,
        columns=_columns(),
        order=("seq", "desc"),
        search=_search,
        link=lambda row: url_for("audit.show", seq=row.id),
        title=_l("Audit log"),
        kind=_l("entries"),
        search_hint=_l("Number, user name, action or object"),
        export_permission=READ,
    )


def _columns() -> list[Column]:
    actor_name = select(Account.name).where(Account.login == entry.actor).correlate(AuditEntry).scalar_subquery()
    named = case((entry.actor == SYSTEM.login, literal(str(_("System")))), else_=func.coalesce(actor_name, entry.actor))
    by_person = Filter("text", apply=_by_person)
    actions = Filter("choice", lambda: _choices(audit_entry.c.action, words.action_title), lambda v: entry.action == v)
    kinds = Filter("choice", lambda: _choices(audit_entry.c.object_kind, words.kind_title),
                   lambda v: entry.object_kind == v)  # fmt: skip
    results = Filter("choice", lambda: [Choice(key, title) for key, (title, _tone) in words.RESULTS.items()])
    tone = case(*[(entry.result == key, tone) for key, (_title, tone) in words.RESULTS.items()], else_="gray")
    return [
        Column("seq", lazy_pgettext("audit", "No."), entry.seq, sortable=True, default=True, render="code", order=1),
        Column("at", _l("When"), happened_at, default=True, render=_instant, filter=Filter("date"), order=2),
        Column("actor", _l("Who"), named, default=True, render="person", filter=by_person, order=3),
        Column("login", _l("User name"), entry.actor, render="code", filter=Filter("text"), order=4),
        Column("action", _l("What was done"), entry.action, default=True, render=_worded(words.action_title, "title"),
               filter=actions, order=5),
        Column("kind", _l("Kind of object"), entry.object_kind, default=True, render=_worded(words.kind_title, "x"),
               filter=kinds, order=6),
        Column("subject", _l("Object"), entry.object_id, default=True, render="code", filter=Filter("text"), order=7),
        Column("result", _l("Result"), entry.result, default=True, render="chip", filter=results, extra=(tone,),
               order=8),
        Column("fields", _l("Fields"), entry.payload, default=True, render=_fields, order=9),
    ]  # fmt: skip


def _worded(title: Any, phone: str) -> Renderer:
    return Renderer(lambda cell: escape(title(cell.value)), lambda cell: title(cell.value), phone=phone)


def _short(cell: Cell) -> str:
    text = HASH.sub(lambda found: f"{found[0][:8]}…", words.summary(cell.value))
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return Markup(f'<span class="kz-muted small">{escape(shown)}</span>')


_instant = replace(RENDERERS["instant"], phone="x")
_fields = Renderer(_short, lambda cell: words.summary(cell.value), muted=True)


def _by_person(text: str) -> ColumnElement[bool]:
    """By user name or full name; what people were called when they left counts as well."""
    logins = select(Account.login).where(Account.name == text)
    found: ColumnElement[bool] = or_(entry.actor == text.strip().lower(), entry.actor.in_(logins))
    return or_(found, entry.actor == SYSTEM.login) if text == str(_("System")) else found


def _search(word: str) -> ColumnElement[bool]:
    """Whole values, each of which an index finds: nobody looks for half a number."""
    found = [entry.object_id == word, entry.action == word, entry.actor == word.lower()]
    if word.isascii() and word.isdigit() and len(word) < 19:
        found.append(entry.seq == int(word))
    return or_(*found)


def _choices(column: Any, title: Any) -> list[Choice]:
    """The values that occur, each found by one step along the index of its column."""
    first = select(func.min(column).label("value")).cte("values", recursive=True)
    following = select(func.min(column)).where(column > first.c.value).correlate(first).scalar_subquery()
    steps = first.union_all(select(following).where(first.c.value.is_not(None)))
    found = db.session.scalars(select(steps.c.value).where(steps.c.value.is_not(None))).all()
    titles = {value: title(value) for value in found}
    several = {text for text in titles.values() if list(titles.values()).count(text) > 1}
    labels = {key: f"{text} ({key})" if text in several and text != key else text for key, text in titles.items()}
    return [Choice(key, labels[key]) for key in sorted(labels, key=lambda key: labels[key])]


def entry_page(seq: int) -> dict[str, Any]:
    """One entry, its place in the chain, and whether it is as it was written. Errors: ``NotFound``."""
    columns = [*audit_entry.c, happened_at.label("happened_at")]
    number = audit_entry.c.seq
    near = select(*columns).where(number.between(seq - 1, seq + 1)).order_by(number)
    rows: dict[int, Any] = {row["seq"]: dict(row) for row in db.session.execute(near).mappings()}
    if seq not in rows:
        raise NotFound(_("There is no entry %(seq)d.", seq=seq))
    found = rows[seq]
    head = db.session.execute(select(audit_head.c.seq)).scalar_one()
    before = as_bytes(rows[seq - 1]["hash"]) if seq - 1 in rows else GENESIS
    name = db.session.scalar(select(Account.name).where(Account.login == found["actor"]))
    at = found["happened_at"]
    result = words.RESULTS.get(found["result"], (found["result"], "gray"))
    return {
        "entry": found,
        "when": f"{clock.local(at):%Y-%m-%d %H:%M:%S}" if at is not None else found["at"],
        "action": words.action_title(found["action"]),
        "kind": words.kind_title(found["object_kind"]),
        "actor": _("System") if found["actor"] == SYSTEM.login else name or found["actor"],
        "result": result,
        "fields": words.fields_of(found["payload"]),
        "head": head,
        "fits": (seq == 1 or seq - 1 in rows) and fits(current_app.config["KEZHI_KEYS"]["audit"], before, found),
        "previous": as_bytes(found["previous"]).hex(),
        "hash": as_bytes(found["hash"]).hex(),
        "earlier": seq - 1 if seq - 1 in rows else None,
        "later": seq + 1 if seq + 1 in rows else None,
    }
