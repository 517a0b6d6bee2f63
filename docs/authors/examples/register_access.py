from sqlalchemy import select

from kezhi import ALL, Access, Plugin, hookimpl


def grants(user):
    """One's own notes; an administrator's are all. The table, not the class: the net must not narrow a grant again."""
    from .models import Note

    note = Note.__table__.c
    return ALL if user.all_permissions else [select(note.id).where(note.author == user.login)]


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_models(self):
        from .models import Note

        return [Note]

    @hookimpl
    def register_access(self):
        from .models import Note

        return [Access(Note, Note.id, grants)]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(add_person):
    from kezhi import acting_as, db, visible, writing

    from .models import Note

    with writing():
        db.session.add_all([Note(author="zhao", text="mine"), Note(author="qian", text="hers")])
    with acting_as(add_person("zhao", "salesperson")):
        assert [note.text for note in db.session.scalars(visible(Note))] == ["mine"]
        assert [note.text for note in db.session.scalars(select(Note))] == ["mine"]  # the net catches what forgot it


def gone(app):
    from .models import Note

    assert Note not in app.extensions["kezhi"].access.guarded
