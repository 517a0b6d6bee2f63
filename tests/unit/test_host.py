"""Hook policies: a failure does what its specification says, and every result has its plugin's name."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from kezhi import MenuItem, Permission, Plugin, PluginError, User, hookimpl, spec
from kezhi.cli import run as run_command
from kezhi.host import Host
from kezhi.site import Site
from kezhi.users import SYSTEM


def plugin(title: str, **members: Any) -> Plugin:
    return type(title.title(), (Plugin,), {"name": title, "title": title, **members})()


def items(*titles: str) -> Any:
    return hookimpl(lambda self, user: [MenuItem(title, "x.y") for title in titles])


@hookimpl
def failing(self: Plugin, user: User) -> list[Any]:
    raise ValueError("no luck")


def test_results_come_flat_in_plugin_order_and_attributed() -> None:
    host = Host([plugin("a", menu_items=items("1", "2")), plugin("b"), plugin("c", menu_items=items("3"))])
    assert [item.title for item in host.call.menu_items(user=SYSTEM)] == ["1", "2", "3"]
    pairs = host.call.attributed.menu_items(user=SYSTEM)
    assert [(name, item.title) for name, item in pairs] == [("a", "1"), ("a", "2"), ("c", "3")]


def test_view_a_failing_plugin_loses_its_own_contribution_only() -> None:
    host = Host(
        [plugin("a", menu_items=items("1")), plugin("b", menu_items=failing), plugin("c", menu_items=items("3"))]
    )
    assert [item.title for item in host.call.menu_items(user=SYSTEM)] == ["1", "3"]
    assert host.dropped == {("b", "menu_items"): "ValueError: no luck"}


def test_build_a_failure_names_the_plugin() -> None:
    broken = hookimpl(lambda self: [Permission("b.x", "X"), 1 // 0])
    host = Host([plugin("b", register_permissions=broken)])
    with pytest.raises(PluginError, match=r"b.*register_permissions.*ZeroDivisionError"):
        host.call.register_permissions()


def test_guard_a_failure_refuses() -> None:
    host = Host([plugin("b", row_limits=hookimpl(lambda self, model, user: 1 // 0))])
    with pytest.raises(PluginError, match="row_limits"):
        host.call.row_limits(model=Plugin, user=SYSTEM)


def test_tx_a_failure_reaches_the_caller() -> None:
    host = Host([plugin("b", after_change=hookimpl(lambda self, model, change, keys: 1 // 0))])
    with pytest.raises(ZeroDivisionError):
        host.call.after_change(model=Plugin, change="update", keys=[])


def test_the_first_answer_of_a_first_result_hook_counts() -> None:
    silent = hookimpl(lambda self, user_id: None)
    host = Host([plugin("a", load_user=silent), plugin("b", load_user=hookimpl(lambda self, user_id: SYSTEM))])
    assert host.call.load_user(user_id=1) is SYSTEM
    assert Host([]).call.load_user(user_id=1) is None


def test_an_unknown_hook_or_argument_is_named_at_registration() -> None:
    with pytest.raises(PluginError, match="no_such_hook"):
        Host([plugin("b", no_such_hook=hookimpl(lambda self: []))])
    with pytest.raises(PluginError, match="b.*colour"):
        Host([plugin("b", menu_items=hookimpl(lambda self, colour: []))])
    Host([plugin("b", no_such_hook=hookimpl(lambda self: [], optionalhook=True))])


def test_a_hook_that_will_go_warns_whoever_implements_it() -> None:
    module: Any = ModuleType("desk_hookspecs")
    module.desk_old = spec("view", warn_on_impl=DeprecationWarning("desk_old goes: use desk_new"))(desk_old)
    with pytest.warns(DeprecationWarning, match="desk_new"):
        host = Host([plugin("desk", hookspecs=module), plugin("b", desk_old=hookimpl(lambda self: ["works"]))])
    assert host.call.desk_old() == ["works"]


def desk_old() -> list[str]:  # type: ignore[empty-body]
    """What: an old hook."""


@pytest.mark.services
def test_a_command_gives_its_connections_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Site] = []
    monkeypatch.setattr("kezhi.cli.Site", lambda config: opened.append(Site(config)) or opened[-1])
    for _ in range(3):
        run_command(["plugin", "list"], site.config)
    pools = [made.engine.pool for made in opened]
    assert len(pools) == 3
    assert [pool.checkedout() + pool.checkedin() for pool in pools] == [0, 0, 0]  # type: ignore[attr-defined]
