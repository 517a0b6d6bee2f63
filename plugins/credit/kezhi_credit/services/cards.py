"""The built-in score card as data: criteria with weights and bands, and where each class begins (CRD-01).

Figures are in the integer form of their unit, points in thousandths, weights whole numbers. Every change is a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_user, audit_record, clock, db
from kezhi.figures import POINT
from kezhi.i18n import _
from kezhi.numbers import next_numbers

from ..models import CardVersion
from .classes import classes_in_use

OUT, LOWEST = "out", "lowest"  #: what is done without a figure: the weight counts for the others, or lowest points
MOST_CRITERIA, MOST_BANDS, MOST_WEIGHT, LONGEST_REASON = 20, 8, 1000, 500
TOP = 100 * POINT
LARGEST = 9_000_000_000_000_000  #: of a bound in integer form


@dataclass(frozen=True, slots=True)
class Band:
    """Points for figures from ``bound`` on, up to the next band; the first band has no bound."""

    bound: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """A figure that counts; ``title`` is ``{"zh": …, "en": …}`` as it was when the version was made."""

    metric: str
    title: Mapping[str, str]
    unit: str
    weight: int
    bands: tuple[Band, ...]
    missing: str = OUT


@dataclass(frozen=True, slots=True)
class Card:
    """A version of the card. ``cuts`` are the classes, the best first, with the points from which they are given; the
    last has none. Without ``least`` percent of the weight in figures no class is suggested."""

    version: int
    months: int
    least: int
    criteria: tuple[Criterion, ...]
    cuts: tuple[tuple[str, int | None], ...]

    @property
    def weight(self) -> int:
        """The sum of all weights."""
        return sum(each.weight for each in self.criteria)


def card_in_force() -> Card:
    """The newest version."""
    row = db.session.scalars(select(CardVersion).order_by(CardVersion.version.desc()).limit(1)).one()
    return read_card(row.version, row.definition)


def card_version(version: int) -> CardVersion:
    """A version as it is kept. Errors: ``NotFound``."""
    row = db.session.scalars(select(CardVersion).where(CardVersion.version == version)).one_or_none()
    if row is None:
        raise NotFound(_("The score card has no such version."))
    return row


def card_versions() -> list[CardVersion]:
    """Every version, the newest first."""
    return list(db.session.scalars(select(CardVersion).order_by(CardVersion.version.desc())))


def read_card(version: int, definition: Mapping[str, Any]) -> Card:
    """A card from the data it is kept as."""
    criteria = [
        Criterion(each["metric"], each["title"], each["unit"], each["weight"],
                  tuple(Band(bound, points) for bound, points in each["bands"]), each["missing"])
        for each in definition["criteria"]
    ]  # fmt: skip
    cuts = tuple((str(key), cut) for key, cut in definition["cuts"])
    return Card(version, definition["months"], definition["least"], tuple(criteria), cuts)


def as_data(card: Card) -> dict[str, Any]:
    """A card as the data it is kept as."""
    return {
        "months": card.months,
        "least": card.least,
        "criteria": [
            {"metric": each.metric, "title": dict(each.title), "unit": each.unit, "weight": each.weight,
             "missing": each.missing, "bands": [[band.bound, band.points] for band in each.bands]}
            for each in card.criteria
        ],
        "cuts": [[key, cut] for key, cut in card.cuts],
    }  # fmt: skip


def save_card(card: Card, reason: str) -> int:
    """Keep a card as the version after ``card.version``; the version in force afterwards. The same card again is no
    new version. Errors: ``Conflict`` when somebody was faster; ``Refused`` naming the field."""
    check_card(card)
    next_numbers("credit.card")  # locks the versions until the commit
    now = card_in_force()
    if now.version != card.version:
        raise Conflict(_("Somebody saved version %(version)s of the score card meanwhile: look at it before you save.",
                         version=now.version))  # fmt: skip
    if as_data(now) == as_data(card):
        return now.version
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the score card changes."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="reason")
    made = CardVersion(version=now.version + 1, definition=as_data(card), reason=reason, created_at=clock.now(),
                       created_by=acting_user().login)  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit_record("credit.card.change", "credit_card", made.id, version=made.version)
    return made.version


def check_card(card: Card) -> None:
    """Whether points and classes can follow from a card. Errors: ``Refused``, naming the field where there is one."""
    if not 1 <= len(card.criteria) <= MOST_CRITERIA:
        raise Refused(_("A score card has 1 to %(count)s criteria.", count=MOST_CRITERIA))
    if len({each.metric for each in card.criteria}) < len(card.criteria):
        raise Refused(_("A figure counts once: it stands in two criteria."))
    for place, each in enumerate(card.criteria):
        _check_criterion(place, each)
    if not 1 <= card.months <= 60:
        raise Refused(_("Write a whole number of months from 1 to 60."), field="months")
    if not 0 <= card.least <= 100:
        raise Refused(_("Write a number between 0 and 100."), field="least")
    _check_cuts(card.cuts)


def _check_criterion(place: int, each: Criterion) -> None:
    if not 1 <= each.weight <= MOST_WEIGHT:
        raise Refused(_("Write a weight from 1 to %(count)s.", count=MOST_WEIGHT), field=f"weight_{place}")
    if each.missing not in (OUT, LOWEST):
        raise Refused(_("Choose one of the list."), field=f"missing_{place}")
    bounds = [band.bound for band in each.bands[1:] if band.bound is not None]
    if not each.bands or each.bands[0].bound is not None or len(bounds) != len(each.bands) - 1:
        raise Refused(_("Give points below the first bound, and at every bound."), field=f"bands_{place}")
    if len(each.bands) > MOST_BANDS:
        raise Refused(_("At most %(count)s bands.", count=MOST_BANDS), field=f"bands_{place}")
    if any(left >= right for left, right in pairwise(bounds)):
        raise Refused(_("Write the bounds from the smallest to the largest, each once."), field=f"bands_{place}")
    if any(abs(bound) > LARGEST for bound in bounds):
        raise Refused(_("A bound is out of its range."), field=f"bands_{place}")
    if any(not 0 <= band.points <= TOP for band in each.bands):
        raise Refused(_("Points go from 0 to 100."), field=f"bands_{place}")


def _check_cuts(cuts: Sequence[tuple[str, int | None]]) -> None:
    """Every class in use once, the best first, each from more points than the one below it."""
    if [key for key, _cut in cuts] != [each["key"] for each in classes_in_use()]:
        raise Refused(_("The classes have changed meanwhile: open the score card anew."))
    if not cuts or cuts[-1][1] is not None:
        raise Refused(_("The lowest class is given to all others: it has no bound."))
    bounds = [cut for _key, cut in cuts[:-1]]
    for place, cut in enumerate(bounds):
        if cut is None or not 0 < cut <= TOP:
            raise Refused(_("Write from how many points the class is given: above 0, up to 100."), field=f"cut_{place}")
        above = bounds[place - 1] if place else None
        if above is not None and cut >= above:
            raise Refused(_("A lower class is given from fewer points."), field=f"cut_{place}")
