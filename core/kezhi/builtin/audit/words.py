"""The entries in words. Actions are keys (``customer.merge``); the verb is what is known of those of any app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.filters import EMPTY
from kezhi.i18n import gettext as _
from kezhi.i18n import lazy_pgettext

RESULTS = {"done": (_l("Done"), "green"), "refused": (_l("Refused"), "amber"), "failed": (_l("Failed"), "red")}

#: whole actions first, then verbs: the last part of a key
ACTIONS: Mapping[str, Any] = {
    "login.success": _l("Log-in"),
    "login.failure": _l("Log-in failed"),
    "login.lock": _l("Account locked for a while"),
    "login.end": _l("Log-out"),
    "session.end": _l("Session ended"),
    "access.refuse": _l("No right to open or do this"),
    "user.password": _l("Password changed"),
    "user.password_reset": _l("Password reset"),
    "audit.verify": _l("Audit log verified"),
    "audit.anchor": _l("Anchor taken"),
    "list.export": _l("List exported"),
    "export.file": _l("Data exported"),
    "file.download": _l("File downloaded"),
    "document.issue": _l("Document issued"),
    "document.preview": _l("Document previewed"),
    "job.dead": _l("Job given up"),
    "job.start": _l("Job started by hand"),
    "job.retry": _l("Job tried again"),
    "job.cancel": _l("Job set aside"),
    "setting.change": _l("Settings changed"),
    "customer.hand_over": _l("Handed over"),
    "import.stage": _l("Import checked"),
}
VERBS: Mapping[str, Any] = {
    "create": _l("Created"),
    "add": _l("Added"),
    "change": _l("Changed"),
    "update": _l("Changed"),
    "edit": _l("Changed"),
    "delete": _l("Deleted"),
    "remove": _l("Removed"),
    "cancel": _l("Cancelled"),
    "withdraw": _l("Withdrawn"),
    "merge": _l("Merged"),
    "erase": _l("Personal data erased"),
    "assign": _l("Assigned"),
    "move": _l("Moved"),
    "submit": _l("Submitted"),
    "sign": _l("Signed"),
    "reject": _l("Rejected"),
    "publish": _l("Published"),
    "close": _l("Closed"),
    "open": _l("Opened"),
    "done": _l("Finished"),
    "enable": _l("Enabled"),
    "disable": _l("Disabled"),
    "upgrade": _l("Upgraded"),
    "uninstall": _l("Uninstalled"),
    "attach": _l("Attached"),
    "export": _l("Exported"),
    "revert": _l("Taken back"),
    "restore": _l("Restored"),
    "discard": _l("Discarded"),
    "sweep": _l("Swept"),
    "escalate": _l("Passed up"),
    "load": _l("Loaded"),
    "write": _l("Written"),
}
KINDS: Mapping[str, Any] = {
    "customer": _l("Customer"),
    "contact": _l("Contact"),
    "user": lazy_pgettext("audit", "Person"),
    "role": _l("Role"),
    "department": _l("Department"),
    "session": _l("Session"),
    "file": _l("File"),
    "document": _l("Document"),
    "approval": _l("Approval"),
    "import": _l("Import"),
    "export": _l("Export"),
    "list": _l("List"),
    "job": _l("Job"),
    "note": _l("Note"),
    "task": _l("Task"),
    "calendar": _l("Working calendar"),
    "plugin": _l("App"),
    "setting": _l("Settings"),
    "page": _l("Page"),
    "audit": _l("Audit log"),
}
FAULTS: Mapping[str, Any] = {
    "changed": _l("it was changed"),
    "moved": _l("it stands in another place than it was written"),
    "inserted": _l("it was put in afterwards"),
    "missing": _l("it was taken out"),
    "cut": _l("everything from there on was cut off, or an older copy of the database was put back"),
    "head": _l("the head of the chain was changed"),
    "anchor": _l("it is not the one that its anchor names"),
}


def action_title(action: str) -> str:
    """An action in words; its key where nothing is known of it."""
    found = ACTIONS.get(action) or VERBS.get(action.rpartition(".")[2])
    return str(found) if found is not None else action


def kind_title(kind: str) -> str:
    """What kind of thing it is about, in words; its key where nothing is known of it."""
    return str(KINDS.get(kind, kind))


def result_title(result: str) -> str:
    """How it went."""
    return str(RESULTS[result][0]) if result in RESULTS else result


def fields_of(payload: str) -> list[tuple[str, str]]:
    """The fields of an entry as they stand in it; one nameless field when it is not what it was."""
    try:
        document = json.loads(payload)
    except ValueError:
        return [("", payload)]
    if not isinstance(document, dict):
        return [("", payload)]
    return [(str(name), _text(value)) for name, value in document.items()]


def summary(payload: str) -> str:
    """The fields in one line."""
    found = _("; ").join(f"{name}: {value}" if name else value for name, value in fields_of(payload))
    return found or EMPTY


def _text(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return str(_(", ")).join(_text(item) for item in value) or EMPTY
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
