"""A test client whose requests do not share the app context that a test has pushed."""

from __future__ import annotations

import contextvars
import re
from typing import Any

from flask import g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ..db import db


class IsolatedClient(FlaskClient):
    """Runs every request in a context of its own, as a server would.

    Flask would otherwise push no new app context: the request would see the test's session, settings and language.
    After a request the test's own read transaction is ended, so that it sees what the request wrote.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)  # a streamed answer is read inside its context
        answer: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context() and not db.session.info.get("writing"):
            db.session.rollback()
            for name in ("kezhi_settings", "kezhi_visible", "kezhi_criteria", "kezhi_customer_words", "_flask_babel"):
                g.pop(name, None)
        return answer


def without_token(text: str, *own: str) -> str:
    """A page without its CSRF token, which holds the time, and without the texts of its ``own``, such as its address.

    Two answers that must be alike are compared this way.
    """
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    for part in own:
        text = text.replace(part, "")
    return text
