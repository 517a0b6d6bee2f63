from kezhi import Demo, Plugin, hookimpl, writing


def make(context):
    """Through the services that pages call. context.random gives the same numbers every time."""
    from kezhi.builtin.customers.services import create_customer

    with writing():
        customer = create_customer({"name": "Example & Sons", "city": context.random.choice(["上海", "宁波"])})
        context.notes["example"] = customer.id  # for makers with a higher order


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def demo_data(self):
        return [Demo(make, order=910)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app):
    from datetime import date
    from random import Random

    from kezhi.builtin.apps.demo import DemoContext
    from kezhi.builtin.customers.services import customer_by_id

    context = DemoContext(Random(1), date(2026, 7, 1))  # noqa: S311
    makers = app.extensions["kezhi"].call.demo_data()
    next(demo for demo in makers if demo.order == 910).make(context)
    assert customer_by_id(context.notes["example"]).name == "Example & Sons"


def gone(app):
    assert 910 not in [demo.order for demo in app.extensions["kezhi"].call.demo_data()]
