"""The state of every app, as the Apps page and ``kezhi plugin list`` show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from babel.support import Translations
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from kezhi import Plugin, clock, localised, tables
from kezhi.discover import Candidate, discover
from kezhi.i18n import CHINESE, ENGLISH, is_chinese
from kezhi.lifecycle import is_essential
from kezhi.site import VIEW, Site

#: how long a contribution that failed on a page is shown on the Apps page
LEFT_OUT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Status:
    """A plugin as the Apps page and ``kezhi plugin list`` show it."""

    name: str
    title: Any
    summary: Any
    version: str
    state: str  #: available, enabled, disabled, broken, missing, or stale (newer code is installed than is in force)
    essential: bool
    depends: tuple[str, ...]
    reason: str = ""
    left_out: str = ""  #: a contribution that failed and is missing on pages; the rest of the plugin works
    icon: str = "puzzle"
    in_force: str = ""  #: version that last migrated the tables; empty when it was never enabled


def statuses(site: Site) -> list[Status]:
    """Every installed or once enabled plugin, builtins first."""
    candidates = discover()
    with site.engine.connect() as connection:
        rows = {row.name: row for row in connection.execute(select(tables.plugin))}
        failures = connection.execute(select(tables.failure)).all()
    recent = clock.now() - LEFT_OUT_FOR
    parts = {row.plugin: row.stage.removeprefix(VIEW) for row in failures if row.stage.startswith(VIEW)}
    reasons = {row.plugin: row.reason for row in failures if row.plugin not in parts}
    stages = {row.plugin: row.stage for row in failures}
    left_out = {
        row.plugin: f"{parts[row.plugin]}: {row.reason}" for row in failures if row.plugin in parts and row.at > recent
    }
    found = []
    for name in sorted({*candidates, *rows}, key=lambda name: (not is_essential(candidates.get(name)), name)):
        candidate, row = candidates.get(name), rows.get(name)
        plugin = candidate.plugin if candidate else None
        kept = row.manifest.get("title") if row is not None else None
        found.append(
            Status(
                name=name,
                title=own_text(plugin, plugin.title) if plugin else localised(kept) or name,
                summary=own_text(plugin, plugin.summary) if plugin else "",
                version=candidate.version if candidate else rows[name].version,
                state=_state(candidate, row, reasons.get(name), stages.get(name) == "upgrade"),
                essential=is_essential(candidate),
                depends=tuple(other for other in plugin.depends if other != "kezhi") if plugin else (),
                reason=reasons.get(name) or (candidate.error if candidate else ""),
                left_out=left_out.get(name, ""),
                icon=plugin.icon if plugin else "puzzle",
                in_force=row.version if row is not None else "",
            )
        )
    return found


def own_text(plugin: Plugin, text: Any) -> str:
    """A text of a plugin in the user's language, also while its catalogue is not among the app's."""
    folder = plugin.folder("translations")
    if plugin.name in current_app.extensions["kezhi"].plugins:
        return str(text)
    with force_locale(ENGLISH):
        plain = str(text)  # as it stands in the code: the catalogues of the running apps do not know it
    if folder is None or not is_chinese():
        return plain
    return str(Translations.load(str(folder), [CHINESE]).gettext(plain))


def _state(candidate: Candidate | None, row: Any, reason: str | None, behind: bool) -> str:
    if candidate is None:
        return "missing"
    running = row is not None and row.enabled and candidate.plugin is not None and (behind or not reason)
    if running and (behind or candidate.stale or candidate.version != row.version):
        return "stale"
    if candidate.plugin is None or (reason and row is not None and row.enabled):
        return "broken"
    if row is None:
        return "broken" if reason else "available"
    return "enabled" if row.enabled else "disabled"
