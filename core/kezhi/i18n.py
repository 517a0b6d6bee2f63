"""Both languages: catalogues of the core first, then of the plugins in order; the language of each user."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from babel import Locale
from flask import g, has_request_context, request
from flask_babel import LazyString, force_locale, get_domain, get_locale
from flask_babel import lazy_pgettext as lazy_pgettext
from flask_babel import ngettext as ngettext
from jinja2 import pass_eval_context
from markupsafe import Markup

from .permissions import acting_user, context_values

CHINESE, ENGLISH = "zh_Hans_CN", "en"
LOCALES = (CHINESE, ENGLISH)


def catalogue() -> Any:
    """The catalogue of the present language. A page asks hundreds of times: it is looked up once per language."""
    here = context_values().get("_flask_babel")
    kept = getattr(here, "kezhi_catalogue", None)
    if kept is None or kept[0] is not getattr(here, "babel_locale", None):
        kept = get_locale(), get_domain().get_translations()
        if g:
            g._flask_babel.kezhi_catalogue = kept
    return kept[1]


def gettext(text: str, /, **values: Any) -> str:
    """``text`` in the present language, with ``values`` put in by name."""
    found: str = catalogue().ugettext(text)
    return found % values if values else found


def lazy_gettext(text: str, /, **values: Any) -> LazyString:
    """As :func:`gettext`, translated each time it is shown."""
    return LazyString(gettext, text, **values)


@pass_eval_context
def template_gettext(context: Any, text: str, /, **values: Any) -> str:
    """``_`` of the templates: with ``values`` or without, ``%%`` is a percent sign."""
    if context.autoescape and not values:
        return _marked(catalogue(), text)
    return (Markup if context.autoescape else str)(catalogue().ugettext(text)) % values


@lru_cache(maxsize=8192)
def _marked(found: Any, text: str) -> str:
    """A page says the same hundred words each time: they are kept as markup."""
    return Markup(found.ugettext(text)) % {}


_, _l = gettext, lazy_gettext


def pick(text: str | None) -> str | None:
    """The locale that a language tag means, or None (``zh-CN``, ``zh``, ``en-GB``, ``en_US.UTF-8``)."""
    return {"zh": CHINESE, "en": ENGLISH}.get((text or "").replace("-", "_").split("_")[0].split(".")[0].lower())


def choose_locale() -> Locale:
    """The language of this page or command, read from its name once: that looks for a file."""
    return _locale(_chosen())


_locale = lru_cache(maxsize=16)(Locale.parse)


def _chosen() -> str:
    """The user's language; a visitor's choice or browser; a command's environment; else the company's."""
    if named := g.get("kezhi_locale") or acting_user().locale:
        return str(named)
    if has_request_context():
        wanted = request.accept_languages.best_match(["zh-CN", "zh", "en"])
        return pick(request.cookies.get("kezhi_locale")) or pick(wanted) or CHINESE
    chosen = (pick(os.environ.get(name)) for name in ("KEZHI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, chosen), ENGLISH)


def is_chinese() -> bool:
    """Whether the present language is Chinese."""
    known = getattr(context_values().get("_flask_babel"), "babel_locale", None)  # a page asks ten times
    return getattr(known or get_locale(), "language", "") == "zh"


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
