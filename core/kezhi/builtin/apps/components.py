"""The parts of pages on one page: what plugin authors look at before they write markup of their own."""

from __future__ import annotations

from typing import Any

from flask import render_template
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired

from kezhi import requires
from kezhi.forms import Form, choice
from kezhi.i18n import gettext as _
from kezhi.i18n import lazy_gettext as _l

TONES = ("green", "teal", "blue", "indigo", "violet", "pink", "red", "orange", "amber", "gray")
GRADES = (("A", "green", 142, 128), ("B", "blue", 388, 393), ("C", "amber", 561, 558), ("D", "gray", 193, 205))
#: customers by the grade they had (rows) and have (columns)
MOVES = ((112, 30, 0, 0), (16, 331, 41, 0), (0, 32, 507, 22), (0, 0, 10, 183))


class ExampleForm(Form):
    """Fields in their states."""

    name = StringField(_l("Customer name"), [InputRequired()], default="杭州恒远精密机械有限公司")
    code = StringField(_l("Unified social credit code"), default="91330106")
    kind = SelectField(_l("Business type"), choices=[choice("trade", _l("Trading company"))])
    limit = IntegerField(_l("Credit limit"), default=5_000_000)


@requires("apps.manage")
def components() -> str:
    """Every part in its states; figures and names are invented."""
    form = ExampleForm(formdata=None)
    form.code.errors = [_("only 8 characters, there should be 18")]
    return render_template("apps/components.html", tones=TONES, form=form, flow=_flow(), compare=_compare())


def _flow() -> dict[str, Any]:
    nodes = [
        {"name": f"{letter}{depth}", "label": letter, "count": count, "depth": depth, "tone": tone}
        for depth in (0, 1)
        for letter, tone, *counts in GRADES
        for count in (counts[depth],)
    ]
    links = [
        {"source": f"{GRADES[row][0]}0", "target": f"{GRADES[column][0]}1", "value": value,
         "text": f"{GRADES[row][0]} → {GRADES[column][0]} {value}", "href": "#main"}
        for row, values in enumerate(MOVES)
        for column, value in enumerate(values)
        if value
    ]  # fmt: skip
    head = [_("before"), *(grade[0] for grade in GRADES)]
    rows = [[GRADES[row][0], *values] for row, values in enumerate(MOVES)]
    return {"data": {"nodes": nodes, "links": links}, "head": head, "rows": rows}


def _compare() -> dict[str, Any]:
    names = [_("before"), _("now")]
    series = [
        {"name": name, "data": [{"value": grade[2 + at], "href": "#main"} for grade in GRADES]}
        for at, name in enumerate(names)
    ]
    data = {"labels": [grade[0] for grade in GRADES], "tones": [grade[1] for grade in GRADES], "series": series}
    return {"data": data, "head": [_("Grade"), *names], "rows": [[grade[0], grade[2], grade[3]] for grade in GRADES]}
