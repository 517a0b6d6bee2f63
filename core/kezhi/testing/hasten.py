"""What every app that a test builds asks anew, and what is the same for the whole process, is found out once.

Nothing here changes what is found: distributions that tests make are read each time, and hooks are looked for on the
plugin as it is at that moment.
"""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, EntryPoint
from typing import Any

import pluggy


class Known(Distribution):
    """An installed distribution that does not read its metadata again to say its name and version."""

    def __init__(self, read: Distribution) -> None:
        self._read, self._name, self._version = read, read.metadata["Name"], read.version

    @property
    def name(self) -> str:
        return self._name

    @property
    def version(self) -> str:
        return self._version

    def read_text(self, filename: str) -> str | None:
        return self._read.read_text(filename)

    def locate_file(self, path: Any) -> Any:
        return self._read.locate_file(path)


Found = list[tuple[str, list[EntryPoint]]]


class Installed:
    """Stands for ``entry_points``: the folders that were on the path at the start are read once.

    Installing something there changes the folder's time, and it is read again. All others, in which tests make
    distributions and change them, are read each time.
    """

    def __init__(self) -> None:
        self._fixed: dict[str, int] = {entry: -1 for entry in sys.path if os.path.isdir(entry)}
        self._kept: dict[tuple[str, str], Found] = {}

    def __call__(self, *, group: str) -> list[EntryPoint]:
        seen: set[str] = set()
        found: list[EntryPoint] = []
        for entry in sys.path:
            for name, points in self._in(entry, group):
                if name not in seen:  # the first on the path is the one that is imported
                    seen.add(name)
                    found += points
        return found

    def has(self, name: str, group: str) -> bool:
        """Whether a plugin lies in a folder that tests do not change."""
        return any(
            point.name == name for entry in self._fixed for _, points in self._in(entry, group) for point in points
        )

    def _in(self, entry: str, group: str) -> Found:
        if entry not in self._fixed:
            return list(_read(entry, group))
        changed = os.stat(entry).st_mtime_ns if os.path.isdir(entry) else 0
        if changed != self._fixed[entry]:
            self._fixed[entry] = changed
            self._kept = {key: value for key, value in self._kept.items() if key[0] != entry}
        if (entry, group) not in self._kept:
            self._kept[entry, group] = list(_read(entry, group, keep=True))
        return self._kept[entry, group]


def _read(entry: str, group: str, keep: bool = False) -> Iterator[tuple[str, list[EntryPoint]]]:
    for distribution in Distribution.discover(path=[entry]):
        name = getattr(distribution, "_normalized_name", None) or distribution.metadata["Name"]
        points = [point for point in distribution.entry_points if point.group == group]
        if keep and points:
            known = Known(distribution)
            for point in points:
                vars(point)["dist"] = known
        yield name, points


_installed: Installed | None = None


def find_distributions_once() -> None:
    """From now on discovery reads the distributions of the environment once."""
    global _installed
    from .. import discover

    module: Any = discover
    if _installed is None:
        _installed = module.entry_points = Installed()


def is_installed(name: str) -> bool:
    """Whether a plugin was there before the tests: its code is the same for all of them."""
    from ..discover import GROUP

    return _installed is not None and _installed.has(name, GROUP)


#: what on a class pluggy can call; everything else it passes over
HOOKABLE = (types.FunctionType, types.MethodType, staticmethod, classmethod, types.MemberDescriptorType)


def find_hooks_fast() -> None:
    """Pass over what on a plugin cannot be a hook, before pluggy looks at it at length.

    A plugin has a hundred attributes, and a handful of them are hooks.
    """
    parse: Callable[..., Any] = pluggy.PluginManager.parse_hookimpl_opts
    if hasattr(parse, "fast"):
        return

    def fast(self: Any, plugin: Any, name: str) -> Any:
        if self.project_name == "kezhi" and not isinstance(plugin, (type, types.ModuleType)):
            static = _on_class(plugin, name)
            plain = isinstance(static, types.FunctionType) and not hasattr(static, "kezhi_impl")
            if plain or not (static is None or isinstance(static, HOOKABLE)):
                return None
        return parse(self, plugin, name)

    fast.fast = True  # type: ignore[attr-defined]
    pluggy.PluginManager.parse_hookimpl_opts = fast  # type: ignore[method-assign]


def _on_class(plugin: Any, name: str) -> Any:
    """What the first of its classes that has the name has there; None where the object has its own, or nobody has."""
    if name in getattr(plugin, "__dict__", {}):
        return None
    return next((vars(each)[name] for each in type(plugin).__mro__ if name in vars(each)), None)
