"""What every list can do, as a builtin: files, saved views, boards, calendars, actions on several records."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

from flask import Blueprint

from kezhi import Access, Demo, ListTool, Permission, Plugin, hookimpl
from kezhi import lazy_gettext as _l

from . import hookspecs as own_hookspecs


class Lists(Plugin):
    """Tools of lists. A list says what it shows; this builtin keeps views of it, shows it otherwise, takes it away."""

    name = "lists"
    title = _l("Lists")
    summary = _l("Saved views, boards, calendars, files and actions on several records, for every list.")
    depends = {"kezhi": ">=0.1", "accounts": ">=0.1", "protection": ">=0.1"}
    hookspecs: ClassVar[ModuleType | None] = own_hookspecs
    essential = True
    icon = "list-ul"

    @hookimpl
    def register_models(self) -> list[type]:
        from .models import DefaultView, SavedView

        return [SavedView, DefaultView]

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        from .views import blueprint

        return [blueprint()]

    @hookimpl
    def register_permissions(self) -> list[Permission]:
        from .rules import SHARERS

        return [Permission("lists.share", _l("Share views of lists with everybody"), SHARERS)]

    @hookimpl
    def register_access(self) -> list[Access]:
        from .models import SavedView
        from .rules import grants

        key: Any = SavedView.id
        return [Access(SavedView, key, grants)]

    @hookimpl
    def register_list_tools(self) -> list[ListTool]:
        from . import bulk, export, faces, parts, tabs

        return [
            ListTool("lists.open", answer=tabs.open_default),
            ListTool("lists.filters", "filters", parts.TEMPLATES["filters"], parts.filters, "part", parts.answer),
            ListTool("lists.columns", "columns", parts.TEMPLATES["columns"], parts.columns),
            ListTool("lists.views", "views", "lists/_views.html", tabs.views_bar, "counts", tabs.counts),
            ListTool("lists.export", "actions", "", export.export_menu, "format", export.answer),
            ListTool("lists.faces", "actions", "lists/_faces.html", faces.face_switch, "face", faces.answer),
            ListTool("lists.bulk", "bulk", "", bulk.bulk_bar),
        ]

    @hookimpl
    def demo_data(self) -> list[Demo]:
        from .demo import make

        return [Demo(make, order=90)]
