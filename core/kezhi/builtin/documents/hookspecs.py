"""Hooks of the documents builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import DocumentKind


@spec("build")
def register_documents() -> list[DocumentKind]:  # type: ignore[empty-body]
    """What: kinds of documents that are made of this plugin's records.

    Returns: kinds. Called by: the pages and commands that preview, issue and list documents. On error: plugin broken.
    """
