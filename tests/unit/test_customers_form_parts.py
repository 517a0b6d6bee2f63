"""Parts of apps in the form of a customer file: checked with the record, stored with it or not at all (CUS-02)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Optional

from kezhi import Plugin, Refused, clock, db, hookimpl, writing
from kezhi.builtin.customers import services
from kezhi.builtin.customers.contributions import FormPart, When
from kezhi.builtin.customers.models import Contact, Customer
from kezhi.forms import Form, SelectChoice
from kezhi.tables import plugin as plugin_row

pytestmark = pytest.mark.clause("CUS-02")
Client = Callable[..., FlaskClient]
PERSON = {"form_part": "customers.person"}


class ColourForm(Form):
    colour = SelectField(
        "Colour", choices=[SelectChoice("", "—"), SelectChoice("blue", "Blue"), SelectChoice("red", "Red")], default=""
    )
    shade = StringField("Shade", validators=[Optional()])
    sure = BooleanField("Sure")


SHADE = When("shade", "colour", ("blue",), required=True)


@contextmanager
def app_with_part(app: Flask, save: Callable[[int, Mapping[str, Any]], object], **options: Any) -> Iterator[None]:
    """An app named “tint” that has a part in the form."""
    kernel = app.extensions["kezhi"]

    class Tint(Plugin):
        name = "tint"
        title = "Tint shop"

        @hookimpl
        def customer_form_parts(self, customer_id: int | None, user: Any) -> list[FormPart]:
            return [FormPart("tint.colour", "Tint", ColourForm, save, when=(SHADE,), **options)]

    plugin = Tint()
    kernel.host.manager.register(plugin, name="tint")
    kernel.host.plugins["tint"] = plugin
    try:
        yield
    finally:
        kernel.host.manager.unregister(plugin)
        del kernel.host.plugins["tint"]


def tint(**values: str) -> dict[str, str]:
    return {"form_part": "tint.colour", **{f"tint-colour-{key}": value for key, value in values.items()}}


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def keeps_colour(customer_id: int, values: Mapping[str, Any]) -> None:
    """Writes what it was given into the record's notes: in the record's own transaction."""
    customer = services.customer_by_id(customer_id)
    services.update_customer(
        customer_id, customer.version, {"notes": f"{values['colour']}: {values['shade'] or 'any'}"}
    )


def test_a_file_and_its_first_key_person_are_opened_together(app: Flask, client_as: Client) -> None:
    form = {**PERSON, "name": "甲公司", "customers-person-name": "王经理", "customers-person-post": "采购经理"}
    assert client_as("salesperson").post("/customers/new", data=form).status_code == 302
    person = db.session.scalars(sa.select(Contact)).one()
    assert (person.name, person.post, person.is_primary) == ("王经理", "采购经理", True)
    assert person.customer_id == db.session.scalars(sa.select(Customer.id)).one()


def test_who_sends_a_form_twice_opens_one_file_with_one_person(app: Flask, client_as: Client) -> None:
    client = client_as("salesperson")
    form = {**PERSON, "name": "甲公司", "customers-person-name": "王经理", "submission_key": "k" * 22}
    assert [client.post("/customers/new", data=form).status_code for _turn in range(2)] == [302, 302]
    assert (count(Customer), count(Contact)) == (1, 1)


def test_a_person_that_is_refused_leaves_no_file_either(app: Flask, client_as: Client) -> None:
    """The rules of a key person are asked when the part is saved: after the record, in the same transaction."""
    form = {**PERSON, "name": "甲公司", "customers-person-name": "王经理", "customers-person-email": "nobody"}
    answer = client_as("salesperson", locale="en").post("/customers/new", data=form)
    page = answer.get_data(as_text=True)
    assert '<a href="#customers-person-email">' in page
    assert 'value="王经理"' in page, "what was typed stays"
    assert (count(Customer), count(Contact)) == (0, 0)


def test_what_does_not_apply_is_named_and_never_dropped_in_silence(app: Flask, client_as: Client) -> None:
    form = {**PERSON, "name": "甲公司", "customers-person-post": "采购经理"}
    page = client_as("salesperson").post("/customers/new", data=form).get_data(as_text=True)
    assert "仅当填写了“姓名”时填写" in page
    assert 'value="采购经理"' in page
    assert (count(Customer), count(Contact)) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "said", "notes"),
    [
        ({"colour": "blue"}, "“Shade” is needed here.", ""),
        ({"colour": "red", "shade": "dark"}, "Only when “Colour” is Blue", ""),
        ({"shade": "dark"}, "Only when “Colour” is Blue", ""),
        ({"colour": "green"}, "Not a valid choice", ""),
        ({"colour": "blue", "shade": "navy"}, "", "blue: navy"),
        ({"colour": "red"}, "", "red: any"),
        ({}, "", ": any"),
    ],
)
def test_the_server_holds_to_the_condition_of_a_field(
    app: Flask, client_as: Client, sent: dict[str, str], said: str, notes: str
) -> None:
    with app_with_part(app, keeps_colour):
        answer = client_as("salesperson", locale="en").post("/customers/new", data={"name": "Acme", **tint(**sent)})
    assert answer.status_code == (200 if said else 302)
    assert said in answer.get_data(as_text=True)
    assert count(Customer) == (0 if said else 1)
    if not said:
        assert db.session.scalars(sa.select(Customer.notes)).one() == notes


def test_faults_of_the_record_and_of_all_parts_come_in_one_answer(app: Flask, client_as: Client) -> None:
    form = {"name": "", "email": "nobody", **tint(colour="blue"), "customers-person-post": "Buyer"}
    form["form_part"] = ["tint.colour", "customers.person"]  # type: ignore[assignment]
    with app_with_part(app, keeps_colour):
        page = client_as("salesperson", locale="en").post("/customers/new", data=form).get_data(as_text=True)
    summary = page[page.index('id="form-errors"') :]
    for key in ("name", "email", "tint-colour-shade", "customers-person-post"):
        assert f'<a href="#{key}">' in summary
    assert "4 entries need correction" in summary


def test_a_part_that_breaks_leaves_nothing_stored(app: Flask, client_as: Client) -> None:
    def breaks(customer_id: int, values: Mapping[str, Any]) -> None:
        keeps_colour(customer_id, values)
        raise ZeroDivisionError

    with app_with_part(app, breaks):
        answer = client_as("salesperson", locale="en").post("/customers/new", data={"name": "Acme", **tint(sure="y")})
    assert answer.status_code == 200
    assert "The app “Tint shop” could not save its part" in answer.get_data(as_text=True)
    assert 'value="Acme"' in answer.get_data(as_text=True)
    assert count(Customer) == 0


def test_a_conflict_keeps_the_text_of_parts_too(app: Flask, client_as: Client) -> None:
    saved: list[Any] = []
    with writing():
        number = services.create_customer({"name": "Acme", "city": "Berlin"}).id
    client = client_as("customer-information-clerk", locale="en")
    with app_with_part(app, lambda _id, values: saved.append(values)):
        client.get(f"/customers/{number}/edit")
        with writing():
            services.update_customer(number, 1, {"city": "Bonn"})
        form = {"name": "Acme", "city": "Köln", "version": "1", **tint(colour="blue", shade="navy")}
        page = client.post(f"/customers/{number}/edit", data=form).get_data(as_text=True)
    assert "Somebody else changed this customer file" in page
    assert 'value="navy"' in page
    assert saved == []
    db.session.rollback()
    assert db.session.get_one(Customer, number).city == "Bonn"


def test_an_app_that_is_gone_meanwhile_stops_the_form_instead_of_losing_what_was_typed(
    app: Flask, client_as: Client
) -> None:
    client = client_as("salesperson", locale="en")
    page = client.post("/customers/new", data={"name": "Acme", **tint(colour="red")}).get_data(as_text=True)
    assert "cannot take its part of this form" in page
    assert count(Customer) == 0


def test_an_app_that_is_gone_is_named_by_its_title(app: Flask, client_as: Client) -> None:
    client = client_as("salesperson", locale="en")
    with writing():
        row = {"name": "tint", "enabled": False, "version": "1", "restricts": [], "changed_at": clock.now()}
        row |= {"changed_by": "admin", "manifest": {"title": {"zh": "调色", "en": "Tint shop"}}}
        db.session.execute(sa.insert(plugin_row).values(**row))
    form = {"name": "Acme", **tint(colour="red")}
    assert "The app “Tint shop” cannot take its part" in client.post("/customers/new", data=form).text
    form["form_part"] = "shop.size"
    assert "The app “shop” cannot take its part" in client.post("/customers/new", data=form).text, "nobody knows it"
    assert count(Customer) == 0


def test_an_app_enabled_after_the_form_was_opened_is_left_out_of_it(app: Flask, client_as: Client) -> None:
    """The form shows what it knew: the record is saved without the new part, which nobody has seen."""
    saved: list[Any] = []
    client = client_as("salesperson")
    page = client.get("/customers/new").get_data(as_text=True)
    assert "tint.colour" not in page
    with app_with_part(app, lambda _id, values: saved.append(values)):
        form = {**PERSON, "name": "甲公司", "customers-person-name": "王经理"}
        assert client.post("/customers/new", data=form).status_code == 302
    assert saved == []
    assert (count(Customer), count(Contact)) == (1, 1)


def test_a_refusal_of_a_part_stands_at_its_field(app: Flask, client_as: Client) -> None:
    def refuses(_customer_id: int, _values: Mapping[str, Any]) -> None:
        raise Refused("No red this year.", field="colour")

    with app_with_part(app, refuses):
        answer = client_as("salesperson", locale="en").post(
            "/customers/new", data={"name": "Acme", **tint(colour="red")}
        )
    assert "No red this year." in answer.get_data(as_text=True)
    assert '<a href="#tint-colour-colour">' in answer.get_data(as_text=True)
    assert count(Customer) == 0


def test_a_part_names_the_clause_that_it_serves(app: Flask, client_as: Client) -> None:
    page = client_as("salesperson", locale="en").get("/customers/new").get_data(as_text=True)
    part = page[page.index("First key person") :]
    assert "serves clause CUS-02" in part
    assert 'data-kz-when="customers-person-name"' in part


def test_who_may_not_add_key_people_has_no_such_part(app: Flask, client_as: Client) -> None:
    with writing():
        number = services.create_customer({"name": "Acme"}).id
    clerk = client_as("customer-information-clerk", locale="en")
    assert "First key person" not in clerk.get(f"/customers/{number}/edit").get_data(as_text=True), "it has pages now"
