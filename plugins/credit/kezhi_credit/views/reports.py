"""Ageing and concentration of what customers owe (CRD-07)."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from kezhi import acting_user, currency, requires
from kezhi.figures import divide
from kezhi.i18n import _
from kezhi.money import exponent, to_units

from .. import services
from ..documents import address
from ..services.exposure import AGES
from ..services.reports import LARGEST, Line, Report
from ..words import AGE_LABELS, amount

#: how late it is, as a colour
AGE_TONES = dict(zip(AGES, ("green", "blue", "amber", "orange", "red"), strict=True))
SHORTEST = 10  #: characters of a name that a drawing has room for


@requires("credit.read")
def index() -> str:
    """The report; every sum opens the customers it is made of."""
    report = services.credit_report()
    return render_template(
        "credit/reports.html",
        report=report,
        ages=AGE_LABELS,
        titles={each["key"]: each for each in services.all_classes()},
        title_of=services.title_of,
        opens=opens,
        document=address(acting_user()) if report.known else "",
        most=LARGEST,
        pictures=_pictures(report) if report.known else None,
    )


def opens(figure: str, by: str = "", key: Any = None) -> str:
    """The list of the customers whose figure is above 0: all, of a class (``by`` class) or of an owner."""
    columns = ("code", "name", "owner", "credit.class", "credit.receivables", "credit.overdue", f"credit.{figure}")
    given: dict[str, Any] = {
        f"from.credit.{figure}": to_units(1, currency()),
        "columns": ",".join(dict.fromkeys(columns)),
    }
    if by:
        given["f.credit.class" if by == "class" else "f.owner"] = "none" if key is None else str(key)
    return url_for("credit.index", **given)


def _pictures(report: Report) -> dict[str, Any]:
    return {"ages": _ages(report.total), "largest": _largest(report)}


def _ages(total: Line) -> dict[str, Any]:
    """What is open by age, as bars that open its customers."""
    sums = total.sums
    marks = [{"value": _units(sums[age]), "href": opens(age), "tone": AGE_TONES[age]} for age in AGES]
    message = _("Of %(receivables)s open, %(overdue)s are overdue, %(late)s of it for more than 90 days.",
                receivables=amount(sums["receivables"]), overdue=amount(sums["overdue"]),
                late=amount(sums["overdue_90_plus"]))  # fmt: skip
    rows = [(str(AGE_LABELS[age]), amount(sums[age])) for age in AGES]
    data = {"labels": [str(AGE_LABELS[age]) for age in AGES], "marks": marks}
    return {"data": data, "message": message, "head": [_("Age"), _("Amount")], "rows": rows}


def _largest(report: Report) -> dict[str, Any]:
    """Who owes most, as bars that open the customer."""
    found = report.largest
    marks = [
        {"value": _units(each.exposure), "href": url_for("credit.customer", customer_id=each.customer_id)}
        for each in found
    ]
    labels = [each.name if len(each.name) <= SHORTEST else f"{each.name[:SHORTEST]}…" for each in found]
    rows = [(each.name, amount(each.exposure)) for each in found]
    message = _("The %(count)s largest of %(of)s customers make up %(share)s%% of the exposure.", count=len(found),
                of=report.total.sums["exposed"], share=divide(report.top_share, 10_000))  # fmt: skip
    return {"data": {"labels": labels, "marks": marks}, "message": message, "head": [_("Customer"), _("Exposure")],
            "rows": rows}  # fmt: skip


def _units(minor: int) -> int:
    return divide(minor, 10 ** exponent(currency()))
