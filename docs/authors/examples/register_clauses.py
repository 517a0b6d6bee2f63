from kezhi import Clause, Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_clauses(self):
        return [Clause("EXA-01", "Every customer is greeted by name", ours=True)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app):
    clauses = [clause for plugin, clause in app.extensions["kezhi"].clauses if plugin == "example"]
    assert [(clause.id, clause.ours) for clause in clauses] == [("EXA-01", True)]


def gone(app):
    assert [clause for plugin, clause in app.extensions["kezhi"].clauses if plugin == "example"] == []
