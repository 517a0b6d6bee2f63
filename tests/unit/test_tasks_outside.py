"""An e-mail to somebody outside of the company: what a plugin's job writes (TSK-02)."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest

from kezhi import Refused, db, set_setting, writing
from kezhi.builtin.tasks.services import can_write_to_others, write_to_other

from .smtp_sink import smtp_sink

pytestmark = [pytest.mark.services, pytest.mark.clause("TSK-02")]


def test_a_letter_goes_out_through_the_companys_mail_server(app: Any) -> None:
    assert not can_write_to_others()
    with smtp_sink() as sink:
        with writing():
            for key, value in (("smtp_host", "127.0.0.1"), ("smtp_port", sink.port), ("smtp_security", "none"),
                               ("mail_from", "kezhi@chengjiang.example")):  # fmt: skip
                set_setting("tasks", key, value)
        assert not can_write_to_others(), "nobody knows where its links lead"
        with writing():
            set_setting("tasks", "site_address", "https://crm.example/")
        assert can_write_to_others()
        write_to_other("lu@example.com", "Are you\nsatisfied?", "By this link:\n\nhttps://crm.example/x")
        (message,) = sink.messages
        assert (message["To"], message["Auto-Submitted"]) == ("lu@example.com", "auto-generated")
        assert str(message["Subject"]).endswith("Are you satisfied?"), "in a line of its own"
        body = message.get_body()
        assert body is not None
        assert "https://crm.example/x" in body.get_content()
        with pytest.raises(Refused):
            write_to_other("no address", "x", "x")
        sink.refuse["gone@example.com"] = "550 no such mailbox"
        with pytest.raises(smtplib.SMTPRecipientsRefused):  # the job that wrote it learns of it
            write_to_other("gone@example.com", "x", "x")
        assert len(sink.messages) == 1
    db.session.rollback()
