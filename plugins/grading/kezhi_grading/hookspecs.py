"""The hook by which other apps say what the figures of a run rest on (TRD-03, GRD-07)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kezhi import Period, spec


@spec("tx")
def grading_basis(spans: Mapping[str, Sequence[Period]]) -> list[dict[str, Any]]:  # type: ignore[empty-body]
    """What: what the figures of a grading run rest on, and which months of it are missing.

    Arguments: ``spans`` holds, by the key of each metric that the scheme reads, the periods for which it is read.
    Returns: an empty list for metrics of others; else one dict with ``text`` (``{"zh", "en"}``, a sentence for people),
    ``confirmed`` (whether only confirmed months count) and ``missing`` (months like ``2026-10`` that were read and are
    not confirmed). It is stored with the run, signed with it, and shown wherever the run explains itself. Called by:
    the computation of a run, in its transaction. On error: the run is not computed.
    """
