from sqlalchemy import func, select

from kezhi import Check, Finding, Plugin, hookimpl


def without_owner(session):
    """Advice does not fail the doctor; level "error" does."""
    from kezhi.builtin.customers.models import Customer

    count = session.scalar(select(func.count()).select_from(Customer).where(Customer.owner_id.is_(None)))
    return [Finding(f"{count} customers have no owner.", level="advice")] if count else []


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def doctor_checks(self):
        return [Check("example.owners", "Every customer has an owner", without_owner)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(site, customer):
    from kezhi.builtin.apps.doctor import examine

    found = [finding for finding in examine(site) if finding["check"] == "example.owners"]
    assert found == [{"check": "example.owners", "level": "advice", "message": "1 customers have no owner."}]


def gone(site):
    from kezhi.builtin.apps.doctor import examine

    assert "example.owners" not in [finding["check"] for finding in examine(site)]
