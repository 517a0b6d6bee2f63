"""Pages of customer cards."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for

from kezhi import NotFound, acting_user, can, db, requires, visible
from kezhi.i18n import _

from ..customers.services import customer_by_id
from . import pages, services
from .content import card_of, sees_whole_card
from .documents import BASIC, WHOLE
from .models import Card, CardPeriod
from .services.comparing import WAYS, may_compare_by
from .services.figures import sees_grade


def blueprint() -> Blueprint:
    """``/cards`` and what is below it."""
    found = Blueprint("cards", __name__, url_prefix="/cards")
    found.add_url_rule("", "index", index)
    found.add_url_rule("/periods/<int:period_id>", "period", period)
    found.add_url_rule("/periods/<int:period_id>/moves", "moves", moves)
    found.add_url_rule("/periods/<int:period_id>/moved", "moved", moved)
    found.add_url_rule("/<int:card_id>", "kept", kept)
    found.add_url_rule("/customer/<int:customer_id>", "show", show)
    found.add_url_rule("/customer/<int:customer_id>/compare", "compare", compare)
    return found


@requires("cards.read")
def index() -> Any:
    """The frozen months, quarters and years."""
    return pages.register_view().respond("cards/index.html")


@requires("cards.read")
def period(period_id: int) -> Any:
    """The cards of a period."""
    found = _period(period_id)
    before = services.previous_period(found)
    return pages.cards_view(found).respond(
        "cards/period.html", period=found, heading=pages.period_text(found), before=before, rhythms=pages.RHYTHMS
    )


@requires("cards.read")
def moves(period_id: int) -> Any:
    """Who moved between classes since another period of all customers."""
    new = _period(period_id)
    others = [each for each in services.periods() if each.id != new.id]
    chosen = request.args.get("old", type=int)
    old = next((each for each in others if each.id == chosen), None) if chosen else services.previous_period(new)
    if chosen and old is None:
        abort(404)
    if old is None:
        old = others[0] if others else None
    if old is None:
        return redirect(url_for("cards.period", period_id=period_id))
    way = request.args.get("by", "")
    if way and not may_compare_by(way, old, new):
        abort(404)
    way = way or next(each for each in WAYS if may_compare_by(each, old, new))
    page = pages.flow_page(old, new, way)
    names = {each.id: f"{pages.RHYTHMS[each.rhythm]} {pages.period_text(each)}" for each in [*others, new]}
    return render_template("cards/moves.html", **page, others=others, names=names)


@requires("cards.read")
def moved(period_id: int) -> Any:
    """The customers whose class is another one than in an earlier period."""
    if "old" not in request.args:
        return redirect(url_for("cards.moves", period_id=period_id))
    new, old = _period(period_id), _period(request.args.get("old", type=int, default=0))
    way = request.args.get("by", "")
    if not may_compare_by(way, old, new):
        abort(404)
    names = {each.id: f"{pages.RHYTHMS[each.rhythm]} {pages.period_text(each)}" for each in (old, new)}
    return pages.cards_view(new, old, way).respond("cards/moved.html", old=old, new=new, way=way, names=names)


@requires("cards.read")
def kept(card_id: int) -> Any:
    """A frozen card, beside the one before it."""
    card = db.session.scalars(visible(Card).where(Card.id == card_id)).one_or_none()
    if card is None:
        abort(404)
    found = _period(card.period_id)
    before = services.previous_period(found)
    old = (
        before.id
        if before is not None and any(each.id == before.id for each, _card in services.cards_of(card.customer_id))
        else found.id
    )
    return redirect(url_for("cards.compare", customer_id=card.customer_id, old=old, new=found.id))


@requires("cards.read")
def show(customer_id: int) -> Any:
    """The card of today, to look at and to print; the frozen ones below."""
    customer = customer_by_id(customer_id)
    kinds = []
    if "documents" in current_app.blueprints and can("cards.issue") and can("documents.read"):
        kinds = [*([(WHOLE, _("As a document"))] if sees_whole_card(acting_user()) else []),
                 (BASIC, _("Basic data as a document"))]  # fmt: skip
    frozen = services.cards_of(customer_id)
    return render_template(
        "cards/show.html",
        customer=customer,
        card=card_of(customer),
        kinds=kinds,
        frozen=[(period, card, sees_grade(period.figures)) for period, card in frozen],
        rhythms=pages.RHYTHMS,
        period_text=pages.period_text,
    )


@requires("cards.read")
def compare(customer_id: int) -> Any:
    """Two frozen cards of a customer side by side, with what changed in words; by default the newest two."""
    customer = customer_by_id(customer_id)
    frozen = services.cards_of(customer_id)
    by_id = {period.id: (period, card) for period, card in frozen}
    newest = [period.id for period, _card in frozen[:2]] or [0]
    default = {"old": newest[-1], "new": newest[0]}
    old, new = (by_id.get(request.args.get(side, default[side], type=int)) for side in ("old", "new"))
    if old is None or new is None:
        abort(404)
    if old[0].end > new[0].end:
        old, new = new, old
    lines = services.differences(old, new)
    names = {each.id: f"{pages.RHYTHMS[each.rhythm]} {pages.period_text(each)}" for each, _card in frozen}
    return render_template(
        "cards/compare.html",
        customer=customer,
        old=old[0],
        new=new[0],
        lines=lines,
        names=names,
        changed=[line for line in lines if line.changed],
    )


def _period(period_id: int) -> CardPeriod:
    try:
        return services.period_by_id(period_id)
    except NotFound:
        abort(404)
