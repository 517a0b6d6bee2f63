"""Which plugins are installed: entry points of the group ``kezhi.plugins``.

Never raises: an import that fails is data.
"""

from __future__ import annotations

import importlib
import re
import sys
import traceback
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from .plugin import Plugin

GROUP = "kezhi.plugins"
NAME = re.compile("[a-z][a-z0-9]*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An installed plugin, loaded or not."""

    name: str
    distribution: str
    version: str
    plugin: Plugin | None
    error: str = ""
    detail: str = ""
    loaded: str = ""  #: version of the code in this process; code is never reloaded

    @property
    def builtin(self) -> bool:
        return self.distribution == "kezhi"

    @property
    def stale(self) -> bool:
        """Whether the code on disk is another than the code in this process."""
        return bool(self.loaded) and self.loaded != self.version


_loaded: dict[tuple[str, str], tuple[Plugin, str]] = {}


def discover() -> dict[str, Candidate]:
    """Every installed plugin by name. What was installed or removed while the process runs is seen."""
    importlib.invalidate_caches()
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    # a distribution reads its metadata anew whenever it is asked, and it is the same for all of its entry points
    said = {dist: (dist.name, dist.version) if dist else ("", "0") for dist in {entry.dist for entry in found}}
    return {entry.name: _load(entry, *said[entry.dist]) for entry in found}


def _load(entry: EntryPoint, distribution: str, version: str) -> Candidate:
    known = _loaded.get((entry.name, entry.value))
    if known is not None:
        return Candidate(entry.name, distribution, version, known[0], loaded=known[1])
    before = set(sys.modules)
    try:
        plugin = entry.load()()
        if not isinstance(plugin, Plugin):
            raise TypeError(f"{entry.value} is not a kezhi.Plugin")
        if plugin.name != entry.name:
            raise ValueError(f"the entry point is called {entry.name!r}, the plugin {plugin.name!r}")
        if not NAME.fullmatch(plugin.name):  # so that no name with _ behind it begins another plugin's tables
            raise ValueError(f"the name {plugin.name!r} may hold small letters and digits only")
    except (Exception, SystemExit) as error:
        # forget half-imported modules, so that a mended plugin is imported afresh without a restart
        forget_modules(entry.module.rpartition(".")[0] or entry.module, before)
        reason = f"{type(error).__name__}: {error}"
        return Candidate(entry.name, distribution, version, None, reason, traceback.format_exc())
    _loaded[entry.name, entry.value] = plugin, version
    return Candidate(entry.name, distribution, version, plugin, loaded=version)


def forget_modules(package: str, keep: set[str] | frozenset[str] = frozenset()) -> None:
    """Take a package's modules out of the process, except those in ``keep``."""
    for name in list(sys.modules):
        if (name == package or name.startswith(f"{package}.")) and name not in keep:
            del sys.modules[name]


def forget(name: str) -> None:
    """Drop a plugin that proved broken; the next ``discover`` imports it again."""
    for key in [key for key in _loaded if key[0] == name]:
        package = _loaded.pop(key)[0].package
        if not package.startswith("kezhi."):
            forget_modules(package)
