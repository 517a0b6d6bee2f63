"""The first page, the lists of tasks, one task, and what can be done about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from kezhi import Conflict, NotFound, Refused, acting_user, can, db, localised, logged_in, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _
from kezhi.security import local_target

from ..accounts.models import Account
from . import counting, lists, notice_views, pages, services
from .forms import AssignForm, DoneForm, TodoForm
from .kinds import page_of, task_kinds
from .models import Task
from .rules import SEE_ALL, SEE_DEPARTMENT, may_manage
from .services.opening import department_of
from .services.queries import passed_up
from .todo import add_todo, customer_named


def blueprint() -> Blueprint:
    """``/``, ``/counts``, ``/tasks`` and ``/notices``."""
    found = Blueprint("tasks", __name__)
    found.add_url_rule("/", "home", home)
    found.add_url_rule("/counts", "counts", counting.counts)
    found.add_url_rule("/tasks", "mine", mine)
    found.add_url_rule("/tasks/closed", "mine_closed", mine_closed)
    found.add_url_rule("/tasks/department", "department", department)
    found.add_url_rule("/tasks/department/closed", "department_closed", department_closed)
    found.add_url_rule("/tasks/new", "new", new, methods=["GET", "POST"])
    found.add_url_rule("/tasks/<int:task_id>", "show", show)
    found.add_url_rule("/tasks/<int:task_id>/done", "done", done, methods=["POST"])
    found.add_url_rule("/tasks/<int:task_id>/assign", "assign", assign, methods=["POST"])
    found.add_url_rule("/notices", "notices", notice_views.notices)
    found.add_url_rule("/notices", "read_all", notice_views.read_all, methods=["POST"])
    found.add_url_rule("/notices/<int:notice_id>", "open_notice", notice_views.open_notice, methods=["POST"])
    found.add_url_rule("/notices/mail", "mail_settings", notice_views.mail_settings, methods=["GET", "POST"])
    # the bell of every page asks for the count; error pages without a database do not
    found.app_context_processor(lambda: {"unread_notices": services.unread})
    return found


@logged_in
def home() -> str:
    """The duties of the person for today."""
    return render_template("tasks/home.html", form=DoneForm(formdata=None), **pages.home_page(acting_user()))


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────


@requires("tasks.use")
def mine() -> Any:
    """One's own open tasks."""
    return _list("mine", lists.own_tasks(acting_user(), closed=False))


@requires("tasks.use")
def mine_closed() -> Any:
    """What one had to do and is over."""
    return _list("mine_closed", lists.own_tasks(acting_user(), closed=True))


@requires("tasks.see_department")
def department() -> Any:
    """The open tasks of one's departments."""
    return _list("department", lists.department_tasks(acting_user(), closed=False))


@requires("tasks.see_department")
def department_closed() -> Any:
    """The closed tasks of one's departments."""
    return _list("department_closed", lists.department_tasks(acting_user(), closed=True))


def _list(which: str, view: Any) -> Any:
    tabs = [("mine", _("Mine, open")), ("mine_closed", _("Mine, closed"))]
    if can(SEE_DEPARTMENT):
        whole = can(SEE_ALL)
        tabs += [
            ("department", _("Everybody's, open") if whole else _("Department, open")),
            ("department_closed", _("Everybody's, closed") if whole else _("Department, closed")),
        ]
    items = [{"title": title, "url": url_for(f"tasks.{key}"), "current": key == which} for key, title in tabs]
    return view.respond(template="tasks/list.html", task_tabs=items, may_add=can("tasks.use"))


# ── one task ────────────────────────────────────────────────────────────────────────────────────────────────────


def _found(task_id: int) -> Task:
    try:
        return services.task_by_id(task_id)
    except NotFound:
        abort(404)


@requires("tasks.use")
def show(task_id: int) -> str:
    """One task: what, by when, whose, and what can be done about it."""
    return _page(_found(task_id), DoneForm(formdata=None), AssignForm(formdata=None))


