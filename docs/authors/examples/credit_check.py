import click
from flask import current_app

from kezhi import Plugin, hookimpl, writing


@click.command("ship")
@click.argument("customer", type=int)
@click.argument("order")
@click.argument("cents", type=int)
def ship(customer, order, cents):
    """Ship an order unless the credit check blocks it."""
    with writing():
        call = current_app.extensions["kezhi"].call
        answer = call.credit_check(customer_id=customer, amount=cents, order=order, reserve=True)
    click.echo(" ".join([answer["decision"], *(reason["code"] for reason in answer["reasons"])]))


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "credit": ">=0.1"}

    @hookimpl
    def register_commands(self):
        return [ship]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(command, customer):
    from kezhi import clock, writing
    from kezhi_credit import services

    assert command("example", "ship", str(customer), "SO-1", "50000") == "block unknown not_rated\n"
    with writing():
        services.rate(customer, services.class_by_key("B")["id"], clock.today(), "Pays on time")
    assert command("example", "ship", str(customer), "SO-1", "50000") == "warn unknown\n"
    assert services.position_of(customer)["reserved"] == 500_00


def gone(command):
    assert "No such command 'example'" in command("example", "ship")
