"""The floor's form: a plain WTForms form of the customer file's fields, stored by SQL written by hand.

It takes what a browser sends of the product's form: every field, as it stood or as it was changed.
"""

# ruff: noqa: S608 - every piece of a statement stands in this file or in the table of fields; values are bound

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort
from flask_wtf import FlaskForm
from sqlalchemy import Connection, text
from wtforms import DateField, HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from kezhi.builtin.customers.fields import FIELDS

CUSTOMER = [field.key for field in FIELDS.values() if field.place == "customer"]
PROFILE = [field.key for field in FIELDS.values() if field.place == "profile"]
FIGURES = {field.key for field in FIELDS.values() if field.kind in ("money", "count", "percent")}
EMPTY_IS_NULL = {*FIGURES, "credit_code", *(field.key for field in FIELDS.values() if field.kind == "date")}


def _control(key: str) -> Any:
    field = FIELDS[key]
    checks = [InputRequired() if key == "name" else Optional(), Length(max=field.longest or 40)]
    if field.kind == "date":
        return DateField(field.key, validators=[Optional()])
    if key in FIGURES:
        return IntegerField(field.key, validators=[Optional()])
    return TextAreaField(key, validators=checks) if field.kind == "long" else StringField(key, validators=checks)


class Base(FlaskForm):
    """What is not a field of the file."""

    version = HiddenField()
    code = StringField(validators=[Optional(), Length(max=40)])
    owner_id = IntegerField(validators=[Optional()])
    department_id = IntegerField(validators=[Optional()])


CustomerForm: Any = type("CustomerForm", (Base,), {key: _control(key) for key in (*CUSTOMER, *PROFILE)})


def sent() -> tuple[Any, dict[str, Any]]:
    """The form as it was sent, and its values by column."""
    form = CustomerForm()
    if not form.validate():
        abort(400)
    values = {}
    for key in (*CUSTOMER, *PROFILE):
        value = form[key].data
        value = value.strip() if isinstance(value, str) else value
        values[key] = None if key in EMPTY_IS_NULL and not value else value or ""
    return form, values


def create(connection: Connection, me: Any) -> int:
    """A new record with its code: guarded against a second one of the same name, and owned by who enters it."""
    form, values = sent()
    same = "SELECT id FROM customers_customer WHERE name_key = :name OR credit_code_key = :credit_code LIMIT 1"
    if connection.execute(text(same), values).first() is not None:
        abort(400)
    number = connection.execute(
        text("""INSERT INTO kezhi_number (key, value) VALUES ('floor', 1)
         ON CONFLICT (key) DO UPDATE SET value = kezhi_number.value + 1 RETURNING value""")
    ).scalar_one()
    values |= {"code": f"FL-{number:06}", "now": _now(), "owner": form.owner_id.data or me.id, "login": me.name}
    values |= {"name_key": values["name"].lower(), "phone_key": values["phone"], "origin": "page"}
    values |= {"email_key": values["email"], "credit_code_key": values["credit_code"] or ""}  # in the clear
    own = [*CUSTOMER, "code", "name_key", "phone_key", "email_key", "credit_code_key", "origin"]
    made = connection.execute(
        text(f"""INSERT INTO customers_customer
         ({", ".join(own)}, owner_id, created_by, created_at, updated_at, version)
         VALUES ({", ".join(f":{key}" for key in own)}, :owner, :login, :now, :now, 1) RETURNING id"""),
        values,
    ).scalar_one()
    values["id"] = made
    connection.execute(text("INSERT INTO customers_used_code VALUES (:code, :id, :now, '')"), values)
    connection.execute(
        text("INSERT INTO customers_owner (customer_id, user_id, from_at) VALUES (:id, :owner, :now)"), values
    )
    if any(values[key] for key in PROFILE):
        _keep_profile(connection, values)
    return int(made)


def change(connection: Connection, me: Any, number: int, seen: str) -> None:
    """Store what was changed of a record one sees, if nobody was faster; old and new values are kept."""
    form, wanted = sent()
    values = {"id": number, "me": me.id, "department": me.department_id, "now": _now()}
    asked = f"""SELECT c.*, p.* FROM customers_customer c LEFT JOIN customers_profile p ON p.customer_id = c.id
     WHERE c.id = :id{seen}"""
    row = connection.execute(text(asked), values).mappings().one_or_none()
    if row is None or row["version"] != int(form.version.data):
        abort(404)
    changed = {key: value for key, value in wanted.items() if (value or "") != str(row[key] or "")}
    own = [key for key in changed if key in CUSTOMER]
    values |= changed | {"version": row["version"]}
    update = f"""UPDATE customers_customer SET {"".join(f"{key} = :{key}, " for key in own)} updated_at = :now,
     version = version + 1 WHERE id = :id AND version = :version"""
    if connection.execute(text(update), values).rowcount != 1:
        abort(409)
    if len(own) < len(changed):
        _keep_profile(connection, {**wanted, "id": number})
    kept = [{"id": number, "now": values["now"], "field": key, "old": str(row[key] or ""), "new": str(value or "")}
            for key, value in changed.items()]  # fmt: skip
    connection.execute(
        text("""INSERT INTO customers_change (customer_id, at, actor, field, old, new, source)
         VALUES (:id, :now, 'floor', :field, :old, :new, 'page')"""),
        kept,
    )


def _keep_profile(connection: Connection, values: dict[str, Any]) -> None:
    columns = ", ".join(PROFILE)
    connection.execute(
        text(f"""INSERT INTO customers_profile (customer_id, {columns})
         VALUES (:id, {", ".join(f":{key}" for key in PROFILE)}) ON CONFLICT (customer_id) DO UPDATE
         SET {", ".join(f"{key} = excluded.{key}" for key in PROFILE)}"""),
        values,
    )


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
