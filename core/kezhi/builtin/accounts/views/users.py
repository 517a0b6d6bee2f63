"""People, for the administrator."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import case, func, select

from kezhi import (
    Choice,
    Column,
    Conflict,
    Filter,
    ListView,
    Refused,
    audit_record,
    db,
    localised,
    requires,
    writing,
)
from kezhi import lazy_gettext as _l
from kezhi.forms import fill_errors
from kezhi.i18n import gettext as _
from kezhi.i18n import is_chinese, lazy_pgettext

from .. import services
from ..forms import EditUserForm, UserForm
from ..models import Account, AccountRole, Department, Role
from ..services.log_ins import revoke_session, revoke_sessions, sessions_of
from ..services.matrix import rights_of
from .panels import panels_of

MANAGE = "accounts.manage"


@requires(MANAGE)
def index() -> Any:
    """Everybody with roles and department."""
    return ListView(
        name="users",
        model=Account,
        columns=columns(),
        order=("login", "asc"),
        search=[Account.login, Account.name],
        link=lambda row: url_for("accounts.edit", user_id=row.id),
        title=_l("Users"),
        kind=_l("users"),
        matching=lazy_pgettext("people", "matching"),
        search_hint=_l("Name or user name"),
    ).respond("accounts/users.html")


def columns() -> list[Column]:
    """The columns of the list of people."""
    person: Any = Account
    titles = services.role_titles()
    language = "zh" if is_chinese() else "en"
    held = (
        select(func.aggregate_strings(Role.title[language].as_string(), str(_(", "))))
        .join(AccountRole, AccountRole.role_key == Role.key)
        .where(AccountRole.user_id == Account.id)
        .correlate(Account)
        .scalar_subquery()
    )
    place = select(Department.name).where(Department.id == Account.department_id).correlate(Account).scalar_subquery()
    has_role = Filter(
        "choice",
        choices=lambda: [Choice(key, localised(title)) for key, title in titles.items()],
        apply=lambda value: Account.id.in_(select(AccountRole.user_id).where(AccountRole.role_key == value)),
    )
    in_department = Filter(
        "choice",
        choices=lambda: [Choice(str(node.id), "\u3000" * node.depth + node.name) for node in services.tree()],
        apply=lambda value: Account.department_id == (int(value) if value.isdigit() else -1),
    )
    state = case((Account.active.is_(True), "active"), else_="inactive")
    tone = case((Account.active.is_(True), "green"), else_="gray")
    is_active = Filter(
        "choice",
        choices=lambda: [Choice("active", _l("Active")), Choice("inactive", _l("Deactivated"))],
        apply=lambda value: Account.active.is_(value == "active"),
    )
    return [
        Column("name", _l("Full name"), person.name, sortable=True, default=True, render="name", order=10),
        Column("login", _l("User name"), person.login, sortable=True, default=True, render="code", order=20),
        Column("roles", _l("Roles"), held, filter=has_role, default=True, order=30),
        Column("department", _l("Department"), place, filter=in_department, default=True, order=40),
        Column("state", _l("State"), state, filter=is_active, default=True, render="chip", order=50, extra=(tone,)),
        Column("last_login", _l("Last log-in"), person.last_login_at, default=True, render="instant", order=60),
    ]


@requires(MANAGE)
def new() -> Any:
    """Add a person; the answer shows the one-time password, once."""
    form = UserForm()
    if form.validate_on_submit():
        password = services.new_password()
        hashed = services.hash_password(password)
        try:
            with writing():
                account = services.add_user(
                    form.login.data or "",
                    name=form.name.data or "",
                    roles=form.roles.data or [],
                    password_hash=hashed,
                    department_id=form.department_id.data,
                    locale=form.locale.data or None,
                )
                login, user_id = account.login, account.id
                link = services.issue_link(user_id) if form.entry.data == "link" else None
            if link is not None:
                return show_link(link)
            return render_template("accounts/one_time.html", login=login, password=password)
        except Refused as refused:
            fill_errors(form, refused)
    return render_template("accounts/user.html", form=form, account=None, present=None)


@requires(MANAGE)
def edit(user_id: int) -> Any:
    """Change a person. After a conflict the typed values stay and the stored ones stand beside them."""
    account = _account(user_id)
    held = list(db.session.scalars(select(AccountRole.role_key).where(AccountRole.user_id == user_id)))
    form = EditUserForm(
        name=account.name,
        department_id=account.department_id,
        roles=held,
        locale=account.locale or "",
        active=account.active,
        version=account.version,
    )
    present = None
    if form.validate_on_submit():
        try:
            with writing():
                services.update_user(
                    user_id,
                    form.version.data or 0,
                    name=form.name.data or "",
                    roles=form.roles.data or [],
                    department_id=form.department_id.data,
                    locale=form.locale.data or None,
                    active=bool(form.active.data),
                )
            flash(_("Saved."), "success")
            return redirect(url_for("accounts.users"))
        except Conflict as conflict:
            fill_errors(form, conflict)
            account = _account(user_id)
            form.show_version(account.version)
            present = _stored_values(account)
        except Refused as refused:
            fill_errors(form, refused)
    account = _account(user_id)
    return render_template(
        "accounts/user.html",
        form=form,
        account=account,
        panels=panels_of(account),
        sessions=len(sessions_of(user_id)),
        link_until=services.open_link(user_id),
        mail=(services.can_mail(), services.address_of(user_id)) if services.can_mail() else (False, ""),
        present=present,
        factor=services.factor_state(user_id, held),
    )


@requires(MANAGE)
def reset(user_id: int) -> Any:
    """Give a person a one-time password; the answer shows it, once."""
    login = _account(user_id).login
    password = services.new_password()
    hashed = services.hash_password(password)
    with writing():
        services.reset_password(user_id, hashed)
    return render_template("accounts/one_time.html", login=login, password=password)


@requires(MANAGE)
def issue_link(user_id: int) -> Any:
    """Issue a link by which the person sets a password; the answer shows it, once."""
    if not _account(user_id).active:
        abort(404)
    with writing():
        link = services.issue_link(user_id)
    return show_link(link)


@requires(MANAGE)
def mail_link(user_id: int) -> Any:
    """Send the link by e-mail; nobody here gets to see it."""
    account = _account(user_id)
    if not account.active:
        abort(404)
    try:
        with writing():
            services.mail_link(user_id, request.form.get("email", ""))
        flash(_("A link goes to %(name)s by e-mail in a moment.", name=account.name), "success")
    except Refused as refused:
        flash(str(refused), "error")
    return redirect(url_for("accounts.edit", user_id=user_id))


def show_link(link: services.Link) -> str:
    """The only page that ever shows the link."""
    address = url_for("accounts.link", _external=True)
    return render_template("accounts/link_issued.html", link=link, address=address)


@requires(MANAGE)
def rights(user_id: int) -> str:
    """What a person may do, and why."""
    everything = "all" in request.args
    groups = rights_of(user_id)
    count = sum(line.granted for _title, lines in groups for line in lines)
    context = {"account": _account(user_id), "groups": groups, "everything": everything, "count": count}
    return render_template("accounts/rights.html", **context)


@requires(MANAGE)
def sessions(user_id: int) -> Any:
    """Where a person is logged in."""
    account = _account(user_id)
    return render_template("accounts/sessions.html", account=account, sessions=sessions_of(user_id))


@requires(MANAGE)
def end_sessions(user_id: int) -> Any:
    """End one session of a person, or all of them."""
    _account(user_id)
    which = request.form.get("session", type=int)
    with writing():
        if which is not None and not revoke_session(user_id, which):
            abort(404)
        count = 1 if which is not None else revoke_sessions(user_id, except_current=True)
        audit_record("session.end", "user", user_id, count=count)
    flash(_("The session has ended.") if which is not None else _("All sessions of this person have ended."), "success")
    return redirect(url_for("accounts.sessions", user_id=user_id))


@requires(MANAGE)
def reset_factor(user_id: int) -> Any:
    """Take the second factor from a person who lost it; their sessions end."""
    _account(user_id)
    with writing():
        services.reset_factor(user_id)
    flash(_("The second factor is reset; all sessions of this person have ended."), "success")
    return redirect(url_for("accounts.edit", user_id=user_id))


def _account(user_id: int) -> Account:
    account = db.session.get(Account, user_id)
    if account is None:
        abort(404)
    return account


def _stored_values(account: Account) -> list[tuple[str, str]]:
    """What stands in the database now, for comparison with what was typed."""
    titles = services.role_titles()
    held = set(db.session.scalars(select(AccountRole.role_key).where(AccountRole.user_id == account.id)))
    return [
        (_("Full name"), account.name),
        (_("Department"), services.department_name(account.department_id) or "—"),
        (_("Roles"), _(", ").join(localised(titles[key]) for key in titles if key in held) or "—"),
        (_("State"), _("Active") if account.active else _("Deactivated")),
    ]
