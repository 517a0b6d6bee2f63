"""Files of a form, received before the transaction that names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kezhi import Refused
from kezhi.builtin.files.services import Upload, drop, receive
from kezhi.forms import Form, submit_once
from kezhi.i18n import _

MOST_FILES = 10  #: of one form


def submit_with_files(form: Form, effect: Callable[[Sequence[Upload]], object]) -> str:
    """Receive the form's files, then carry ``effect`` out with them, once; what is not needed is removed again.

    Errors: ``Refused`` at the field ``files`` for a file that is not taken; those of ``effect``.
    """
    given = [each for each in form["files"].data or [] if getattr(each, "filename", "")]
    if len(given) > MOST_FILES:
        raise Refused(_("No more than %(most)s files at once.", most=MOST_FILES), field="files")
    received: list[Upload] = []
    done: list[bool] = []

    def store() -> object:
        result = effect(received)
        done.append(True)
        return result

    try:
        for each in given:
            received.append(_receive(each))
        result = submit_once(form.key, store)
    except Refused:
        _drop(received)
        raise
    if not done:  # the first submit of this form did it
        _drop(received)
    return result


def _receive(given: Any) -> Upload:
    try:
        return receive(given.stream, given.filename or "")
    except Refused as refused:
        raise Refused(f"{given.filename}: {refused}", field="files") from refused


def _drop(received: Sequence[Upload]) -> None:
    for each in received:
        drop(each)
