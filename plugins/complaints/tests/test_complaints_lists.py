"""The lists that a company keeps: kinds as a tree, channels with what they are for (CMP-02, CMP-31)."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import Conflict, Refused, acting_as, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def keyed(name: str, retired: bool = False) -> dict[str, Any]:
    from kezhi_complaints.services import tree

    return {row["key"]: row for row in tree(name, retired=retired)}


@pytest.mark.clause("CMP-02")
def test_kinds_are_shipped_as_a_tree_and_kept_as_one(desk: Any, heard: Any) -> None:
    from kezhi_complaints.models import KIND
    from kezhi_complaints.services import complaint_by_id, lists, subtree, tree

    kinds = keyed(KIND)
    service, business = kinds["service"], kinds["business"]
    assert [row["key"] for row in kinds.values() if row["parent_id"] == service["id"]] == [
        "rude", "promise", "conduct", "duty", "arrogance"
    ]  # fmt: skip
    assert [row["key"] for row in kinds.values() if row["parent_id"] == business["id"]] == [
        "discrepancy", "timeliness", "information", "insurance", "quality", "other"
    ]  # fmt: skip
    held = heard(kind="quality")
    with acting_as(desk.manager):
        with writing():
            new = lists.add_entry(KIND, {"zh": "外观", "en": "Looks", "parent_id": kinds["quality"]["id"]})
            assert (new.key, new.nature) == ("外观", "business")
            quality = kinds["quality"]
            lists.change_entry(quality["id"], 1, {"zh": "品质", "en": "Quality", "parent_id": service["id"]})
            lists.move_entry(kinds["duty"]["id"], up=True)
        now = keyed(KIND)
        assert now["quality"]["zh"] == "品质", "the key stays"
        assert (now["quality"]["nature"], now["外观"]["nature"]) == ("service", "service"), "those below follow"
        assert subtree(tree(KIND), service["id"])[-2:] == [quality["id"], new.id]
        order = [row["key"] for row in now.values()]
        assert order.index("duty") < order.index("conduct")
        db.session.rollback()
        for act, field in (
            (lambda: lists.change_entry(quality["id"], 2, {"zh": "品质", "parent_id": new.id}), "parent"),
            (lambda: lists.delete_entry(quality["id"], 2), None),
            (lambda: lists.retire_entry(quality["id"], 2), None),
            (lambda: lists.add_entry(KIND, {"zh": "货差", "parent_id": business["id"]}), "zh"),
            (lambda: lists.add_entry(KIND, {"zh": "无类"}), "nature"),
        ):
            with pytest.raises(Refused) as refused, writing():
                act()
            assert refused.value.field == field
        with pytest.raises(Conflict), writing():
            lists.retire_entry(new.id, 9)
        with writing():
            lists.retire_entry(new.id, 1)
            lists.retire_entry(quality["id"], 2)
        assert "quality" not in keyed(KIND)
        assert complaint_by_id(held).kind_id == quality["id"], "complaints keep it"
        db.session.rollback()
        with pytest.raises(Refused), writing():
            heard(kind_id=quality["id"], kind="other")
        with pytest.raises(Refused), writing():
            lists.restore_entry(new.id, 2)
        assert keyed(KIND, retired=True)["quality"]["retired_at"] is not None


@pytest.mark.clause("CMP-31")
def test_a_channel_says_what_it_is_for_and_how_soon_it_is_answered(desk: Any, client_as: Any) -> None:
    """On the page: changed, in conflict shown side by side, and refused to who does not keep the lists."""
    from kezhi_complaints.models import CHANNEL
    from kezhi_complaints.services import lists

    channels = keyed(CHANNEL)
    assert {key: row["minutes"] for key, row in channels.items()}["phone"] == 30
    assert channels["phone"]["purpose_zh"]
    phone = channels["phone"]["id"]
    db.session.rollback()
    with acting_as(desk.manager), pytest.raises(Refused), writing():
        lists.retire_entry(channels["web"]["id"], 1)
    client = client_as("customer-service-manager")
    assert "急事、投诉" in client.get(f"/complaints/lists/channel?entry={phone}").text
    sent = {"entry": phone, "version": 1, "zh": "热线", "en": "Hotline", "purpose_zh": "急事", "minutes": "20"}
    assert client.post("/complaints/lists/channel", data=sent).status_code == 302
    assert (keyed(CHANNEL)["phone"]["en"], keyed(CHANNEL)["phone"]["minutes"]) == ("Hotline", 20)
    stale = client.post("/complaints/lists/channel", data={**sent, "en": "Line", "minutes": "0"})
    assert stale.status_code == 422
    stale = client.post("/complaints/lists/channel", data={**sent, "en": "Line", "minutes": "15"})
    assert stale.status_code == 422
    assert "他人已保存的" in stale.text
    assert 'value="2"' in stale.text, "the next save replaces what was shown"
    assert keyed(CHANNEL)["phone"]["minutes"] == 20
    assert client_as("customer-service-agent").get("/complaints/lists/channel").status_code == 404
