"""In and out: log-in, log-out, one's password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, acting_user, audit_record, logged_in, public, writing
from kezhi.forms import fill_errors
from kezhi.i18n import gettext as _
from kezhi.security import local_target
from kezhi.sessions import end_session, start_session

from .. import services
from ..forms import LoginForm, PasswordForm


@public
def login() -> Any:
    """The log-in page; on success back to where the visitor wanted to go."""
    target = local_target(request.args.get("next"))
    if acting_user().is_authenticated:
        return redirect(target)
    form = LoginForm()
    if form.validate_on_submit():
        try:
            user = services.log_in(form.login.data or "", form.password.data or "", request.remote_addr or "")
        except Refused as refused:
            fill_errors(form, refused)
        else:
            return redirect(url_for("accounts.password") if user.must_change_password else target)
    return render_template("accounts/login.html", form=form)


@public
def logout() -> Any:
    """End the present session, if there is one."""
    user = acting_user()
    if user.is_authenticated:
        with writing():
            audit_record("login.end", "user", user.id)
            end_session()
    return redirect(url_for("accounts.login"))


@logged_in
def password() -> Any:
    """Change one's own password: every session ends, this browser gets a new one."""
    user, form = acting_user(), PasswordForm()
    if form.validate_on_submit():
        try:
            _change(form.old_password.data or "", form.new_password.data or "")
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("Your password has been changed. All other sessions have ended."), "success")
            return redirect(url_for("home"))
    return render_template("accounts/password.html", form=form, forced=user.must_change_password)


def _change(old: str, new: str) -> None:
    user = acting_user()
    assert user.id is not None
    services.check_password(new, login=user.login, field="new_password")
    stored = services.check_present_password(user, old, request.remote_addr or "")
    if new == old:
        raise Refused(_("The new password is the present one; choose another."), field="new_password")
    hashed = services.hash_password(new)
    with writing():
        services.change_own_password(user.id, stored, hashed)
        start_session(user)
