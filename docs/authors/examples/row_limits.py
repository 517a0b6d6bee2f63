from sqlalchemy import select

from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}
    restricts = ("customers_customer",)

    @hookimpl
    def row_limits(self, model, user):
        from kezhi.builtin.customers.models import Customer

        if model is not Customer or user.can("customers.assign"):
            return []
        return [Customer.region != "sealed"]

    def hidden_rows(self):
        """While this plugin cannot load, exactly these stay hidden."""
        from kezhi.builtin.customers.models import Customer

        customers = Customer.__table__.c
        return {"customers_customer": select(customers.id).where(customers.region == "sealed")}


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    from kezhi import writing
    from kezhi.builtin.customers.services import create_customer

    with writing():
        create_customer({"name": "Secret Ltd", "region": "sealed"})
    assert "Secret Ltd" in client_as("sales-director").get("/customers").text
    page = client_as("finance").get("/customers").text
    assert "Hengda Steel" in page
    assert "Secret Ltd" not in page


def gone(client_as):
    assert "Secret Ltd" in client_as("finance").get("/customers").text
