"""Files of answers and of releases: only this builtin's own code adds them, and they stay as they were given."""

from __future__ import annotations

from flask import url_for

from kezhi import lazy_gettext as _l

from ..files.contributions import Attachment
from .models import Answer, Release
from .rules import ANSWER, ASK


def attachments() -> list[Attachment]:
    """Who sees the answer downloads its files, until it expires; every download is on record.

    What left the company without a request is kept for the holder: who asked for something sees its answer only.
    """
    return [
        Attachment("answer", _l("Answers to data requests"), Answer, read=ASK,
                   page=lambda request_id: url_for("releases.show", request_id=request_id)),
        Attachment("release", _l("External releases"), Release, read=ANSWER,
                   page=lambda release_id: url_for("releases.release", release_id=release_id)),
    ]  # fmt: skip
