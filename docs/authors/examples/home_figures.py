from kezhi import Plugin, db, hookimpl, visible


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "tasks": ">=0.1"}

    @hookimpl
    def home_figures(self, user):
        from sqlalchemy import func

        from kezhi.builtin.customers.models import Customer
        from kezhi.builtin.tasks.contributions import HomeFigure

        if not user.can("customers.read"):
            return []
        seen = db.session.scalar(visible(Customer, user).with_only_columns(func.count()))
        return [HomeFigure("My dear customers", str(seen), "files", "everyone I may see", order=1)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    page = client_as("administrator", locale="en").get("/").text
    assert page.index("My dear customers") < page.index("everyone I may see")
    assert "My dear customers" not in client_as(locale="en").get("/", follow_redirects=True).text


def gone(client_as):
    assert "My dear customers" not in client_as("administrator", locale="en").get("/").text
