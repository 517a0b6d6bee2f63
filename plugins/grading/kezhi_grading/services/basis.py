"""What the figures of a run rest on, as the apps said that have them (TRD-03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from kezhi import Period, localised
from kezhi.contributions import Metric

from ..models import Run
from ..scheme import Scheme
from ..spans import spans_of


def ask_basis(scheme: Scheme, metrics: Mapping[str, Metric], run: Run) -> list[dict[str, Any]]:
    """What every app says about the metrics that the scheme reads; it is stored with the run."""
    period = Period(run.period_start, run.period_end)
    spans: dict[str, list[Period]] = {}
    for criterion in scheme.criteria:
        if criterion.metric in metrics:
            read = (span.period for span in spans_of(scheme, criterion, period, run.read_on))
            spans.setdefault(criterion.metric, []).extend(read)
    said: list[dict[str, Any]] = current_app.extensions["kezhi"].call.grading_basis(spans=spans)
    return list(said)


def basis_notes(run: Run) -> list[tuple[str, str]]:
    """What the figures rest on: (tone, sentence); amber where months are missing."""
    return [("amber" if each["missing"] else "gray", localised(each["text"])) for each in run.basis or ()]


def missing_months(run: Run) -> list[str]:
    """The months that were read and not confirmed, in their order."""
    return sorted({month for each in run.basis or () for month in each["missing"]})
