from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "tasks": ">=0.1"}

    @hookimpl(optionalhook=True)
    def register_notice_kinds(self):
        """Whoever is responsible for a customer is told when somebody calls."""
        from kezhi.builtin.customers.models import Customer
        from kezhi.builtin.tasks.contributions import NoticeKind

        def page(customer_id):
            from flask import url_for

            return url_for("customers.show", customer_id=int(customer_id))

        return [
            NoticeKind(
                "example.call", "A customer calls", page, icon="telephone", model=Customer, permission="customers.read"
            )
        ]


def customer_calls(customer, recipients):
    """In the transaction of what has happened. Only those are told who see the customer."""
    from kezhi.builtin.tasks.contributions import About
    from kezhi.builtin.tasks.services import notify

    about = About(customer.name, str(customer.id), customer.id, customer_id=customer.id)
    return notify("example.call", recipients, "A customer called for you", about)


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    from kezhi import db, writing
    from kezhi.builtin.accounts.services import user_named
    from kezhi.builtin.customers.models import Customer

    director, stranger = client_as("sales-director"), client_as("salesperson")
    ids = [user_named(f"{role}-user").id for role in ("sales-director", "salesperson")]
    with writing():
        assert customer_calls(db.session.get(Customer, customer), ids) == 1
    page = director.get("/notices").text
    assert "A customer called for you" in page
    assert "Hengda Steel" in page
    assert "A customer called for you" not in stranger.get("/notices").text


def gone(client_as):
    assert "Hengda Steel" not in client_as("sales-director").get("/notices").text
