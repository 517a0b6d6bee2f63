"""The monthly report from the draft to the signed document, and the live board (CMP-20, CMP-21)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def months() -> list[str]:
    from kezhi_complaints.models import Report

    rows = db.session.scalars(select(Report.month).order_by(Report.month))
    found = [f"{month:%Y-%m}" for month in rows]
    db.session.rollback()
    return found


def run(key: str, slot: str) -> None:
    import kezhi
    from kezhi_complaints.report_jobs import draft_reports

    class Once(kezhi.Task):
        def effect(self) -> Any:
            return writing()

    draft_reports(Once(1, key, slot, {}, clock.now(), 1))
    db.session.rollback()


@pytest.mark.clause("CMP-20")
def test_a_month_is_drafted_once_on_the_first_working_day_after_it_and_missed_ones_are_caught_up(
    heard: Any, desk: Any, clock_at: Any
) -> None:
    """1 to 7 October 2026 are holidays in China: September is drafted on the 8th."""
    from kezhi_complaints.models import Report
    from kezhi_complaints.services import reports

    clock_at(at("2026-09-10T10:00"))
    heard()
    for moment, expected in (
        ("2026-10-01T06:10", []),
        ("2026-10-07T06:10", []),
        ("2026-10-08T06:10", ["2026-09"]),
        ("2026-10-09T06:10", ["2026-09"]),
        ("2027-01-04T06:10", ["2026-09", "2026-10", "2026-11", "2026-12"]),  # nobody looked for two months
    ):
        clock_at(at(moment))
        for _worker in range(2):
            run("complaints.report", f"at {moment}")
        assert months() == expected, moment
    with acting_as(desk.manager):
        with pytest.raises(Refused), writing():
            reports.draft(date(2027, 1, 1))
        with writing():
            assert reports.draft(date(2026, 9, 1)) is None, "there is one already"
        first = db.session.scalars(select(Report).where(Report.month == date(2026, 9, 1))).one()
        assert (first.received, first.figures["totals"]["now"]["received"]) == (1, 1)
    with acting_as(desk.agent), pytest.raises(NotFound):
        reports.report_by_id(first.id)


@pytest.mark.clause("CMP-20")
def test_two_workers_at_the_same_moment_make_one_draft(heard: Any, desk: Any, clock_at: Any, monkeypatch: Any) -> None:
    """Both saw that the month has none: the second one finds the first one's and leaves it."""
    from kezhi_complaints.services import reports

    clock_at(at("2026-09-10T10:00"))
    heard()
    clock_at(at("2026-10-09T06:10"))
    with acting_as(desk.manager):
        seen = reports.due_months(clock.today())
        db.session.rollback()
        assert seen == [date(2026, 9, 1)]
        made = []
        for _worker in range(2):
            with writing():
                made += [report.id for month in seen if (report := reports.draft(month)) is not None]
    assert (len(made), months()) == (1, ["2026-09"])


