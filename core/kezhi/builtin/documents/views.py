"""Pages of documents: look and issue, the register, the letterhead."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from kezhi import NotFound, Refused, db, requires
from kezhi.forms import choice, fill_errors, submit_once
from kezhi.i18n import _

from ..files import services as files
from ..files.views import send
from . import pages, services
from .forms import IssueForm, LetterheadForm
from .services.letterhead import FIELDS, LOGO_TYPES, logo_version


def blueprint() -> Blueprint:
    """``/documents`` and what is below it."""
    blue = Blueprint("documents", __name__, url_prefix="/documents")
    rule = blue.add_url_rule
    rule("", "index", index)
    rule("/<int:issue_id>", "show", show)
    rule("/<int:issue_id>/download", "download", download)
    rule("/make/<kind>/<int:record_id>", "make", make)
    rule("/make/<kind>/<int:record_id>", "issue", issue, methods=["POST"])
    rule("/make/<kind>/<int:record_id>/draft.<format>", "draft", draft)
    rule("/make/<kind>/<int:record_id>/pages/<int:page>.png", "picture", picture)
    rule("/letterhead", "letterhead", letterhead, methods=["GET", "POST"])
    return blue


@requires("documents.read")
def index() -> Any:
    """The register: what was issued, by whom, who keeps it until when."""
    return pages.register_view().respond("documents/index.html")


@requires("documents.read")
def show(issue_id: int) -> str:
    """One issued document."""
    try:
        found = services.issue_by_id(issue_id)
    except NotFound:
        abort(404)
    return render_template("documents/show.html", **pages.issue_page(found))


@requires("documents.read")
def download(issue_id: int) -> AnyResponse:
    """What was issued, byte for byte."""
    try:
        file_id = services.issue_by_id(issue_id).file_id
        if file_id is None:
            raise NotFound("")
        return send(files.open_download(file_id))
    except NotFound:
        abort(404)
    except Refused as error:
        flash(str(error), "error")
        return redirect(url_for("documents.show", issue_id=issue_id))


@requires("documents.read")
def make(kind: str, record_id: int) -> Any:
    """See the document as it would be issued now; choose the variant and the format."""
    return _make_page(kind, record_id, IssueForm(formdata=None), request.args.get("variant", ""))


def _make_page(key: str, record_id: int, form: IssueForm, variant: str, problem: str = "", status: int = 200) -> Any:
    try:
        kind = services.kind_for(key)
        services.record_for(kind, record_id)
    except NotFound:
        abort(404)
    variants = list(kind.variants(record_id)) if kind.variants is not None else []
    chosen = variant or (variants[0].value if variants else "")
    form.format.choices = [choice(name, pages.FORMATS[name]) for name in kind.formats]
    form.variant.data = chosen
    count = 0
    try:
        if variants and chosen not in [each.value for each in variants]:
            abort(404)
        if kind.pdf is not None:
            count = services.preview_page(key, record_id, chosen, 1)[1]
    except NotFound:
        abort(404)
    except Refused as error:
        problem, status = str(error), 422
    return render_template(
        "documents/make.html",
        kind=kind,
        record_id=record_id,
        form=form,
        variants=variants,
        variant=chosen,
        pages=min(count, 5),
        count=count,
        problem=problem,
        formats=[(name, pages.FORMATS[name], pages.ICONS[name]) for name in kind.formats],
        issued=services.issues_of(key, record_id),
        back_url=kind.page(record_id) if kind.page else "",
    ), status


@requires("documents.read")
def issue(kind: str, record_id: int) -> Any:
    """Number it and keep it."""
    try:
        found = services.kind_for(kind)
        services.record_for(found, record_id)
    except NotFound:
        abort(404)
    form = IssueForm()
    form.format.choices = [choice(name, pages.FORMATS[name]) for name in found.formats]
    variant = form.variant.data or ""
    problem = ""
    if form.validate_on_submit():
        try:
            issue_id = services.issue(
                kind, record_id, form.format.data, variant, holder=form.holder.data or "", submission=form.key
            )
            flash(_("The document is issued."), "success")
            return redirect(url_for("documents.show", issue_id=issue_id))
        except NotFound:
            abort(404)
        except Refused as error:
            problem = str(error)
    return _make_page(kind, record_id, form, variant, problem, 422)


@requires("documents.read")
def draft(kind: str, record_id: int, format: str) -> Response:
    """The draft as a file; it is kept nowhere."""
    try:
        found = services.preview(kind, record_id, format, request.args.get("variant", ""))
    except (NotFound, Refused):
        abort(404)
    return send(files.Download(found.name, found.media_type, len(found.content), iter([found.content])))


@requires("documents.read")
def picture(kind: str, record_id: int, page: int) -> Response:
    """One page of the draft as a picture."""
    try:
        found, _count = services.preview_page(kind, record_id, request.args.get("variant", ""), page)
    except (NotFound, Refused):
        abort(404)
    return send_file(io.BytesIO(found), mimetype="image/png")


@requires("documents.manage")
def letterhead() -> Any:
    """Name, address and logo of the company for all documents."""
    row = services.letterhead()
    stored = {name: getattr(row, name) for name in (*FIELDS, "version")}
    db.session.rollback()
    form = LetterheadForm(data=stored if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            _save(form)
            flash(_("The letterhead is saved. Documents issued before stay as they are."), "success")
            return redirect(url_for("documents.letterhead"))
        except Refused as error:
            fill_errors(form, error)
    logo = logo_version()
    logo_name = logo.name if logo is not None else ""
    return render_template(
        "documents/letterhead.html", form=form, logo_name=logo_name
    ), 422 if form.is_submitted() else 200


def _save(form: LetterheadForm) -> None:
    given, upload = form.logo.data, None
    if given:  # no file was chosen: an empty text
        try:
            upload = files.receive(given.stream, given.filename, only=LOGO_TYPES)
        except Refused as error:
            raise Refused(error.message, field="logo") from error
    values = {name: form[name].data or "" for name in FIELDS}
    try:
        submit_once(form.key, lambda: services.save_letterhead(values, form.version.data or 0, upload).id)
    except Refused:
        if upload is not None:
            files.drop(upload)
        raise
