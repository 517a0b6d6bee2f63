"""The base class of every plugin, builtin or not."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pluggy
from sqlalchemy import Select

#: Marks a method as the implementation of the hook of the same name.
hookimpl = pluggy.HookimplMarker("kezhi")
#: Marks a function as the specification of a hook; ``spec`` does it together with the error policy.
hookspec = pluggy.HookspecMarker("kezhi")


class Plugin:
    """One installable policy area. Attributes are the manifest; methods marked ``@hookimpl`` are its behaviour.

    Version, summary and authors are read from the distribution and stated nowhere else. The folders
    ``migrations/``, ``translations/``, ``templates/`` and ``static/`` beside the plugin's module are used when they
    exist.
    """

    #: entry-point name; prefix of tables, addresses, endpoints, permissions, settings and templates
    name: ClassVar[str]
    #: shown on the Apps page
    title: ClassVar[Any]
    #: one sentence for the Apps page
    summary: ClassVar[Any] = ""
    #: hard, versioned requirements: {"kezhi": ">=0.1", "customers": ">=0.1"}
    depends: ClassVar[Mapping[str, str]] = {}
    #: soft: loaded after these when they are present
    extends: ClassVar[tuple[str, ...]] = ()
    #: names that cannot be enabled beside this one
    conflicts: ClassVar[tuple[str, ...]] = ()
    #: hooks this plugin offers to others
    hookspecs: ClassVar[ModuleType | None] = None
    #: builtins the product cannot run without: always enabled
    essential: ClassVar[bool] = False
    #: tables whose rows this plugin may hide from people
    restricts: ClassVar[tuple[str, ...]] = ()
    #: name of a Bootstrap icon
    icon: ClassVar[str] = "puzzle"

    @property
    def package(self) -> str:
        """The import name of the plugin's package."""
        return type(self).__module__.rpartition(".")[0]

    def folder(self, name: str) -> Path | None:
        """The folder ``name`` of the plugin's package, or None."""
        module = importlib.import_module(self.package)
        if module.__file__ is None:
            return None
        path = Path(module.__file__).parent / name
        return path if path.is_dir() else None

    def on_install(self) -> None:
        """Seed the plugin's default data: once, in the write transaction after its first migration."""

    def on_upgrade(self, old: str) -> None:
        """Bring stored data from version ``old`` up to date: in the write transaction after the migrations."""

    def hidden_rows(self) -> Mapping[str, Select[Any]]:
        """Per table of ``restricts`` a select of the ids that are hidden from somebody.

        The core keeps these ids: while the plugin cannot load, exactly those rows stay hidden from everybody. Of a
        table without a select, all rows do.
        """
        return {}

    def __repr__(self) -> str:
        return f"<Plugin {self.name}>"
