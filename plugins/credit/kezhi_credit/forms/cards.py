"""The form of the built-in score card (CRD-01). Criteria are added by the server, which gives back what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from kezhi import Refused
from kezhi import lazy_gettext as _l
from kezhi.forms import Form, choice
from kezhi.i18n import _, in_both_languages, localised
from kezhi.metrics import all_metrics

from ..quantities import read, typed
from ..services import classes_in_use
from ..services.cards import LONGEST_REASON, LOWEST, MOST_BANDS, MOST_CRITERIA, OUT, Band, Card, Criterion

MISSING_LABELS = {OUT: _l("leave it out: its weight counts for the others"), LOWEST: _l("give the lowest points")}
SPARE = 1  #: empty places after the bands of a criterion


class CardForm(Form):
    """What holds for the whole card; the fields of its criteria and classes are added by :func:`card_form`."""

    figures: Sequence[tuple[str, Mapping[str, str], str]] = ()  #: metric, title and unit of every criterion
    lines: Sequence[int] = ()  #: how many bands each criterion has room for
    keys: Sequence[str] = ()  #: of the classes but the lowest
    lowest: str = ""
    version = HiddenField()
    months = StringField(_l("Months of trade that count, up to the day of the sheet"))
    least = StringField(_l("Percent of the weight that must have figures before a class is suggested"))
    reason = TextAreaField(_l("Reason of the change"), [Optional(), Length(max=LONGEST_REASON)], render_kw={"rows": 2})
    add = SelectField(_l("Add a criterion"), validate_choice=False)

    def criteria(self) -> list[dict[str, Any]]:
        """What the page shows of every criterion."""
        return [
            {"place": n, "metric": metric, "title": localised(title), "unit": unit, "weight": self[f"weight_{n}"],
             "missing": self[f"missing_{n}"], "out": self[f"out_{n}"], "bands": self[f"bands_{n}"],
             "rows": [(self[f"from_{n}_{m}"] if m else None, self[f"points_{n}_{m}"]) for m in range(self.lines[n])]}
            for n, (metric, title, unit) in enumerate(self.figures)
        ]  # fmt: skip

    def cuts(self) -> list[tuple[str, Any]]:
        """The classes but the lowest, with the field that says where they begin."""
        return [(key, self[f"cut_{n}"]) for n, key in enumerate(self.keys)]

    def fill(self, card: Card) -> None:
        """A version of the card."""
        self.version.data, self.months.data, self.least.data = str(card.version), str(card.months), str(card.least)
        for n, each in enumerate(card.criteria):
            self[f"weight_{n}"].data, self[f"missing_{n}"].data = str(each.weight), each.missing
            for m, band in enumerate(each.bands):
                self[f"points_{n}_{m}"].data = typed(band.points, "points")
                if band.bound is not None:
                    self[f"from_{n}_{m}"].data = typed(band.bound, each.unit)
        cuts = dict(card.cuts)
        for n, key in enumerate(self.keys):
            cut = cuts.get(key)
            self[f"cut_{n}"].data = "" if cut is None else typed(cut, "points")

    def card(self) -> Card:
        """What was typed, without the criteria that are to be taken out. Errors: ``Refused`` naming the field."""
        criteria = [
            Criterion(metric, title, unit, _whole(self[f"weight_{n}"]), self._bands(n, unit), self[f"missing_{n}"].data)
            for n, (metric, title, unit) in enumerate(self.figures)
            if not self[f"out_{n}"].data
        ]
        cuts: list[tuple[str, int | None]] = [
            (key, read(self[f"cut_{n}"].data or "", "points", f"cut_{n}")) for n, key in enumerate(self.keys)
        ]
        return Card(_whole(self.version), _whole(self.months), _whole(self.least), tuple(criteria),
                    (*cuts, (self.lowest, None)))  # fmt: skip

    def _bands(self, n: int, unit: str) -> tuple[Band, ...]:
        found = []
        for m in range(self.lines[n]):
            points, bound = self[f"points_{n}_{m}"].data or "", (self[f"from_{n}_{m}"].data or "") if m else ""
            if not points and not bound:
                continue
            if m and not bound:
                raise Refused(_("Give points below the first bound, and at every bound."), field=f"bands_{n}")
            at = read(bound, unit, f"bands_{n}") if m else None
            found.append(Band(at, read(points or "?", "points", f"bands_{n}")))
        return tuple(found)


def _whole(field: Any) -> int:
    text = (field.data or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise Refused(_("Write a whole number."), field=field.name)
    return int(text)


def usable() -> dict[str, Any]:
    """The figures that a card can read: bounds of days of the calendar make no sense on it."""
    return {key: each for key, each in all_metrics().items() if each.unit != "date"}


def card_form(card: Card, typed_metrics: Sequence[str] | None = None, lines: Mapping[str, int] | None = None) -> Any:
    """The form of a card, with the criteria that were typed (``typed_metrics``) instead of its own where given."""
    known, metrics = {each.metric: each for each in card.criteria}, usable()
    figures: list[tuple[str, Mapping[str, str], str]] = []
    wanted = typed_metrics if typed_metrics is not None else list(known)
    for key in dict.fromkeys(wanted[:MOST_CRITERIA]):
        if key in metrics:
            figures.append((key, in_both_languages(metrics[key].title), metrics[key].unit))
        elif key in known:  # its app is not there at present: it stays in the card
            figures.append((key, known[key].title, known[key].unit))
    spaces = []
    for key, _title, _unit in figures:
        count = len(known[key].bands) if key in known else 1
        spaces.append(min(max((lines or {}).get(key, 0), count + SPARE, 4), MOST_BANDS))
    classes = [each["key"] for each in classes_in_use()]
    fields: dict[str, Any] = {"figures": figures, "lines": spaces, "keys": classes[:-1], "lowest": classes[-1]}
    missing = [choice(key, text) for key, text in MISSING_LABELS.items()]
    for n, (_key, title, _unit) in enumerate(figures):
        name = localised(title)
        fields[f"metric_{n}"] = HiddenField()
        fields[f"weight_{n}"] = StringField(_("%(criterion)s: weight", criterion=name))
        fields[f"missing_{n}"] = SelectField(_("%(criterion)s: without a figure", criterion=name), choices=missing)
        fields[f"out_{n}"] = StringField(_("%(criterion)s: take it out", criterion=name))
        fields[f"bands_{n}"] = StringField(_("%(criterion)s: points", criterion=name))
        for m in range(spaces[n]):
            fields[f"points_{n}_{m}"] = StringField(_("%(criterion)s: points", criterion=name))
            if m:
                fields[f"from_{n}_{m}"] = StringField(_("%(criterion)s: from", criterion=name))
    for n, key in enumerate(classes[:-1]):
        fields[f"cut_{n}"] = StringField(_("Class %(key)s from so many points", key=key))
    made = type("CardForm", (CardForm,), fields)()
    taken = {key for key, _title, _unit in figures}
    made.add.choices = [
        choice("", _("Choose a figure")),
        *(choice(key, each.title) for key, each in metrics.items() if key not in taken),
    ]
    for n, (key, _title, _unit) in enumerate(figures):
        made[f"metric_{n}"].data = key
    return made
