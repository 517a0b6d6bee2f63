from sqlalchemy import func, select

from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "cards": ">=0.1"}

    @hookimpl(optionalhook=True)
    def card_figures(self):
        from kezhi.builtin.cards.contributions import CardFigure

        return [CardFigure("example.letters", "Letters of the name", "count", "customers.read", letters)]


def letters(period, population):
    from kezhi.builtin.customers.models import Customer

    customer = Customer.__table__.c
    return select(customer.id, func.length(customer.name)).where(customer.id.in_(population))


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/cards/customer/{customer}").text
    assert "Letters of the name" in page
    assert "<dd>12</dd>" in page  # Hengda Steel


def gone(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/cards/customer/{customer}").text
    assert "Hengda Steel" in page
    assert "Letters of the name" not in page
