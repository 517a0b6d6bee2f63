from sqlalchemy import delete

from kezhi import Plugin, db, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_models(self):
        from .models import Favourite

        return [Favourite]

    @hookimpl
    def after_uninstall(self, plugin):
        from .models import Favourite

        db.session.execute(delete(Favourite).where(Favourite.plugin == plugin))


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def favourites():
    from sqlalchemy import select

    from .models import Favourite

    return db.session.scalars(select(Favourite.plugin).order_by(Favourite.plugin)).all()


def check(site):
    from kezhi import writing
    from kezhi.builtin.apps.removal import uninstall
    from kezhi.lifecycle import enable

    from .models import Favourite

    enable(site, "grading")
    with writing():
        db.session.add_all([Favourite(plugin="grading"), Favourite(plugin="trade")])
    uninstall(site, "grading", wait=1)
    assert favourites() == ["trade"]


def gone():
    assert favourites() == ["trade"]  # disabled: the data stay