@pytest.mark.clause("CMP-20")
def test_a_report_is_edited_signed_by_two_others_filed_and_sent_and_stays_as_it_is(
    heard: Any, desk: Any, add_person: Any, clock_at: Any, go: Any
) -> None:
    from kezhi.builtin.approvals.rules import Barred
    from kezhi.builtin.approvals.services import send_back, sign
    from kezhi.builtin.tasks.models import Notice
    from kezhi_complaints.models import Complaint, Report
    from kezhi_complaints.report_checks import report_checks
    from kezhi_complaints.services import report_signing, reports

    deputy = add_person("deputy", "deputy-general-manager")
    clock_at(at("2026-09-10T10:00"))
    case = heard()
    clock_at(at("2026-10-09T10:00"))
    manager, chief = desk.manager, desk.chief
    with acting_as(manager):
        with writing():
            made = reports.draft(date(2026, 9, 1))
            assert made is not None
            report_id = made.id
        with pytest.raises(Refused), writing():
            report_signing.submit(report_id, 1, [])
        with writing():
            reports.edit(report_id, 1, {"findings": "货差为主", "measures": "复点签字"})
        with pytest.raises(Conflict), writing():
            reports.edit(report_id, 1, {"findings": "没看到的"})
        with pytest.raises(Refused) as refused, writing():
            report_signing.submit(report_id, 2, [desk.seller.id])
        assert refused.value.field == "recipients", "who may not see reports gets none"
        with writing():
            request = report_signing.submit(report_id, 2, [chief.id, manager.id]).request_id
        assert request is not None
        db.session.rollback()
        for act in (lambda: reports.edit(report_id, 3, {"findings": "x"}), lambda: reports.recount(report_id, 3)):
            with pytest.raises(Conflict), writing():
                act()
        with pytest.raises(Barred), writing():
            sign(request, "")
    with acting_as(deputy), writing():
        send_back(request, "请补充责任部门")
    with acting_as(manager), writing():
        row = reports.report_by_id(report_id)
        assert row.state == "draft"
        reports.edit(report_id, row.version, {"findings": "货差为主，物资部", "measures": "复点签字"})
        again = report_signing.submit(report_id, row.version, [chief.id]).request_id
    for person in (deputy, deputy, chief):
        with acting_as(person):
            try:
                with writing():
                    sign(again or 0, "同意")
            except Barred:
                assert person is deputy, "nobody signs twice"
            db.session.rollback()
    with acting_as(manager):
        row = reports.report_by_id(report_id)
        assert (row.state, [each["login"] for each in row.signers]) == ("signed", ["deputy", "chief"])
        before = (row.figures, row.digest)
    table: Any = Complaint.__table__
    with writing():
        db.session.execute(table.update().where(table.c.id == case).values(validity="valid"))
    with acting_as(manager):
        with pytest.raises(Conflict), writing():
            reports.recount(report_id, reports.report_by_id(report_id).version)
        row = reports.report_by_id(report_id)
        assert (row.figures, row.digest) == before, "what was signed stays"
    found = [finding for check in report_checks() for finding in check.run(db.session)]
    assert found == []
    _file(report_id)
    with acting_as(chief):
        told = db.session.scalar(
            select(func.count()).select_from(Notice).where(Notice.kind == "complaints.report_signed"),
            execution_options={"kezhi_unscoped": True},
        )
        assert (told, reports.report_by_id(report_id).sent_at is not None) == (1, True)
    with writing():
        db.session.execute(Report.__table__.update().values(findings="改过"))  # type: ignore[attr-defined]
    assert [len(check.run(db.session)) for check in report_checks()] == [1, 0]


def _file(report_id: int) -> None:
    """The job, twice: it files one document and tells everybody once."""
    import kezhi
    from kezhi.builtin.documents.models import Issue
    from kezhi.builtin.documents.services import issues_of
    from kezhi.builtin.files.services import open_download
    from kezhi_complaints.report_jobs import file_report

    class Once(kezhi.Task):
        def effect(self) -> Any:
            return writing()

    for _turn in range(2):
        file_report(Once(1, "complaints.report_archive", "x", {"report": report_id}, clock.now(), 1))
        db.session.rollback()
    filed = db.session.scalars(select(Issue), execution_options={"kezhi_unscoped": True}).all()
    assert [(each.kind, each.format, each.number) for each in filed] == [("complaints.report", "pdf", "TSFX-2026-0001")]
    file_id = filed[0].file_id
    db.session.rollback()
    from kezhi.builtin.accounts.services import user_named

    manager = user_named("service-manager")
    assert manager is not None
    with acting_as(manager):
        assert len(issues_of("complaints.report", report_id)) == 1
        body = b"".join(open_download(file_id).pieces)
    assert body.startswith(b"%PDF")


