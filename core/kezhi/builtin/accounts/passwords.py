"""Passwords: how they are hashed, made up and judged. Nothing here touches the database."""

from __future__ import annotations

import secrets
import threading
from functools import cache
from pathlib import Path

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from kezhi import Refused
from kezhi.i18n import gettext as _

SHORTEST, LONGEST = 10, 200  #: characters of a password
#: letters and digits that nobody mistakes for one another when reading a one-time password aloud
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

hasher = argon2.PasswordHasher()
#: a hash takes 64 MiB: more log-ins at once wait for each other instead of filling the memory
_slots = threading.BoundedSemaphore(4)


def hash_password(text: str) -> str:
    """The hash to store. Slow on purpose: call it outside ``writing()``."""
    with _slots:
        return hasher.hash(text)


def matches(text: str, stored: str | None) -> bool:
    """Whether ``text`` is the password of the hash; None (nobody) takes as long and is never right."""
    with _slots:
        try:
            return hasher.verify(stored or _nobody(hasher), text) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters than those in force."""
    return hasher.check_needs_rehash(stored)


@cache
def _nobody(_hasher: argon2.PasswordHasher) -> str:
    return _hasher.hash(secrets.token_urlsafe())


def new_password() -> str:
    """A one-time password: four groups of four characters, about 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _position in range(4)) for _group in range(4))


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that are guessed first, in lower case."""
    text = (Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def check_password(text: str, *, login: str, field: str = "password") -> None:
    """Judge a password that a person chose. Errors: ``Refused`` saying which rule it breaks."""
    folded = text.casefold()
    if len(text) < SHORTEST:
        raise Refused(
            _("The password has %(count)s characters; it needs at least %(least)s.", count=len(text), least=SHORTEST),
            field=field,
        )
    if len(text) > LONGEST:
        raise Refused(_("The password has more than %(most)s characters.", most=LONGEST), field=field)
    if folded == login.casefold():
        raise Refused(_("The password must not be the login name."), field=field)
    if folded in common_passwords() or len(set(folded)) < 4:
        raise Refused(_("This password is among the first that anybody would try; choose another."), field=field)
