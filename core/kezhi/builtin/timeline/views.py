"""Pages of timelines: that of a record, one note, and the notes that mention somebody.

Beside the right to use notes at all, what a person may do is decided by the record that a note hangs on.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, requires, writing
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import _

from . import pages, services
from .forms import NoteForm
from .services.access import record_of


def blueprint() -> Blueprint:
    """``/timeline`` and what is below it."""
    blue = Blueprint("timeline", __name__, url_prefix="/timeline")
    rule = blue.add_url_rule
    rule("/on/<plugin>/<kind>/<int:record_id>", "index", index)
    rule("/on/<plugin>/<kind>/<int:record_id>", "write", write, methods=["POST"])
    rule("/on/<plugin>/<kind>/<int:record_id>/people", "people", people)
    rule("/notes/<int:note_id>", "note", note)
    rule("/notes/<int:note_id>", "edit", edit, methods=["POST"])
    rule("/notes/<int:note_id>/remove", "remove", remove, methods=["POST"])
    rule("/mentions", "mentions", mentions)
    rule("/mentions", "read_all", read_all, methods=["POST"])
    rule("/mentions/<int:note_id>", "read_one", read_one, methods=["POST"])
    return blue


def _page_or_404(function: Any, *arguments: Any) -> dict[str, Any]:
    try:
        found: dict[str, Any] = function(*arguments)
    except NotFound:
        abort(404)
    return found


@requires("timeline.use")
def index(plugin: str, kind: str, record_id: int) -> Any:
    """What happened to a record."""
    return render_template("timeline/index.html", **_page_or_404(pages.index_page, plugin, kind, record_id, NoteForm()))


@requires("timeline.use")
def write(plugin: str, kind: str, record_id: int) -> Any:
    """Write a note. A refused one leaves nothing behind, and what was typed stays."""
    try:
        services.record_for(plugin, kind, record_id, to_write=True)
    except NotFound:
        abort(404)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.write_note(plugin, kind, record_id, form.text.data).id)
            flash(_("The note is kept."), "success")
            timeline = services.timeline_for(plugin, kind)
            if request.form.get("back"):
                return redirect(pages.timeline_url(plugin, timeline, record_id))
            return redirect(url_for("timeline.index", plugin=plugin, kind=kind, record_id=record_id))
        except NotFound:
            abort(404)
        except Refused as error:
            fill_errors(form, error)
    return render_template("timeline/index.html", **_page_or_404(pages.index_page, plugin, kind, record_id, form)), 422


@requires("timeline.use")
def people(plugin: str, kind: str, record_id: int) -> Any:
    """Whom somebody may mean who has typed ``q``: people who see the record, with what to write for each."""
    try:
        services.record_for(plugin, kind, record_id, to_write=True)
    except NotFound:
        abort(404)
    found = services.suggestions(plugin, kind, record_id, request.args.get("q", ""))
    names = [each.name for each in found]
    return jsonify(
        [
            {
                "name": each.name,
                "login": each.login,
                "text": each.name if names.count(each.name) == 1 else f"{each.name}({each.login})",
            }
            for each in found
        ]
    )


@requires("timeline.use")
def note(note_id: int) -> Any:
    """One note; its author changes or removes it here."""
    page = _page_or_404(pages.note_page, note_id)
    written = page["written"].note
    form = NoteForm(formdata=None, text=services.open_text(written), version=str(written.version))
    return render_template("timeline/note.html", form=form, **page)


@requires("timeline.use")
def edit(note_id: int) -> Any:
    """Give an own note another text."""
    page = _page_or_404(pages.note_page, note_id)
    if not page["own"]:
        abort(404)
    form = NoteForm()
    if form.validate_on_submit():
        seen = form.version.data or ""
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
        try:
            submit_once(form.key, lambda: services.edit_note(note_id, version, form.text.data).id)
            flash(_("The note is changed."), "success")
            return redirect(page["record_url"])
        except NotFound:
            abort(404)
        except Refused as error:
            fill_errors(form, error)
        page = _page_or_404(pages.note_page, note_id)
    return render_template("timeline/note.html", form=form, **page), 422


@requires("timeline.use")
def remove(note_id: int) -> Any:
    """Remove an own note."""
    page = _page_or_404(pages.note_page, note_id)
    if not page["own"]:
        abort(404)
    form = Form()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.remove_note(note_id).id)
            flash(_("The note is removed."), "success")
        except Refused as error:
            flash(str(error), "error")
    return redirect(page["record_url"])


@requires("timeline.use")
def mentions() -> Any:
    """Notes that mention the acting user, newest first."""
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 19):
        abort(400)
    found, more = services.inbox(int(before) if before else None)
    older = url_for("timeline.mentions", before=found[-1].written.note.id) if more and found else ""
    return render_template(
        "timeline/mentions.html",
        found=found,
        older_url=older,
        newest_url=url_for("timeline.mentions") if before else "",
        unread=services.unread(),
        form=Form(formdata=None),
    )


@requires("timeline.use")
def read_one(note_id: int) -> Any:
    """Open the record of a note that mentions the acting user; it is read from then on."""
    try:
        with writing():
            found = services.mark_read(note_id)
            plugin, kind, record_id = found.plugin, found.kind, record_of(found)
    except NotFound:
        abort(404)
    return redirect(pages.timeline_url(plugin, services.timeline_for(plugin, kind), record_id))


@requires("timeline.use")
def read_all() -> Any:
    """Take all notes that mention the acting user as read."""
    with writing():
        services.mark_all_read()
    return redirect(url_for("timeline.mentions"))
