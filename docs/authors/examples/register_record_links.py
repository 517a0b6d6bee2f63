from kezhi import Plugin, RecordLink, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def register_models(self):
        from .models import Note

        return [Note]

    @hookimpl
    def register_record_links(self):
        """Notes go with a deleted customer and over to the one it is merged into; erasing blanks their text."""
        return [
            RecordLink(
                "example_note",
                "Notes",
                "customers_customer",
                delete="delete",
                personal=("text",),
                merge="repoint",
            )
        ]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app):
    [(_plugin, link)] = [pair for pair in app.extensions["kezhi"].links if pair[0] == "example"]
    assert (link.table, link.target, link.column) == ("example_note", "customers_customer", "customer_id")


def gone(app):
    assert [pair for pair in app.extensions["kezhi"].links if pair[0] == "example"] == []
