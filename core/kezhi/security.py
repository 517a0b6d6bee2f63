"""What every answer and every form carries: headers, CSRF tokens, cookie settings, the limit of an upload."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from .assets import is_static

#: Everything from this server; no inline script or style, no frame, no plug-in, no base address.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
LARGEST_REQUEST = 64 * 1024 * 1024  #: bytes of one request, which is one uploaded file
LARGEST_FIELDS = 4 * 1024 * 1024  #: bytes of a form without its files


def init_security(app: Flask) -> None:
    """Guard ``app``; its own configuration wins over these defaults."""
    defaults = {
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "kezhi",
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": LARGEST_FIELDS,
        "WTF_CSRF_TIME_LIMIT": None,  # a form that stood open over lunch still saves; the token ends with the session
    }
    given = getattr(app.extensions.get("kezhi"), "config", None)
    chosen = dict(given.options) if given is not None else {}
    app.config.update({key: value for key, value in defaults.items() if key not in chosen})
    CSRFProtect(app)
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    """Set the headers of every answer. Nothing that belongs to a person stays in a cache."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)  # a download brings a stricter one
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    if is_static(request.endpoint) and response.status_code in (200, 206, 304):
        response.cache_control.public = True
        response.cache_control.no_cache = None
    else:
        headers["Cache-Control"] = "no-store"
    return response


def local_target(text: str | None, default: str = "/") -> str:
    """A path of this server to redirect to; ``default`` for anything that could lead elsewhere."""
    text = text or ""
    # browsers read a backslash as a slash and drop tabs and line breaks inside an address
    if not text.startswith("/") or text.startswith("//") or "\\" in text or any(ord(sign) < 33 for sign in text):
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text
