from sqlalchemy import literal, select

from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "credit": ">=0.1"}

    @hookimpl(optionalhook=True)
    def credit_receivables(self, customers, day):
        """Every customer in 上海 owes 1,000.00, and is ten days late with 200.00 of it."""
        from kezhi.builtin.customers.models import Customer

        table = Customer.__table__
        amounts = {"not_due": 80_000, "overdue_1_30": 20_000, "overdue_31_60": 0, "overdue_61_90": 0,
                   "overdue_90_plus": 0, "overdue_days_max": 10, "shipped_not_invoiced": 0, "ordered_not_shipped": 0,
                   "deposits": 0}  # fmt: skip
        columns = [literal(amount).label(name) for name, amount in amounts.items()]
        owed = select(table.c.id.label("customer_id"), *columns).where(table.c.city == "上海")
        return owed if customers is None else owed.where(table.c.id.in_(customers))


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/credit/customers/{customer}").text
    assert "¥1,000" in page
    assert "1–30 days overdue" in page


def gone(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/credit/customers/{customer}").text
    assert "Exposure unknown" in page, "nobody says what is owed: that is not 0"
