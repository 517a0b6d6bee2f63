"""Enabling, disabling and broken plugins: named, shown, mendable, and harmless to everything else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from kezhi import PluginError, Refused, tables
from kezhi.builtin.apps.setup import migrate_all
from kezhi.builtin.apps.statuses import statuses
from kezhi.builtin.audit.services import first_bad_entry
from kezhi.db import db, dispose_models
from kezhi.discover import forget
from kezhi.lifecycle import disable, enable, enable_builtins, preview_disable, preview_enable
from kezhi.site import Site
from kezhi.testing.databases import with_options
from kezhi.testing.distributions import make_distribution, remove_metadata

pytestmark = pytest.mark.services

PAGE = """
@hookimpl
def register_blueprints(self):
    from flask import Blueprint
    from kezhi import public
    pages = Blueprint(self.name, __name__, url_prefix="/" + self.name)
    @pages.get("/")
    @public
    def index():
        return "page of " + self.name
    return [pages]
"""
MODEL = """\
from kezhi import model_base, BigInt
from sqlalchemy.orm import Mapped, mapped_column{extra_import}
class Thing(model_base("{name}")):
    __tablename__ = "{name}_thing"
    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
{extra}
"""
MODELS_HOOK = """
@hookimpl
def register_models(self):
    from .models import Thing
    return [Thing]
"""
MIGRATION = """\
import sqlalchemy as sa
from alembic import op
revision = "{name}_0001"
down_revision = None
def upgrade():
    op.create_table("{name}_thing", sa.Column("id", sa.Integer, primary_key=True))
    {more}
def downgrade():
    op.drop_table("{name}_thing")
