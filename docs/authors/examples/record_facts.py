from kezhi import Fact, Plugin, clock, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def record_facts(self, record, user):
        from kezhi.builtin.customers.models import Customer

        if not isinstance(record, Customer):
            return []
        days = (clock.today() - clock.local(record.created_at).date()).days
        return [Fact("Known for", f"{days} days", note="since the file was opened")]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/customers/{customer}").text
    assert "Known for" in page
    assert "0 days" in page


def gone(client_as, customer):
    page = client_as("administrator", locale="en").get(f"/customers/{customer}").text
    assert "Hengda Steel" in page
    assert "Known for" not in page
