from kezhi import Clause, Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "policy": ">=0.1"}

    @hookimpl
    def register_clauses(self):
        return [Clause("EXA-01", "Every customer can be called"), Clause("EXA-02", "A customer is entered each month")]

    @hookimpl(optionalhook=True)
    def register_evidence(self):
        """One clause that holds at any time, and one that asks for something every month."""
        from kezhi.builtin.policy.contributions import ClauseEvidence, Records, Schedule
        from kezhi.builtin.policy.periods import last_workday

        customers = Records("customers.index")
        return [
            ClauseEvidence(
                "EXA-01",
                "No customer is without a phone number.",
                ask=phones,
                says=lambda found: f"{found.records} of {found.of} customers with a phone number",
                late=lambda count: f"{count} without",
                records=customers,
                breaches=Records("customers.index", {"f.customers.phone": ""}),
            ),
            ClauseEvidence(
                "EXA-02",
                "A customer was entered this month, by its last working day.",
                ask=entered,
                schedule=Schedule("month", done=entered_since, due=last_workday),
                records=customers,
            ),
        ]


def phones(today):
    """Selects of one value each; the board asks those of all apps in one statement."""
    from sqlalchemy import func, select

    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.policy.contributions import Ask

    count = select(func.count(Customer.id))
    return Ask(records=count.where(Customer.phone != ""), of=count, breaches=count.where(Customer.phone == ""))


def entered(today):
    from sqlalchemy import func, select

    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.policy.contributions import Ask

    return Ask(records=select(func.count(Customer.id)), latest=select(func.max(Customer.created_at)))


def entered_since(day):
    """The instants, or days, on which it was done since a day: the board finds out which months that makes."""
    from datetime import UTC, datetime, time

    from sqlalchemy import select

    from kezhi.builtin.customers.models import Customer

    return select(Customer.created_at).where(Customer.created_at >= datetime.combine(day, time(), UTC))


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from sqlalchemy import update

    from kezhi import db, writing
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.customers.services import customer_by_id, update_customer
    from kezhi.builtin.policy.services import board

    def rows():
        return {row.line.clause.id: row for row in board() if row.line.plugin == "example"}

    with writing():
        db.session.execute(update(Customer).where(Customer.id == customer).values(phone=""))
    found = rows()
    assert (found["EXA-01"].state, found["EXA-01"].found.breaches) == ("overdue", 1)
    assert (found["EXA-02"].state, found["EXA-02"].turns[-1].state) == ("kept", "kept")
    with writing():
        update_customer(customer, customer_by_id(customer).version, {"phone": "13800000000"})
    assert rows()["EXA-01"].state == "kept"


def gone():
    from kezhi.builtin.policy.services import board

    assert [row for row in board() if row.line.plugin == "example"] == []
