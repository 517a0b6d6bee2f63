"""A scheme is made and changed in the browser: row by row, checked where it stands, saved as a new version."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezhi import acting_as, writing
from kezhi.errors import Conflict
from kezhi_grading import services
from kezhi_grading.editor.opening import draft_of_scheme
from kezhi_grading.editor.shape import Draft, fields_of
from kezhi_grading.reading import read_scheme

pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]
ABC = "/grading/editor/schemes/composite-abc"


def draft(key: str) -> Draft:
    row = services.current_version(key)
    return draft_of_scheme(services.scheme_of(row), row.currency)


def sent(typed: Draft, **more: str) -> dict[str, Any]:
    """What the browser sends of a draft; several values of one name as a list."""
    found: dict[str, Any] = {}
    for name, value in fields_of(typed):
        found.setdefault(name, []).append(value)
    return found | more


def typed_in(page: str) -> dict[str, str]:
    """Names and values of the text fields and chosen options of the page."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and value and ("checkbox" not in tag or "checked" in tag):
            found[name[1]] = unescape(value[1])
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def message_at(page: str, name: str) -> str:
    """The message at a field, empty without one."""
    found = re.search(rf'id="{re.escape(name)}-e">(.*?)</div>', page, re.S)
    return unescape(found[1]) if found else ""


@pytest.mark.clause("GRD-01", "GRD-02")
def test_a_changed_scheme_is_saved_as_the_next_version_with_a_reason(client_as: Any) -> None:
    client, typed = client_as("data-analyst", locale="en"), draft("composite-abc")
    opened = client.get(ABC).get_data(as_text=True)
    assert {name: value for name, value in fields_of(typed) if typed_in(opened).get(name, value) != value} == {}
    assert [group["key"] for group in typed["groups"]] == ["contribution", "potential", "cost"]
    typed["criteria"][0]["weight"], typed["criteria"][3]["weight"] = "37.5", "12.5"
    typed["grades"][0]["zh_note"] = "战略重点客户"
    data = sent(typed, base="1", do="save")
    refused = client.post(ABC, data=data).get_data(as_text=True)
    assert "Say why the scheme is changed" in refused
    assert typed_in(refused)["criteria.0.weight"] == "37.5"
    answer = client.post(ABC, data=data | {"reason": "Dead stock weighs more from 1998"})
    assert (answer.status_code, answer.location) == (302, "/grading/schemes/composite-abc")
    row = services.current_version("composite-abc")
    assert (row.version, row.reason, row.loaded_by) == (2, "Dead stock weighs more from 1998", "data-analyst-user")
    scheme = services.scheme_of(row)
    assert [str(criterion.weight) for criterion in scheme.criteria] == ["3/8", "3/10", "1/5", "1/8"]
    assert scheme.grades[0].description == {"zh": "战略重点客户", "en": "战略重点客户"}
    assert [str(c.weight) for c in services.scheme_of(services.current_version("composite-abc", 1)).criteria] == [
        "2/5", "3/10", "1/5", "1/10",
    ]  # fmt: skip
    shown = client.get("/grading/schemes/composite-abc").get_data(as_text=True)
    assert "Dead stock weighs more from 1998" in shown
    compared = client.get("/grading/schemes/composite-abc/compare").get_data(as_text=True)
    assert "Criterion “Annual sales” · Weight" in compared
    assert re.search(r"40%</del>.*?3/8", compared, re.S)
    assert "Collection rate" not in compared.partition("Differences")[2]
    file = client.get("/grading/schemes/composite-abc/file?version=2")
    assert file.headers["Content-Disposition"] == "attachment; filename=composite-abc-v2.toml"
    assert read_scheme(file.data, currency="CNY") == scheme
    earlier = typed_in(client.get(f"{ABC}?from=1").get_data(as_text=True))
    assert (earlier["criteria.0.weight"], earlier["base"]) == ("40", "2")
    again = client.post(ABC, data=sent(draft("composite-abc"), base="2", do="save", reason="Nothing"))
    assert again.status_code == 302
    assert services.current_version("composite-abc").version == 2


