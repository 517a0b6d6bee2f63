import click

from kezhi import Plugin, acting_user, hookimpl


@click.command("greet")
def greet():
    """Greet who acts."""
    click.echo(f"Good morning, {acting_user().login}")


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_commands(self):
        return [greet]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(command):
    assert command("example", "greet") == "Good morning, system\n"
    assert command("example", "greet", "--as", "admin") == "Good morning, admin\n"


def gone(command):
    assert "No such command 'example'" in command("example", "greet")
