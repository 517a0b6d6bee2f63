"""The metrics that the enabled plugins provide."""

from __future__ import annotations

from flask import current_app

from .contributions import Metric
from .errors import Refused
from .i18n import gettext


def all_metrics() -> dict[str, Metric]:
    """Every metric by key: those of the apps in plugin order, then those that the company has defined itself."""
    kernel = current_app.extensions["kezhi"]
    found: dict[str, Metric] = dict(kernel.metrics)
    named = [own for name, own in kernel.call.attributed.company_metrics() if own.key.startswith(f"{name}.")]
    found |= {own.key: own for own in named if own.key not in found}
    return found


def metric(key: str) -> Metric:
    """The metric ``key``. Errors: ``Refused``, naming the app that has it."""
    own: dict[str, Metric] = current_app.extensions["kezhi"].metrics
    found = own.get(key) or all_metrics().get(key)  # those of the company come last, and cost a statement
    if found is None:
        raise Refused(missing_metric(key))
    return found


def missing_metric(key: str) -> str:
    """Why a metric cannot be read, and what to do."""
    plugin = key.partition(".")[0]
    text: str = gettext(
        "No enabled app provides the metric “%(metric)s”: enable the app “%(app)s”, or take the criterion out.",
        metric=key,
        app=plugin,
    )
    return text