def test_who_saves_second_is_told_what_changed_and_keeps_the_text(client_as: Any, add_person: Any) -> None:
    first, second = draft("rfm"), draft("rfm")
    first["grades"][0]["bound"], second["grades"][0]["bound"], second["en"] = "13", "11", "My RFM"
    client = client_as("sales-director", locale="en")
    data = sent(second, base="1", do="save", reason="Mine")
    with acting_as(add_person("analyst", "data-analyst")), writing():
        scheme = read_scheme(services.current_version("rfm").source.replace("from = 12", "from = 13"), currency="CNY")
        services.save_scheme(scheme, expected=1, reason="Theirs")
    page = client.post("/grading/editor/schemes/rfm", data=data).get_data(as_text=True)
    assert "Somebody saved version 2 while you were editing version 1." in unescape(page)
    assert "[13, 15]" in page
    assert "[11, 15]" in page
    back = typed_in(page)
    assert (back["en"], back["grades.0.bound"], back["base"]) == ("My RFM", "11", "2")
    assert services.current_version("rfm").version == 2
    assert client.post("/grading/editor/schemes/rfm", data=data | {"base": back["base"]}).status_code == 302
    row = services.current_version("rfm")
    assert (row.version, row.reason, row.title["en"]) == (3, "Mine", "My RFM")
    with pytest.raises(Conflict), writing():
        services.save_scheme(scheme, expected=2, reason="Late")


@pytest.mark.clause("GRD-02")
def test_rows_are_added_moved_and_removed_without_losing_what_was_typed(client_as: Any) -> None:
    client, typed = client_as("data-analyst", locale="en"), draft("composite-abc")
    typed["criteria"][0]["weight"] = "forty"

    def press(values: dict[str, str], action: str, **more: str) -> dict[str, str]:
        answer = client.post(ABC, data=values | {"do": action, **more})
        assert answer.status_code == 200
        return typed_in(answer.get_data(as_text=True))

    page = press(sent(typed, base="1"), "add criteria", new_metric="trade.order_count")
    assert (page["criteria.4.key"], page["criteria.4.en"], page["criteria.4.unit"]) == (
        "order_count", "Number of orders", "count",
    )  # fmt: skip
    assert (page["criteria.0.weight"], page["criteria.4.interpolate.1.at"]) == ("forty", "")
    page = press(page, "up criteria.4")
    assert [page[f"criteria.{n}.key"] for n in (3, 4)] == ["order_count", "dead_stock"]
    page = press(page, "remove criteria.0.interpolate.1")
    assert [page[f"criteria.0.interpolate.{n}.at"] for n in range(3)] == ["0", "50000", "200000"]
    page = press(page, "add grades")
    assert [page.get(f"grades.{n}.key") for n in range(4)] == ["A", "B", "", "C"]
    page = press(page, "remove groups.0")
    assert page["criteria.0.group"] == ""
    for nonsense in (
        "up criteria.99",
        "remove grades",
        "add nowhere",
        "remove criteria.x",
        "²",
        "add criteria.0.bands.0",
    ):
        assert press(page, nonsense)["criteria.0.weight"] == "forty"


@pytest.mark.clause("GRD-02", "GRD-06")
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_what_is_wrong_is_said_at_its_field_in_the_readers_language(client_as: Any, locale: str) -> None:
    typed = draft("composite-abc")
    typed["criteria"][0]["interpolate"][1]["at"] = "much"
    typed["criteria"][0]["interpolate"][3]["points"] = "101"
    typed["criteria"][1]["weight"], typed["grades"][1]["bound"], typed["period"] = "29", "95", "a year"
    typed["grades"][2]["key"], typed["zh"], typed["en"] = "A B", "", ""
    page = client_as("data-analyst", locale=locale).post(ABC, data=sent(typed, base="1", do="save", reason="x"))
    shown = page.get_data(as_text=True)
    found = {
        name: message_at(shown, name)
        for name in ("criteria.0.interpolate.1.at", "criteria", "criteria.0.interpolate", "grades.1", "period",
                     "grades.2.key", "zh")
    }  # fmt: skip
    assert all(found.values()), found
    assert "99" in found["criteria"]
    chinese = [name for name, text in found.items() if re.search("[一-鿿]", text.replace("核心", ""))]
    assert chinese == (list(found) if locale == "zh" else [])
    assert typed_in(shown)["criteria.0.interpolate.1.at"] == "much"
    assert services.current_version("composite-abc").version == 1


