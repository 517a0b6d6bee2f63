from kezhi import Plugin, TimelineEntry, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1", "timeline": ">=0.1"}

    @hookimpl(optionalhook=True)
    def timeline_sources(self, record, user):
        """One kind of entries. The timeline asks it again for older ones, or not at all when another kind is chosen."""
        from kezhi.builtin.customers.models import Customer
        from kezhi.builtin.timeline.contributions import Source

        if not isinstance(record, Customer):
            return []

        def greetings(until, limit):
            greeted = TimelineEntry(record.created_at, "Greeted", who="Reception", icon="hand-thumbs-up", tone="green")
            return [greeted][:limit] if until is None or greeted.at <= until else []

        return [Source("example.greeting", "Greetings", greetings)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    client = client_as("administrator", locale="en")
    page = client.get(f"/customers/{customer}").text
    assert "Greeted" in page
    assert "Reception" in page
    assert "Greeted" in client.get(f"/customers/{customer}?timeline=example.greeting").text
    assert "Greeted" not in client.get(f"/customers/{customer}?timeline=timeline.note").text


def gone(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/customers/{customer}").text
    assert "Hengda Steel" in page
    assert "Greeted" not in page
