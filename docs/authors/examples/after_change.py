from sqlalchemy import func, select

from kezhi import Plugin, Refused, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def after_change(self, model, change, keys):
        """keys is a list or a Select of ids: in_() takes either. One statement, however many rows there are."""
        from kezhi import db
        from kezhi.builtin.customers.models import Customer

        if model is not Customer or change != "create":
            return
        customers = Customer.__table__.c
        silent = select(func.count()).where(customers.id.in_(keys), customers.phone == "")
        if db.session.scalar(silent):
            raise Refused("A new customer needs a telephone.", field="phone")


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    import pytest

    from kezhi import writing
    from kezhi.builtin.customers.services import create_customer

    with pytest.raises(Refused, match="telephone"), writing():
        create_customer({"name": "Quiet Ltd"})
    with writing():
        create_customer({"name": "Loud Ltd", "phone": "021-11223344"})


def gone():
    from kezhi import writing
    from kezhi.builtin.customers.services import create_customer

    with writing():
        create_customer({"name": "Quiet Ltd"})
