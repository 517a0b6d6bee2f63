"""What the report says: the sums by age, class and owner, and the customers with the largest exposures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kezhi import Refused, currency
from kezhi.builtin.documents.contributions import Content, Sheet
from kezhi.figures import PPM
from kezhi.filters import day, ppm
from kezhi.i18n import _, ngettext
from kezhi.money import to_units

from ..services import all_classes, credit_report, title_of
from ..services.exposure import AGES
from ..services.reports import LARGEST, Line, Report
from ..words import AGE_LABELS, amount

FIGURES = (*AGES, "receivables", "overdue")


def report(_company: int, _variant: str) -> Content:
    """The content, as things are now. Errors: ``Refused`` while nobody says what customers owe."""
    found = credit_report()
    if not found.known:
        raise Refused(_("No enabled app keeps receivables: there is nothing to report."))
    sums = found.total.sums
    facts = [
        [_("As of"), str(found.day)],
        [_("Exposure"), amount(sums["exposure"])],
        [_("Open receivables"), amount(sums["receivables"])],
        [_("Amount overdue"), f"{amount(sums['overdue'])} ({ppm(found.total.overdue_share)})"],
        [_("More than 90 days overdue"), amount(sums["overdue_90_plus"])],
        [_("Share of the %(count)s largest", count=LARGEST), ppm(found.top_share)],
    ]
    data = {
        "facts": facts,
        "classes-title": _("Ageing by credit class"),
        "classes": _table(_("Credit class"), _class_lines(found)),
        "owners-title": _("Ageing by owner"),
        "owners": _table(_("Owner"), _owner_lines(found)),
        "largest-title": _("Concentration"),
        "largest": _largest(found),
        "none": _("Nobody owes anything."),
        "closing": _("Amounts include tax, in %(currency)s. Shares are of all exposures above 0; what one customer "
                     "paid ahead covers nothing of another.", currency=currency()),
        "signatures": [{"title": title, "name": "", "day": "", "opinion": ""}
                       for title in (_("Drawn up by"), _("Checked by finance"), _("General manager"))],
    }  # fmt: skip
    return Content(str(found.day), data, note=_("All customers of the company, as of %(day)s", day=day(found.day)))


def _class_lines(found: Report) -> list[tuple[str, Line]]:
    titles = {each["key"]: f"{each['key']} {title_of(each)}" for each in all_classes()}
    lines = [(titles.get(line.key, _("Not rated")), line) for line in found.classes]
    return [*lines, (_("Total"), found.total)]


def _owner_lines(found: Report) -> list[tuple[str, Line]]:
    lines = [(_("Nobody") if line.key is None else found.owner_names[line.key], line) for line in found.owners]
    if found.others is not None:
        others = ngettext("%(num)s other owner", "%(num)s other owners", found.others.key)
        lines.append((others, found.others))
    return lines


def _table(first: str, lines: list[tuple[str, Line]]) -> dict[str, Any]:
    """A table as it is printed, and as it is (``raw``): amounts in minor units, the share in parts per million."""
    head = [first, _("Customers who owe"), *(str(AGE_LABELS[age]) for age in AGES), _("Open receivables"),
            _("Amount overdue"), _("Overdue share")]  # fmt: skip
    rows = [
        [title, f"{line.sums['owing']:,}", *(amount(line.sums[each]) if line.sums[each] else "—" for each in FIGURES),
         ppm(line.overdue_share)]
        for title, line in lines
    ]  # fmt: skip
    raw = [
        [title, line.sums["owing"], *(line.sums[each] for each in FIGURES), line.overdue_share] for title, line in lines
    ]
    return {"head": head, "rows": rows, "raw": raw}


def _largest(found: Report) -> dict[str, Any]:
    head = [_("Customer"), _("Credit class"), _("Exposure"), _("Share"), _("Share added up"), _("Credit limit"),
            _("Amount overdue")]  # fmt: skip
    rows = [
        [each.name, each.class_key or _("Not rated"), amount(each.exposure), ppm(each.share), ppm(each.running),
         amount(each.limit), amount(each.overdue) if each.overdue else "—"]
        for each in found.largest
    ]  # fmt: skip
    raw = [
        [each.name, each.class_key or _("Not rated"), each.exposure, each.share, each.running, each.limit, each.overdue]
        for each in found.largest
    ]
    return {"head": head, "rows": rows, "raw": raw}


def report_sheets(content: Content) -> list[Sheet]:
    """Three sheets, figures as numbers; shares in percent."""
    data: Any = content.data
    ageing = ("text", "count", *("money" for _each in FIGURES), "decimal")
    kinds = {"classes": ageing, "owners": ageing,
             "largest": ("text", "text", "money", "decimal", "decimal", "money", "money")}  # fmt: skip
    facts = [(label, text) for label, text in data["facts"]]
    return [_sheet(data, name, kinds[name], facts) for name in kinds]


def _sheet(data: Any, name: str, kinds: tuple[str, ...], facts: list[tuple[str, str]]) -> Sheet:
    table = data[name]
    rows = [[_number(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in table["raw"]]
    head = [f"{title} %" if kind == "decimal" else title for title, kind in zip(table["head"], kinds, strict=True)]
    return Sheet(data[f"{name}-title"], head, rows, kinds, (28, *(16 for _each in kinds[1:])), facts)


def _number(value: Any, kind: str) -> Any:
    if value is None or kind in ("text", "count"):
        return value
    return Decimal(to_units(value, currency())) if kind == "money" else Decimal(value * 100) / PPM
