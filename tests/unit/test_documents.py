"""Documents: drafts, numbers, what is kept, who reads it, the letterhead; with an app made on the spot."""

from __future__ import annotations

import io
import re
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from kezhi import NotFound, Refused, acting_as, clock, db, tables, writing
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.customers.services.links import delete_customer, erase_customer
from kezhi.builtin.customers.services.merging import merge_customers
from kezhi.builtin.documents import checks, rendering, services
from kezhi.builtin.documents.models import Issue
from kezhi.builtin.documents.services.making import later
from kezhi.builtin.files import storage
from kezhi.builtin.files.models import Version
from kezhi.builtin.files.services import open_download
from kezhi.discover import forget
from kezhi.jobs import run_pending
from kezhi.lifecycle import disable, enable
from kezhi.testing.databases import command
from kezhi.testing.distributions import make_distribution

from .files_made import png

pytestmark = pytest.mark.services
KIND = "epsilon.letter"
BODY = """
@hookimpl(optionalhook=True)
def register_documents(self):
    from pathlib import Path
    from kezhi.builtin.customers.models import Customer
    from kezhi.builtin.documents.contributions import Content, DocumentKind, Sheet
    from kezhi import db

    def make(customer_id, variant):
        customer = db.session.get_one(Customer, customer_id)
        return Content(customer.name, {"text": customer.name})

    def sheets(content):
        return [Sheet("Letter", ("Name", "Count"), [(content.subject, 3), ("=1+1", 4)], ("text", "count"))]

    here = Path(__file__).parent
    word = here / "letter.docx"
    return [DocumentKind("epsilon.letter", "Letter", Customer, "EP", "customers.write", "customers.read", make,
                         pdf=here / "letter.typ", sheets=sheets, docx=word if word.exists() else None)]
"""
LETTER = """#import "letterhead.typ": *
#show: letterhead
#data.text
"""


