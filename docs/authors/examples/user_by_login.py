from kezhi import Plugin, User, hookimpl


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def user_by_login(self, login):
        """Robots of the company act under names like robot-7, without an account."""
        if not login.startswith("robot-"):
            return None
        return User(id=None, login=login, name=login.title(), permissions=frozenset({"customers.read"}))


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(command):
    assert command("approvals", "list", "--as", "robot-7") == ""  # there are none yet


def gone(command):
    assert "no active user 'robot-7'" in command("approvals", "list", "--as", "robot-7")
