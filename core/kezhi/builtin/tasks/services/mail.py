"""Sending what is in the outbox (TSK-02): outside of any transaction, at least once, tried again after failures."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any
from urllib.parse import urljoin

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import and_, case, literal, select, update

from kezhi import Refused, User, clock, db, localised, setting, writing
from kezhi.db import end_reading
from kezhi.i18n import _, ngettext

from ...accounts.models import Account
from ...accounts.services import load_users
from ..kinds import notice_kinds, page_by
from ..models import Mail, Notice, Recipient
from .closing import UNSCOPED
from .notices import who_may
from .outbox import after_quiet, is_configured

log = logging.getLogger("kezhi.mail")

BATCH = 100
MOST_ATTEMPTS = 8
FIRST_DELAY = timedelta(minutes=5)  #: before the second attempt; doubled each time: given up after some ten hours
PATIENCE = 20.0  #: seconds to wait for the server
SENT, SKIPPED, FAILED = "sent", "skipped", "failed"


@dataclass(frozen=True, slots=True)
class Piece:
    """What an e-mail says of one notice: not its subject."""

    id: int
    kind: str
    text: Any
    reference: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one person, about one notice or, as a summary, several."""

    to: str
    name: str
    locale: str
    pieces: tuple[Piece, ...]
    in_digest: bool
    user: User


def send_due() -> int:
    """Send what is due; how many e-mails went out. Errors: ``OSError`` when the server cannot be reached."""
    sent = 0
    while is_configured():
        ids = _claim()
        if not ids:
            break
        letters = _letters(ids)
        end_reading()
        written = [(letter, _message(letter)) for letter in letters]
        made = [(letter, message) for letter, message in written if message is not None]
        _settle([piece.id for letter, message in written if message is None for piece in letter.pieces], SKIPPED)
        settings = server_settings()
        end_reading()  # nothing is held while the server is talked to
        if made:
            with connection(settings) as server:
                for letter, message in made:
                    sent += _send(server, letter, message)
    return sent


def _claim() -> list[int]:
    """Take what is due: the attempt is counted, and the next one put off, before anything is sent."""
    now = clock.now()
    ready = (Mail.ended_at.is_(None), Mail.due_at <= now)
    due = select(Mail.notice_id).where(*ready).order_by(Mail.due_at, Mail.notice_id).limit(BATCH)
    waiting = db.session.scalar(due.limit(1), execution_options=UNSCOPED)
    db.session.rollback()
    if waiting is None:
        return []
    with writing():
        table: Any = Mail.__table__
        ids = list(db.session.scalars(due, execution_options=UNSCOPED))
        ours = and_(table.c.notice_id.in_(ids), table.c.ended_at.is_(None), table.c.due_at <= now)
        given_up = update(table).where(ours, table.c.attempts >= MOST_ATTEMPTS)
        db.session.execute(given_up.values(ended_at=now, outcome=FAILED))
        again = {turn: literal(now + FIRST_DELAY * 2**turn, table.c.due_at.type) for turn in range(MOST_ATTEMPTS)}
        put_off = case(again, value=table.c.attempts)
        statement = update(table).where(ours).values(attempts=table.c.attempts + 1, due_at=put_off)
        return list(db.session.scalars(statement.returning(table.c.notice_id)))


def _letters(ids: Sequence[int]) -> list[Letter]:
    """What to write to whom. What was read meanwhile, and what somebody may no longer see, is not sent.

    In quiet hours that began meanwhile it waits for their end.
    """
    statement = (
        select(Notice, Mail.in_digest, Recipient)
        .join(Mail, Mail.notice_id == Notice.id)
        .join(Recipient, Recipient.user_id == Notice.user_id)
        .where(Notice.id.in_(ids))
        .order_by(Notice.id)
    )
    rows = db.session.execute(statement, execution_options=UNSCOPED).all()
    people = {each.id: each for each in load_users(Account.id.in_({row[0].user_id for row in rows}))}
    now, letters, later = clock.now(), list[Letter](), dict[int, Any]()
    digests: dict[int, list[Piece]] = {}
    addresses: dict[int, tuple[str, User]] = {}
    for notice, in_digest, recipient in rows:
        user = people.get(notice.user_id)
        if user is None or not recipient.email or notice.read_at is not None or not _may_see(notice, user):
            continue
        kind = notice_kinds().get(notice.kind)
        at_any_hour = kind is not None and kind.letter is not None
        until = now if at_any_hour else after_quiet(now, recipient.quiet_from, recipient.quiet_until)
        if until > now:
            later[notice.id] = until
            continue
        addresses[notice.user_id] = recipient.email, user
        piece = Piece(notice.id, notice.kind, notice.text, notice.reference)
        if in_digest:
            digests.setdefault(notice.user_id, []).append(piece)
        else:
            letters.append(_letter(*addresses[notice.user_id], [piece], in_digest=False))
    letters += [_letter(*addresses[key], theirs, in_digest=True) for key, theirs in digests.items()]
    written = {piece.id for letter in letters for piece in letter.pieces} | set(later)
    _settle([each for each in ids if each not in written], SKIPPED)
    if later:
        with writing():
            for until in sorted(set(later.values())):
                theirs = [notice_id for notice_id, end in later.items() if end == until]
                put_off = update(Mail).where(Mail.notice_id.in_(theirs))
                put_off = put_off.values(due_at=until, attempts=Mail.attempts - 1)
                db.session.execute(put_off, execution_options=UNSCOPED)
    return letters


