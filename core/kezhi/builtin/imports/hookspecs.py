"""Hooks of the imports builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import Exporter, Importer


@spec("build")
def register_importers() -> list[Importer]:  # type: ignore[empty-body]
    """What: kinds of files that can be imported.

    Returns: importers. Called by: ``kezhi import`` and the import pages. On error: plugin broken.
    """


@spec("build")
def register_exporters() -> list[Exporter]:  # type: ignore[empty-body]
    """What: kinds of records that can be exported whole.

    Returns: exporters. Called by: ``kezhi export``. On error: plugin broken.
    """
