"""What a security check looks at: the shipped list, which a company makes its own in the settings (CUS-12)."""

from __future__ import annotations

from functools import cache
from typing import Any

from kezhi import lazy_gettext as _l
from kezhi import setting
from kezhi.i18n import in_both_languages

SHIPPED = (
    _l("Accounts of people who left are closed, and nobody uses somebody else's."),
    _l("Roles and rights fit the posts; who may see all customers still has to."),
    _l("Exports, downloads and printed documents of the period were looked through for anything unusual."),
    _l("Backups were made, are kept apart, and one of them was restored on trial."),
    _l("Storage is encrypted, its keys are kept apart from it; traffic is encrypted and the certificates are valid."),
    _l("Passwords and second factors follow the rules; no shared or default password is left."),
    _l("Paper files and the copies of base files are where the register says, and locked away."),
    _l("Devices with customer data that were lost, repaired or retired were wiped or reported."),
    _l("Data that is no longer needed was proposed for destruction."),
    _l("Everybody who handles customer data knows the procedures in force."),
)
LONGEST_ITEM, MOST_ITEMS = 300, 60


def shipped() -> str:
    """The shipped list as the setting holds it, one item a line."""
    return "\n".join(str(each) for each in SHIPPED)


def shown(text: str) -> str:
    """An item as it is read: a shipped one in the reader's language, whichever it was kept in; others as written."""
    return str(_by_text().get(text, text))


@cache
def _by_text() -> dict[str, Any]:
    return {text: each for each in SHIPPED for text in in_both_languages(each).values()}


def items() -> list[str]:
    """The company's list."""
    return lines(str(setting("upkeep", "check_items")))


def lines(text: str) -> list[str]:
    """One item for each line that says anything."""
    return [line.strip() for line in text.splitlines() if line.strip()]
