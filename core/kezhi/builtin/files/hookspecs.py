"""Hooks of the files builtin."""

from __future__ import annotations

from typing import Any

from kezhi.hookspecs import spec
from kezhi.users import User

from .contributions import Attachment, Stop, Wrap


@spec("build")
def register_attachments() -> list[Attachment]:  # type: ignore[empty-body]
    """What: records of this plugin that files can be attached to, and who may read and attach.

    Returns: attachments. Called by: every upload, list and download of files. On error: plugin broken.
    """


@spec("guard")
def guard_download(file: Any, version: Any, user: User) -> list[Stop | Wrap]:  # type: ignore[empty-body]
    """What: a last look at a download, after the record's access rule has let it pass.

    Arguments: ``file`` and ``version`` as they are kept. Returns: ``Stop`` to refuse it, ``Wrap`` to change its bytes
    on their way, nothing to let it pass. Called by: every download, before it is on record. On error: refused.
    """
