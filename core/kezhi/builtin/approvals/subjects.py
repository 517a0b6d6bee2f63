"""The kinds of proposals that the enabled apps know how to carry out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import current_app
from flask_babel import force_locale

from kezhi import SYSTEM, Refused, User, acting_as
from kezhi.i18n import _

from .contributions import SubjectKind
from .models import Request


def find_subject(kind: str) -> tuple[str, SubjectKind] | None:
    """The app and the subject kind that an enabled plugin gives for ``kind``, or None."""
    for app, subject in all_subjects():
        if subject.kind == kind:
            return app, subject
    return None


def all_subjects() -> list[tuple[str, SubjectKind]]:
    """Every kind that an enabled plugin carries out, with its app, by app and kind."""
    found = current_app.extensions["kezhi"].call.attributed.approval_subjects()
    return sorted(found, key=lambda pair: (pair[0], pair[1].kind))


def known_kinds() -> list[str]:
    """The kinds that an enabled plugin carries out."""
    return sorted(subject.kind for _app, subject in all_subjects())


def known_subject(kind: str) -> tuple[str, SubjectKind]:
    """As :func:`find_subject`. Errors: ``Refused`` when no enabled app has the kind."""
    found = find_subject(kind)
    if found is None:
        raise Refused(_("No enabled app can put up “%(kind)s” for approval.", kind=kind))
    return found


def app_title(app: str) -> dict[str, str]:
    """The title of an enabled app in both languages."""
    return both_languages(current_app.extensions["kezhi"].plugins[app].title)


def both_languages(title: Any) -> dict[str, str]:
    """A lazy title as data, so that it can be shown when its app is gone."""
    if isinstance(title, dict):
        return {str(key): str(value) for key, value in title.items()}
    with force_locale("zh_Hans_CN"):
        chinese = str(title)
    with force_locale("en"):
        english = str(title)
    return {"zh": chinese, "en": english}


@contextmanager
def seeing_everything(user: User) -> Iterator[None]:
    """Run an app's part with the system's sight and the person's name.

    What was approved is carried out whole: it does not depend on which rows the last signer may see.
    """
    with acting_as(replace(SYSTEM, login=user.login, name=user.name)):
        yield


def address_of(request: Request) -> str | None:
    """Where the subject is shown, None when its app is not enabled or cannot say."""
    found = find_subject(request.kind)
    if found is None:
        return None
    try:
        return found[1].address(request)
    except Exception:
        current_app.logger.exception("approvals: no address for %s", request.number)
        return None
