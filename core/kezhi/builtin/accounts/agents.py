"""What a browser says of itself, in words that people recognise. Only for showing: anybody can say anything."""

from __future__ import annotations

from kezhi.i18n import gettext as _
from kezhi.i18n import lazy_gettext as _l

#: first match counts: a browser that is built on another one names both
BROWSERS = (
    ("wxwork", _l("WeCom")),
    ("MicroMessenger", _l("WeChat")),
    ("DingTalk", _l("DingTalk")),
    ("Lark", _l("Feishu")),
    ("QQBrowser", _l("QQ Browser")),
    ("HuaweiBrowser", _l("Huawei Browser")),
    ("MiuiBrowser", _l("Mi Browser")),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """``Chrome on Windows``; the beginning of what it says of itself when nothing is known of it."""
    browser = next((title for sign, title in BROWSERS if sign in agent), None)
    system = next((title for sign, title in SYSTEMS if sign in agent), None)
    if browser is not None and system is not None:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return str(browser or system or agent[:60] or "—")
