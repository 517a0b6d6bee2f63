"""Files that are sent along with a form: received before the transaction, attached in it, dropped when it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app

from kezhi import Refused, acting_user
from kezhi.forms import submit_once
from kezhi.i18n import _

MOST = 10


def can_attach() -> bool:
    """Whether there is somewhere to keep files, and the acting person may use it."""
    return "files" in current_app.extensions["kezhi"].plugins and acting_user().can("files.use")


def accepted() -> dict[str, str]:
    """What may be uploaded, for the form."""
    from kezhi.builtin.files.pages import accepted as endings
    from kezhi.builtin.files.pages import limits_text

    return {"accept": endings(), "limits": limits_text()}


def receive_all(field: Any, most: int = MOST) -> list[Any]:
    """Keep the bytes of every file of a field. Errors: ``Refused`` at the field ``files``; nothing is kept then."""
    given = [each for each in field.data or () if each and each.filename]
    if len(given) > most:
        raise Refused(_("At most %(count)s files at once.", count=most), field="files")
    received: list[Any] = []
    if not given:
        return received
    from kezhi.builtin.files.services import drop, receive

    try:
        for each in given:
            received.append(receive(each.stream, each.filename))
    except Refused as refused:
        for upload in received:
            drop(upload)
        raise Refused(_("“%(name)s”: %(reason)s", name=each.filename, reason=str(refused)), field="files") from None
    return received


def store_once(key: str, received: list[Any], effect: Callable[[], int], *, by_code: bool = False) -> int:
    """Carry ``effect`` out once, and hang the files on the complaint whose id it answers. Errors: those of it."""
    done: list[bool] = []

    def store() -> int:
        complaint_id = effect()
        if received:
            from kezhi.builtin.files.services import attach

            for upload in received:
                attach(upload, "complaints", "complaint", complaint_id, by_code=by_code)
        done.append(True)
        return complaint_id

    try:
        return int(submit_once(key, store))
    finally:
        if not done and received:  # refused, or the first submit of this form did it
            from kezhi.builtin.files.services import drop

            for upload in received:
                drop(upload)
