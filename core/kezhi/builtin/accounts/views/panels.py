"""What other apps show on the page of a person."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from kezhi import Panel, acting_user
from kezhi.db import end_reading

from ..models import Account

log = logging.getLogger("kezhi.accounts")


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel, rendered; ``html`` is None where that failed."""

    panel: Panel
    html: Markup | None


def panels_of(account: Account) -> list[Shown]:
    """The panels of all apps in their order; one that fails takes nothing along."""
    given: list[Panel] = current_app.extensions["kezhi"].call.record_panels(record=account, user=acting_user())
    return [Shown(panel, _html(panel)) for panel in sorted(given, key=lambda each: each.order)]


def _html(panel: Panel) -> Any:
    try:
        context = panel.context() if callable(panel.context) else panel.context
        return Markup(render_template(panel.template, **context))
    except Exception:
        log.exception("the panel %s cannot be shown", panel.template)
        end_reading()  # a failed statement would take the statements after it along
        return None
