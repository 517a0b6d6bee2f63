"""What each role permits, for the administrator."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select

from kezhi import Conflict, Refused, db, localised, requires, writing
from kezhi.forms import choice, fill_errors
from kezhi.i18n import gettext as _

from .. import services
from ..forms import RoleForm
from ..models import ADMINISTRATOR, Account, AccountRole, Role
from ..services.matrix import history_of, matrix
from ..services.roles import role_permissions

MANAGE = "accounts.manage"


@requires(MANAGE)
def index() -> str:
    """Every role with how many active people have it."""
    statement = (
        select(AccountRole.role_key, func.count())
        .join(Account, Account.id == AccountRole.user_id)
        .where(Account.active.is_(True))
        .group_by(AccountRole.role_key)
    )
    counts = {row[0]: row[1] for row in db.session.execute(statement)}
    return render_template("accounts/roles.html", roles=services.all_roles(), counts=counts)


@requires(MANAGE)
def permissions() -> str:
    """Roles by permissions: who may do what, and where the company departs from the defaults."""
    asked = request.args
    chosen = {"plugin": asked.get("app", ""), "role": asked.get("role", ""), "text": asked.get("q", "").strip()[:80]}
    shown, groups = matrix(**chosen, only_changed="changed" in asked)
    kernel = current_app.extensions["kezhi"]
    owners = {key.partition(".")[0] for key in kernel.permissions}
    apps = [(name, plugin.title) for name, plugin in kernel.plugins.items() if name in owners]
    context = {"roles": shown, "groups": groups, "apps": apps, "chosen": chosen, "all_roles": services.all_roles()}
    return render_template("accounts/permissions.html", only_changed="changed" in asked, **context)


@requires(MANAGE)
def edit(role_key: str) -> Any:
    """The permissions of one role, by app."""
    role = db.session.get(Role, role_key)
    if role is None:
        abort(404)
    kernel = current_app.extensions["kezhi"]
    stored = role_permissions(role_key)
    form = RoleForm(permissions=sorted(stored), second_factor=role.second_factor, version=role.version)
    form.permissions.choices = [choice(key, permission.title) for key, permission in kernel.permissions.items()]
    conflict = False
    if form.validate_on_submit():
        wanted, asks = form.permissions.data or [], bool(form.second_factor.data)
        try:
            with writing():
                services.change_role(role_key, form.version.data or 0, wanted, second_factor=asks)
            flash(_("Saved."), "success")
            return redirect(url_for("accounts.roles"))
        except Conflict as meanwhile:
            fill_errors(form, meanwhile)
            role, conflict, stored = db.session.get(Role, role_key) or role, True, role_permissions(role_key)
            form.show_version(role.version)
        except Refused as refused:
            fill_errors(form, refused)
    groups: dict[str, list[Any]] = {}
    for option in form.permissions:
        groups.setdefault(str(option.data).partition(".")[0], []).append(option)
    titles = {name: plugin.title for name, plugin in kernel.plugins.items()}
    return render_template(
        "accounts/role.html",
        form=form,
        role=role,
        title=localised(role.title),
        groups=groups,
        titles=titles,
        fixed=role_key == ADMINISTRATOR,
        stored=stored if conflict else None,
        defaults={key for key, each in kernel.permissions.items() if role_key in each.roles},
        history=history_of(role_key),
    )
