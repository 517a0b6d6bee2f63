"""Grading: what pages, commands, the demo company and other code call."""

from .approval import KIND, submit
from .computation import last_full_months, run_scheme
from .documents import results, run_document
from .explanation import explain
from .moves import moves
from .queries import result_columns, run_by_number, runs, visible_results
from .schemes import (
    all_versions,
    check_metrics,
    check_population,
    current_version,
    latest_versions,
    load_scheme,
    primary_key,
    save_scheme,
    scheme_of,
    seed,
    set_primary,
    versions_of,
)

__all__ = [
    "KIND",
    "all_versions",
    "check_metrics",
    "check_population",
    "current_version",
    "explain",
    "last_full_months",
    "latest_versions",
    "load_scheme",
    "moves",
    "primary_key",
    "result_columns",
    "results",
    "run_by_number",
    "run_document",
    "run_scheme",
    "runs",
    "save_scheme",
    "scheme_of",
    "seed",
    "set_primary",
    "submit",
    "versions_of",
    "visible_results",
]
