from sqlalchemy import literal, select

from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl(optionalhook=True)
    def customer_service_tiers(self):
        """Customers by the sea are served day and night, all others by day."""
        from kezhi.builtin.customers.contributions import ServiceTier, ServiceTiers
        from kezhi.builtin.customers.models import Customer

        coast = ServiceTier("coast", "Coast", 1, hours=24, dedicated=True)
        tiers = (coast, ServiceTier("inland", "Inland", 2, hours=8))
        customers = Customer.__table__.c
        by_the_sea = select(customers.id.label("customer_id"), literal("coast").label("tier"))
        return ServiceTiers(tiers, by_the_sea.where(customers.city == "上海"))


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from sqlalchemy import select

    from kezhi import db
    from kezhi.builtin.customers.services import service_tier_of, tier_rows

    assert (service_tier_of(customer).key, service_tier_of(customer).hours) == ("coast", 24)
    rows = tier_rows().subquery()
    assert db.session.scalar(select(rows.c.tier).where(rows.c.customer_id == customer)) == "coast"


def gone(customer):
    """Without an app that tells tiers apart everybody has the default one."""
    from kezhi.builtin.customers.services import service_tier_of

    assert (service_tier_of(customer).key, service_tier_of(customer).hours) == ("normal", 8)
