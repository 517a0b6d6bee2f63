"""What the list of complaints shows; its page is in ``showing``."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import ListView
from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .access import EXPORT
from .columns import complaint_columns
from .models import Complaint


def complaint_list() -> ListView:
    """Complaints, the latest first."""
    row: Any = Complaint
    return ListView(
        name="complaints",
        model=Complaint,
        columns=complaint_columns(),
        order=("received_at", "desc"),
        search=[row.number, row.subject],
        search_hint=lazy_pgettext("complaint", "Number or subject"),
        link=lambda found: url_for("complaints.show", complaint_id=found.id),
        title=_l("Complaints"),
        kind=lazy_pgettext("list", "complaints"),
        export_permission=EXPORT,
    )
