"""What the timeline of a record, a note and the inbox show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, current_app, render_template, request, url_for
from markupsafe import Markup

from kezhi import TimelineEntry, User, acting_user
from kezhi.i18n import _, _l

from . import services
from .contributions import Source, Timeline
from .forms import NoteForm
from .reading import ENTRIES, Cursor, read
from .services.access import USE, may_write, record_of
from .services.notes import Written, is_own

ALL = "all"


@dataclass(frozen=True, slots=True)
class NoteEntry(TimelineEntry):
    """A note among the entries of a timeline."""

    written: Written | None = None
    tail: tuple[tuple[Any, str], ...] = ()  #: what follows the author and the time: (text, address)


def note_source(plugin: str, timeline: Timeline, record_id: int) -> Source:
    """The notes of a record as a source of its timeline."""

    def entries(until: datetime | None, limit: int) -> list[TimelineEntry]:
        return [_entry(each) for each in services.notes_of(plugin, timeline.kind, record_id, until, limit)]

    return Source("timeline.note", _l("Notes"), entries, order=10)


def _entry(each: Written) -> NoteEntry:
    note = each.note
    removed = note.removed_at is not None
    tail: list[tuple[Any, str]] = []
    if note.edited_at is not None and not removed:
        tail.append((_("changed"), ""))
    if is_own(note) and not removed:
        tail.append(
            (_("Change…") if services.may_edit(note) else _("Remove…"), url_for("timeline.note", note_id=note.id))
        )
    return NoteEntry(
        at=note.created_at,
        title=_("Note removed") if removed else _("Note"),
        who=each.author,
        icon="eraser" if removed else "chat-left-text",
        tone="gray" if removed else "teal",
        written=each,
        tail=tuple(tail),
    )


def of_record(record: Any) -> tuple[str, Timeline] | None:
    """Plugin and timeline of a record's class, when it has one."""
    for (plugin, _kind), timeline in services.timelines().items():
        if isinstance(record, timeline.model):
            return plugin, timeline
    return None


def panel(record: Any, user: User) -> Markup | None:
    """The timeline of a record for its page; None when there is none that the user may see.

    The address of the page says what is shown: ``timeline`` is the chosen kind, ``older`` where it begins.
    """
    found = of_record(record)
    if found is None or not (user.can(USE) and user.can(found[1].read)):
        return None
    context = record_context(record, *found, NoteForm(formdata=None))
    return Markup(render_template("timeline/panel.html", **context, back=True))


def record_context(record: Any, plugin: str, timeline: Timeline, form: NoteForm) -> dict[str, Any]:
    """What the panel and the page of a record's timeline show. Errors: 400 for a cursor that nobody gave."""
    user, record_id = acting_user(), int(record.id)
    sources, failed = sources_of(record, plugin, timeline, user)
    kind = request.args.get("timeline", ALL)
    chosen = [pair for pair in sources if pair[1].key == kind] or sources
    stretch = read(chosen, _cursor(), ENTRIES)
    titles = {source.key: source.title for _plugin, source in sources}
    address: dict[str, Any] = {"plugin": plugin, "kind": timeline.kind, "record_id": record_id}
    return {
        "entries": stretch.entries,
        "failed": [_app_title(each) for each in dict.fromkeys([*failed, *stretch.failed])],
        "kinds": [
            {"title": title, "url": _here(timeline=key), "current": key == kind}
            for key, title in [(ALL, _("All kinds")), *titles.items()]
        ],
        "kind_title": titles.get(kind, _("All kinds")),
        "older_url": _here(timeline=request.args.get("timeline"), older=str(stretch.older)) if stretch.older else "",
        "newest_url": _here(timeline=request.args.get("timeline")) if request.args.get("older") else "",
        "form": form if may_write(timeline, user) else None,
        "write_url": url_for("timeline.write", **address),
        "people_url": url_for("timeline.people", **address),
    }


def sources_of(record: Any, plugin: str, timeline: Timeline, user: User) -> tuple[list[tuple[str, Source]], list[str]]:
    """The sources of a record's timeline with their apps, in their order, and the apps whose hook failed."""
    kernel = current_app.extensions["kezhi"]
    given = kernel.call.attributed.timeline_sources(record=record, user=user)
    given.append(("timeline", note_source(plugin, timeline, int(record.id))))
    delivered = {name for name, _source in given}
    failed = [name for name, hook in kernel.host.dropped if hook == "timeline_sources" and name not in delivered]
    return sorted(given, key=lambda pair: pair[1].order), failed


def _cursor() -> Cursor | None:
    text = request.args.get("older", "")
    try:
        return Cursor.parse(text) if text else None
    except ValueError:
        abort(400)


def _here(**changed: str | None) -> str:
    """This page with another part of the timeline; everything else of its address stays."""
    kept = {key: values for key, values in request.args.lists() if key not in ("timeline", "older")}
    arguments: dict[str, Any] = {**kept, **{key: value for key, value in changed.items() if value}}
    if arguments.get("timeline") == ALL:
        del arguments["timeline"]
    # a refused note is shown on an address that is only posted to
    endpoint = "timeline.index" if request.endpoint == "timeline.write" else str(request.endpoint)
    values: dict[str, Any] = {**(request.view_args or {}), **arguments, "_anchor": "timeline"}
    return url_for(endpoint, **values)


def _app_title(plugin: str) -> Any:
    found = current_app.extensions["kezhi"].plugins.get(plugin)
    return found.title if found is not None else plugin


def index_page(plugin: str, kind: str, record_id: int, form: NoteForm) -> dict[str, Any]:
    """The page of a record's timeline. Errors: ``NotFound``."""
    record = services.record_for(plugin, kind, record_id)
    timeline = services.timeline_for(plugin, kind)
    return {
        "timeline_of": timeline,
        "record_name": timeline.name(record),
        "record_url": timeline.page(record_id) if timeline.page else "",
        **record_context(record, plugin, timeline, form),
    }


def note_page(note_id: int) -> dict[str, Any]:
    """The page of one note. Errors: ``NotFound``."""
    note = services.note_by_id(note_id)
    record_id, timeline = record_of(note), services.timeline_for(note.plugin, note.kind)
    record = services.record_for(note.plugin, note.kind, record_id)
    address: dict[str, Any] = {"plugin": note.plugin, "kind": note.kind, "record_id": record_id}
    return {
        "written": services.written([note])[0],
        "own": is_own(note) and note.removed_at is None,
        "may_edit": services.may_edit(note),
        "record_name": timeline.name(record),
        "record_url": timeline_url(note.plugin, timeline, record_id),
        "people_url": url_for("timeline.people", **address),
    }


def timeline_url(plugin: str, timeline: Timeline, record_id: int) -> str:
    """The page on which the timeline of a record is read."""
    if timeline.page is not None:
        return f"{timeline.page(record_id)}#timeline"
    return url_for("timeline.index", plugin=plugin, kind=timeline.kind, record_id=record_id, _anchor="timeline")
