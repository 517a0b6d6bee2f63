from sqlalchemy import literal, select

from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "credit": ">=0.1"}

    @hookimpl(optionalhook=True)
    def credit_orders(self):
        """The order SO-1 of every customer in 上海 has arrived here, and is counted among what is owed."""
        from kezhi.builtin.customers.models import Customer

        table = Customer.__table__
        return select(table.c.id.label("customer_id"), literal("SO-1").label("number")).where(table.c.city == "上海")


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from kezhi import clock, writing
    from kezhi_credit import services

    with writing():
        services.rate(customer, services.class_by_key("B")["id"], clock.today(), "Pays on time")
    for order in ("SO-1", "SO-2"):
        services.check(customer, 500_00, order, reserve=True)
    assert services.position_of(customer)["reserved"] == 500_00, "SO-1 is there, and counts by itself"


def gone(customer):
    from kezhi_credit import services

    assert services.position_of(customer)["reserved"] == 1_000_00, "nobody knows of SO-1 any more: it is kept for"
