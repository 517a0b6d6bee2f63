"""What the page of a what-if shows, as plain values for the template (GRD-12)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from kezhi.figures import divide
from kezhi.filters import money, number
from kezhi.i18n import lazy_pgettext

from .flow_charts import KIND_LABELS, compared, flow, signed, title_of
from .pages import apportion, percent
from .scheme import Grade, Scheme
from .services.whatif import WhatIf, WouldMove
from .words import _

Address = Callable[..., str]


def tiles(found: WhatIf, scheme: Scheme) -> list[dict[str, Any]]:
    """Who would move, and what the best grade would hold of the turnover."""
    everybody = sum(found.pairs.values())
    up, down = (found.kinds.get(kind, 0) for kind in ("up", "down"))
    moved, unit = up + down, str(lazy_pgettext("unit", "customers"))
    tenths = divide(moved * 1000, everybody) if everybody else 0
    items = [
        {"title": _("Grades that change"), "value": number(moved), "unit": unit,
         "note": _("%(share)s%% of %(all)s customers", share=f"{tenths // 10}.{tenths % 10}", all=number(everybody))},
        {"title": _("Rising"), "value": number(up), "unit": unit, "note": _amount(found, "up")},
        {"title": _("Falling"), "value": number(down), "unit": unit, "note": _amount(found, "down")},
        {"title": _("For the first time"), "value": number(found.kinds.get("new", 0)), "unit": unit,
         "note": _amount(found, "new")},
    ]  # fmt: skip
    if found.measure:
        best = scheme.grades[0].key
        shares = [_shares(found, side).get(best, "—") for side in (0, 1)]
        items.append({"title": _("%(measure)s: share of %(grade)s", grade=best, measure=found.measure.title),
                      "value": shares[1], "note": _("in force %(share)s", share=shares[0])})  # fmt: skip
    items.append({"title": _("Without a grade"), "value": number(found.kinds.get("kept", 0)), "unit": unit,
                  "note": _("would keep what is in force")})  # fmt: skip
    return items


def _amount(found: WhatIf, kind: str) -> str:
    if not found.measure:
        return ""
    amount = money(found.turnover_by_kind.get(kind, 0))
    return _("%(measure)s %(amount)s", measure=found.measure.title, amount=amount)


def _shares(found: WhatIf, side: int) -> dict[str | None, str]:
    """The share of each grade in the turnover of all, in percent with one decimal; they add up to 100."""
    amounts = found.by(side, found.turnover)
    total = sum(amounts.values())
    if total <= 0:
        return {}
    parts = apportion([Fraction(amount * 1000, total) for amount in amounts.values()], 1000)
    return {key: percent(part) for key, part in zip(amounts, parts, strict=True)}


def grade_table(found: WhatIf, in_force: Sequence[Grade], scheme: Scheme) -> list[dict[str, Any]]:
    """Counts, turnover and its share per grade, in force and by the scheme; the last row is the sum."""
    tones = tones_of(in_force, scheme)
    before, after = (found.by(side, found.pairs) for side in (0, 1))
    amounts, shares = found.by(1, found.turnover), [_shares(found, side) for side in (0, 1)]
    keys: list[str | None] = [*tones, None]
    rows = [
        {
            "key": key,
            "title": title_of(key),
            "tone": tones.get(key or "", "gray"),
            "before": number(before.get(key, 0)),
            "after": number(after.get(key, 0)),
            "difference": signed(after.get(key, 0) - before.get(key, 0)),
            "amount": amounts.get(key, 0),
            "shares": tuple(side.get(key, "—") for side in shares),
        }
        for key in keys
        if key or before.get(None) or after.get(None)
    ]
    total = number(sum(found.pairs.values()))
    return [*rows, {"key": "", "title": _("Total"), "before": total, "after": total, "difference": number(0),
                    "amount": sum(amounts.values()), "shares": None}]  # fmt: skip


def tones_of(in_force: Sequence[Grade], scheme: Scheme) -> dict[str, str]:
    """The tones of all grades of both sides, those of the scheme first."""
    return {grade.key: grade.tone for grade in in_force} | {grade.key: grade.tone for grade in scheme.grades}


def pictures(found: WhatIf, in_force: Sequence[Grade], scheme: Scheme, address: Address) -> dict[str, Any]:
    """Columns and flow between the grades in force and those by the scheme."""
    names = (_("In force"), _("By this scheme"))
    tones = tones_of(in_force, scheme)
    counts = [found.by(side, found.pairs) for side in (0, 1)]
    old, new = [grade.key for grade in in_force], [grade.key for grade in scheme.grades]
    return {
        "grades": compared(list(tones), tones, counts[0], counts[1], address, names),
        "flow": flow(old, new, tones, found.pairs, address, names),
    }


def mover_rows(found: Sequence[WouldMove], tones: dict[str, str], *, same_scale: bool) -> list[dict[str, Any]]:
    """Movers with the tones of both grades; scores are compared only within one scheme."""
    return [
        {
            "mover": mover,
            "direction": KIND_LABELS[mover.kind],
            "before": (mover.previous or "", tones.get(mover.previous or "", "gray")),
            "after": (mover.grade or "", tones.get(mover.grade or "", "gray")),
            "difference": mover.score - mover.score_before
            if same_scale and mover.score is not None and mover.score_before is not None
            else None,
        }
        for mover in found
    ]
