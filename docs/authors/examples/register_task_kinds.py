from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "tasks": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_task_kinds(self):
        """Whoever is responsible for a customer without a phone number has to find it out within a week."""
        from kezhi.builtin.tasks.contributions import TaskKind

        def page(customer_id):
            from flask import url_for

            return url_for("customers.show", customer_id=int(customer_id))

        return [TaskKind("example.phone", "Find out the phone number", page=page, icon="telephone", duties=duties)]


def duties():
    """What is due at present: one row for each customer. A job opens tasks for new rows, and closes what is gone."""
    from datetime import timedelta

    from sqlalchemy import Text, cast, literal, select

    from kezhi import clock
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.tasks.models import Task

    number = cast(Customer.id, Text)
    return select(
        number.label("slot"),
        literal(clock.now() + timedelta(days=7), Task.due_at.type).label("due_at"),
        Customer.owner_id,
        Customer.department_id,
        Customer.name.label("subject"),
        number.label("reference"),
        Customer.id.label("customer_id"),
    ).where(Customer.phone == "", Customer.owner_id.is_not(None))


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    from sqlalchemy import update

    from kezhi import db, writing
    from kezhi.builtin.accounts.services import user_named
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.customers.services import customer_by_id, update_customer
    from kezhi.builtin.tasks.services import sync_all

    seller, stranger = client_as("salesperson"), client_as("finance")
    with writing():
        values = {"phone": "", "owner_id": user_named("salesperson-user").id}
        db.session.execute(update(Customer).where(Customer.id == customer).values(values))
    assert sync_all() == (1, 0)
    assert sync_all() == (0, 0)
    assert "Find out the phone number：Hengda Steel" in seller.get("/").text
    assert "Hengda Steel" not in stranger.get("/").text
    with writing():
        update_customer(customer, customer_by_id(customer).version, {"phone": "13800000000"})
    assert sync_all() == (0, 1)
    assert "Hengda Steel" not in seller.get("/").text


def gone(client_as):
    assert "Find out the phone number" not in client_as("salesperson").get("/tasks").text
