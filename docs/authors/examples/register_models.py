from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}

    @hookimpl
    def register_models(self):
        from .models import Note

        return [Note]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(customer):
    from sqlalchemy import select

    from kezhi import db, writing

    from .models import Note

    with writing():
        db.session.add(Note(customer_id=customer, text="prefers rail"))
    assert db.session.scalars(select(Note.text)).all() == ["prefers rail"]


def gone(app):
    from sqlalchemy import inspect

    assert "example" not in app.extensions["kezhi"].plugins
    assert inspect(app.config["KEZHI_ENGINE"]).has_table("example_note")  # disabled: the data stay
