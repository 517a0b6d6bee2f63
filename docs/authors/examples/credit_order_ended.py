import click
from flask import current_app

from kezhi import Plugin, hookimpl, writing


@click.command("cancel")
@click.argument("customer", type=int)
@click.argument("order")
def cancel(customer, order):
    """Cancel an order: nothing is kept for it any more."""
    with writing():
        current_app.extensions["kezhi"].call.credit_order_ended(customer_id=customer, order=order)


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "credit": ">=0.1"}

    @hookimpl
    def register_commands(self):
        return [cancel]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(command, customer):
    from kezhi import clock, db, writing
    from kezhi_credit import services

    with writing():
        services.rate(customer, services.class_by_key("B")["id"], clock.today(), "Pays on time")
    services.check(customer, 500_00, "SO-1", reserve=True)
    assert services.position_of(customer)["reserved"] == 500_00
    command("example", "cancel", str(customer), "SO-1")
    db.session.rollback()
    assert services.position_of(customer)["reserved"] == 0


def gone(command):
    assert "No such command 'example'" in command("example", "cancel")
