"""The credit check: may this much be shipped on credit to this customer today, and why not (CRD-05, CRD-08).

What a block says is decided here and nowhere else: pages, the command and other apps ask :func:`check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from kezhi import Refused, clock, setting, writing
from kezhi.figures import PPM, divide
from kezhi.i18n import _, ngettext
from kezhi.money import LARGEST

from ..models import CASH_ONLY, NO_SECURITY, ON_PAYMENT, SECURITY, SHORTER, STOP, Measure
from ..words import HIGH, amount
from . import releases, reserving
from .measures import measure_in_force
from .position import position_of
from .ratings import seen_customer

ALLOW, WARN, BLOCK, NOTE = "allow", "warn", "block", "note"
LONGEST_ORDER = 80


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is decided so. ``level`` is ``block``, ``warn`` or ``note``; ``code`` is for programs."""

    code: str
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check says. Amounts are minor units of the company's currency; None where they are unknown.

    ``free`` is what is free before this amount. ``term`` is the payment term in force in days, ``due_on`` the day on
    which what leaves today is due; both None where only against payment is shipped. ``reservation_id`` is set when
    credit was kept for it.
    """

    decision: str
    reasons: tuple[Reason, ...]
    limit: int
    exposure: int | None
    overdue: int | None
    free: int | None
    reserved: int
    reservation_id: int | None = None
    release_number: str = ""
    term: int | None = None
    due_on: date | None = None
    position: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        reasons = [{"code": each.code, "level": each.level, "text": each.text} for each in self.reasons]
        return {
            "decision": self.decision, "reasons": reasons, "limit": self.limit, "exposure": self.exposure,
            "overdue": self.overdue, "free": self.free, "reserved": self.reserved, "reservation": self.reservation_id,
            "release": self.release_number, "term": self.term,
            "due_on": self.due_on.isoformat() if self.due_on is not None else None,
        }  # fmt: skip


def check(customer_id: int, asked: int, order: str = "", *, reserve: bool = False) -> Answer:
    """Whether ``asked`` minor units more may be owed. With ``reserve`` they are kept for 24 hours unless it is blocked.

    Checks of one customer that reserve come one after the other, so the last free credit is given once. A release for
    ``order`` lifts a block once: a check that reserves uses it up. Errors: ``NotFound`` for a customer that the user
    does not see; ``Refused`` for an amount that is none.
    """
    order = order.strip()
    if not (0 < asked <= LARGEST if reserve else 0 <= asked <= LARGEST):
        raise Refused(_("Write an amount above 0."), field="amount")
    if len(order) > LONGEST_ORDER:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_ORDER), field="order")
    if not reserve:
        return _judged(seen_customer(customer_id).id, asked, order)[0]
    with writing():
        known = seen_customer(customer_id).id
        reserving.hold(known)
        answer, release = _judged(known, asked, order)
        if answer.decision == BLOCK:
            return answer
        mine = reserving.reservation_for(known, order)
        carried = mine.release_id if mine is not None else None
        if release is not None:
            releases.use(release.id)
        kept = reserving.reserve(known, asked, order, release.id if release is not None else carried)
        return replace(answer, reservation_id=kept)


def _judged(customer_id: int, asked: int, order: str) -> tuple[Answer, Any]:
    """The answer, and the release that lifts its block."""
    now = position_of(customer_id)
    mine = reserving.reservation_for(customer_id, order)
    if mine is not None:  # what is kept for this very order does not stand in its way
        now["reserved"] -= mine.amount
        if now["free"] is not None:
            now["used"], now["free"] = now["used"] - mine.amount, now["free"] + mine.amount
    measure = measure_in_force(customer_id)
    reasons = list(reasons_of(now, asked, measure))
    levels = {each.level for each in reasons}
    decision = BLOCK if BLOCK in levels else WARN if WARN in levels else ALLOW
    release = None
    if decision == BLOCK and order:
        kept = mine is not None and mine.release_id is not None and asked <= mine.amount
        release = None if kept else releases.usable(customer_id, order, asked)
        if kept or release is not None:
            number = release.number if release is not None else releases.number_of(mine.release_id)
            text = _("Released for order %(order)s by %(number)s.", order=order, number=number)
            lifted = [Reason(each.code, NOTE if each.level == BLOCK else each.level, each.text) for each in reasons]
            reasons, decision = [Reason("released", NOTE, text), *lifted], ALLOW
    term = term_of(now, measure)
    answer = Answer(
        decision, tuple(reasons), now["limit"], now["exposure"], now["overdue"], now["free"], now["reserved"],
        release_number=release.number if release is not None else "", term=term,
        due_on=None if term is None else clock.today() + timedelta(days=term), position=now,
    )  # fmt: skip
    return answer, release


def term_of(now: Mapping[str, Any], measure: Measure | None = None) -> int | None:
    """The payment term in force, in days: that of the class, or a shorter one by measure. None: against payment."""
    if _pays_first(now) or (measure is not None and measure.kind == CASH_ONLY):
        return None
    days = int(now["days"])
    return days if measure is None or measure.days is None else min(days, measure.days)


def _pays_first(now: Mapping[str, Any]) -> bool:
    return now["class_key"] is None or (now["delivery"] == ON_PAYMENT and now["limit_origin"] != "own")


def reasons_of(now: Mapping[str, Any], asked: int, measure: Measure | None = None) -> Iterator[Reason]:
    """What speaks against it, and what is to be known."""
    cash, by_measure = _pays_first(now), measure is not None and measure.kind == CASH_ONLY
    free = now["free"] if now["free"] is not None else now["limit"] - now["reserved"]
    if now["delivery"] == STOP:
        yield Reason("stopped", BLOCK, _("Nothing is shipped to customers of class %(key)s.", key=now["class_key"]))
    if now["free"] is None:
        level = BLOCK if cash or by_measure else WARN
        yield Reason("unknown", level, _("How much is owed is unknown: no enabled app keeps receivables."))
    if cash:
        yield from _paid_ahead(now, asked, free)
        return
    if measure is not None and by_measure:
        yield from _cash_only(now, asked, measure)
        yield from _overdue(now)
        return
    if asked > free:
        yield Reason("over_limit", BLOCK, _("%(amount)s over the limit with this.", amount=amount(asked - free)))
        if now["limit_origin"] == "no_turnover":
            yield Reason("no_turnover", NOTE, _("The limit is a share of the turnover, which no enabled app knows."))
    elif now["limit"] and 100 * (now["limit"] - free + asked) > HIGH * now["limit"]:
        percent = divide(100 * (now["limit"] - free + asked), now["limit"])
        yield Reason("high", WARN, _("%(percent)s%% of the limit are used with this.", percent=percent))
    yield from _overdue(now)
    yield from _terms(now, asked)
    if measure is not None:
        yield from _measured(measure)


def _cash_only(now: Mapping[str, Any], asked: int, measure: Measure) -> Iterator[Reason]:
    """By measure: what was paid and is not spoken for may leave the house. Old debts are another matter, and another
    reason: whoever pays for these goods now is not asked to pay those first unless they are overdue too long."""
    known = now["free"] is not None
    spoken_for = ("shipped_not_invoiced", "ordered_not_shipped", "reserved")
    paid = now["deposits"] - sum(now[name] for name in spoken_for) if known else 0
    covered = known and asked <= paid
    text = _("Cash only since %(day)s: %(reason)s", day=_since(measure), reason=measure.reason)
    yield Reason("measure_cash", NOTE if covered else BLOCK, text)
    if known and not covered:
        yield Reason("not_paid", BLOCK, _("%(amount)s have to be paid first.", amount=amount(asked - max(paid, 0))))


def _measured(measure: Measure) -> Iterator[Reason]:
    """What a measure asks for besides: a security, a shorter term."""
    said = {"day": _since(measure), "reason": measure.reason}
    if measure.kind == SHORTER and measure.days is not None:
        text = ngettext("Payment term of %(num)s day since %(day)s: %(reason)s",
                        "Payment term of %(num)s days since %(day)s: %(reason)s", measure.days, **said)  # fmt: skip
        yield Reason("measure_term", NOTE, text)
    elif measure.kind == SECURITY and measure.secured_at is None:
        level = BLOCK if setting("credit", "measure_security") == BLOCK else WARN
        text = _("Security is required since %(day)s, and none is recorded: %(reason)s", **said)
        yield Reason("measure_security", level, text)
    elif measure.kind == SECURITY and measure.secured_at is not None:
        given = clock.local(measure.secured_at).date().isoformat()
        text = _("The security that is required was recorded on %(day)s: %(text)s", day=given, text=measure.security)
        yield Reason("measure_secured", NOTE, text)


def _since(measure: Measure) -> str:
    return clock.local(measure.created_at).date().isoformat()


def _paid_ahead(now: Mapping[str, Any], asked: int, free: int) -> Iterator[Reason]:
    """Cash only: as much may leave the house as was paid ahead."""
    covered = now["free"] is not None and asked <= free
    if now["class_key"] is None:
        text = _("Not rated: cash only until it is.")
        yield Reason("not_rated", NOTE if covered else BLOCK, text)
    else:
        text = _("Class %(key)s ships on payment.", key=now["class_key"])
        yield Reason("on_payment", NOTE if covered else BLOCK, text)
    if not covered and now["free"] is not None:
        yield Reason("not_paid", BLOCK, _("%(amount)s have to be paid first.", amount=amount(asked - max(free, 0))))


def _overdue(now: Mapping[str, Any]) -> Iterator[Reason]:
    if not now["overdue"]:
        return
    days, most = now["overdue_days_max"], int(setting("credit", "overdue_days"))
    text = ngettext("%(amount)s overdue, up to %(num)s day.", "%(amount)s overdue, up to %(num)s days.", days,
                    amount=amount(now["overdue"]))  # fmt: skip
    yield Reason("overdue", BLOCK if days > most else WARN, text)


def _terms(now: Mapping[str, Any], asked: int) -> Iterator[Reason]:
    """What the class asks for besides."""
    needed = divide(asked * now["deposit"], PPM)
    if needed and (now["deposits"] or 0) < needed:
        yield Reason("deposit", WARN, _("A deposit of %(amount)s is asked for; %(paid)s are there.",
                                        amount=amount(needed), paid=amount(now["deposits"] or 0)))  # fmt: skip
    if now["security"] != NO_SECURITY:
        from ..labels import SECURITY_LABELS

        security = SECURITY_LABELS[now["security"]]
        yield Reason("security", NOTE, _("Class %(key)s asks for security: %(security)s.", key=now["class_key"],
                                         security=security))  # fmt: skip
    if now["review_on"] is not None and now["review_on"] < clock.today():
        yield Reason("review", NOTE, _("The class was to be reviewed by %(day)s.", day=now["review_on"].isoformat()))
