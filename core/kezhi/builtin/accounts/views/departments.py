"""The tree of departments, for the administrator."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from kezhi import Conflict, Refused, db, requires, writing
from kezhi.forms import fill_errors
from kezhi.i18n import gettext as _

from .. import services
from ..forms import DepartmentForm
from ..models import Department
from ..services.establishment import establishment, plan_posts, total

MANAGE = "accounts.manage"


@requires(MANAGE)
def index() -> str:
    """The tree with managers and heads."""
    return render_template("accounts/departments.html", nodes=services.tree())


@requires(MANAGE)
def plan() -> str:
    """The establishment: planned heads against the actual ones."""
    rows = establishment()
    sums = total([row.managers for row in rows]), total([row.staff for row in rows])
    return render_template("accounts/establishment.html", rows=rows, sums=sums)


@requires(MANAGE)
def new() -> Any:
    """Add a department."""
    form = DepartmentForm()
    if form.validate_on_submit():
        try:
            with writing():
                made = services.add_department(
                    form.name.data or "", parent_id=form.parent_id.data, manager_id=form.manager_id.data
                )
                plan_posts(made.id, form.planned_managers.data, form.planned_staff.data)
            flash(_("Saved."), "success")
            return redirect(url_for("accounts.departments"))
        except Refused as refused:
            fill_errors(form, refused)
    return render_template("accounts/department.html", form=form, department=None)


@requires(MANAGE)
def edit(department_id: int) -> Any:
    """Rename a department, move it with all below it, name its manager."""
    department = db.session.get(Department, department_id)
    if department is None:
        abort(404)
    form = DepartmentForm(
        name=department.name,
        parent_id=department.parent_id,
        manager_id=department.manager_id,
        planned_managers=department.planned_managers,
        planned_staff=department.planned_staff,
        version=department.version,
    )
    if form.validate_on_submit():
        try:
            with writing():
                services.change_department(
                    department_id,
                    form.version.data or 0,
                    name=form.name.data or "",
                    parent_id=form.parent_id.data,
                    manager_id=form.manager_id.data,
                    planned=(form.planned_managers.data, form.planned_staff.data),
                )
            flash(_("Saved."), "success")
            return redirect(url_for("accounts.departments"))
        except Conflict as conflict:
            fill_errors(form, conflict)
            department = db.session.get(Department, department_id)
            form.show_version(department.version if department else 0)
        except Refused as refused:
            fill_errors(form, refused)
    return render_template("accounts/department.html", form=form, department=db.session.get(Department, department_id))
