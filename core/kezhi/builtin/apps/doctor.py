"""``kezhi doctor``: the invariants of the kernel and of every enabled plugin."""

from __future__ import annotations

import os
import stat
from typing import Any

from sqlalchemy import func, select

from kezhi import migrate, restrictions, tables
from kezhi.db import db
from kezhi.i18n import gettext as _
from kezhi.site import Site

from .statuses import statuses


def examine(site: Site) -> list[dict[str, str]]:
    """Run all checks; each finding is ``{"check", "level", "message"}`` with level ``error`` or ``advice``."""
    app = site.app
    with app.app_context():
        found = [*_plugins(site), *_migrations(site), *_restrictions(app), *_keys(site)]
        for plugin, check in app.extensions["kezhi"].checks:
            try:
                results = list(check.run(db.session()))
            except Exception as error:
                found.append(_finding(f"{plugin}.{check.key}", "error", f"{type(error).__name__}: {error}"))
                continue
            found += [_finding(check.key, result.level, str(result.message)) for result in results]
    return found


def _finding(check: str, level: str, message: str) -> dict[str, str]:
    return {"check": check, "level": level, "message": message}


def _plugins(site: Site) -> list[dict[str, str]]:
    enabled = site.read_enabled()
    return [
        _finding(
            "kezhi.plugins",
            "error" if s.name in enabled and s.state != "stale" else "advice",
            _("The app “%(name)s” does not run: %(why)s", name=s.name, why=s.reason)
            if s.state != "stale"
            else _("Newer code of “%(name)s” is installed: kezhi plugin upgrade.", name=s.name),
        )
        for s in statuses(site)
        if s.state in ("broken", "missing", "stale")
    ]


def _migrations(site: Site) -> list[dict[str, str]]:
    found = []
    folders = {migrate.KERNEL: migrate.kernel_folder()}
    for name, plugin in site.app.extensions["kezhi"].plugins.items():
        if (folder := plugin.folder("migrations")) and any(folder.glob("[0-9]*.py")):
            folders[name] = folder
    with site.engine.connect() as connection:
        for name, folder in folders.items():
            have, want = migrate.current(connection, name), migrate.head(folder)
            if have != want:
                message = _(
                    "The tables of “%(name)s” are at %(have)s, the code wants %(want)s: restart kezhi serve.",
                    name=name,
                    have=have,
                    want=want,
                )
                found.append(_finding("kezhi.migrations", "error", message))
    return found


def _restrictions(app: Any) -> list[dict[str, str]]:
    """The kept ids are what each app hides: they would hide the wrong rows once it cannot load."""
    found = []
    table = tables.restricted
    for name, plugin in app.extensions["kezhi"].plugins.items():
        for restricted, hidden in restrictions.differences(plugin):
            kept = select(table.c.record_id).where(table.c.plugin == name, table.c.table_name == restricted)
            ids = hidden.subquery()
            for one, other in ((kept, hidden), (select(ids.c[0]), kept)):
                part = one.subquery()
                count = select(func.count()).select_from(part).where(part.c[0].not_in(other))
                if db.session.execute(count).scalar_one():
                    text = _(
                        "What “%(name)s” hides of %(table)s is not what is kept of it.", name=name, table=restricted
                    )
                    found.append(_finding("kezhi.restrictions", "error", text))
                    break
    return found


def _keys(site: Site) -> list[dict[str, str]]:
    mode = stat.S_IMODE(os.stat(site.config.keys).st_mode)
    if os.name != "nt" and mode & 0o077:
        message = _("The key file %(path)s can be read by others: chmod 600.", path=str(site.config.keys))
        return [_finding("kezhi.keys", "error", message)]
    return []
