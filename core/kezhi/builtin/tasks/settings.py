"""What a company may decide about duties and notices."""

from __future__ import annotations

from typing import Any

from wtforms import IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from kezhi import Refused, SecretField, SettingsForm
from kezhi import lazy_gettext as _l
from kezhi.forms import choice
from kezhi.i18n import _

WHOLE = _l("Write a whole number.")


class TaskSettings(SettingsForm):
    """When an overdue duty goes to the manager (TSK-01), and how notices go out by e-mail (TSK-02)."""

    escalate_hours = IntegerField(
        _l("Hours of working time after which an overdue task goes to the manager"),
        [InputRequired(WHOLE), NumberRange(min=0, max=400)],
        description=_l("And after as many again to the next manager above. 0: at once. An app may say otherwise."),
        default=8,
    )
    smtp_host = StringField(
        _l("Mail server"),
        [Optional(), Length(max=200)],
        description=_l("Like smtp.example.com. Empty: no e-mail is sent."),
        default="",
    )
    smtp_port = IntegerField(_l("Port"), [InputRequired(WHOLE), NumberRange(min=1, max=65535)], default=587)
    smtp_security = SelectField(
        _l("Encryption"),
        default="starttls",
        choices=lambda: [
            choice("starttls", _l("STARTTLS (usually port 587)")),
            choice("tls", _l("TLS from the start (usually port 465)")),
            choice("none", _l("None: only for a server on this machine or in the own network")),
        ],
    )
    smtp_user = StringField(_l("User name at the mail server"), [Optional(), Length(max=200)], default="")
    smtp_password = SecretField(_l("Password at the mail server"), [Optional(), Length(max=500)])
    mail_from = StringField(
        _l("Sender"), [Length(max=200)], description=_l("The address that e-mails come from."), default=""
    )
    site_address = StringField(
        _l("Address of this site"),
        [Optional(), Length(max=200)],
        description=_l("Like https://kezhi.example.com, for the links in e-mails."),
        default="",
    )
    mail_domains = StringField(
        _l("Domains that notices may be sent to"),
        [Optional(), Length(max=500)],
        description=_l("Like example.com, example.cn. Empty: any address that a person enters."),
        default="",
    )
    digest_hour = IntegerField(
        _l("Hour of the daily summary"),
        [InputRequired(WHOLE), NumberRange(min=0, max=23)],
        description=_l("In the company's time."),
        default=8,
    )

    def validate_smtp_host(self, field: Any) -> None:
        """A name alone: no address of a page, no port."""
        if field.data and not all(letter.isalnum() or letter in ".-:" for letter in field.data):
            raise ValidationError(_("Write the name of the server alone, like smtp.example.com."))

    def validate_mail_from(self, field: Any) -> None:
        """Needed as soon as there is a server."""
        from .services.outbox import check_form

        if not field.data and self.smtp_host.data:
            raise ValidationError(_("Enter the address that e-mails come from."))
        try:
            check_form(field.data or "")
        except Refused as refused:
            raise ValidationError(str(refused)) from refused

    def validate_site_address(self, field: Any) -> None:
        """An address of a page, as people type it."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(_("Write the whole address, like https://kezhi.example.com."))
