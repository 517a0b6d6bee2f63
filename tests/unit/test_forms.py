"""The form machine: what was typed stays, refusals find their fields, a form counts once."""

from __future__ import annotations

import re
from threading import Thread
from typing import Any

import pytest
from flask import Flask, render_template_string
from sqlalchemy import func, select
from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from kezhi import Refused, acting_as, db, writing
from kezhi.forms import Form, choice, fill_errors, once, remember, submit_once
from kezhi.tables import number as counter
from kezhi.tables import submission
from kezhi.users import User


class CustomerForm(Form):
    """A form with one field of each kind that matters here."""

    name = StringField("Name", [InputRequired()], description="As on the licence")
    phrase = PasswordField("Password")
    kind = SelectField("Business type", choices=[choice("trade", "Trader"), choice("maker", "Manufacturer")])
    way = RadioField("Missing data", choices=[choice("zero", "0 points")])


FIELDS = """{% from "kezhi/macros.html" import field, form_errors, hidden %}
{{ hidden(form) }}{{ form_errors(form) }}{% for f in form %}{{ field(f) }}{% endfor %}"""


def sent(app: Flask, language: str = "en", **values: str) -> Any:
    """The request context of a form that was sent."""
    data = {"kind": "trade", "way": "zero", **values}
    return app.test_request_context("/", method="POST", data=data, headers={"Accept-Language": language})


def test_typed_text_is_trimmed_but_a_password_is_not(app: Flask) -> None:
    with sent(app, name="  Hengyuan ", phrase=" a b "):
        form = CustomerForm()
        assert form.validate()
        assert form.name.data == "Hengyuan"
        assert form.phrase.data == " a b "


@pytest.mark.parametrize(("language", "message"), [("en", "This field is required."), ("zh", "该字段是必填字段。")])
def test_messages_are_in_the_users_language(app: Flask, language: str, message: str) -> None:
    with sent(app, language=language, name=""):
        form = CustomerForm()
        assert not form.validate()
        assert form.name.errors == [message]


def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(app: Flask) -> None:
    with sent(app, name="Hengyuan"):
        form = CustomerForm()
        form.validate()
        fill_errors(form, Refused("Another customer has this name.", field="name"))
        page = render_template_string(FIELDS, form=form)
    control = re.search(r'<input[^>]*id="name"[^>]*>', page)
    assert control is not None
    assert 'value="Hengyuan"' in control[0]
    assert 'aria-invalid="true"' in control[0]
    assert 'aria-describedby="name-e name-h"' in control[0]
    assert 'id="name-e">Another customer has this name.' in page
    assert 'id="name-h">As on the licence' in page
    assert '<a href="#name">Name</a>' in page


def test_a_refusal_of_no_field_stands_above_the_form(app: Flask) -> None:
    with sent(app, name="Hengyuan"):
        form = CustomerForm()
        form.validate()
        fill_errors(form, Refused("The year is closed.", field="year"))
        page = render_template_string(FIELDS, form=form)
    assert "<li>The year is closed.</li>" in page
    assert 'role="alert"' in page


def test_required_fields_carry_a_star_and_choices_a_legend(app: Flask) -> None:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        page = render_template_string(FIELDS, form=CustomerForm())
    assert re.search(r'for="name">Name <span class="req" title="Required">\*</span>', page)
    assert '<legend class="form-label">Missing data' in page
    assert '<select class="form-select"' in page
    assert "form-errors" not in page


def test_every_form_has_a_key_of_its_own_which_an_error_keeps(app: Flask) -> None:
    with app.test_request_context("/"):
        first, second = CustomerForm(), CustomerForm()
        assert first.key != second.key
        assert len(first.key) >= 32
    with sent(app, name="", submission_key=first.key):
        again = CustomerForm()
        assert not again.validate()
        assert again.key == first.key


@pytest.mark.services
def test_a_form_sent_twice_counts_once(app: Flask) -> None:
    done: list[int] = []

    def effect() -> int:
        done.append(1)
        return 42

    assert submit_once("key", effect) == "42"
    assert submit_once("key", effect) == "42"
    assert done == [1]
    assert submit_once("another", effect) == "42"
    assert done == [1, 1]


@pytest.mark.services
def test_a_submit_that_failed_can_be_sent_again(app: Flask) -> None:
    def refuse() -> str:
        raise Refused("not yet")

    with pytest.raises(Refused):
        submit_once("key", refuse)
    assert submit_once("key", lambda: "done") == "done"


def test_a_key_belongs_to_the_person_who_got_the_form(app: Flask) -> None:
    submit_once("key", lambda: "first")
    with acting_as(User(id=7, login="other", name="Other")):
        assert submit_once("key", lambda: "second") == "second"


def test_without_a_key_every_call_counts(app: Flask) -> None:
    with writing():
        assert once("") is None
        remember("", "nothing")
    assert db.session.execute(select(func.count()).select_from(submission)).scalar_one() == 0


@pytest.mark.services
def test_two_submits_at_the_same_moment_count_once(app: Flask) -> None:
    with writing():
        db.session.execute(counter.insert().values(key="test", value=0))
    answers: list[str] = []

    def effect() -> str:
        db.session.execute(counter.update().where(counter.c.key == "test").values(value=counter.c.value + 1))
        return "done"

    def run() -> None:
        with app.app_context():
            answers.append(submit_once("key", effect))
            db.session.remove()

    threads = [Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["done"] * 6
    assert db.session.execute(select(counter.c.value).where(counter.c.key == "test")).scalar_one() == 1
