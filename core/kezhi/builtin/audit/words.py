"""The entries in words. Actions are keys (``customer.merge``); the verb is what is known of those of any app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import current_app

from kezhi import lazy_gettext as _l
from kezhi.filters import EMPTY
from kezhi.i18n import gettext as _
from kezhi.i18n import lazy_pgettext

RESULTS = {"done": (_l("Done"), "green"), "refused": (_l("Refused"), "amber"), "failed": (_l("Failed"), "red")}

#: whole actions first, then verbs: the last part of a key
ACTIONS: Mapping[str, Any] = {
    "login.success": lazy_pgettext("audit", "Log-in"),
    "login.failure": lazy_pgettext("audit", "Log-in failed"),
    "login.lock": lazy_pgettext("audit", "Account locked for a while"),
    "login.end": lazy_pgettext("audit", "Log-out"),
    "login.half": lazy_pgettext("audit", "Password right, code asked for"),
    "factor.begin": lazy_pgettext("audit", "Second factor begun"),
    "factor.enrol": lazy_pgettext("audit", "Second factor set up"),
    "factor.recovery": lazy_pgettext("audit", "Recovery code used"),
    "factor.codes": lazy_pgettext("audit", "New recovery codes"),
    "factor.remove": lazy_pgettext("audit", "Second factor switched off"),
    "factor.reset": lazy_pgettext("audit", "Second factor reset"),
    "role.second_factor": lazy_pgettext("audit", "Second factor required or not"),
    "user.link": lazy_pgettext("audit", "Password link issued"),
    "user.link_used": lazy_pgettext("audit", "Password set by a link"),
    "user.deactivate": lazy_pgettext("audit", "Deactivated"),
    "session.end": lazy_pgettext("audit", "Session ended"),
    "access.refuse": lazy_pgettext("audit", "No right to open or do this"),
    "user.password": lazy_pgettext("audit", "Password changed"),
    "user.password_reset": lazy_pgettext("audit", "Password reset"),
    "key.rotate": lazy_pgettext("audit", "New key put in force"),
    "key.retire": lazy_pgettext("audit", "Old key retired"),
    "protection.off": lazy_pgettext("audit", "Encryption switched off"),
    "protection.on": lazy_pgettext("audit", "Encryption switched on"),
    "file.destroy": lazy_pgettext("audit", "Content of a file destroyed"),
    "backup.make": lazy_pgettext("audit", "Backup made"),
    "backup.restore": lazy_pgettext("audit", "Restored from a backup"),
    "audit.verify": lazy_pgettext("audit", "Audit log verified"),
    "audit.anchor": lazy_pgettext("audit", "Anchor taken"),
    "list.export": lazy_pgettext("audit", "List exported"),
    "export.file": lazy_pgettext("audit", "Data exported"),
    "file.download": lazy_pgettext("audit", "File downloaded"),
    "document.issue": lazy_pgettext("audit", "Document issued"),
    "document.preview": lazy_pgettext("audit", "Document previewed"),
    "job.dead": lazy_pgettext("audit", "Job given up"),
    "job.start": lazy_pgettext("audit", "Job started by hand"),
    "job.retry": lazy_pgettext("audit", "Job tried again"),
    "job.cancel": lazy_pgettext("audit", "Job set aside"),
    "setting.change": lazy_pgettext("audit", "Settings changed"),
    "customer.hand_over": lazy_pgettext("audit", "Handed over"),
    "handover.carry_out": lazy_pgettext("audit", "Everything of a person handed over"),
    "import.stage": lazy_pgettext("audit", "Import checked"),
}
VERBS: Mapping[str, Any] = {
    "create": lazy_pgettext("audit", "Created"),
    "add": lazy_pgettext("audit", "Added"),
    "change": lazy_pgettext("audit", "Changed"),
    "update": lazy_pgettext("audit", "Changed"),
    "edit": lazy_pgettext("audit", "Changed"),
    "delete": lazy_pgettext("audit", "Deleted"),
    "remove": lazy_pgettext("audit", "Removed"),
    "cancel": lazy_pgettext("audit", "Cancelled"),
    "withdraw": lazy_pgettext("audit", "Withdrawn"),
    "hand_over": lazy_pgettext("audit", "Handed over"),
    "merge": lazy_pgettext("audit", "Merged"),
    "erase": lazy_pgettext("audit", "Personal data erased"),
    "assign": lazy_pgettext("audit", "Assigned"),
    "move": lazy_pgettext("audit", "Moved"),
    "submit": lazy_pgettext("audit", "Submitted"),
    "sign": lazy_pgettext("audit", "Signed"),
    "reject": lazy_pgettext("audit", "Rejected"),
    "publish": lazy_pgettext("audit", "Published"),
    "close": lazy_pgettext("audit", "Closed"),
    "open": lazy_pgettext("audit", "Opened"),
    "done": lazy_pgettext("audit", "Finished"),
    "enable": lazy_pgettext("audit", "Enabled"),
    "disable": lazy_pgettext("audit", "Disabled"),
    "upgrade": lazy_pgettext("audit", "Upgraded"),
    "uninstall": lazy_pgettext("audit", "Uninstalled"),
    "attach": lazy_pgettext("audit", "Attached"),
    "export": lazy_pgettext("audit", "Exported"),
    "revert": lazy_pgettext("audit", "Taken back"),
    "restore": lazy_pgettext("audit", "Restored"),
    "discard": lazy_pgettext("audit", "Discarded"),
    "sweep": lazy_pgettext("audit", "Swept"),
    "escalate": lazy_pgettext("audit", "Passed up"),
    "load": lazy_pgettext("audit", "Loaded"),
    "write": lazy_pgettext("audit", "Written"),
    "propose": lazy_pgettext("audit", "Put up for approval"),
    "resubmit": lazy_pgettext("audit", "Put up for approval again"),
    "return": lazy_pgettext("audit", "Sent back"),
    "void": lazy_pgettext("audit", "Voided"),
    "run": lazy_pgettext("audit", "Run"),
    "apply": lazy_pgettext("audit", "Applied"),
    "import": lazy_pgettext("audit", "Imported"),
    "mend": lazy_pgettext("audit", "Mended"),
    "set": lazy_pgettext("audit", "Set"),
    "version": lazy_pgettext("audit", "New version"),
    "forget": lazy_pgettext("audit", "Forgotten"),
    "preferences": lazy_pgettext("audit", "Preferences changed"),
    "letterhead": lazy_pgettext("audit", "Letterhead changed"),
    "refresh": lazy_pgettext("audit", "Computed anew"),
    "days": lazy_pgettext("audit", "Days changed"),
    "complete": lazy_pgettext("audit", "Completed"),
    "reopen": lazy_pgettext("audit", "Opened again"),
    "recognise": lazy_pgettext("audit", "Recognised"),
}
KINDS: Mapping[str, Any] = {
    "customer": lazy_pgettext("audit", "Customer"),
    "contact": lazy_pgettext("audit", "Contact"),
    "user": lazy_pgettext("audit", "Person"),
    "role": lazy_pgettext("audit", "Role"),
    "department": lazy_pgettext("audit", "Department"),
    "session": lazy_pgettext("audit", "Session"),
    "file": lazy_pgettext("audit", "File"),
    "document": lazy_pgettext("audit", "Document"),
    "approval": lazy_pgettext("audit", "Approval"),
    "import": lazy_pgettext("audit", "Import"),
    "export": lazy_pgettext("audit", "Export"),
    "list": lazy_pgettext("audit", "List"),
    "job": lazy_pgettext("audit", "Job"),
    "note": lazy_pgettext("audit", "Note"),
    "task": lazy_pgettext("audit", "Task"),
    "calendar": lazy_pgettext("audit", "Working calendar"),
    "plugin": lazy_pgettext("audit", "App"),
    "setting": lazy_pgettext("audit", "Settings"),
    "page": lazy_pgettext("audit", "Page"),
    "protection": lazy_pgettext("audit", "Encryption"),
    "blob": lazy_pgettext("audit", "Content of a file"),
    "backup": lazy_pgettext("audit", "Backup"),
    "audit": lazy_pgettext("audit", "Audit log"),
}
#: fields that many entries have
FIELDS: Mapping[str, Any] = {
    "source": lazy_pgettext("audit", "Source"),
    "contact": lazy_pgettext("audit", "Contact"),
    "fields": lazy_pgettext("audit", "Fields"),
    "columns": lazy_pgettext("audit", "Columns"),
    "filters": lazy_pgettext("audit", "Filters"),
    "kind": lazy_pgettext("audit", "Kind"),
    "department": lazy_pgettext("audit", "Department"),
    "roles": lazy_pgettext("audit", "Roles"),
    "count": lazy_pgettext("audit", "Count"),
    "rows": lazy_pgettext("audit", "Rows"),
    "failed": lazy_pgettext("audit", "Failed"),
    "created": lazy_pgettext("audit", "Created"),
    "updated": lazy_pgettext("audit", "Changed"),
    "unchanged": lazy_pgettext("audit", "Unchanged"),
    "plugin": lazy_pgettext("audit", "App"),
    "record": lazy_pgettext("audit", "Record"),
    "size": lazy_pgettext("audit", "Bytes"),
    "change": lazy_pgettext("audit", "Change"),
    "digest": lazy_pgettext("audit", "Digest"),
    "media_type": lazy_pgettext("audit", "File type"),
    "format": lazy_pgettext("audit", "Format"),
    "version": lazy_pgettext("audit", "Version"),
    "number": lazy_pgettext("audit", "Number"),
    "name": lazy_pgettext("audit", "Name"),
    "key": lazy_pgettext("audit", "Key"),
    "scheme": lazy_pgettext("audit", "Scheme"),
    "run": lazy_pgettext("audit", "Run"),
    "round": lazy_pgettext("audit", "Round"),
    "reference": lazy_pgettext("audit", "Reference"),
    "method": lazy_pgettext("audit", "Method"),
    "permission": lazy_pgettext("audit", "Permission"),
    "minutes": lazy_pgettext("audit", "Minutes"),
    "rule": lazy_pgettext("audit", "Rule"),
    "job": lazy_pgettext("audit", "Job"),
    "slot": lazy_pgettext("audit", "Slot"),
    "entries": lazy_pgettext("audit", "Entries"),
    "anchors": lazy_pgettext("audit", "Anchors"),
    "into": lazy_pgettext("audit", "Into"),
    "reason": lazy_pgettext("audit", "Reason"),
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
    """What kind of thing it is about, in words: that of another app by the title of the app; else its key."""
    if kind in KINDS:
        return str(KINDS[kind])
    name, _sign, rest = kind.replace("_", ".", 1).partition(".")
    app = current_app.extensions["kezhi"].plugins.get(name)
    return kind if app is None else f"{app.title} · {rest}" if rest else str(app.title)


def fields_of(payload: str) -> list[tuple[str, str]]:
    """The fields of an entry, named as far as they are known; one nameless field when it is not what it was."""
    try:
        document = json.loads(payload)
    except ValueError:
        return [("", payload)]
    if not isinstance(document, dict):
        return [("", payload)]
    return [(str(FIELDS.get(name, name)), _text(value)) for name, value in document.items()]


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
