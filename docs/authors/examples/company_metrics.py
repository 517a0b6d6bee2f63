from sqlalchemy import literal, select
from wtforms import StringField

from kezhi import Metric, Plugin, SettingsForm, hookimpl, setting


class ExampleSettings(SettingsForm):
    prefix = StringField("Beginning of the postal codes that are counted", default="")


def reachable(period, population):
    """One row for each customer whose postal code begins as the company has set."""
    from kezhi.builtin.customers.models import Customer

    customers = Customer.__table__.c
    return select(customers.id.label("customer_id"), literal(1).label("value")).where(
        customers.id.in_(population), customers.postal_code.startswith(setting("example", "prefix"))
    )


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def register_settings(self):
        return [ExampleSettings]

    @hookimpl
    def company_metrics(self):
        prefix = setting("example", "prefix")
        return [Metric("example.near", f"Postal codes {prefix}", "count", reachable, no_rows="zero")] if prefix else []


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from datetime import date

    from kezhi import Period, db, set_setting, writing
    from kezhi.builtin.customers.models import Customer
    from kezhi.metrics import all_metrics, metric

    assert "example.near" not in all_metrics()
    with writing():
        set_setting("example", "prefix", "021")
    assert metric("example.near").title == "Postal codes 021"
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert len(db.session.execute(metric("example.near").select(year, select(Customer.id))).all()) <= 1


def gone(app):
    from kezhi.metrics import all_metrics

    assert "example.near" not in all_metrics()