def _page(found: Task, done_form: DoneForm, assign_form: AssignForm) -> str:
    user = acting_user()
    owner_id = found.owner_id if found.closed_at is None else found.held_by_id
    person = _name_of(owner_id)
    kind = task_kinds()[found.kind]
    manages = found.closed_at is None and may_manage(
        user, found.owner_id, found.department_id, department_of(found.owner_id)
    )
    if manages:
        assign_form.prepare(user, found.owner_id)
        assign_form.seen.data = str(found.owner_id or "")
    return render_template(
        "tasks/show.html",
        task=found,
        row=pages.row_of(found, person, user),
        kind_title=localised(found.kind_title),
        subject_url=page_of(found.kind, found.reference),
        outcomes=lists.OUTCOMES,
        passed_up=passed_up(found.id),
        may_close=services.may_close(found, user),
        ends_by_itself=found.closed_at is None and not kind.may_close,
        done_form=done_form,
        assign_form=assign_form if manages and assign_form.owner.choices else None,
    )


def _name_of(user_id: int | None) -> str:
    found = db.session.scalar(select(Account.name).where(Account.id == user_id)) if user_id is not None else None
    return str(found or "")


@requires("tasks.use")
def done(task_id: int) -> Any:
    """The owner has done it; sent twice it answers as the first time: a task closes once."""
    found, form = _found(task_id), DoneForm()
    back = redirect(local_target(request.form.get("back")))
    if not form.validate():
        return _page(found, form, AssignForm(formdata=None)), 422
    try:
        with writing():
            services.close_task(task_id, form.reason.data or "")
    except NotFound:
        abort(404)
    except Conflict as error:
        if _found(task_id).closed_by != acting_user().login:
            flash(str(error), "warning")
            return back
    except Refused as error:
        fill_errors(form, error)
        return _page(_found(task_id), form, AssignForm(formdata=None)), 422
    flash(_("Done: %(task)s", task=found.subject or localised(found.kind_title)), "success")
    return back


@requires("tasks.assign")
def assign(task_id: int) -> Any:
    """Give an open task to somebody else of the own departments."""
    found, form, user = _found(task_id), AssignForm(), acting_user()
    if found.closed_at is None and not may_manage(
        user, found.owner_id, found.department_id, department_of(found.owner_id)
    ):
        abort(404)
    form.prepare(user, found.owner_id)
    if not form.validate():
        return _page(found, DoneForm(formdata=None), form), 422
    seen = int(form.seen.data) if (form.seen.data or "").isdigit() else None
    try:
        with writing():
            services.reassign(task_id, int(form.owner.data), seen_owner=seen)
    except NotFound:
        abort(404)
    except Conflict as error:
        flash(str(error), "warning")
        return redirect(url_for("tasks.show", task_id=task_id))
    except Refused as error:
        fill_errors(form, error)
        return _page(_found(task_id), DoneForm(formdata=None), form), 422
    flash(_("The task is with %(name)s now.", name=dict(services.receivers(user))[int(form.owner.data)]), "success")
    return redirect(url_for("tasks.mine") if not can(SEE_DEPARTMENT) else url_for("tasks.department"))


@requires("tasks.use")
def new() -> Any:
    """Enter a to-do for oneself or somebody one leads, perhaps about a customer."""
    form, customer_id, customer = TodoForm(), request.args.get("customer", type=int), ""
    form.prepare(acting_user())
    if "customer" in request.args:
        try:
            customer = customer_named(customer_id)
        except NotFound:
            abort(404)
    if form.validate_on_submit():
        owner = int(form.owner.data)
        try:
            submit_once(form.key, lambda: add_todo(form.text.data, form.due.data, owner, customer_id).id)
        except NotFound:
            abort(404)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The task is entered."), "success")
            return redirect(page_of("tasks.todo", str(customer_id)) if customer_id else url_for("tasks.home"))
    status = 422 if form.is_submitted() else 200
    return render_template("tasks/new.html", form=form, customer=customer, customer_id=customer_id), status
