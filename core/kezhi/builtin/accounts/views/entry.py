"""In and out: log-in, log-out, one's password."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, session, url_for

from kezhi import Conflict, Refused, acting_user, audit_record, logged_in, public, setting, writing
from kezhi.forms import fill_errors
from kezhi.i18n import gettext as _
from kezhi.security import local_target

from .. import services
from ..codes import address_for, picture
from ..forms import CodeForm, ForgottenForm, LinkForm, LoginForm, PasswordForm
from ..services.sessions import end_session, start_session

HALF = "half"  #: key inside the cookie: the token of a log-in that waits for its code


@public
def login() -> Any:
    """The log-in page; on success back to where the visitor wanted to go."""
    target = local_target(request.args.get("next"))
    if acting_user().is_authenticated:
        return redirect(target)
    form = LoginForm()
    if form.validate_on_submit():
        try:
            entered = services.log_in(form.login.data or "", form.password.data or "", request.remote_addr or "")
        except Refused as refused:
            fill_errors(form, refused)
        else:
            if isinstance(entered, services.Half):
                session[HALF] = entered.token
                return redirect(url_for("accounts.code", next=target))
            return redirect(url_for("accounts.password") if entered.must_change_password else target)
    return render_template("accounts/login.html", form=form, can_mail=services.can_mail())


@public
def code() -> Any:
    """The second page of a log-in: the code; or the set-up of a second factor that one of the roles asks for."""
    target = local_target(request.args.get("next"))
    if acting_user().is_authenticated:
        return redirect(target)
    form, half = CodeForm(), services.half_log_in(str(session.get(HALF, "")))
    if half is not None and form.validate_on_submit():
        try:
            entered = services.finish_log_in(half.token, form.code.data or "", request.remote_addr or "")
        except Conflict:
            half = None
        except Refused as refused:
            fill_errors(form, refused)
        else:
            target = url_for("accounts.password") if entered.user.must_change_password else target
            if not entered.recovery_codes:
                return redirect(target)
            return render_template("accounts/recovery.html", codes=entered.recovery_codes, target=target)
    secret = half.secret if half is not None else None
    drawn = qr_code(secret, half.login) if half is not None and secret is not None else None
    return render_template("accounts/code.html", form=form, half=half, secret=secret, picture=drawn, target=target)


def qr_code(secret: str, login: str) -> Any:
    """The picture that a telephone reads to make the codes of this person."""
    issuer = str(setting("kezhi", "company")) or "Kezhi"
    return picture(address_for(secret, login, issuer), _("QR code for the app on the telephone"))


@public
def logout() -> Any:
    """End the present session, if there is one."""
    user = acting_user()
    if user.is_authenticated:
        with writing():
            audit_record("login.end", "user", user.id)
            end_session()
    return redirect(url_for("accounts.login"))


@public
def forgotten() -> Any:
    """Ask for a link by e-mail. The answer is the same whether there is such a person or not."""
    form, asked, can_mail = ForgottenForm(), False, services.can_mail()
    if can_mail and form.validate_on_submit():
        try:
            services.ask_for_link(form.login.data or "", request.remote_addr or "")
            asked = True
        except Refused as refused:
            fill_errors(form, refused)
    return render_template("accounts/forgotten.html", form=form, asked=asked, can_mail=can_mail)


@public
def link() -> Any:
    """Set a password by a link. Whoever opens it is told nothing: neither whose it is nor whether it works."""
    form = LinkForm()
    if form.validate_on_submit():
        try:
            user = services.redeem_link(form.code.data or "", form.new_password.data or "")
        except Refused as refused:
            fill_errors(form, refused)
        else:
            if acting_user().is_authenticated and acting_user().id != user.id:
                with writing():
                    end_session()
            flash(_("The password of %(login)s is set. Log in with it.", login=user.login), "success")
            return redirect(url_for("accounts.login"))
    answer = make_response(render_template("accounts/link.html", form=form))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


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
