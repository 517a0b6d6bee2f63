"""One's own account: language, theme, sessions."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect, render_template, url_for

from kezhi import acting_user, audit_record, can, logged_in, writing
from kezhi.i18n import gettext as _

from .. import services
from ..forms import PreferencesForm
from ..services.log_ins import revoke_session, revoke_sessions, sessions_of


@logged_in
def me() -> Any:
    """Language and theme, and where one is logged in."""
    user = acting_user()
    assert user.id is not None
    form = PreferencesForm(locale=user.locale or "", theme=user.theme or "")
    if form.validate_on_submit():
        with writing():
            services.set_preferences(user.id, locale=form.locale.data or None, theme=form.theme.data or None)
        flash(_("Saved."), "success")
        return redirect(url_for("accounts.me"))
    titles = services.role_titles()
    deputies = "approvals.deputies" if "approvals.deputies" in current_app.view_functions else ""
    return render_template(
        "accounts/me.html",
        deputies_url=url_for(deputies) if deputies and can("approvals.use") else "",
        form=form,
        sessions=sessions_of(user.id),
        role_titles=[titles[key] for key in titles if key in user.roles],
        department=services.department_name(user.department_id),
    )


@logged_in
def end(session_id: int) -> Any:
    """End one of one's own sessions; anybody else's does not exist here."""
    user = acting_user()
    assert user.id is not None
    with writing():
        if not revoke_session(user.id, session_id):
            abort(404)
        audit_record("session.end", "user", user.id, count=1)
    flash(_("The session has ended."), "success")
    return redirect(url_for("accounts.me"))


@logged_in
def end_others() -> Any:
    """End all of one's sessions but this one."""
    user = acting_user()
    assert user.id is not None
    with writing():
        count = revoke_sessions(user.id, except_current=True)
        audit_record("session.end", "user", user.id, count=count)
    flash(_("All other sessions have ended."), "success")
    return redirect(url_for("accounts.me"))
