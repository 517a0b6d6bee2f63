"""Schemes and runs are found in the search box by the scheme's name, in both languages and by pinyin."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kezhi import acting_as, writing
from kezhi.builtin.search.services import find, rebuild
from kezhi_grading import services

pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@pytest.mark.clause("CUS-04")
def test_a_scheme_and_its_runs_are_found_and_lead_to_their_pages(client_as: Any, add_person: Any) -> None:
    with acting_as(add_person("analyst", "data-analyst")), writing():
        number = services.run_scheme("composite-abc", date(1997, 1, 1), date(1997, 12, 31)).number
        source = services.current_version("composite-abc").source
        services.load_scheme(source.replace("weight = 40", "weight = 50").replace("weight = 30", "weight = 20"))

    rebuild(["grading", "grading.runs"])  # the job that takes up what was there before the search

    def found(text: str) -> dict[str, list[tuple[str, ...]]]:
        return {group.key: [(hit.heading, *hit.notes) for hit in group.hits] for group in find(text)}

    with acting_as(add_person("seller", "salesperson")):
        for typed in ("综合", "zonghe", "composite", "composite-abc"):
            assert ("grading.runs" in found(typed), len(found(typed)["grading"])) == (True, 2), typed
        (run,) = found("综合")["grading.runs"]
        assert run[1:] == (f"#{number}", "1997-01-01 – 1997-12-31")
        ids = {group.key: group.hits[0].id for group in find("composite")}
    with acting_as(add_person("nobody")):
        assert not {"grading", "grading.runs"} & found("composite").keys()

    client = client_as("salesperson")
    run_page = client.get(f"/grading/found/runs/{ids['grading.runs']}")
    assert run_page.headers["Location"] == f"/grading/runs/{number}"
    scheme_page = client.get(f"/grading/found/schemes/{ids['grading']}", follow_redirects=True)
    assert scheme_page.status_code == 200
    for address in ("/grading/found/runs/99", "/grading/found/schemes/99"):
        assert client.get(address).status_code == 404