def _letter(to: str, user: User, pieces: Sequence[Piece], *, in_digest: bool) -> Letter:
    return Letter(to, user.name, user.locale or str(setting("kezhi", "locale")), tuple(pieces), in_digest, user)


def _may_see(notice: Notice, user: User) -> bool:
    kind = notice_kinds().get(notice.kind)
    return kind is not None and bool(who_may(kind, [user], notice.record_id))


# ── what an e-mail says ─────────────────────────────────────────────────────────────────────────────────────────


def _message(letter: Letter) -> EmailMessage | None:
    """The sentence of each notice and where it leads, in the recipient's language; never what it is about by name.

    Of a kind that writes its own letter, that; None when there is nothing to write any more.
    """
    message, company = EmailMessage(), str(setting("kezhi", "company"))
    with force_locale(letter.locale):
        lines = [(one_line(localised(each.text)), _link(each)) for each in letter.pieces]
        heading = lines[0][0]
        if letter.in_digest:
            heading = ngettext("%(num)s new notice", "%(num)s new notices", len(lines))
        body = "\n\n".join(f"{text}\n{link}" if link else text for text, link in lines)
        foot = _("Which notices you get by e-mail is your choice: Notices, E-mail settings.")
        kind = notice_kinds().get(letter.pieces[0].kind)
        if kind is not None and kind.letter is not None:
            body, foot = (
                kind.letter(letter.user),
                _("This e-mail was written by a program; nobody reads answers to it."),
            )
            if not body:
                return None
    sender = str(setting("tasks", "mail_from"))
    message["Subject"] = one_line(f"[{company or 'Kezhi'}] {heading}")
    message["From"] = formataddr((one_line(company) or "Kezhi", sender))
    message["To"] = formataddr((one_line(letter.name), letter.to))
    message["Date"] = format_datetime(clock.now())
    # the same when it is sent again: a mail server that has it already can tell
    message["Message-ID"] = f"<kezhi-notice-{letter.pieces[-1].id}@{sender.rpartition('@')[2] or 'kezhi'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{body}\n\n-- \n{foot}\n")
    return message


def one_line(text: str) -> str:
    """A text as a line of its own, for the head of an e-mail."""
    return " ".join(text.split())


def _link(piece: Piece) -> str:
    """The full address of what a notice leads to; empty while the company has not said where this site is."""
    site = str(setting("tasks", "site_address") or "")
    if not site:
        return ""
    with current_app.test_request_context(base_url=site):
        path = page_by(notice_kinds().get(piece.kind), piece.reference)
    return urljoin(site, path) if path else site


# ── the server ──────────────────────────────────────────────────────────────────────────────────────────────────


def server_settings() -> dict[str, Any]:
    """What the company's mail server is. Errors: ``Refused`` without a sender."""
    keys = ("smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password")
    found = {key: setting("tasks", key) for key in keys}
    if not setting("tasks", "mail_from"):
        raise Refused(_("Enter the sender of e-mails in the settings of tasks."))
    return found


@contextmanager
def connection(settings: dict[str, Any]) -> Iterator[smtplib.SMTP]:
    """A session with the company's mail server; it must prove who it is where the connection is encrypted."""
    host, port, context = str(settings["smtp_host"]), int(settings["smtp_port"]), ssl.create_default_context()
    server: smtplib.SMTP
    if settings["smtp_security"] == "tls":
        server = smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=PATIENCE)
    try:
        if settings["smtp_security"] == "starttls":
            server.starttls(context=context)
        if settings["smtp_user"]:
            server.login(str(settings["smtp_user"]), str(settings["smtp_password"] or ""))
        yield server
    finally:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def _send(server: smtplib.SMTP, letter: Letter, message: EmailMessage) -> int:
    """Hand one e-mail over. A refusal for good ends it, one for now leaves it for the next attempt."""
    ids = [each.id for each in letter.pieces]
    try:
        server.send_message(message)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:
        codes = [code for code, _text in getattr(error, "recipients", {}).values()] or [getattr(error, "smtp_code", 0)]
        reason = f"{type(error).__name__} {', '.join(map(str, codes))}"[:200]
        log.warning("an e-mail was refused: %s", reason)
        for_good = all(500 <= int(code) < 600 for code in codes)
        if for_good:
            _settle(ids, FAILED, reason)
        else:
            with writing():
                table: Any = Mail.__table__
                db.session.execute(update(table).where(table.c.notice_id.in_(ids)).values(error=reason))
        return 0
    _settle(ids, SENT)
    return 1


def _settle(ids: Sequence[int], outcome: str, error: str = "") -> None:
    if not ids:
        return
    table: Any = Mail.__table__
    values = {"ended_at": clock.now(), "outcome": outcome, "error": error}
    with writing():
        open_ones = and_(table.c.notice_id.in_(ids), table.c.ended_at.is_(None))
        db.session.execute(update(table).where(open_ones).values(values))
