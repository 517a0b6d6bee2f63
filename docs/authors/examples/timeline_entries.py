from kezhi import Plugin, TimelineEntry, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def timeline_entries(self, record, user, limit):
        """Newest first, at most limit: the page asks for as many as it shows."""
        from kezhi.builtin.customers.models import Customer

        if not isinstance(record, Customer):
            return []
        entries = [TimelineEntry(record.created_at, "Greeted", who="Reception", icon="hand-thumbs-up", tone="green")]
        return entries[:limit]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/customers/{customer}").text
    assert "Greeted" in page
    assert "Reception" in page


def gone(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/customers/{customer}").text
    assert "Hengda Steel" in page
    assert "Greeted" not in page
