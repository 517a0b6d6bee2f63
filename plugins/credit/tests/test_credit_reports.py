"""Ageing and concentration of what customers owe (CRD-07)."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from html import unescape
from random import Random
from typing import Any

import pytest

from kezhi import NotFound, Refused, acting_as
from kezhi.builtin.documents import services as issued
from kezhi.builtin.documents.services import making
from kezhi.builtin.files.services import open_download
from kezhi_credit import services
from kezhi_credit.documents import COMPANY, KIND
from kezhi_credit.services.exposure import AGES, FIGURES
from kezhi_credit.services.reports import LARGEST

pytestmark = [pytest.mark.plugins("credit"), pytest.mark.services]

YUAN = 100


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", str(answer.get_data(as_text=True)))


@pytest.mark.clause("CRD-07")
def test_ageing_and_concentration_are_what_a_recount_gives_of_the_customers_one_sees(
    customer: Any, rated: Any, books: Any, house: Any, add_person: Any, client_as: Any, statements: Any
) -> None:
    random, keys, owners = Random(7), ("A", "B", "D", None), (house.seller.id, None)  # noqa: S311 - not for secrets
    mine: dict[int, dict[str, Any]] = {}
    for place in range(24):
        key, owner = random.choice(keys), random.choice(owners)
        one = customer(f"K{place:02}", owner_id=owner, department_id=None)
        if key:
            rated(one, key)
        owed = {name: random.choice((0, 0, random.randrange(10**9))) for name in FIGURES}
        books.owe(one, **owed)
        mine[one] = {**owed, "class": key, "owner": owner, "receivables": sum(owed[age] for age in AGES)}
        mine[one]["exposure"] = (
            mine[one]["receivables"] + owed["shipped_not_invoiced"] + owed["ordered_not_shipped"] - owed["deposits"]
        )

    def recount(by: str, rows: Any) -> Any:
        found: dict[Any, Counter[str]] = {}
        for row in rows:
            line = found.setdefault(row[by], Counter(dict.fromkeys((*AGES, "receivables", "owing", "exposure"), 0)))
            line.update({name: row[name] for name in (*AGES, "receivables")})
            line.update({"owing": row["receivables"] > 0, "exposure": max(row["exposure"], 0)})
        return {key: dict(line) for key, line in found.items()}

    def said(lines: Any) -> Any:
        return {
            line.key: {name: line.sums[name] for name in (*AGES, "receivables", "owing", "exposure")} for line in lines
        }

    for person, seen in ((house.finance, mine), (house.seller, {k: v for k, v in mine.items() if v["owner"]})):
        rows = list(seen.values())
        with acting_as(person):
            services.credit_report()  # once more: what apps keep for a request is read by then
            with statements() as few:
                report = services.credit_report()
        assert (few.count, report.everybody) == (3, person is house.finance)
        assert said(report.classes) == recount("class", rows)
        assert said(report.owners) == recount("owner", rows)
        assert report.total.sums["overdue"] == sum(row["receivables"] - row["not_due"] for row in rows)
        ranked = sorted(seen, key=lambda each: -seen[each]["exposure"])
        assert [each.customer_id for each in report.largest] == [k for k in ranked if seen[k]["exposure"] > 0][:LARGEST]
        whole = sum(max(row["exposure"], 0) for row in rows)
        top = sum(max(seen[each]["exposure"], 0) for each in ranked[:LARGEST])
        assert abs(report.top_share - top * 10**6 / whole) <= 1
        assert report.total.sums["exposure"] == whole

    with acting_as(add_person("stranger", "salesperson")):
        report = services.credit_report()
    assert (report.largest, report.owners, report.total.sums["receivables"]) == ([], [], 0)
    assert [line.sums["receivables"] for line in report.classes] == []


@pytest.mark.clause("CRD-07")
def test_every_sum_opens_the_customers_it_is_made_of_and_the_page_says_whose_they_are(
    customer: Any, rated: Any, house: Any, client_as: Any, request: Any
) -> None:
    late, fair, hidden = (
        customer("K1", owner_id=house.seller.id),
        customer("K2", owner_id=house.seller.id),
        customer("K3"),
    )
    for one, key in ((late, "B"), (fair, "B"), (hidden, "C")):
        rated(one, key)
    finance, seller = client_as(login="finance"), client_as(login="seller")
    page = text(finance.get("/credit/reports"))
    assert "没有已启用的应用记录应收账款" in page
    assert "kz-kpi" not in page
    books = request.getfixturevalue("books")  # from here on an app says what is owed
    books.owe(late, overdue_31_60=40_000 * YUAN, overdue_days_max=33)
    books.owe(fair, not_due=60_000 * YUAN)
    books.owe(hidden, overdue_31_60=900_000 * YUAN, overdue_days_max=33)
    services.refresh_all()
    page = text(finance.get("/credit/reports"))
    assert "本公司全部客户" in page
    assert "¥940,000" in page
    links = {unescape(link) for link in re.findall(r'href="(/credit\?[^"]*overdue_31_60[^"]*)"', page)}
    found = {link: {code for code in ("K1", "K2", "K3") if f"客户 {code}" in text(finance.get(link))} for link in links}
    assert sorted(map(sorted, found.values())) == [["K1"], ["K1"], ["K1", "K3"], ["K3"], ["K3"]]
    page = text(seller.get("/credit/reports"))
    assert "客户 K3" not in page
    assert "900,000" not in page
    assert "仅统计您可以查看的客户" in page
    assert "前 2 家" in page or "100.0%" in page


@pytest.mark.clause("CRD-07")
def test_the_report_is_issued_with_a_number_kept_as_issued_and_read_by_who_sees_everybody(
    customer: Any, rated: Any, house: Any, add_person: Any, client_as: Any, request: Any
) -> None:
    late, ahead = customer("K1", owner_id=house.seller.id), customer("K2")
    rated(late, "B")
    with acting_as(house.finance), pytest.raises(Refused):
        making.plan(KIND, COMPANY, "")  # nobody says what is owed
    books = request.getfixturevalue("books")
    books.owe(late, overdue_90_plus=40_000 * YUAN, overdue_days_max=93, not_due=60_000 * YUAN)
    books.owe(ahead, deposits=70_000 * YUAN)
    kept = {}
    with acting_as(house.finance):
        data: Any = making.plan(KIND, COMPANY, "").content.data
        for format_ in ("pdf", "xlsx"):
            issue = issued.issue_by_id(issued.issue(KIND, COMPANY, format_))
            number, issue_id, file_id = issue.number, issue.id, issue.file_id or 0
            kept[format_] = b"".join(open_download(file_id).pieces)
    assert number.startswith("ZL-")
    assert kept["pdf"].startswith(b"%PDF")
    of_class, total = data["classes"]["raw"]
    assert of_class[1:] == total[1:] == [1, 6_000_000, 0, 0, 0, 4_000_000, 10_000_000, 4_000_000, 400_000]
    assert data["largest"]["raw"] == [["客户 K1", "B", 10_000_000, 10**6, 10**6, 500_000 * YUAN, 4_000_000]]
    book = zipfile.ZipFile(io.BytesIO(kept["xlsx"]))
    assert number in book.read("xl/sharedStrings.xml").decode()
    assert re.search(r"<v>60000(\.00)?</v>", book.read("xl/worksheets/sheet1.xml").decode()), "figures are numbers"
    books.owe(late, not_due=1)
    with acting_as(house.finance):  # what was issued stays what it was
        assert b"".join(open_download(file_id).pieces) == kept["xlsx"]
    address = f"/documents/make/{KIND}/{COMPANY}"
    assert address in text(client_as(login="finance").get("/credit/reports"))
    assert address not in text(client_as(login="seller").get("/credit/reports"))
    assert client_as(login="seller").get(address).status_code == 404
    for person in (house.seller, house.manager, add_person("stranger", "salesperson")):
        with acting_as(person):
            with pytest.raises(NotFound):
                issued.issue_by_id(issue_id)
            with pytest.raises(NotFound):
                issued.preview(KIND, COMPANY, "xlsx")
