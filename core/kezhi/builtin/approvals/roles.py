"""The roles that may put up and sign approvals, and their names."""

from __future__ import annotations

from flask import g

from kezhi import localised


def every_role() -> tuple[str, ...]:
    """The keys of the shipped roles: everybody may be asked to sign something."""
    from kezhi.builtin.accounts.services.roles import shipped_roles

    return tuple(shipped_roles())


def role_title(key: str) -> str:
    """How the company calls a role; one statement per request for all of them."""
    from kezhi.builtin.accounts.services import role_titles

    titles: dict[str, dict[str, str]] | None = g.get("approvals_role_titles")
    if titles is None:
        titles = g.approvals_role_titles = role_titles()
    return localised(titles[key]) if key in titles else key