@pytest.fixture
def letters(site: Any, app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The app, enabled; answers its package's folder."""
    monkeypatch.syspath_prepend(str(tmp_path))
    make_distribution(tmp_path, "epsilon", body=BODY, files={"letter.typ": LETTER})
    enable(site, "epsilon")
    site.current_app()
    yield tmp_path / "kezhi_epsilon"
    forget("epsilon")
    for module in [module for module in sys.modules if module.startswith("kezhi_epsilon")]:
        del sys.modules[module]


@pytest.fixture
def ready(site: Any, letters: Path) -> Iterator[int]:
    """The id of a customer, in a context of the app that is in force."""
    with site.app.app_context():
        with writing():
            customer_id = int(create_customer({"code": "K001", "name": "恒达 <#x> $1$ @y"}).id)
        yield customer_id
        db.session.remove()


def content_of(issue_id: int) -> bytes:
    file_id = services.issue_by_id(issue_id).file_id
    assert file_id is not None
    return b"".join(open_download(file_id).pieces)


@pytest.mark.clause("CUS-15")
def test_an_issued_document_is_numbered_and_kept_byte_for_byte(ready: int) -> None:
    first = services.issue(KIND, ready, "pdf", holder="客户资料部")
    issue = services.issue_by_id(first)
    year = issue.issued_at.year
    assert (issue.number, issue.holder, issue.subject) == (f"EP-{year}-0001", "客户资料部", "恒达 <#x> $1$ @y")
    assert issue.keep_until == later(clock.local(issue.issued_at).date(), 5)
    before = content_of(first)
    assert before.startswith(b"%PDF-")
    with writing() as session:
        session.execute(update(tables.setting).where(tables.setting.c.key == "company").values(value="Other"))
    assert content_of(first) == before
    assert services.issue_by_id(services.issue(KIND, ready, "xlsx")).number == f"EP-{year}-0002"
    assert services.issue_by_number(f"EP-{year}-0001").id == first
    assert [*checks.gaps(db.session()), *checks.kept(db.session())] == []


def test_the_same_plan_gives_the_same_bytes_and_a_draft_says_so(ready: int) -> None:
    made = services.making.plan(KIND, ready, "")
    for format_ in ("pdf", "xlsx"):
        assert services.making.render(made, format_) == services.making.render(made, format_)  # type: ignore[arg-type]
    draft = services.preview(KIND, ready, "pdf")
    assert draft.media_type == "application/pdf"
    assert db.session.scalar(select(func.count()).select_from(Issue)) == 0
    entry = tables.audit_entry.c
    last = db.session.execute(select(entry.action, entry.object_id).order_by(entry.seq.desc())).first()
    assert last == ("document.preview", str(ready))
    picture, pages = services.preview_page(KIND, ready, "", 1)
    assert picture.startswith(b"\x89PNG")
    assert pages == 1
    with pytest.raises(NotFound):
        services.preview_page(KIND, ready, "", 2)
    sheet = services.preview(KIND, ready, "xlsx").content
    text = zipfile.ZipFile(io.BytesIO(sheet)).read("xl/sharedStrings.xml").decode()
    assert "Draft, not issued" in text
    assert "<f>" not in zipfile.ZipFile(io.BytesIO(sheet)).read("xl/worksheets/sheet1.xml").decode(), "no formula"
    for key, record_id, format_, variant in (
        ("epsilon.nothing", ready, "pdf", ""),
        (KIND, 99, "pdf", ""),
        (KIND, ready, "docx", ""),
        (KIND, ready, "pdf", "x"),
    ):
        with pytest.raises(NotFound):
            services.preview(key, record_id, format_, variant)


def test_many_who_issue_at_once_get_numbers_without_gap_or_double(ready: int, site: Any) -> None:
    failures: list[BaseException] = []

    def one() -> None:
        try:
            with site.app.app_context():
                services.issue(KIND, ready, "xlsx")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    rows = db.session.execute(select(Issue.place, Issue.number, Issue.sha256).order_by(Issue.place)).all()
    assert [row.place for row in rows] == [1, 2, 3, 4, 5, 6]
    for row in rows:
        issue = services.issue_by_number(row.number)
        text = zipfile.ZipFile(io.BytesIO(content_of(issue.id))).read("xl/sharedStrings.xml").decode()
        assert row.number in text, "the number on the document is the one in the register"
    assert len(list(storage.names())) == 6, "what was rendered in vain is not kept"
    assert checks.gaps(db.session()) == []


def test_nothing_is_numbered_when_storing_fails(ready: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from kezhi.builtin.documents.services import issuing

    def broken(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patched:
        patched.setattr(issuing, "announce", broken)
        with pytest.raises(RuntimeError):
            services.issue(KIND, ready, "xlsx")
    assert db.session.scalar(select(func.count()).select_from(Issue)) == 0
    assert services.issue_by_id(services.issue(KIND, ready, "xlsx")).place == 1


def test_a_submission_counts_once(ready: int, add_person: Any, site: Any) -> None:
    first = services.issue(KIND, ready, "xlsx", submission="k")
    assert services.issue(KIND, ready, "xlsx", submission="k") == first
    assert len(list(storage.names())) == 1


def test_a_document_that_was_exchanged_does_not_leave(ready: int) -> None:
    issue_id = services.issue(KIND, ready, "xlsx")
    with writing() as session:
        session.execute(update(Version).values(sha256="0" * 64))
    with pytest.raises(Refused):
        content_of(issue_id)
    assert len(checks.kept(db.session())) == 1


@pytest.mark.clause("CUS-15")
def test_who_does_not_see_the_record_or_lacks_the_app_gets_404(site: Any, ready: int) -> None:
    from kezhi.testing.client import IsolatedClient
    from kezhi.testing.plugin import new_person

    issue_id = services.issue(KIND, ready, "pdf")
    file_id = services.issue_by_id(issue_id).file_id
    for login, role in (("reader", "finance"), ("stranger", "salesperson")):
        new_person(site.app, login, role)

    def client_of(login: str) -> Any:
        site.app.test_client_class = IsolatedClient
        client = site.app.test_client()
        client.post("/login", data={"login": login, "password": f"{login}-password-1"})
        return client

    addresses = [f"/documents/{issue_id}", f"/documents/{issue_id}/download", f"/files/{file_id}/download"]
    make = f"/documents/make/{KIND}/{ready}"
    with site.app.app_context():
        reader, stranger = client_of("reader"), client_of("stranger")
        for address in addresses:
            assert reader.get(address).status_code == 200, address
            assert stranger.get(address).status_code == 404, address
        answer = reader.get(addresses[1])
        assert answer.data.startswith(b"%PDF-")
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "EP-" not in stranger.get("/documents").text
        for client in (reader, stranger):  # reading is not making
            for address in (make, f"{make}/draft.pdf", f"{make}/pages/1.png"):
                assert client.get(address).status_code == 404
            assert client.post(make, data={"format": "pdf"}).status_code == 404
    disable(site, "epsilon")
    site.current_app()
    with site.app.app_context():
        reader = client_of("reader")
        for address in addresses:
            assert reader.get(address).status_code == 404, address
        assert "EP-" not in reader.get("/documents").text


def test_the_customers_fate_takes_its_documents_along(ready: int, site: Any) -> None:
    with writing():
        other = int(create_customer({"code": "K002", "name": "恒达"}).id)
    issue_id = services.issue(KIND, other, "pdf")
    with pytest.raises(Refused), writing():
        delete_customer(other)
    with writing():
        merge_customers(ready, other)
    assert [issue.id for issue in services.issues_of(KIND, ready)] == [issue_id]
    assert content_of(issue_id).startswith(b"%PDF-")
    with writing():
        erase_customer(ready)
    run_pending(site, "here")
    issue = services.issue_by_id(issue_id)
    assert (issue.subject, issue.file_id) == ("", None)
    assert issue.number.startswith("EP-"), "the number stays in the register"
    assert list(storage.names()) == []
    assert [*checks.gaps(db.session()), *checks.kept(db.session())] == []


def test_the_letterhead_and_its_logo_stand_on_new_documents_only(ready: int, site: Any) -> None:
    from kezhi.testing.client import IsolatedClient
    from kezhi.testing.plugin import new_person

    old = services.issue(KIND, ready, "pdf")
    before = content_of(old)
    new_person(site.app, "boss", "customer-information-officer")
    site.app.test_client_class = IsolatedClient
    client = site.app.test_client()
    client.set_cookie("kezhi_locale", "en")
    client.post("/login", data={"login": "boss", "password": "boss-password-1"})
    form = {"company": "澄江", "address": "南京路 1 号", "phone": "025-1", "version": "1", "submission_key": "a"}
    wrong = {**form, "logo": (io.BytesIO(b"%PDF-1"), "logo.pdf")}
    answer = client.post("/documents/letterhead", data=wrong, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "not taken" in answer.text
    form["submission_key"] = "b"
    answer = client.post(
        "/documents/letterhead", data={**form, "logo": (io.BytesIO(png(20, 10)), "logo.png")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 302
    assert "logo.png" in client.get("/documents/letterhead").text
    late = client.post("/documents/letterhead", data={**form, "submission_key": "c"})
    assert late.status_code == 422
    assert "Somebody else" in late.text
    made = services.making.plan(KIND, ready, "")
    assert (made.head["company"], made.head["logo"][0]) == ("澄江", "png")
    assert len(services.making.render(made, "pdf")) > len(before) / 2
    assert content_of(old) == before


def test_pages_to_make_and_list_documents(site: Any, ready: int) -> None:
    from kezhi.testing.client import IsolatedClient
    from kezhi.testing.plugin import new_person

    new_person(site.app, "boss", "customer-information-officer")
    site.app.test_client_class = IsolatedClient
    for locale, words in (("zh", "签发登记"), ("en", "Issued documents")):
        client = site.app.test_client()
        client.set_cookie("kezhi_locale", locale)
        client.post("/login", data={"login": "boss", "password": "boss-password-1"})
        make = f"/documents/make/{KIND}/{ready}"
        page = client.get(make).text
        assert f"{make}/pages/1.png" in page
        assert client.get(f"{make}/pages/1.png").headers["Content-Type"] == "image/png"
        assert client.get(f"{make}/draft.xlsx").data[:2] == b"PK"
        answers = [
            client.post(make, data={"format": "pdf", "holder": "档案室", "submission_key": f"once-{locale}"})
            for _click in range(2)
        ]
        assert {answer.status_code for answer in answers} == {302}
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert words in client.get("/documents").text
        assert "档案室" in client.get("/documents").text
        assert re.search(r"EP-\d{4}-000\d", client.get(answers[0].headers["Location"]).text)
        assert client.post(make, data={"format": "exe"}).status_code == 422
        assert client.get("/documents?format=csv").data.startswith(b"\xef\xbb\xbf")
    assert db.session.scalar(select(func.count()).select_from(Issue)) == 2


def test_commands_issue_list_and_save(ready: int, site: Any, letters: Path, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{letters.parent}:{':'.join(path for path in sys.path if path)}")
    done = command(site, "documents", "issue", KIND, str(ready), "--format", "pdf")
    number = done.stdout.strip()
    assert re.fullmatch(r"EP-\d{4}-0001", number), done.stderr
    assert number in command(site, "documents", "list", "--json").stdout
    assert KIND in command(site, "documents", "kinds").stdout
    target = tmp_path / "a.pdf"
    assert command(site, "documents", "save", number, str(target)).returncode == 0
    assert target.read_bytes() == content_of(services.issue_by_number(number).id)
    assert command(site, "documents", "issue", KIND, "99").returncode != 0


def test_word_documents_are_filled_from_a_template(ready: int, letters: Path) -> None:
    import docx

    template = docx.Document()
    template.add_paragraph("{{ document.company }}: {{ data.text }} {{ document.number }}")
    template.save(str(letters / "letter.docx"))
    made = services.making.plan(KIND, ready, "")
    assert made.kind.formats == ("pdf", "xlsx", "docx")
    assert services.making.render(made, "docx") == services.making.render(made, "docx")
    issue = services.issue_by_id(services.issue(KIND, ready, "docx"))
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content_of(issue.id))).paragraphs)
    assert "恒达 <#x> $1$ @y" in text
    assert issue.number in text


@pytest.mark.parametrize("missing", ["typst", "noto_cjk_sans_otc"])
def test_what_is_not_installed_is_named(ready: int, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    real = rendering.importlib.util.find_spec
    monkeypatch.setattr(
        rendering.importlib.util, "find_spec", lambda name, *rest: None if name == missing else real(name, *rest)
    )
    with pytest.raises(Refused, match=r"pip install 'kezhi\[documents\]'") as refused:
        services.preview(KIND, ready, "pdf")
    assert missing.replace("_", "-") in str(refused.value)


def test_retention_of_a_leap_day() -> None:
    assert later(date(2028, 2, 29), 5) == date(2033, 3, 1)
    assert later(date(2026, 5, 1), 5) == date(2031, 5, 1)


def test_numbers_begin_anew_each_year(ready: int, clock_at: Any) -> None:
    for year in (2030, 2031):
        clock_at(datetime(year, 6, 1, tzinfo=UTC))
        assert services.issue_by_id(services.issue(KIND, ready, "xlsx")).number == f"EP-{year}-0001"


def test_a_person_who_may_make_it_is_named_on_it(ready: int, site: Any) -> None:
    from kezhi.testing.plugin import new_person

    officer = new_person(site.app, "officer", "customer-information-officer")
    with acting_as(officer):
        issue = services.issue_by_id(services.issue(KIND, ready, "xlsx"))
        assert (issue.issued_by, issue.holder) == ("officer", "officer")