"""


def enabling(site: Site, name: str) -> tuple[str, ...]:
    with site.app.app_context():
        return enable(site, name)


def disabling(site: Site, name: str) -> tuple[str, ...]:
    with site.app.app_context():
        return disable(site, name)


def state_of(site: Site, name: str) -> tuple[str, str]:
    site.current_app()
    with site.app.app_context():
        found = {status.name: status for status in statuses(site)}[name]
    return found.state, found.reason


def status_code(site: Site, address: str) -> int:
    return site.app.test_client().get(address).status_code


def test_enable_and_disable_are_seen_by_the_other_process_at_its_next_request(site: Site, folder: Path) -> None:
    make_distribution(folder, "alpha", body=PAGE)
    other = with_options(site)
    assert status_code(other, "/alpha/") == 404
    assert state_of(site, "alpha")[0] == "available"
    assert enabling(site, "alpha") == ("alpha",)
    assert status_code(other, "/alpha/") == 200
    assert enabling(site, "alpha") == (), "enabling twice is no error"
    assert disabling(other, "alpha") == ("alpha",)
    assert status_code(site, "/alpha/") == 404
    assert state_of(site, "alpha")[0] == "disabled"
    other.close()


def test_dependencies_come_and_dependents_go_with_a_plugin(site: Site, folder: Path) -> None:
    make_distribution(folder, "beta")
    make_distribution(folder, "alpha", depends={"beta": ">=1"})
    with site.app.app_context():
        assert preview_enable(site, "alpha").names == ("beta", "alpha")
    assert enabling(site, "alpha") == ("beta", "alpha")
    with site.app.app_context():
        assert preview_disable(site, "beta").names == ("alpha", "beta")
    assert disabling(site, "beta") == ("alpha", "beta")


def test_what_cannot_run_together_is_refused_and_nothing_changes(site: Site, folder: Path) -> None:
    make_distribution(folder, "alpha", depends={"beta": ">=1"})
    generation = site.read_generation()
    with pytest.raises(Refused, match="beta>=1"):
        enabling(site, "alpha")
    assert site.read_generation() == generation
    assert "alpha" not in site.read_enabled()
    with pytest.raises(Refused):
        disabling(site, "accounts")
    with pytest.raises(Refused):
        enabling(site, "nowhere")


def test_a_plugins_tables_are_made_once_and_stay_when_it_is_disabled(site: Site, folder: Path) -> None:
    files = {
        "models.py": MODEL.format(name="alpha", extra="", extra_import=""),
        "migrations/0001_alpha.py": MIGRATION.format(name="alpha", more="pass"),
    }
    make_distribution(folder, "alpha", body=MODELS_HOOK, files=files)
    enabling(site, "alpha")
    assert inspect(site.engine).has_table("alpha_thing")
    disabling(site, "alpha")
    assert inspect(site.engine).has_table("alpha_thing")
    enabling(site, "alpha")


def broken_at_import(folder: Path) -> None:
    make_distribution(folder, "alpha", before="raise ValueError('no luck')", body=PAGE)


def broken_in_hook(folder: Path) -> None:
    make_distribution(
        folder, "alpha", body=PAGE + "\n@hookimpl\ndef register_metrics(self):\n    raise ValueError('no luck')\n"
    )


def broken_hook_name(folder: Path) -> None:
    make_distribution(folder, "alpha", body=PAGE + "\n@hookimpl\ndef no_such_luck(self):\n    return []\n")


def broken_mapper(folder: Path) -> None:
    model = MODEL.format(
        name="alpha", extra_import=", relationship", extra='    other: Mapped["NoLuck"] = relationship("NoLuck")'
    )
    make_distribution(folder, "alpha", body=PAGE + MODELS_HOOK, files={"models.py": model})


def broken_route(folder: Path) -> None:
    make_distribution(folder, "alpha", body=PAGE.replace("    @public\n", "    # no luck: nothing declared\n"))


BROKEN = [broken_at_import, broken_in_hook, broken_hook_name, broken_mapper, broken_route]


@pytest.mark.parametrize("breaking", BROKEN)
def test_a_broken_plugin_cannot_be_enabled_and_nothing_is_left(
    site: Site, folder: Path, breaking: Callable[[Path], None]
) -> None:
    breaking(folder)
    generation = site.read_generation()
    with pytest.raises((PluginError, Refused), match="alpha"):
        enabling(site, "alpha")
    assert site.read_generation() == generation
    assert "alpha" not in site.read_enabled()
    assert status_code(site, "/login") == 200


@pytest.mark.parametrize("breaking", BROKEN)
def test_a_plugin_that_breaks_later_is_named_and_the_rest_works_until_it_is_mended(
    site: Site, folder: Path, breaking: Callable[[Path], None]
) -> None:
    make_distribution(folder, "alpha", body=PAGE)
    make_distribution(folder, "beta", body=PAGE)
    make_distribution(folder, "gamma", body=PAGE, depends={"alpha": ">=1"})
    for name in ("gamma", "beta"):
        enabling(site, name)
    forget_code("alpha")
    breaking(folder)
    fresh = with_options(site)
    assert status_code(fresh, "/login") == 200
    assert status_code(fresh, "/beta/") == 200
    assert status_code(fresh, "/alpha/") == 404
    assert status_code(fresh, "/gamma/") == 404, "what needs it does not run either"
    state, reason = state_of(fresh, "alpha")
    assert state == "broken"
    assert reason
    assert state_of(fresh, "gamma")[0] == "broken"
    with fresh.app.app_context():
        assert db.session.execute(select(tables.setting)).all(), "queries of everybody else work"
    with pytest.raises(Refused, match="alpha.*(does not run|cannot be loaded)"):
        enabling(fresh, "alpha")
    assert "alpha" in fresh.read_enabled(), "it stays enabled, broken and named"
    make_distribution(folder, "alpha", body=PAGE)
    forget_code("alpha")
    other = with_options(site)
    assert enabling(fresh, "alpha") == (), "tried again without a restart"
    for process in (fresh, other):
        assert status_code(process, "/alpha/") == 200
        assert status_code(process, "/gamma/") == 200
        assert state_of(process, "alpha") == ("enabled", "")
    fresh.close()
    other.close()


def test_a_server_starts_beside_a_plugin_that_broke_while_none_ran(site: Site, folder: Path) -> None:
    make_distribution(folder, "alpha", body=PAGE)
    make_distribution(folder, "beta", body=PAGE, depends={"kezhi": ">=0.1", "alpha": ">=1.0"})
    enabling(site, "beta")
    make_distribution(folder, "alpha", body=PAGE.replace("return [pages]", "return pages.missing"))
    forget_code("alpha")
    started = with_options(site)  # another process, that has not noticed anything yet
    assert migrate_all(started) == []
    enable_builtins(started)
    client = started.app.test_client()
    assert client.get("/health").json["status"] == "ok"
    assert set(started.failures) == {"alpha", "beta"}
    started.close()


def test_a_view_hook_that_fails_is_named_for_every_process_and_costs_only_its_own_part(
    site: Site, folder: Path
) -> None:
    failing = "\n@hookimpl\ndef list_columns(self, model):\n    raise ValueError('no luck')\n"
    make_distribution(folder, "alpha", body=PAGE + failing)
    enabling(site, "alpha")
    with site.app.app_context():
        assert site.app.extensions["kezhi"].call.list_columns(model=object) == []
    other = with_options(site)
    with other.app.app_context():
        found = {status.name: status for status in statuses(other)}["alpha"]
    assert found.state == "enabled"
    assert "no luck" in found.left_out
    assert status_code(other, "/alpha/") == 200
    other.close()


def forget_code(name: str) -> None:
    """As in a new process: the code is read from disk again."""
    forget(name)
    dispose_models(name, f"{name}_")
    for module in [module for module in sys.modules if module.startswith(f"kezhi_{name}")]:
        del sys.modules[module]


def test_a_migration_that_fails_leaves_nothing_and_is_named(site: Site, folder: Path) -> None:
    files = {"migrations/0001_alpha.py": MIGRATION.format(name="alpha", more="op.execute('SELECT * FROM no_luck')")}
    make_distribution(folder, "alpha", files=files)
    with pytest.raises(PluginError, match="alpha.*migration failed"):
        enabling(site, "alpha")
    assert not inspect(site.engine).has_table("alpha_thing")
    assert not inspect(site.engine).has_table("alpha_alembic_version")
    state, reason = state_of(site, "alpha")
    assert state == "broken"
    assert "migration" in reason
    make_distribution(folder, "alpha", files={"migrations/0001_alpha.py": MIGRATION.format(name="alpha", more="pass")})
    assert enabling(site, "alpha") == ("alpha",), "mended without a restart"
    assert state_of(site, "alpha") == ("enabled", "")


def test_a_plugin_removed_while_enabled_is_missing_and_can_be_disabled(site: Site, folder: Path) -> None:
    package = make_distribution(folder, "alpha", body=PAGE)
    enabling(site, "alpha")
    remove_metadata(folder, "alpha")
    for file in package.glob("*.py"):
        file.unlink()
    fresh = with_options(site)
    assert status_code(fresh, "/login") == 200
    assert state_of(fresh, "alpha")[0] == "missing"
    assert disabling(fresh, "alpha") == ("alpha",)
    fresh.close()


def test_life_cycle_actions_stand_in_the_audit_chain(site: Site, folder: Path) -> None:
    make_distribution(folder, "alpha")
    enabling(site, "alpha")
    disabling(site, "alpha")
    with site.app.app_context():
        entries = db.session.execute(select(tables.audit_entry.c.action, tables.audit_entry.c.object_id)).all()
        assert {("plugin.enable", "alpha"), ("plugin.disable", "alpha")} <= {tuple(entry) for entry in entries}
        assert first_bad_entry(db.session(), site.keys["audit"]) is None
