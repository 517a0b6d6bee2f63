from wtforms import BooleanField, StringField
from wtforms.validators import Optional

from kezhi import Plugin, Refused, hookimpl
from kezhi.forms import Form


class ColourForm(Form):
    likes_blue = BooleanField("Likes blue")
    why_blue = StringField("Why blue", validators=[Optional()])


def save(customer_id, values):
    """In the transaction of the record: what is refused here leaves nothing stored of either."""
    from kezhi.builtin.customers.services import customer_by_id, update_customer

    if values["why_blue"] == "no reason":
        raise Refused("Write down a reason.", field="why_blue")
    if values["likes_blue"]:
        customer = customer_by_id(customer_id)
        update_customer(customer_id, customer.version, {"notes": f"Blue: {values['why_blue']}"})


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl(optionalhook=True)
    def customer_form_parts(self, customer_id, user):
        from kezhi.builtin.customers.contributions import FormPart, When

        when = (When("why_blue", "likes_blue", required=True),)
        return [FormPart("example.colour", "Colours", ColourForm, save, when=when)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as):
    from sqlalchemy import func, select

    from kezhi import db
    from kezhi.builtin.customers.models import Customer

    def notes():
        db.session.rollback()
        return db.session.scalars(select(Customer.notes).order_by(Customer.id.desc()).limit(1)).first()

    client = client_as("sales-director", locale="en")
    form = {"name": "Azure Ltd", "form_part": "example.colour", "example-colour-likes_blue": "y"}
    assert "“Why blue” is needed here." in client.post("/customers/new", data=form).text
    page = client.post("/customers/new", data={**form, "example-colour-why_blue": "no reason"}).text
    assert "Write down a reason." in page
    assert 'value="no reason"' in page, "what was typed stays"
    assert db.session.scalar(select(func.count()).select_from(Customer).where(Customer.name == "Azure Ltd")) == 0
    assert client.post("/customers/new", data={**form, "example-colour-why_blue": "the sea"}).status_code == 302
    assert notes() == "Blue: the sea"


def gone(client_as):
    """Whoever still has the form open loses nothing in silence."""
    client = client_as("sales-director", locale="en")
    assert "Colours" not in client.get("/customers/new").text
    form = {"name": "Late Ltd", "form_part": "example.colour", "example-colour-likes_blue": "y"}
    assert "cannot take its part of this form" in client.post("/customers/new", data=form).text
