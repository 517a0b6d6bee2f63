"""The pages of accounts: log-in, one's own account, people, departments and roles."""

from __future__ import annotations

from flask import Blueprint

from . import departments, entry, factor, own, roles, users


def blueprint() -> Blueprint:
    """``/login``, ``/logout``, ``/password`` and the pages under ``/accounts``."""
    pages = Blueprint("accounts", __name__)
    both = ["GET", "POST"]
    pages.add_url_rule("/login", "login", entry.login, methods=both)
    pages.add_url_rule("/login/code", "code", entry.code, methods=both)
    pages.add_url_rule("/logout", "logout", entry.logout, methods=["POST"])
    pages.add_url_rule("/password/link", "link", entry.link, methods=both)
    pages.add_url_rule("/password/forgotten", "forgotten", entry.forgotten, methods=both)
    pages.add_url_rule("/password", "password", entry.password, methods=both)
    pages.add_url_rule("/accounts/me", "me", own.me, methods=both)
    pages.add_url_rule("/accounts/me/factor", "factor", factor.factor, methods=both)
    pages.add_url_rule("/accounts/me/sessions/<int:session_id>/end", "end", own.end, methods=["POST"])
    pages.add_url_rule("/accounts/me/sessions/end", "end_others", own.end_others, methods=["POST"])
    pages.add_url_rule("/accounts/users", "users", users.index)
    pages.add_url_rule("/accounts/users/new", "new", users.new, methods=both)
    pages.add_url_rule("/accounts/users/<int:user_id>", "edit", users.edit, methods=both)
    pages.add_url_rule("/accounts/users/<int:user_id>/password", "reset", users.reset, methods=["POST"])
    pages.add_url_rule("/accounts/users/<int:user_id>/link", "issue_link", users.issue_link, methods=["POST"])
    pages.add_url_rule("/accounts/users/<int:user_id>/link/mail", "mail_link", users.mail_link, methods=["POST"])
    pages.add_url_rule("/accounts/users/<int:user_id>/sessions", "sessions", users.sessions)
    pages.add_url_rule(
        "/accounts/users/<int:user_id>/sessions/end", "end_sessions", users.end_sessions, methods=["POST"]
    )
    pages.add_url_rule("/accounts/users/<int:user_id>/factor", "reset_factor", users.reset_factor, methods=["POST"])
    pages.add_url_rule("/accounts/departments", "departments", departments.index)
    pages.add_url_rule("/accounts/establishment", "establishment", departments.plan)
    pages.add_url_rule("/accounts/permissions", "permissions", roles.permissions)
    pages.add_url_rule("/accounts/users/<int:user_id>/rights", "rights", users.rights)
    pages.add_url_rule("/accounts/departments/new", "new_department", departments.new, methods=both)
    pages.add_url_rule("/accounts/departments/<int:department_id>", "department", departments.edit, methods=both)
    pages.add_url_rule("/accounts/roles", "roles", roles.index)
    pages.add_url_rule("/accounts/roles/<role_key>", "role", roles.edit, methods=both)
    return pages
