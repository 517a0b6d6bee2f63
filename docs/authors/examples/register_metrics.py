from sqlalchemy import literal, select

from kezhi import Metric, Plugin, hookimpl


def reachable(period, population):
    """One row for each customer with a telephone."""
    from kezhi.builtin.customers.models import Customer

    customers = Customer.__table__.c
    return select(customers.id.label("customer_id"), literal(1).label("value")).where(
        customers.id.in_(population), customers.phone != ""
    )


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def register_metrics(self):
        return [Metric("example.telephones", "Telephones", "count", reachable, no_rows="zero")]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from datetime import date

    from kezhi import Period, db, writing
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.customers.services import create_customer
    from kezhi.metrics import metric

    with writing():
        create_customer({"name": "Quiet Ltd"})
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    statement = metric("example.telephones").select(year, select(Customer.id))
    assert db.session.execute(statement).all() == [(customer, 1)]


def gone(app):
    assert "example.telephones" not in app.extensions["kezhi"].metrics
