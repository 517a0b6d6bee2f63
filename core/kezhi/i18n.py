"""Both languages: catalogues of the core first, then of the plugins in order; the language of each user."""

from __future__ import annotations

import os
from typing import Any

from flask import g, has_request_context, request
from flask_babel import Domain, force_locale, get_locale, gettext, lazy_gettext, lazy_pgettext, ngettext

from .permissions import acting_user

CHINESE, ENGLISH = "zh_Hans_CN", "en"
LOCALES = (CHINESE, ENGLISH)

_ = gettext
_l = lazy_gettext


class Catalogues(Domain):
    """The catalogues of one app. A page asks for them hundreds of times: they are looked up once per language."""

    def get_translations(self) -> Any:
        here = getattr(g, "_flask_babel", None) if g else None
        kept = getattr(here, "kezhi_catalogue", None)
        if kept is not None and kept[0] is getattr(here, "babel_locale", None):
            return kept[1]
        found = super().get_translations()
        if here is not None:
            here.kezhi_catalogue = here.babel_locale, found
        return found


def pick(text: str | None) -> str | None:
    """The locale that a language tag means, or None (``zh-CN``, ``zh``, ``en-GB``, ``en_US.UTF-8``)."""
    head = (text or "").replace("-", "_").split("_")[0].split(".")[0].lower()
    return {"zh": CHINESE, "en": ENGLISH}.get(head)


def choose_locale() -> str:
    """The user's language; a visitor's choice or browser; a command's environment; else the company's."""
    named = g.get("kezhi_locale")
    if named:
        return str(named)
    user = acting_user()
    if user.locale:
        return user.locale
    if has_request_context():
        chosen = pick(request.cookies.get("kezhi_locale"))
        if chosen:
            return chosen
        wanted = request.accept_languages.best_match(["zh-CN", "zh", "en"])
        return pick(wanted) or CHINESE
    for name in ("KEZHI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        chosen = pick(os.environ.get(name))
        if chosen:
            return chosen
    return ENGLISH


def is_chinese() -> bool:
    """Whether the present language is Chinese."""
    locale = get_locale()
    return locale is not None and locale.language == "zh"


def in_both_languages(text: object) -> dict[str, str]:
    """A lazy text as data, for when its catalogue is gone: ``{"zh": …, "en": …}``."""
    found = {}
    for key, locale in (("zh", CHINESE), ("en", ENGLISH)):
        with force_locale(locale):
            found[key] = str(text)
    return found


def localised(texts: object) -> str:
    """The present language's text of ``{"zh": …, "en": …}`` data; a plain string is itself."""
    if isinstance(texts, dict):
        wanted = "zh" if is_chinese() else "en"
        return str(texts.get(wanted) or texts.get("zh") or texts.get("en") or "")
    return str(texts or "")


__all__ = [
    "CHINESE",
    "ENGLISH",
    "LOCALES",
    "Catalogues",
    "_",
    "_l",
    "choose_locale",
    "gettext",
    "in_both_languages",
    "is_chinese",
    "lazy_gettext",
    "lazy_pgettext",
    "localised",
    "ngettext",
    "pick",
]
