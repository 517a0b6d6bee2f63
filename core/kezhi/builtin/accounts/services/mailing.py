"""Password links by e-mail: sent by an administrator, or to whoever has forgotten the password (ORG-02).

The link is made when the e-mail is written, so that its code stands in the e-mail and nowhere else: neither in the
outbox nor in a job. Who asks on the page for forgotten passwords is told the same whether there is such a person or
not, and the request that they make does the same: everything else happens in a job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from flask import current_app, url_for

from kezhi import SYSTEM, Refused, Task, User, acting_as, audit_record, db, setting, writing
from kezhi import lazy_gettext as _l
from kezhi.db import end_reading
from kezhi.i18n import gettext as _
from kezhi.jobs import enqueue

from ..spelling import normal_login
from .answers import refusal
from .links import issue_link
from .loading import user_by_id, user_named
from .throttle import FORGOTTEN, reserve_attempt

if TYPE_CHECKING:
    from ...tasks.contributions import NoticeKind

LINK = "accounts.link"
JOB = "accounts.forgotten"


def can_mail() -> bool:
    """Whether links can go by e-mail: there is a mail server, and the address of this site is known."""
    there = "tasks" in current_app.extensions["kezhi"].plugins
    return there and all(setting("tasks", key) for key in ("smtp_host", "mail_from", "site_address"))


def address_of(user_id: int) -> str:
    """Where a person gets e-mail; empty when they have not entered it."""
    from ...tasks.services.outbox import recipient_of

    found = recipient_of(user_id)
    return found.email if found is not None else ""


def mail_link(user_id: int, address: str = "") -> None:
    """Put a link into the outbox for an active person, inside ``writing()``.

    ``address`` is kept for who has entered none. Errors: ``Refused`` without an address, or when no e-mail can be sent.
    """
    from ...tasks.services.outbox import enter_address

    if not can_mail():
        raise Refused(_("E-mails cannot be sent: the mail server or the address of this site is not set."))
    if not address_of(user_id):
        enter_address(user_id, address.strip())
    audit_record("user.link_mail", "user", user_id)
    _put_out(user_id)


def _put_out(user_id: int) -> None:
    from ...tasks.services.notices import notify

    with acting_as(SYSTEM):
        notify(LINK, [user_id], _l("A link by which you set a password was sent to you by e-mail"))


def ask_for_link(login: str, address: str) -> None:
    """Somebody says that they have forgotten their password. Opens its own transaction; says nothing of whom there is.

    Errors: ``Refused`` for too many requests for one user name or from one address.
    """
    with writing():
        verdict = reserve_attempt(login, address, FORGOTTEN)
        if verdict.allowed:
            with acting_as(SYSTEM):
                enqueue(JOB, payload={"login": normal_login(login)[:200]})
    if not verdict.allowed:
        raise refusal(_("Too many requests."), verdict, "login")


def run(task: Task) -> None:
    """The job: the link goes out if there is such a person with an address."""
    user = user_named(str(task.payload["login"]))
    wanted = user is not None and user.id is not None and user.is_active and can_mail() and bool(address_of(user.id))
    end_reading()
    if wanted:
        assert user is not None
        assert user.id is not None
        with task.effect():
            audit_record("user.forgotten", "user", user.id)
            _put_out(user.id)


def notice_kinds() -> list[NoticeKind]:
    """The notice whose e-mail holds the link."""
    from ...tasks.contributions import NoticeKind

    return [NoticeKind(LINK, _l("Password link"), icon="key", mail="now", letter=letter)]


def letter(user: User) -> str:
    """What the e-mail says; the link in it is made now, and the one before ends. Empty for somebody who left."""
    site = str(setting("tasks", "site_address") or "")
    with current_app.test_request_context(base_url=site):
        path = url_for("accounts.link")
    end_reading()
    if user.id is None or not site or user_by_id(user.id) is None:
        return ""
    end_reading()
    with acting_as(SYSTEM), writing():
        link = issue_link(user.id)
    db.session.rollback()
    until = _until(link.expires_at)
    return "\n\n".join(
        (
            _("Set your password for the user name %(login)s by this link. It works once, until %(time)s:",
              login=link.login, time=until),
            f"{urljoin(site, path)}#{link.code}",
            _("If you did not ask for it, you need not do anything: your password stays as it is. "
              "Nobody who works here will ever ask you for this link."),
        )
    )  # fmt: skip


def _until(at: Any) -> str:
    from kezhi import clock

    return clock.local(at).strftime("%Y-%m-%d %H:%M")
