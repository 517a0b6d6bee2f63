"""An e-mail to somebody outside of the company: what a plugin's job writes, through the company's mail server.

Notices go to people with an account; this is for whoever else has to get something, such as a customer a link. It is
called by a job, outside of any transaction, and the job tries again by itself.
"""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from kezhi import clock, setting
from kezhi.db import end_reading
from kezhi.i18n import _

from .mail import connection, one_line, server_settings
from .outbox import check_form, is_configured


def can_write_to_others() -> bool:
    """Whether there are a mail server, a sender, and the address of this site for the links."""
    return is_configured() and all(setting("tasks", key) for key in ("mail_from", "site_address"))


def write_to_other(address: str, subject: str, body: str) -> None:
    """Send one e-mail now. Errors: ``Refused`` for what is no address or without a sender; ``OSError`` and
    ``smtplib.SMTPException`` when it could not be handed over."""
    check_form(address)
    company, message = str(setting("kezhi", "company")), EmailMessage()
    message["Subject"] = one_line(f"[{company or 'Kezhi'}] {subject}")
    message["From"] = formataddr((one_line(company) or "Kezhi", str(setting("tasks", "mail_from"))))
    message["To"] = address
    message["Date"] = format_datetime(clock.now())
    message["Auto-Submitted"] = "auto-generated"
    foot = _("This e-mail was written by a program; nobody reads answers to it.")
    message.set_content(f"{body}\n\n-- \n{foot}\n")
    settings = server_settings()
    end_reading()  # nothing is held while the server is talked to
    with connection(settings) as server:
        server.send_message(message)
