"""Imports and exports as plain functions (CUS-08): the pages and commands are thin callers."""

from .applying import apply_batch, discard, import_file, refuse
from .background import accept, job_of, start_apply, start_revert
from .exporting import export_file
from .grid import grid
from .kinds import exporter_for, exporters_of, importer_for, importers_of
from .loading import restage, stage
from .mending import mend
from .remembering import is_remembered
from .reports import batch_for, batches, document, error_file, error_workbook, seen_before
from .reverting import Plan, plan, revert

__all__ = [
    "Plan",
    "accept",
    "apply_batch",
    "batch_for",
    "batches",
    "discard",
    "document",
    "error_file",
    "error_workbook",
    "export_file",
    "exporter_for",
    "exporters_of",
    "grid",
    "import_file",
    "importer_for",
    "importers_of",
    "is_remembered",
    "job_of",
    "mend",
    "plan",
    "refuse",
    "restage",
    "revert",
    "seen_before",
    "stage",
    "start_apply",
    "start_revert",
]
