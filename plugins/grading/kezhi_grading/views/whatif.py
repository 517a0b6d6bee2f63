"""The page on which a scheme is tried before anybody signs it (GRD-12)."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for

from kezhi import NotFound, Period, Refused, currency, requires
from kezhi.forms import fill_errors

from .. import services, whatif_pages
from ..editor.differences import differences
from ..flow_charts import NONE, title_of
from ..forms import WhatIfForm
from ..models import SchemeVersion
from ..reading import SchemeRefused, read_scheme
from ..scheme import Scheme
from ..services.computation import check_period
from ..services.standing import grades_in_force
from ..services.whatif import against, try_scheme, usual_period, version_in_force, would_move
from .shared import whole_number

MOVERS = 100


@requires("grading.run")
def what_if() -> Any:
    """Compare a version, or a text typed here, with the grades in force. Nothing is stored."""
    typed = request.method == "POST"
    form = WhatIfForm() if typed else WhatIfForm(request.args, meta={"csrf": False})
    form.prepare()
    row = _chosen(form)
    scheme, problems = services.scheme_of(row), list[str]()
    shown: dict[str, Any] = {}
    unasked = not typed and not (form.start.raw_data or form.end.raw_data)
    if unasked:
        period = usual_period(scheme)
        form.start.data, form.end.data = period.start, period.end
    if unasked or form.validate():
        try:
            if typed:
                scheme = read_scheme(form.text.data or "", currency=currency())
            shown = _compared(form, row, scheme, typed)
        except SchemeRefused as error:
            problems = error.problems
        except Refused as error:
            fill_errors(form, error)
    if not typed:
        form.text.data = row.source
    return render_template("grading/whatif.html", form=form, row=row, problems=problems, typed=typed, **shown)


def _chosen(form: WhatIfForm) -> SchemeVersion:
    key, _colon, number = (form.version.data or "").partition(":")
    try:
        row = services.current_version(key or services.primary_key(), whole_number(number))
    except NotFound:
        abort(404)
    form.version.data = f"{row.key}:{row.version}"
    return row


def _compared(form: WhatIfForm, row: SchemeVersion, scheme: Scheme, typed: bool) -> dict[str, Any]:
    check_period(form.start.data, form.end.data)
    period = Period(form.start.data, form.end.data)
    key = against(scheme)
    found = try_scheme(scheme, period, key)
    in_force, base = grades_in_force(key), version_in_force(key)
    tones = whatif_pages.tones_of(in_force, scheme)
    narrowed = _narrowed()

    def address(**sides: str) -> str:
        if typed:  # a text that is stored nowhere has no address
            return ""
        asked: dict[str, Any] = {"version": form.version.data, "start": period.start, "end": period.end, **sides}
        return url_for("grading.what_if", _anchor="movers", **asked)

    movers = would_move(scheme, period, key, narrowed, MOVERS)
    changed = row if typed else base
    return {
        "found": found,
        "scheme": scheme,
        "base": base,
        "base_scheme": services.scheme_of(base) if base is not None else None,
        "same_scheme": base is not None and base.key == scheme.key,
        "changes": differences((services.scheme_of(changed), changed.currency), (scheme, row.currency))
        if changed is not None and changed.key == scheme.key
        else [],
        "tiles": whatif_pages.tiles(found, scheme),
        "table": whatif_pages.grade_table(found, in_force, scheme),
        "pictures": whatif_pages.pictures(found, in_force, scheme, address),
        "movers": whatif_pages.mover_rows(movers, tones, same_scale=key == scheme.key),
        "narrowed": {side: title_of(grade) for side, grade in narrowed.items()},
        "all_movers": address() if narrowed else "",
        "most_movers": MOVERS,
    }


def _narrowed() -> dict[str, str | None]:
    """The grades before and after whose customers are asked for."""
    asked = {"before": request.args.get("before"), "after": request.args.get("grade")}
    return {side: None if grade == NONE else grade for side, grade in asked.items() if grade}
