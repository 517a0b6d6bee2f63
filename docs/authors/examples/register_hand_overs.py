from kezhi import Plugin, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "handover": ">=0.1"}

    @hookimpl
    def register_models(self):
        from .models import Key

        return [Key]

    @hookimpl(optionalhook=True)
    def register_hand_overs(self):
        """Whoever leaves gives the keys of the sample rooms to somebody else."""
        from kezhi.builtin.handover.contributions import HandOver

        return [HandOver("example.keys", "Keys of sample rooms", keys_of, rooms, give, icon="key")]


def keys_of(person):
    from sqlalchemy import select

    from .models import Key

    return select(Key.id.label("record_id"), Key.number.label("label")).where(Key.holder_id == person)


def rooms(ids):
    from kezhi import db
    from kezhi.builtin.handover.contributions import Name

    from .models import Key

    return {key: Name(f"Room {db.session.get(Key, key).number}") for key in ids}


def give(person, to, ids):
    from sqlalchemy import update

    from kezhi import bulk_write

    from .models import Key

    keys = Key.__table__.c
    given = update(Key.__table__).where(keys.holder_id == person, keys.id.in_(ids)).values(holder_id=to)
    bulk_write(given, model=Key, change="update", keys=ids, action="example.give")
    return []


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(client_as):
    from kezhi import db, writing
    from kezhi.builtin.accounts.services import user_named

    from .models import Key

    admin = client_as("administrator")
    client_as("salesperson"), client_as("sales-director")
    li, wang = user_named("salesperson-user"), user_named("sales-director-user")
    with writing():
        db.session.add(Key(number="7", holder_id=li.id))
    form = {"receiver_1": wang.id, "deactivate": "y", "step": "carry_out"}
    done = admin.post(f"/handovers/of/{li.id}", data=form)
    assert "Room 7" in admin.get(done.location).text
    assert db.session.get(Key, 1).holder_id == wang.id


def gone(client_as):
    page = client_as("administrator").get("/handovers/1").text
    assert "Keys of sample rooms" in page
    assert "Room 7" not in page