@pytest.mark.clause("GRD-03", "GRD-25")
def test_rules_are_put_together_condition_by_condition(client_as: Any) -> None:
    client = client_as("data-analyst", locale="en")
    page = typed_in(client.get("/grading/editor/new?method=threshold").get_data(as_text=True))
    assert page["grades.2.rule"] == "rest"

    def press(action: str, **more: str) -> str:
        nonlocal page
        answer = client.post("/grading/editor/new", data=page | more | {"do": action})
        text = answer.get_data(as_text=True)
        page = typed_in(text) if answer.status_code == 200 else page
        return str(answer.location or text)

    assert "Add at least one condition." in press("save", en="Steady", key="steady")
    press("condition grades.0.parts")
    press("refresh", **{"grades.0.parts.0.criterion": "metric:trade.order_amount"})
    assert (page["grades.0.parts.0.criterion"], page["criteria.0.en"]) == ("order_amount", "Order amount")
    press("group grades.0.parts", **{"grades.0.parts.0.operator": "above", "grades.0.parts.0.first": "1000万"})
    press(
        "condition grades.1.parts",
        **{"grades.0.parts.1.parts.0.criterion": "metric:trade.growth", "grades.0.parts.1.parts.0.first": "20",
           "grades.0.parts.1.parts.0.window": "years", "grades.0.parts.1.parts.0.count": "2"},
    )  # fmt: skip
    wrong = press(
        "save",
        **{"grades.1.parts.0.criterion": "order_amount", "grades.1.parts.0.operator": "from-to",
           "grades.1.parts.0.first": "300万", "grades.1.parts.0.second": "30"},
    )  # fmt: skip
    assert "no figure lies between these bounds" in message_at(wrong, "grades.1.parts.0")
    last = {"grades.1.parts.0.second": "1,000万", "grades.1.place": "1", "grades.0.place": "2"}
    saved = press("save", **last)
    assert saved == "/grading/schemes/steady", re.findall(r'class="invalid-feedback.*?</div>', saved)
    row = services.current_version("steady")
    assert (row.version, row.method, row.reason) == (1, "threshold", "")
    definition = row.definition
    assert (definition["tests"], definition["rest"]) == (["B", "A"], "C")
    condition = {"around": None, "missing": "fails"}
    assert definition["grades"][0]["when"] == {"all": [
        condition | {"criterion": "order_amount", "low": [1_000_000_000, False], "high": None, "window": None},
        {"any": [condition | {"criterion": "growth", "low": [200_000, True], "high": None, "window": ["years", 2]}]},
    ]}  # fmt: skip
    assert definition["grades"][1]["when"]["all"][0]["high"] == [1_000_000_000, True]
    assert "There is a scheme “steady” already" in unescape(press("save", submission_key="", **last))


@pytest.mark.clause("GRD-20", "GRD-32")
def test_a_new_scheme_starts_from_a_template_or_a_copy(client_as: Any) -> None:
    client = client_as("sales-director", locale="zh")
    start = client.get("/grading/editor").get_data(as_text=True)
    for key in ("composite-abc", "rfm", "four-tiers", "abcd-foreign"):
        assert f"shipped={key}" in start
        assert f"copy={key}" in start
        opened = client.get(f"/grading/editor/new?shipped={key}").get_data(as_text=True)
        assert typed_in(opened)["key"] == f"{key}-2"
    page = typed_in(client.get("/grading/editor/new?copy=rfm").get_data(as_text=True))
    assert client.post("/grading/editor/new", data=page | {"do": "save"}).location == "/grading/schemes/rfm-2"
    copied, original = (services.scheme_of(services.current_version(key)) for key in ("rfm-2", "rfm"))
    assert (copied.criteria, copied.grades) == (original.criteria, original.grades)
    for nothing in ("new?shipped=none", "new?copy=none", "schemes/none"):
        assert client.get(f"/grading/editor/{nothing}").status_code == 404


@pytest.fixture
def customers(add_customer: Any, add_orders: Any, monkeypatch: Any) -> dict[str, int]:
    from datetime import date

    from kezhi import clock

    monkeypatch.setattr(clock, "today", lambda: date(1998, 1, 15))
    ids = {
        code: add_customer(code, name) for code, name in (("K1", "江南精密机械"), ("K2", "江南重工"), ("K3", "塞北"))
    }
    add_orders(("K1", "1997-05-01", "30000"), ("K2", "1997-06-01", "400000"))
    return ids


