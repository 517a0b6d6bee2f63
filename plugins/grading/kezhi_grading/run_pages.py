"""What the page of a run shows, as plain values for the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from flask import url_for

from kezhi import localised
from kezhi.figures import divide
from kezhi.filters import number
from kezhi.i18n import lazy_pgettext, ngettext

from .flow_charts import KIND_LABELS, NONE, compared, counted, flow
from .models import PUBLISHED, Run, SchemeVersion
from .quantities import for_people
from .scheme import Scheme
from .services.basis import basis_notes
from .services.moves import Mover, Moves
from .services.queries import seen
from .words import _


def results_address(run: Run, **filters: str) -> str:
    """The list of a run's results, narrowed: ``grade``, ``before``, ``move``, ``missing``."""
    asked: dict[str, Any] = {f"f.{key}": value for key, value in filters.items()}
    if "missing" in filters:
        asked["columns"] = "code,name,grade,score,missing,owner"  # say what is missing, beside whose it is
    return url_for("grading.results", number=run.number, **asked)


def tiles(run: Run, scheme: Scheme, found: Moves) -> list[dict[str, Any]]:
    """Key figures over the customers that the reader sees; each opens its list."""
    address = partial(results_address, run)
    ungraded = found.now.get(None, 0)
    graded = found.everybody - ungraded
    unit = str(lazy_pgettext("unit", "customers"))
    lacking = _("every figure is there")
    if found.missing and run.without_source:
        count = len(run.without_source)
        lacking = str(ngettext("%(num)s criterion has no source for anybody",
                               "%(num)s criteria have no source for anybody", count))  # fmt: skip
    elif found.missing:
        lacking = _("see what the scheme does about it")
    first, same = found.kinds.get("new", 0), found.kinds.get("same", 0)
    return [
        {"title": _("Customers"), "value": number(found.everybody), "unit": unit, "url": address(),
         "note": _("%(count)s without a grade", count=number(ungraded)) if ungraded else _("all of them graded")},
        {"title": _("Graded"), "value": number(graded), "unit": unit,
         "url": url_for("grading.results", number=run.number, **{"f.grade": [grade.key for grade in scheme.grades]}),  # type: ignore[arg-type]
         "note": _("%(count)s for the first time", count=number(first))},
        {"title": _("Without a figure"), "value": number(found.missing), "unit": unit, "url": address(missing="any"),
         "note": lacking},
        {"title": _("Rising"), "value": number(found.kinds.get("up", 0)), "unit": unit, "url": address(move="up"),
         "note": _share(found.kinds.get("up", 0), graded)},
        {"title": _("Falling"), "value": number(found.kinds.get("down", 0)), "unit": unit, "url": address(move="down"),
         "note": _share(found.kinds.get("down", 0), graded)},
        {"title": _("Unchanged"), "value": number(same), "unit": unit, "url": address(move="same"),
         "note": _share(same, graded)},
    ]  # fmt: skip


def _share(part: int, whole: int) -> str:
    tenths = divide(part * 1000, whole) if whole else 0
    return _("%(share)s%% of the graded", share=f"{tenths // 10}.{tenths % 10}")


def names_of(run: Run) -> tuple[str, str]:
    """What the two sides of a comparison are called."""
    return (_("Before"), _("Since")) if run.state == PUBLISHED else (_("In force"), _("This run"))


def pictures(run: Run, scheme: Scheme, found: Moves, tones: Mapping[str, str]) -> dict[str, Any]:
    """Distribution and flow; neither is compared where nobody had a grade before."""
    address: Callable[..., str] = partial(results_address, run)
    own = [grade.key for grade in scheme.grades]
    every = [*own, *(key for key in tones if key not in own and found.before.get(key))]
    none = _("no grade")
    figures = ", ".join(f"{key or none} {number(found.now[key])}" for key in [*own, None] if found.now.get(key))
    drawn: dict[str, Any] = {"message": _("Customers per grade: %(figures)s", figures=figures), "flow": None}
    if not any(count for key, count in found.before.items() if key):
        return drawn | {"kind": "bars", "grades": counted(own, tones, found.now, address)}
    return drawn | {
        "kind": "compare",
        "grades": compared(every, tones, found.before, found.now, address, names_of(run)),
        "flow": flow(every, own, tones, found.pairs, address, names_of(run)),
    }


def totals(run: Run, version: SchemeVersion, scheme: Scheme) -> list[dict[str, str]]:
    """Sum and number of figures per criterion; nothing for who does not see all customers."""
    found: list[dict[str, str]] = []
    if seen():
        return found
    for criterion in scheme.criteria:
        entry = run.totals[criterion.key]
        additive = criterion.unit in ("money", "count")
        total = for_people(entry["sum"], criterion.unit, version.currency) if additive else "—"
        found.append({"title": localised(criterion.title), "sum": total, "count": f"{entry['with_value']:,}"})
    return found


def attention(run: Run, scheme: Scheme, found: Moves) -> list[tuple[str, str, str]]:
    """What to look at before signing: (tone, sentence, address of the customers it is about)."""
    notes = [(tone, sentence, "") for tone, sentence in basis_notes(run)]
    ungraded = found.now.get(None, 0)
    if ungraded:
        text = ngettext("%(num)s customer cannot be graded and keeps the grade in force.",
                        "%(num)s customers cannot be graded and keep the grade in force.", ungraded)  # fmt: skip
        notes.append(("red", str(text), results_address(run, grade=NONE)))
    for criterion in scheme.criteria:
        title, address = localised(criterion.title), results_address(run, missing=criterion.key)
        if criterion.key in run.without_source:
            text = _("“%(criterion)s” has no source: %(happened)s.", criterion=title,
                     happened=_for_everybody(scheme, criterion.missing))  # fmt: skip
            notes.append(("amber", text, ""))
        elif found.missing_by.get(criterion.key):
            text = ngettext("%(num)s customer has no figure for “%(criterion)s”.",
                            "%(num)s customers have no figure for “%(criterion)s”.",
                            found.missing_by[criterion.key], criterion=title)  # fmt: skip
            notes.append(("gray", str(text), address))
    return notes


def _for_everybody(scheme: Scheme, missing: str) -> str:
    return {
        "exclude": _("its conditions are left out for everybody")
        if scheme.is_threshold
        else _("it is left out for everybody and its weight shared among the others"),
        "lowest": _("everybody gets its lowest points"),
        "ungradable": _("nobody can be graded"),
        "fails": _("its conditions hold for nobody"),
    }[missing]


def mover_rows(found: Sequence[Mover], tones: Mapping[str, str]) -> list[dict[str, Any]]:
    """Movers with the tones of both grades, and by how many tenths of a point the score changed."""
    return [
        {
            "mover": mover,
            "direction": KIND_LABELS["up" if mover.up else "down"],
            "before": (mover.previous, tones.get(mover.previous, "gray")),
            "after": (mover.grade, tones.get(mover.grade, "gray")),
            "difference": None
            if mover.score is None or mover.score_before is None
            else mover.score - mover.score_before,
        }
        for mover in found
    ]
