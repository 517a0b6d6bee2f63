"""Actions on several customers, chosen in any list of them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, requires, writing
from kezhi.i18n import _, _l, ngettext

from ..lists.bulk import back_to, selected
from ..lists.contributions import BulkAction
from .models import Customer
from .services.assigning import assign_customers
from .services.people import ASSIGN, choosable_owners
from .sharing.rules import SHARE


def actions(model: type) -> list[BulkAction]:
    """What can be done to several customers."""
    if model is not Customer:
        return []
    return [
        BulkAction("customers.assign", _l("Hand over…"), "customers.assign", "person-up", ASSIGN),
        BulkAction("customers.share", _l("Share…"), "customers.share_several", "share", SHARE),
    ]


@requires(ASSIGN)
def assign() -> Any:
    """Choose who is responsible from now on, see what that changes, and hand the chosen customers over."""
    from .pages import list_view

    chosen, people = selected(list_view()), choosable_owners()
    wanted = request.form.get("owner", type=int, default=0)
    problem = ""
    if request.form.get("confirmed") and wanted:
        try:
            with writing():
                moved = assign_customers(chosen.ids, wanted)
        except Refused as refused:
            problem = str(refused)
        else:
            flash(
                ngettext(
                    "%(num)s customer was handed over to %(name)s.",
                    "%(num)s customers were handed over to %(name)s.",
                    moved,
                    name=people[wanted],
                ),
                "success",
            )
            return redirect(back_to(url_for("customers.index")))
    elif request.form.get("confirmed"):
        problem = _("Choose who is responsible from now on.")
    given: dict[str, Any] = {"chosen": chosen, "people": people, "wanted": wanted, "problem": problem}
    page = render_template("customers/assign.html", back=back_to(url_for("customers.index")), **given)
    return page, 422 if problem else 200