@pytest.mark.clause("GRD-02", "GRD-03")
def test_a_draft_is_tried_on_a_customer_and_nothing_is_stored(
    client_as: Any, customers: Any, statements: Any, add_customer: Any, add_orders: Any
) -> None:
    client, typed = client_as("data-analyst", locale="en"), draft("composite-abc")
    typed["grades"][0]["bound"] = "70"

    def tried(name: str, do: str = "preview") -> str:
        with statements() as counted:
            answer = client.post(ABC, data=sent(typed, base="1", do=do, look_up=name)).get_data(as_text=True)
        counts.append(counted.count)
        return unescape(answer[answer.index('id="preview"') : answer.index("Checks</h2>")])

    counts: list[int] = []
    shown = tried("塞北")
    assert re.search(r'fs-5 kz-strong">0\.0<', shown), shown
    for number in range(30):
        add_customer(f"M{number}")
    add_orders(*((f"M{number}", "1997-07-01", "999") for number in range(30)))
    tried("塞北")
    assert counts[0] == counts[1], "whatever the number of customers"

    several = tried("江南")
    assert "江南精密机械" in several
    assert "江南重工" in several
    assert "塞北" not in several
    shown = tried("江南", do=str(customers["K1"]))
    assert re.search(r'fs-5 kz-strong">70\.0<', shown), shown
    assert 'title="Grade A"' in shown
    assert "¥30,000.00" in shown
    assert "1997-01-01 to 1997-12-31" in shown
    assert "You see no customer" in tried("Nobody")
    typed["criteria"][0]["weight"] = ""
    assert "correct what is marked" in tried("K2")
    typed = draft("four-tiers")
    rules = client.post("/grading/editor/schemes/four-tiers", data=sent(typed, base="1", do="preview", look_up="K2"))
    assert "Business size (order amount) ≥ ¥200,000.00" in rules.get_data(as_text=True)
    assert services.runs() == []
    assert services.current_version("composite-abc").version == 1


def test_nobody_tries_a_draft_on_a_customer_they_do_not_see(
    client_as: Any, customers: dict[str, int]
) -> None:  # fmt: skip
    from kezhi.builtin.accounts.services import set_permissions
    from kezhi.builtin.accounts.services.roles import role_permissions

    with writing():
        set_permissions("salesperson", role_permissions("salesperson") | {"grading.schemes"})
    client = client_as("salesperson", locale="en")
    page = client.post(ABC, data=sent(draft("composite-abc"), base="1", do=str(customers["K1"])))
    assert page.status_code == 200
    assert "江南" not in page.get_data(as_text=True)
    named = client.post(ABC, data=sent(draft("composite-abc"), base="1", do="preview", look_up="江南精密机械"))
    assert "You see no customer" in named.get_data(as_text=True)


NASTY = (
    "",
    "٣",
    "²",
    "1e999999999万",
    "9" * 5000,
    "<b>",
    "metric:none",
    "\0",
    "-1/0",
    "all",
    "rest",
    "around",
    "1.2.3",
)


@pytest.fixture
def analyst(client_as: Any) -> Any:
    return client_as("data-analyst")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_form_breaks_the_page(analyst: Any, data: Any) -> None:
    key = data.draw(st.sampled_from(["composite-abc", "abcd-foreign", "rfm"]))
    form = sent(draft(key), base="1")
    for name in data.draw(st.lists(st.sampled_from(sorted(form)), max_size=6)):
        form[name] = data.draw(st.sampled_from(NASTY))
    rows = st.sampled_from(
        ["criteria", "grades", "grades.0.parts", "grades.0", "criteria.0.bands", "steps.0", "groups"]
    )
    words = st.sampled_from(
        ["add", "condition", "group", "up", "down", "remove", "preview", "check", "save", "7", *NASTY]
    )
    action = f"{data.draw(words)} {data.draw(rows)}".removesuffix(" steps.0")
    extra = {f"criteria.{'9' * 5000}.key": "x", "a..b": "y", "base": data.draw(st.sampled_from(["1", "x", "9" * 99]))}
    answer = analyst.post(f"/grading/editor/schemes/{key}", data=form | extra | {"do": action, "look_up": "%_"})
    assert answer.status_code == 200, action
    assert services.current_version(key).version == 1
    assert re.findall("<b>", answer.get_data(as_text=True)) == []


def test_the_editor_is_closed_to_who_may_not_change_schemes(client_as: Any) -> None:
    client = client_as("salesperson")
    for address in (ABC, "/grading/editor", "/grading/editor/new"):
        assert client.get(address).status_code == 404
    assert client.post(ABC, data=sent(draft("composite-abc"), base="1", do="save", reason="x")).status_code == 404
    assert services.current_version("composite-abc").version == 1
    page = client.get("/grading/schemes/composite-abc").get_data(as_text=True)
    assert "editor" not in page
    assert "/grading/schemes/composite-abc/file" in page
