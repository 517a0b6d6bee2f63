"""What goes out by e-mail, and when: by what each person chose (TSK-02). Writers expect an open ``writing()``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, delete, insert, select

from kezhi import SYSTEM, Refused, acting_as, acting_user, audit_record, clock, db, setting
from kezhi.i18n import _
from kezhi.jobs import enqueue

from ..contributions import Mailing, NoticeKind
from ..models import Mail, MailChoice, Recipient
from .closing import UNSCOPED

NOW, DIGEST, NONE = "now", "digest", "none"
MAIL_JOB = "tasks.mail"


def is_configured() -> bool:
    """Whether the company sends e-mail at all."""
    return bool(setting("tasks", "smtp_host"))


def put_out(kind: NoticeKind, whose: Mapping[int, int]) -> int:
    """Put notices (id → user id) into the outbox for those who want them by e-mail; how many. Two statements.

    The network is not touched here: a job sends them after the commit.
    """
    if not is_configured():
        return 0
    chosen = and_(MailChoice.user_id == Recipient.user_id, MailChoice.kind == kind.key)
    statement = select(Recipient, MailChoice.mail).outerjoin(MailChoice, chosen)
    wanted = statement.where(Recipient.user_id.in_(sorted(set(whose.values()))), Recipient.email != "")
    people = {row[0].user_id: row for row in db.session.execute(wanted, execution_options=UNSCOPED)}
    now = clock.now()
    rows: list[dict[str, Any]] = []
    for notice_id, user_id in whose.items():
        if user_id not in people:
            continue
        recipient, choice = people[user_id]
        mailing = NOW if kind.letter is not None else choice or kind.mail
        if mailing != NONE:
            due = next_digest(now) if mailing == DIGEST else now
            if kind.letter is None:
                due = after_quiet(due, recipient.quiet_from, recipient.quiet_until)
            rows.append({"notice_id": notice_id, "in_digest": mailing == DIGEST, "due_at": due})
    if rows:
        db.session.execute(insert(Mail), rows)
        if any(row["due_at"] <= now for row in rows):
            with acting_as(SYSTEM):  # it goes out, whatever becomes of who wrote it
                enqueue(MAIL_JOB)
    return len(rows)


def next_digest(now: datetime) -> datetime:
    """When the next daily summary goes out, in UTC."""
    local = clock.local(now)
    at = time(int(setting("tasks", "digest_hour")))
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    return datetime.combine(day, at, clock.company_zone()).astimezone(UTC)


def after_quiet(instant: datetime, start: int | None, end: int | None) -> datetime:
    """``instant``, or the end of the quiet hours it lies in; ``start`` and ``end`` in minutes of the company's day.

    Hours that end before they begin go on over midnight.
    """
    if start is None or end is None or start == end:
        return instant
    local = clock.local(instant)
    minute = local.hour * 60 + local.minute
    is_quiet = start <= minute < end if start < end else (minute >= start or minute < end)
    if not is_quiet:
        return instant
    day = local.date() if minute < end else local.date() + timedelta(days=1)
    return datetime.combine(day, time(end // 60, end % 60), clock.company_zone()).astimezone(UTC)


# ── what a person chose ─────────────────────────────────────────────────────────────────────────────────────────


def recipient_of(user_id: int) -> Recipient | None:
    """Where a person gets e-mail."""
    found: Recipient | None = db.session.get(Recipient, user_id, execution_options={"kezhi_unscoped": True})
    return found


def enter_address(user_id: int, email: str) -> None:
    """Keep the address of somebody who has entered none, for who gives out accounts. One's own is never replaced.

    Errors: ``Refused`` for an address that may not be, or when there is one.
    """
    check_address(email)
    stored = recipient_of(user_id)
    if stored is not None and stored.email:
        raise Refused(_("This person has entered an e-mail address; only they change it."), field="email")
    if not email:
        raise Refused(_("Enter the e-mail address."), field="email")
    db.session.execute(delete(Recipient).where(Recipient.user_id == user_id), execution_options=UNSCOPED)
    db.session.execute(
        insert(Recipient), [{"user_id": user_id, "email": email, "quiet_from": None, "quiet_until": None}]
    )
    db.session.expire_all()
    audit_record("notice.address", "user", user_id, by_mail=True)


def choices_of(user_id: int) -> dict[str, str]:
    """How a person wants which kinds by e-mail, where it differs from what the kinds say."""
    statement = select(MailChoice.kind, MailChoice.mail).where(MailChoice.user_id == user_id)
    return {row.kind: row.mail for row in db.session.execute(statement, execution_options=UNSCOPED)}


def choose(email: str, quiet: tuple[int, int] | None, mailing: Mapping[str, Mailing]) -> None:
    """Keep where and how the acting person wants e-mail. Errors: ``Refused`` for an address that may not be."""
    user = acting_user()
    assert user.id is not None
    check_address(email)
    for model in (Recipient, MailChoice):
        table: Any = model
        db.session.execute(delete(table).where(table.user_id == user.id), execution_options=UNSCOPED)
    start, end = quiet if quiet is not None else (None, None)
    row = {"user_id": user.id, "email": email, "quiet_from": start, "quiet_until": end}
    db.session.execute(insert(Recipient), [row])
    rows = [{"user_id": user.id, "kind": kind, "mail": mail} for kind, mail in sorted(mailing.items())]
    if rows:
        db.session.execute(insert(MailChoice), rows)
    db.session.expire_all()
    audit_record("notice.choose", "user", user.id, by_mail=bool(email))


def check_address(email: str) -> None:
    """Errors: ``Refused`` for something that is no address, or one outside the domains that the company allows."""
    check_form(email)
    domain = email.rpartition("@")[2]
    allowed = [each.strip().lower().lstrip("@") for each in str(setting("tasks", "mail_domains") or "").split(",")]
    allowed = [each for each in allowed if each]
    if email and allowed and domain.lower() not in allowed:
        raise Refused(
            _("Notices are sent to addresses of %(domains)s only.", domains=", ".join(allowed)), field="email"
        )


def check_form(email: str) -> None:
    """Errors: ``Refused`` for something that is no e-mail address; nothing at all is fine."""
    if not email:
        return
    local, at, domain = email.rpartition("@")
    plain = email.isascii() and email.isprintable() and not set(email) & set(" ,;:<>()[]\\\"'") and len(email) <= 200
    if not (at and local and plain and "@" not in local and "." in domain.strip(".") and ".." not in domain):
        raise Refused(_("“%(text)s” is no e-mail address; write it like name@example.com.", text=email), field="email")
