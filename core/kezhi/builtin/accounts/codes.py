"""Six-digit codes by time, and what a telephone needs to make them. Nothing here touches the database."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import datetime

from markupsafe import Markup

from .passwords import new_password

STEP = 30  #: seconds for which a code stands
DRIFT = 1  #: steps that a telephone's clock may be ahead or behind
RECOVERY_CODES = 10
LINK_GROUPS = 6  #: of four characters: about 119 bits


def new_secret() -> str:
    """A secret of 160 bits, in base 32."""
    import pyotp

    return pyotp.random_base32()


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, looking one step around ``now``; None for a wrong code."""
    import pyotp

    made, step = pyotp.HOTP(secret), step_at(now)
    typed = compact(code).encode()
    found = [
        each for each in range(step - DRIFT, step + DRIFT + 1) if hmac.compare_digest(made.at(each).encode(), typed)
    ]
    return found[-1] if found else None


def compact(code: str) -> str:
    """A code as it is compared: full-width signs, blanks, hyphens and capitals do not matter."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", code)).casefold()[:100]


def address_for(secret: str, login: str, issuer: str) -> str:
    """What the picture says to the telephone (``otpauth://``)."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def picture(address: str, label: str) -> Markup:
    """The address as a QR code: SVG without style or script, dark on white in every theme."""
    import segno

    drawn = segno.make(address, error="m", micro=False)
    look = {"border": 4, "dark": "#000", "light": "#fff", "svgclass": None, "lineclass": None}
    svg = drawn.svg_inline(omitsize=True, title=label, **look)  # with a view box: it may be shown in any size
    return Markup(svg.replace("<svg ", '<svg role="img" ', 1))


def new_recovery_codes() -> list[str]:
    """Ten codes of about 79 bits each: too many to guess, so that a fast hash of them may be stored."""
    return [new_password() for _number in range(RECOVERY_CODES)]


def new_link_code() -> str:
    """What a link carries."""
    groups = [new_password() for _half in range(2)]
    return "-".join("-".join(groups).split("-")[:LINK_GROUPS])


def new_token() -> str:
    return secrets.token_urlsafe(32)


def code_hash(code: str) -> bytes:
    """What is stored of a recovery code or of the code of a link."""
    return hashlib.sha256(compact(code).encode()).digest()


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
