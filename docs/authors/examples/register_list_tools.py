from kezhi import ListTool, Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_list_tools(self):
        def shown(view, page):
            """What the template gets; None where the tool is not offered."""
            return {"rows": len(page.rows)} if view.name == "customers" else None

        def as_text(view, value):
            """The answer to an address that carries ``text``."""
            return "\n".join(str(row.values["code"]) for row in view.page({}).rows)

        return [ListTool("example.text", "actions", "example/text.html", shown, argument="text", answer=as_text)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as, customer):
    client = client_as("administrator")
    assert "1 as text" in client.get("/customers").text
    assert client.get("/customers?text=1").text == "K001"
    assert "as text" not in client.get("/users").text


def gone(client_as):
    assert "as text" not in client_as("administrator").get("/customers").text
