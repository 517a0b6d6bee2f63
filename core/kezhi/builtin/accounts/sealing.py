"""Secrets of people as they stand in the database: sealed with the settings key of the key file, bound to their person.

Nothing here touches the database.
"""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from kezhi import Refused
from kezhi.i18n import gettext as _


def seal(text: str, user_id: int) -> str:
    """``text`` as it is stored for this person."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), _purpose(user_id))).decode()


def unseal(stored: str, user_id: int) -> str:
    """What was sealed. Errors: ``Refused`` when it was sealed for somebody else or with another key file."""
    data = base64.b64decode(stored)
    try:
        return _cipher().decrypt(data[:12], data[12:], _purpose(user_id)).decode()
    except InvalidTag as error:
        raise Refused(
            _("The second factor cannot be read with this key file. Ask an administrator to reset it.")
        ) from error


def _cipher() -> AESGCM:
    return AESGCM(current_app.config["KEZHI_KEYS"]["settings"])


def _purpose(user_id: int) -> bytes:
    return f"accounts.factor.{user_id}".encode()
