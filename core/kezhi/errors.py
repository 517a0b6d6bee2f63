"""Errors that carry a message for a person and, for plugins, the name of the plugin to blame."""

from __future__ import annotations


class KezhiError(Exception):
    """Base of all errors that Kezhi raises on purpose."""


class Refused(KezhiError):
    """A request that the rules do not allow. The message is shown to the user, in the user's language.

    ``field`` names the form field or column the message belongs to, if one does.
    """

    def __init__(self, message: object, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)


class Conflict(Refused):
    """Somebody else changed the record after it was read; nothing was written."""


class NotFound(Refused):
    """The record does not exist, or the user may not see it: both answer alike."""


class PluginError(KezhiError):
    """A plugin cannot be used. Every message names the plugin, what failed and where."""

    def __init__(self, plugin: str, reason: str, *, stage: str = "") -> None:
        super().__init__(f"plugin {plugin!r}: {reason}")
        self.plugin = plugin
        self.reason = reason
        self.stage = stage


class ConfigurationError(KezhiError):
    """The installation is set up wrongly; the message says what to mend."""
