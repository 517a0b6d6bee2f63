"""The form machine: one base class, refusals at their fields, and submits that count once.

A form that was sent twice (double click, reload, two proxies) carries the same ``submission_key``; its effect and the
key are stored in one transaction, so the second submit gets the answer of the first.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from flask import has_request_context, request
from flask_wtf import FlaskForm
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from wtforms import HiddenField, PasswordField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.meta import DefaultMeta

from . import clock
from .db import db, writing
from .errors import Refused
from .i18n import is_chinese
from .permissions import acting_user
from .tables import submission

#: made once: every form that is saved sends them
CLAIMS: dict[str, Any] = {
    name: dialect.insert(submission).on_conflict_do_nothing().returning(submission.c.key)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
DONE = update(submission).where(submission.c.key == bindparam("stored")).values(result=bindparam("result"))


def trimmed(value: Any) -> Any:
    """Text without blanks round it, and without NUL, which PostgreSQL refuses; everything else unchanged."""
    return value.replace("\0", "").strip() if isinstance(value, str) else value


def new_key() -> str:
    """A key that no two forms share."""
    return secrets.token_urlsafe(24)


class Form(FlaskForm):
    """Base of forms: typed text is trimmed (not passwords), messages are in the user's language."""

    submission_key = HiddenField(default=new_key)

    class Meta(FlaskForm.Meta):
        @property
        def locales(self) -> list[str]:
            return ["zh"] if is_chinese() else ["en"]

        def get_translations(self, form: Any) -> Any:
            return DefaultMeta.get_translations(self, form)

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = {**options, "filters": [trimmed, *unbound_field.kwargs.get("filters", ())]}
            return super().bind_field(form, unbound_field, options)

    @property
    def key(self) -> str:
        """The submission key as sent."""
        return str(self.submission_key.data or "")


def choice(value: object, label: object) -> SelectChoice:
    """One option of a select field; ``label`` may be lazy."""
    return SelectChoice(value=str(value), label=label)  # type: ignore[arg-type]


def fill_errors(form: FlaskForm, refused: Refused) -> None:
    """Put a refusal to the field it names, else above the form. What was typed stays."""
    name = (refused.field or "").replace("-", "_")
    if name in form and not isinstance(form[name], HiddenField):
        field = form[name]
        field.errors = [*field.errors, str(refused)]
    else:
        form.form_errors = [*form.form_errors, str(refused)]


def once(key: str) -> str | None:
    """Claim a submission inside ``writing()``: None to go ahead, else the result of the submit that came first.

    Waits for another transaction that holds the same key. An empty key claims nothing.
    """
    if not key:
        return None
    connection = db.session.connection()
    row = {"key": _stored(key), "result": "", "at": clock.now()}
    if connection.execute(CLAIMS[connection.dialect.name], row).first() is not None:
        return None
    result = db.session.execute(select(submission.c.result).where(submission.c.key == _stored(key))).scalar_one()
    return str(result)


def remember(key: str, result: str) -> None:
    """Store the result of a claimed submission, in the transaction of its effect."""
    if key:
        db.session.connection().execute(DONE, {"stored": _stored(key), "result": result})


def submit_once(key: str, effect: Callable[[], object]) -> str:
    """Carry out ``effect`` in one write transaction, or answer as the first submit with this key did.

    Returns: the effect's result as text (an id or an address). Errors: those of ``effect``; then nothing is stored.
    """
    with writing():
        done = once(key)
        if done is not None:
            return done
        result = str(effect())
        remember(key, result)
        return result


def _stored(key: str) -> str:
    """Keys are kept per person and page, hashed to the column's length: nobody can claim another's."""
    page = request.endpoint if has_request_context() else ""
    return sha256(f"{acting_user().login}\n{page}\n{key}".encode()).hexdigest()


__all__ = ["Form", "SelectChoice", "choice", "fill_errors", "new_key", "once", "remember", "submit_once", "trimmed"]
