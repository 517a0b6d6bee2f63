"""Pages of files: those of a record, one file with its versions, uploads and downloads.

Beside the right to use files at all, what a person may do is decided by the record that a file hangs on.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kezhi import NotFound, Refused, requires
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from . import pages, services
from .forms import DeleteForm, UploadForm

#: a browser that opens a download all the same may neither run nor load anything in it
SANDBOX = "default-src 'none'; sandbox"


def blueprint() -> Blueprint:
    """``/files`` and what is below it."""
    blue = Blueprint("files", __name__, url_prefix="/files")
    rule = blue.add_url_rule
    rule("/on/<plugin>/<kind>/<int:record_id>", "index", index)
    rule("/on/<plugin>/<kind>/<int:record_id>", "upload", upload, methods=["POST"])
    rule("/<int:file_id>", "show", show)
    rule("/<int:file_id>/versions", "replace", replace, methods=["POST"])
    rule("/<int:file_id>/delete", "delete", delete, methods=["POST"])
    rule("/<int:file_id>/restore", "restore", restore, methods=["POST"])
    rule("/<int:file_id>/download", "download", download)
    rule("/<int:file_id>/versions/<int:number>/download", "download_version", download)
    return blue


@requires("files.use")
def index(plugin: str, kind: str, record_id: int) -> Any:
    """The files of a record."""
    try:
        record = services.record_for(plugin, kind, record_id)
    except NotFound:
        abort(404)
    return render_template("files/index.html", form=UploadForm(), **pages.index_page(plugin, kind, record))


@requires("files.use")
def upload(plugin: str, kind: str, record_id: int) -> Any:
    """Take in a file. A refused one leaves nothing behind, and the page says why."""
    try:
        record = services.record_for(plugin, kind, record_id, to_attach=True)
    except NotFound:
        abort(404)
    form = UploadForm()
    if form.validate_on_submit():
        try:
            name = _take(form, lambda received: services.attach(received, plugin, kind, record_id, note=form.note.data))
            flash(_("“%(name)s” is uploaded.", name=name), "success")
            attachment = services.attachment_for(plugin, kind)
            if request.form.get("back") and attachment.page:
                tab = "?tab=files" if attachment.is_customer else ""  # of the page of a customer
                return redirect(f"{attachment.page(record_id)}{tab}")
            return redirect(url_for("files.index", plugin=plugin, kind=kind, record_id=record_id))
        except NotFound:
            abort(404)
        except Refused as error:
            fill_errors(form, error)
    page = pages.index_page(plugin, kind, record)
    return render_template("files/index.html", form=form, **page), 422


def _take(form: UploadForm, effect: Any) -> str:
    """Receive the upload, then store its rows once; a repeated submit leaves no second file. Answers the name."""
    given = form.file.data
    received = services.receive(given.stream, given.filename or "")
    done: list[bool] = []

    def store() -> int:
        found: int = effect(received).id
        done.append(True)
        return found

    try:
        submit_once(form.key, store)
    except Refused:
        services.drop(received)
        raise
    if not done:  # the first submit of this form did it
        services.drop(received)
    return str(received.name)


@requires("files.use")
def show(file_id: int) -> Any:
    """One file: what it is, its versions."""
    return _file_page(file_id, UploadForm(), DeleteForm())


def _file_page(file_id: int, form: UploadForm, delete_form: DeleteForm, status: int = 200) -> Any:
    try:
        page = pages.file_page(services.one_file(file_id))
    except NotFound:
        abort(404)
    if page["file"].deleted_at is not None and not page["may_attach"]:
        abort(404)
    return render_template("files/show.html", form=form, delete_form=delete_form, **page), status


def _may_change(file_id: int) -> None:
    try:
        services.one_file(file_id, to_change=True)
    except NotFound:
        abort(404)


@requires("files.use")
def replace(file_id: int) -> Any:
    """Upload a newer version."""
    _may_change(file_id)
    form = UploadForm()
    if form.validate_on_submit():
        seen = form.seen.data or ""
        try:
            number = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
            name = _take(form, lambda received: services.add_version(file_id, received, number, form.note.data))
            flash(_("“%(name)s” is uploaded.", name=name), "success")
            return redirect(url_for("files.show", file_id=file_id))
        except NotFound:
            abort(404)
        except Refused as error:
            fill_errors(form, error)
    return _file_page(file_id, form, DeleteForm(formdata=None), 422)


@requires("files.use")
def delete(file_id: int) -> Any:
    """Take a file away, with the reason."""
    _may_change(file_id)
    form = DeleteForm()
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: services.delete_file(file_id, form.reason.data).id)
            flash(_("The file is deleted. It can be brought back for a while."), "success")
            return redirect(url_for("files.show", file_id=file_id))
        except Refused as error:
            fill_errors(form, error)
    return _file_page(file_id, UploadForm(formdata=None), form, 422)


@requires("files.use")
def restore(file_id: int) -> Any:
    """Bring a deleted file back."""
    _may_change(file_id)
    form = DeleteForm()
    try:
        submit_once(form.key, lambda: services.restore_file(file_id).id)
        flash(_("The file is back."), "success")
    except Refused as error:
        flash(str(error), "error")
    return redirect(url_for("files.show", file_id=file_id))


@requires("files.use")
def download(file_id: int, number: int | None = None) -> AnyResponse:
    """The bytes, as an attachment; what the access rule of the record does not allow does not exist."""
    try:
        found = services.open_download(file_id, number)
    except NotFound:
        abort(404)
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("files.show", file_id=file_id))
    return send(found)


def send(found: services.Download) -> Response:
    """A download as an answer that no browser shows in place, sniffs, or runs."""
    response = Response(found.pieces, mimetype=found.media_type, direct_passthrough=True)
    if found.size is not None:
        response.content_length = found.size
    plain = found.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    response.headers["Content-Disposition"] = named
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
