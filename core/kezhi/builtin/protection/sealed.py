"""The sealed form of one value: text that says by which key it opens, whose it is, and whether two of them are equal.

``kzs1:`` | version, 4 hex digits | ``:`` | row token, 16 | ``:`` | digest, 16 | ``:`` | nonce, ciphertext and tag. The
cipher is AES-256-GCM with a random nonce; the name of the field and the token of the row are authenticated beside it.
The digest is keyed and says only whether two values of one field are the same, so that the database can tell. Pure: no
database, no app.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

PREFIX = "kzs1:"
TOKEN = 16  #: characters of a row's token, and of a digest
UNBOUND = "-" * TOKEN  #: the token of a value that belongs to no row of its own
NONCE = 12  #: bytes
#: where the parts begin (from 0)
VERSION_AT, TOKEN_AT, DIGEST_AT, BODY_AT = 5, 10, 27, 44
NEWEST_VERSION = 0xFFFF


class Damaged(Exception):
    """The text is not what was sealed: changed, of another field or row, or cut off."""


def cipher(secret: bytes) -> Any:
    """What seals and opens with a key of 32 bytes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(secret)


def new_token() -> str:
    """The token of a new row: random, and never changed."""
    return secrets.token_urlsafe(12)


def digest(index_key: bytes, name: str, text: str) -> str:
    """What two equal values of one field have in common; says nothing without the key."""
    return _mac(index_key, f"digest\0{name}\0{text}")[:TOKEN]


def blind(index_key: bytes, name: str, text: str) -> str:
    """What a normalised value is looked up by; the empty text for the empty text."""
    return _mac(index_key, f"blind\0{name}\0{text}")[:22] if text else ""


def seal(box: Any, version: int, index_key: bytes, name: str, token: str, text: str) -> str:
    """``text`` in the sealed form."""
    nonce = secrets.token_bytes(NONCE)
    body = nonce + box.encrypt(nonce, text.encode("utf-8", "surrogatepass"), _bound(name, token))
    return f"{PREFIX}{version:04x}:{token}:{digest(index_key, name, text)}:{urlsafe_b64encode(body).decode('ascii')}"


def unseal(box: Any, name: str, sealed: str) -> str:
    """What was sealed as a value of the field ``name``. Errors: ``Damaged``."""
    from cryptography.exceptions import InvalidTag

    try:
        body = urlsafe_b64decode(sealed[BODY_AT:])
        plain: bytes = box.decrypt(body[:NONCE], body[NONCE:], _bound(name, token_of(sealed)))
        return plain.decode("utf-8", "surrogatepass")
    except (InvalidTag, ValueError) as error:
        raise Damaged(name) from error


def is_sealed(text: str) -> bool:
    """Whether a stored text is in the sealed form."""
    return text.startswith(PREFIX)


def version_of(sealed: str) -> int:
    """The version of the key that a sealed text opens by. Errors: ``Damaged``."""
    try:
        return int(sealed[VERSION_AT : VERSION_AT + 4], 16)
    except ValueError as error:
        raise Damaged("the version of the key") from error


def token_of(sealed: str) -> str:
    """The token of the row that a sealed text belongs to."""
    return sealed[TOKEN_AT : TOKEN_AT + TOKEN]


def _bound(name: str, token: str) -> bytes:
    return f"kezhi field 1|{name}|{token}".encode()


def _mac(key: bytes, text: str) -> str:
    made = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")
    return urlsafe_b64encode(made).decode("ascii")
