"""What the pages and commands of accounts do, as functions on the open session."""

from ..passwords import check_password, hash_password, matches, new_password
from ..spelling import normal_login
from .departments import (
    add_department,
    change_department,
    department_name,
    move_department,
    rename_department,
    set_manager,
    tree,
)
from .loading import load_user, load_users, names_of_logins, user_by_id, user_named, users_with_role
from .log_in import check_present_password, log_in
from .people import (
    active_people,
    add_user,
    change_own_password,
    create_first_administrator,
    reset_password,
    set_preferences,
    update_user,
)
from .roles import all_roles, check_roles, effective, install_roles, role_titles, set_permission, set_permissions
from .throttle import Verdict, forget_failures, reserve_attempt

__all__ = [
    "Verdict",
    "active_people",
    "add_department",
    "add_user",
    "all_roles",
    "change_department",
    "change_own_password",
    "check_password",
    "check_present_password",
    "check_roles",
    "create_first_administrator",
    "department_name",
    "effective",
    "forget_failures",
    "hash_password",
    "install_roles",
    "load_user",
    "load_users",
    "log_in",
    "matches",
    "move_department",
    "names_of_logins",
    "new_password",
    "normal_login",
    "rename_department",
    "reserve_attempt",
    "reset_password",
    "role_titles",
    "set_manager",
    "set_permission",
    "set_permissions",
    "set_preferences",
    "tree",
    "update_user",
    "user_by_id",
    "user_named",
    "users_with_role",
]
