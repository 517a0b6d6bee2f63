"""What the page of the editor shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from kezhi import clock, currency
from kezhi.builtin.approvals.services import company_flow
from kezhi.figures import divide
from kezhi.metrics import all_metrics

from ..duties import months_after
from ..models import SchemeVersion
from ..scheme import THRESHOLD
from ..services import KIND
from ..words import _
from .choices import choices, one_title
from .figures import weight_read, weight_typed, written
from .form import EditorForm
from .preview import Found, find_customers, preview_page, visible_customer
from .reading_draft import read_draft
from .shape import Draft

TONES = ("blue", "teal", "violet", "orange", "green", "pink", "indigo", "amber", "red", "gray")


@dataclass
class Page:
    """A draft on its way back to the browser."""

    draft: Draft
    form: EditorForm
    row: SchemeVersion | None = None  #: the version that is changed
    is_touched: bool = False
    focus: str = ""  #: the row to go to
    show_errors: bool = False
    errors: dict[str, list[str]] = field(default_factory=dict)
    conflict: str = ""
    saved_meanwhile: list[dict[str, str]] = field(default_factory=list)
    customer: int | None = None
    found: Found | None = None

    def look(self, action: str) -> None:
        """The customer of the preview: a number is one that was picked from several, else the name that was typed."""
        typed, chosen = (self.form.look_up.data or "").strip(), str(self.form.customer.data or "")
        if action.isdecimal():
            self.customer = int(action) if len(action) < 18 else None
        elif typed:
            self.found = find_customers(typed)
            self.customer = self.found.one
        elif chosen.isascii() and chosen.isdecimal() and len(chosen) < 18:
            self.customer = int(chosen)


def editor_page(page: Page) -> dict[str, Any]:
    """The page of the editor as plain values."""
    draft = page.draft
    scheme, wrong = read_draft(draft, currency())
    shown = page.errors or (wrong if page.show_errors else {})
    preview = None
    customer = visible_customer(page.customer) if page.customer is not None else None
    if customer is not None:
        page.form.customer.data, page.form.look_up.data = str(customer[0]), customer[1]
        preview = preview_page(scheme, currency(), customer) if scheme else {"name": customer[1], "wrong": True}
    return {
        "draft": draft,
        "own_flow": company_flow(KIND),
        "form": page.form,
        "row": page.row,
        "errors": shown,
        "listed": [(name, place_words(name, draft), " ".join(texts)) for name, texts in shown.items()],
        "wrong_in": lambda prefix: any(name.startswith(prefix) for name in shown),
        "open_problems": sum(map(len, wrong.values())),
        "focus": page.focus,
        "is_touched": page.is_touched,
        "is_threshold": draft["method"] == THRESHOLD,
        "conflict": page.conflict,
        "saved_meanwhile": page.saved_meanwhile,
        "weights": weights(draft),
        "ranges": upper_ends(draft),
        "review_on": review_day(draft),
        "options": choices(draft, currency()),
        "without_source": [
            one_title(each) for each in draft["criteria"] if each["metric"] and each["metric"] not in all_metrics()
        ],
        "preview": preview,
        "found": page.found,
        "nobody": page.found is not None and not page.found.customers,
    }


def weights(draft: Draft) -> dict[str, Any]:
    """The sum of the weights that can be read, whether it is right, and a part of the bar for each criterion."""
    scale = draft["scale"]
    read = [weight_read(each["weight"], scale) or Fraction(0) for each in draft["criteria"]]
    total = sum(read, Fraction(0))
    parts, left = [], Fraction(0)
    whole = max(total, Fraction(1)) if scale == "normalised" else total
    for number, part in enumerate(read):
        if part:
            tone = TONES[number % len(TONES)]
            parts.append({"tone": tone, "x": _percent(left / whole), "width": _percent(part / whole)})
        left += part
    shown = weight_typed(total, scale)
    return {
        "total": f"{shown}%" if scale == "normalised" and "/" not in shown else shown,
        "fine": scale != "normalised" or total == 1,
        "parts": parts,
    }


def _percent(part: Fraction) -> str:
    tenths = divide(part.numerator * 1000, part.denominator)
    return f"{tenths // 10}.{tenths % 10}%"


def upper_ends(draft: Draft) -> list[str]:
    """Where the scores of each grade end: at the bound of the one above it."""
    found, above = [], ""
    for each in draft["grades"]:
        found.append(above)
        sign = "≤" if each["sign"] == "above" else "<"
        bound = written(each["bound"], "points")
        above = f"{sign} {bound}" if bound else ""
    return found


def place_words(name: str, draft: Draft) -> str:
    """What to call a field in the list of what is wrong: ``Criterion 2 Annual sales, value 3``."""
    head, *rest = name.split(".")
    if head not in ("criteria", "grades", "steps", "groups") or not rest:
        return _head_words().get(head, _("Scheme"))
    words = {"criteria": _("Criterion %(number)s"), "grades": _("Grade %(number)s"),
             "steps": _("Signature %(number)s"), "groups": _("Group %(number)s")}[head]  # fmt: skip
    number = int(rest[0])
    title = one_title(draft[head][number]) if number < len(draft[head]) else ""
    found = f"{words % {'number': number + 1}} {title}".strip()
    inside = [str(int(step) + 1) for step in rest[1:] if step.isdecimal()]
    if not inside:
        return found
    text = _("value %(number)s") if head == "criteria" else _("condition %(number)s")
    return f"{found} · {text % {'number': '.'.join(inside)}}"


def _head_words() -> dict[str, str]:
    return {
        "zh": _("Name"), "key": _("Key"), "criteria": _("Criteria"), "grades": _("Grades"), "steps": _("Workflow"),
        "groups": _("Groups"), "period": _("Period"), "review": _("Review"), "business_types": _("Business types"),
        "stages": _("Stages"), "regions": _("Regions"), "scale": _("Scale"),
    }  # fmt: skip


def review_day(draft: Draft) -> str:
    """When the scheme is to be examined again if it is saved today."""
    months = draft["review"]
    if not (months.isascii() and months.isdecimal() and 0 < int(months[:4]) <= 120 and len(months) < 4):
        return ""
    return months_after(clock.today(), int(months)).isoformat()
