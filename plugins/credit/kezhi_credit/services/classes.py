"""The company's credit classes: every change of their terms is a new version (CRD-01, CRD-03)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import g
from sqlalchemy import Select, func, select, update

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, localised
from kezhi.figures import PPM
from kezhi.i18n import _
from kezhi.money import LARGEST

from ..labels import TONE_LABELS
from ..models import DELIVERIES, LIMIT_KINDS, ON_CREDIT, SECURITIES, TURNOVER, WAYS, CreditClass, Rating, Terms

CLASSES: Any = CreditClass.__table__
TERMS: Any = Terms.__table__
#: What a version says.
FIELDS = (
    "zh", "en", "tone", "limit_kind", "amount", "share", "days", "deposit", "ways", "interest", "delivery",
    "security", "review_months",
)  # fmt: skip
LONGEST_NAME, LONGEST_REASON, MOST_DAYS, MOST_MONTHS = 40, 500, 720, 60
_KEY = re.compile(r"[A-Z][A-Z0-9+-]{0,7}")

Row = dict[str, Any]


def present_terms() -> Select[Any]:
    """Every class with its terms in force: one row per class."""
    named = [TERMS.c[name] for name in FIELDS]
    joined = CLASSES.join(TERMS, (TERMS.c.class_id == CLASSES.c.id) & (TERMS.c.version == CLASSES.c.version))
    return select(*CLASSES.c, *named, TERMS.c.created_at, TERMS.c.created_by).select_from(joined)


def all_classes() -> list[Row]:
    """Every class, the best first, retired ones too; read once per request, in one statement."""
    found: list[Row] | None = g.get("kezhi_credit_classes")
    if found is None:
        statement = present_terms().order_by(CLASSES.c.position, CLASSES.c.id)
        found = [dict(row) for row in db.session.execute(statement).mappings()]
        g.kezhi_credit_classes = found
    return found


def classes_in_use() -> list[Row]:
    """The classes that a customer can be rated in."""
    return [each for each in all_classes() if each["retired_at"] is None]


def title_of(row: Mapping[str, Any]) -> str:
    """How the present language calls a class."""
    return localised({"zh": row["zh"], "en": row["en"]})


def class_by_id(class_id: int) -> Row:
    """A class with its terms in force. Errors: ``NotFound``."""
    for each in all_classes():
        if each["id"] == class_id:
            return each
    raise NotFound(_("There is no such credit class."))


def class_by_key(key: str) -> Row:
    """A class by its letter. Errors: ``NotFound``."""
    for each in all_classes():
        if each["key"] == key.strip().upper():
            return each
    raise NotFound(_("There is no credit class “%(key)s”.", key=key))


def versions_of(class_id: int) -> list[Terms]:
    """The terms of a class through time, the newest first."""
    statement = select(Terms).where(Terms.class_id == class_id).order_by(Terms.version.desc())
    return list(db.session.scalars(statement))


def usage() -> dict[int, int]:
    """How many customers are rated in each class today, whoever may see them."""
    from .standing import ratings_on

    rated = ratings_on(clock.today()).subquery()
    rows = db.session.execute(select(rated.c.class_id, func.count()).group_by(rated.c.class_id))
    return {int(row[0]): int(row[1]) for row in rows if row[0] is not None}


def add_class(values: Mapping[str, Any]) -> int:
    """A further class, after the others. Returns its id. Errors: ``Refused`` naming the field."""
    key = str(values.get("key") or "").strip().upper()
    if not _KEY.fullmatch(key):
        reason = _(
            "“%(key)s” cannot be a class: write a capital letter, then up to 7 letters, digits, + or −.", key=key
        )
        raise Refused(reason, field="key_name")
    if any(each["key"] == key for each in all_classes()):
        raise Refused(_("There is a credit class “%(key)s” already.", key=key), field="key_name")
    terms = _checked(values, None)
    made = CreditClass(key=key, position=max((each["position"] for each in all_classes()), default=0) + 1, version=1)
    db.session.add(made)
    db.session.flush()
    _add_version(made.id, 1, terms, "")
    _changed("credit.class.add", made.id)
    return made.id


def change_class(class_id: int, version: int, values: Mapping[str, Any], reason: str) -> int:
    """Give a class other terms, from now on; its id. Nothing happens when they are the same.

    Errors: ``Conflict`` when somebody was faster; ``NotFound``; ``Refused`` naming the field.
    """
    row = class_by_id(class_id)
    if row["version"] != version:
        raise _conflict()
    terms = _checked(values, class_id)
    if all(row[name] == terms[name] for name in FIELDS):
        return class_id
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the terms change."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="reason")
    _store(class_id, version, {"version": version + 1})
    _add_version(class_id, version + 1, terms, reason)
    _changed("credit.class.change", class_id, version=version + 1)
    return class_id


def set_retired(class_id: int, retired: bool) -> None:
    """Give the class to nobody any more, or again; who is in it stays in it."""
    class_by_id(class_id)
    now = clock.now() if retired else None
    db.session.execute(update(CreditClass).where(CreditClass.id == class_id).values(retired_at=now))
    _changed("credit.class.retire" if retired else "credit.class.restore", class_id)


def lower_than(class_id: int) -> set[int]:
    """The ids of the classes below one."""
    order = [each["id"] for each in all_classes()]
    return set(order[order.index(class_id) + 1 :]) if class_id in order else set()


def count_rated(class_id: int) -> int:
    """How many ratings there ever were in a class."""
    table = Rating.__table__
    return int(db.session.scalar(select(func.count()).where(table.c.class_id == class_id)) or 0)


def _checked(values: Mapping[str, Any], class_id: int | None) -> dict[str, Any]:
    """The terms as they are stored. What is not shipped on credit has no limit."""
    found: dict[str, Any] = {name: values.get(name) for name in FIELDS}
    for name in ("zh", "en"):
        text = found[name] = " ".join(str(found[name] or "").split())
        if len(text) > LONGEST_NAME:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_NAME), field=name)
        taken = {each[name].casefold() for each in all_classes() if each["id"] != class_id}
        if text and text.casefold() in taken:
            raise Refused(_("There is a credit class called “%(name)s” already.", name=text), field=name)
    if not found["zh"]:
        raise Refused(_("A credit class needs a Chinese name."), field="zh")
    lists = {"limit_kind": LIMIT_KINDS, "delivery": DELIVERIES, "security": SECURITIES, "tone": tuple(TONE_LABELS)}
    for name, known in lists.items():
        if found[name] not in known:
            raise Refused(_("Choose one of the list."), field=name)
    most = {"amount": LARGEST, "share": PPM, "days": MOST_DAYS, "deposit": PPM, "interest": PPM,
            "review_months": MOST_MONTHS}  # fmt: skip
    for name, largest in most.items():
        found[name] = int(found[name] or 0)
        if not 0 <= found[name] <= largest:
            raise Refused(_("This figure is out of its range."), field=name)
    if found["review_months"] == 0:
        raise Refused(_("Say after how many months a class is looked at again."), field="review_months")
    found["ways"] = [way for way in WAYS if way in (found["ways"] or ())]
    if not found["ways"]:
        raise Refused(_("Choose at least one way to pay."), field="ways")
    if found["delivery"] != ON_CREDIT:
        found["limit_kind"], found["amount"], found["share"] = LIMIT_KINDS[0], 0, 0
    elif found["limit_kind"] == TURNOVER and not found["share"]:
        raise Refused(_("Say which share of the turnover the limit is."), field="share")
    elif found["limit_kind"] != TURNOVER:
        found["share"] = 0
    return found


def _add_version(class_id: int, version: int, terms: Mapping[str, Any], reason: str) -> None:
    who = {"created_at": clock.now(), "created_by": acting_user().login}
    made = Terms(class_id=class_id, version=version, reason=reason, **who, **terms)
    db.session.add(made)
    db.session.flush()
    announce(Terms, "create", [made.id])


def _store(class_id: int, version: int, values: Mapping[str, Any]) -> None:
    statement = update(CreditClass).where(CreditClass.id == class_id, CreditClass.version == version).values(**values)
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise _conflict()
    db.session.expire_all()


def _changed(action: str, class_id: int, **more: Any) -> None:
    g.pop("kezhi_credit_classes", None)
    audit_record(action, "credit_class", class_id, **more)


def _conflict() -> Conflict:
    return Conflict(_("Somebody else changed this class after you opened it. Look at its terms again before you save."))
