"""One's own second factor: set up on a telephone, changed, given up; new recovery codes (ORG-02)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, acting_user, logged_in, writing
from kezhi.forms import fill_errors
from kezhi.i18n import gettext as _

from .. import services
from ..forms import CodeForm, PresentPasswordForm
from .entry import qr_code

#: what needs the password once more
GUARDED = ("begin", "codes", "remove")


@logged_in
def factor() -> Any:
    """How things stand; a button each for what can be done. Without JavaScript, one step per page."""
    user = acting_user()
    assert user.id is not None
    form, code = PresentPasswordForm(), CodeForm()
    step = request.form.get("step", "")
    if request.method == "POST" and step == "cancel":
        with writing():
            services.forget_pending(user.id)
        return redirect(url_for("accounts.factor"))
    try:
        if step == "confirm" and code.validate_on_submit():
            with writing():
                codes = services.confirm_pending(user.id, code.code.data or "")
            return _shown_once(codes)
        if step in GUARDED and form.validate_on_submit():
            services.check_present_password(user, form.old_password.data or "", request.remote_addr or "")
            answer = _change(step, user.id)
            if answer is not None:
                return answer
            return redirect(url_for("accounts.factor"))
    except Refused as refused:
        fill_errors(code if step == "confirm" else form, refused)
    secret = services.pending_secret(user.id)
    return render_template(
        "accounts/factor.html",
        state=services.factor_state(user.id, user.roles),
        form=form,
        code=code,
        secret=secret,
        picture=qr_code(secret, user.login) if secret is not None else None,
    )


def _change(step: str, user_id: int) -> Any:
    with writing():
        if step == "begin":
            services.begin_factor(user_id)
        elif step == "remove":
            services.remove_factor(user_id, acting_user().roles)
            flash(_("The second factor is switched off."), "success")
        else:
            return _shown_once(services.renew_codes(user_id))
    return None


def _shown_once(codes: list[str]) -> Any:
    return render_template("accounts/recovery.html", codes=codes, target=url_for("accounts.factor"))
