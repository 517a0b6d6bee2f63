from kezhi import Panel, Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def record_panels(self, record, user):
        from kezhi.builtin.customers.models import Customer

        if not isinstance(record, Customer):
            return []
        return [Panel("Letters in the name", "example/panel.html", {"count": len(record.name)}, icon="fonts")]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/customers/{customer}").text
    assert "Letters in the name" in page
    assert "Notes: 12" in page


def gone(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/customers/{customer}").text
    assert "Hengda Steel" in page
    assert "Letters in the name" not in page
