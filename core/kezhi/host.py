"""The plugin host of one app: hooks called with their policy, every result attributed to its plugin."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import pluggy

from . import hookspecs
from .errors import PluginError
from .plugin import Plugin

log = logging.getLogger("kezhi.host")
MOST_KEPT = 500  #: of one name


class Host:
    """The enabled plugins, in dependency order. Built anew for every app, never changed."""

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self.plugins = {plugin.name: plugin for plugin in plugins}
        self.manager = pluggy.PluginManager("kezhi")
        self.manager.add_hookspecs(hookspecs)
        self.call = Calls(self)
        #: what follows from the enabled plugins and its own key (never from a person, or from what is stored elsewhere)
        self.memo: dict[tuple[Any, ...], Any] = {}
        #: contributions dropped by the *view* policy: (plugin, hook) → reason; shown on the Apps page
        self.dropped: dict[tuple[str, str], str] = {}
        #: told once of each (plugin, hook, reason) that is dropped
        self.on_dropped: Callable[[str, str, str], None] | None = None
        for plugin in plugins:
            if plugin.hookspecs is not None:
                self.manager.add_hookspecs(plugin.hookspecs)
        for plugin in plugins:
            try:
                self.manager.register(plugin, name=plugin.name)
            except Exception as error:
                raise PluginError(plugin.name, str(error), stage="hooks") from error
        try:
            self.manager.check_pending()
        except pluggy.PluginValidationError as error:
            name = getattr(error.plugin, "name", "")
            raise PluginError(name, str(error), stage="hooks") from error

    def kept(self, name: str, key: Any, make: Callable[[], Any]) -> Any:
        """What ``make`` answers, kept by all that it was made of; with too many of a name, all of it is made anew."""
        known = self.memo.setdefault((name,), {})
        found = known.get(key)
        if found is None:
            if len(known) >= MOST_KEPT:
                known.clear()
            found = known[key] = make()
        return found


class Calls:
    """``host.call.<hook>(**arguments)``: a flat list of results in plugin order, or the first one."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.attributed = Attributed(host)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        host = self._host

        def call(**arguments: Any) -> Any:
            pairs, first = _call(host, name, arguments)
            if first:
                return pairs[0][1] if pairs else None
            return [item for _, item in pairs]

        return call


class Attributed:
    """As :class:`Calls`, with every result as ``(plugin name, item)``."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def __getattr__(self, name: str) -> Callable[..., list[tuple[str, Any]]]:
        return lambda **arguments: _call(self._host, name, arguments)[0]


def _call(host: Host, name: str, arguments: dict[str, Any]) -> tuple[list[tuple[str, Any]], bool]:
    """Call a hook by its policy. pluggy's own loop would lose every result to one exception."""
    caller = getattr(host.manager.hook, name)
    policy: hookspecs.Policy = caller.spec.function.kezhi_policy
    first = bool(caller.spec.opts.get("firstresult"))
    results: list[tuple[str, Any]] = []
    for implementation in caller.get_hookimpls():
        plugin = implementation.plugin_name
        try:
            answer = implementation.function(*[arguments[argument] for argument in implementation.argnames])
            items = answer if isinstance(answer, (list, tuple)) else list(answer or []) if not first else [answer]
        except Exception as error:
            if policy == "tx":
                raise
            if policy in ("build", "guard"):
                raise PluginError(plugin, f"{name}: {type(error).__name__}: {error}", stage=name) from error
            _note_dropped(host, plugin, name, f"{type(error).__name__}: {error}")
            log.exception("plugin %s: hook %s failed, its contribution is dropped", plugin, name)
            continue
        if first:
            if answer is not None:
                return [(plugin, answer)], True
            continue
        results += [(plugin, item) for item in items]
    return results, first


def _note_dropped(host: Host, plugin: str, hook: str, reason: str) -> None:
    known = host.dropped.get((plugin, hook))
    host.dropped[plugin, hook] = reason
    if known is None and host.on_dropped is not None:
        host.on_dropped(plugin, hook, reason)
