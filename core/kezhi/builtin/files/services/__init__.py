"""Files as plain functions: the pages, commands and other plugins are thin callers."""

from .access import attachment_for, attachments, files_of, one_file, record_for, versions_of
from .changing import add_version, attach, delete_file, restore_file
from .giving import Download, open_download
from .keeping import destroy_blob, destroy_blobs
from .storing import Upload, drop, limit, receive, receive_bytes
from .sweeping import sweep
from .verifying import orphans, overview, verify

__all__ = [
    "Download",
    "Upload",
    "add_version",
    "attach",
    "attachment_for",
    "attachments",
    "delete_file",
    "destroy_blob",
    "destroy_blobs",
    "drop",
    "files_of",
    "limit",
    "one_file",
    "open_download",
    "orphans",
    "overview",
    "receive",
    "receive_bytes",
    "record_for",
    "restore_file",
    "sweep",
    "verify",
    "versions_of",
]