@pytest.mark.clause("CMP-20", "CMP-21", "CMP-17")
def test_pages_show_figures_that_open_their_complaints_and_say_when_fewer_are_seen(
    heard: Any, desk: Any, client_as: Any, clock_at: Any, go: Any, statements: Any
) -> None:
    """The accused sees counts and no more: neither the complaint in the list, nor a name on the page."""
    from kezhi_complaints.services import live, reports

    clock_at(at("2026-09-10T10:00"))
    heard(department_id=desk.department_id)
    hidden = heard(accused_id=desk.chief.id, subject="总经理失约", department_id=desk.department_id)
    clock_at(at("2026-10-09T10:00"))
    with acting_as(desk.manager), writing():
        made = reports.draft(date(2026, 9, 1))
        assert made is not None
        report_id = made.id
    manager, chief, agent = (client_as(login=name) for name in ("service-manager", "chief", "agent"))
    page = manager.get(f"/complaints/reports/{report_id}?unit={desk.department_id}").text
    links = {unescape(each) for each in re.findall(r'href="(/complaints\?figure=[^"]+)"', page)}
    assert len(links) > 10
    for link in links:
        assert manager.get(link).status_code == 200
    address = f"/complaints?figure={report_id}.now.received"
    assert "总经理失约" in manager.get(address).text
    seen = chief.get(address).text
    assert "总经理失约" not in seen
    assert "统计全公司 2 件投诉" in seen
    assert "列出其中 1 件" in seen
    shown = chief.get(f"/complaints/reports/{report_id}").text
    assert desk.chief.name not in re.sub(r"<header.*?</header>", "", shown, flags=re.S)
    assert f'/complaints/{hidden}"' not in shown
    for refused in (f"/complaints/reports/{report_id}", "/complaints/reports", address):
        assert agent.get(refused).status_code == 404
    wrong = (
        "x",
        f"{report_id}.now.nothing",
        f"{report_id}.soon.kind",
        "live.nothing",
        "9999.now.kind",
        f"{report_id}.now",
    )
    for text in wrong:
        assert manager.get(f"/complaints?figure={text}").status_code == 404, text
    assert manager.get(f"/complaints/reports/{report_id}?unit=99999").status_code == 404
    saved = manager.post(f"/complaints/reports/{report_id}/edit", data={"version": "1", "findings": "货差" * 3000})
    assert (saved.status_code, "货差货差" in saved.text) == (422, True)
    assert manager.post(f"/complaints/reports/{report_id}/edit",
                        data={"version": "1", "findings": "货差为主"}).status_code == 302  # fmt: skip
    stale = manager.post(f"/complaints/reports/{report_id}/edit", data={"version": "1", "findings": "别的"})
    assert (stale.status_code, "他人已保存的" in stale.text) == (422, True)
    board = agent.get("/complaints/live").text
    for link in {unescape(each) for each in re.findall(r'href="(/complaints\?figure=live[^"]+)"', board)}:
        assert agent.get(link).status_code == 200
    with acting_as(desk.agent):
        with statements() as few:
            cells = live.open_ones(), live.kept_this_month(), live.causes(), live.worst()
        assert few.count <= 6
        assert sum(cells[0].values()) == 2


@pytest.mark.clause("CMP-21")
def test_the_board_counts_what_the_list_shows(heard: Any, desk: Any, clock_at: Any, go: Any) -> None:
    """Open by time left, in time this month, and by cause: each figure and its list are the same complaints."""
    from kezhi.listing import ListView
    from kezhi_complaints.models import CAUSE, Complaint
    from kezhi_complaints.pages import complaint_list
    from kezhi_complaints.services import entries, live

    start = at("2026-11-17T11:30")
    causes = [row["id"] for row in entries(CAUSE)]
    db.session.rollback()
    cases = []
    for number, ago in enumerate((0, 5, 20, 29, 31, 200, 400, 4000)):
        clock_at(start - timedelta(minutes=ago))
        cases.append(heard(channel="mail"))
        go(desk.agent, cases[-1], "accept")
        if number % 3 == 0:
            go(desk.manager, cases[-1], "investigate", investigator=desk.colleague.id)
            go(desk.agent, cases[-1], "plan", note="补发")
        if number == 2:
            go(desk.agent, cases[-1], "pause", note="等客户")
    table: Any = Complaint.__table__
    with writing():
        for number, case in enumerate(cases):
            db.session.execute(table.update().where(table.c.id == case).values(cause_id=causes[number % 3]))
    clock_at(start)

    def listed(name: str, key: str) -> int:
        view: ListView = complaint_list([live.condition_of(name, key)])
        return view.count({})

    with acting_as(desk.agent):
        cells = live.open_ones()
        assert sum(cells.values()) == len(cases)
        assert {left for _state, left in cells} >= {"overdue", "hour", "paused"}
        for (state, left), count in cells.items():
            assert listed("cell", f"{state}/{left}") == count
        for left in live.BUCKETS:
            assert listed("left", left) == sum(count for (_state, each), count in cells.items() if each == left)
        kept = live.kept_this_month()
        assert sum(row["plan_missed"] for row in kept.values()) >= 2
        for tier, row in kept.items():
            for name, count in row.items():
                assert listed("clock", f"{name}/{tier}") == count, name
        found = live.causes()
        assert [row[3] for row in found] == [3, 3, 2]
        assert all(listed("cause", str(row[0])) == row[3] for row in found)
        worst = [row.id for row in live.worst()]
        assert (worst[0], len(worst)) == (cases[7], len(cases) - 1), "the paused one has no deadline"
