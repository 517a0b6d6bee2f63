"""Everybody at once (APR-02, APR-03): real threads, each with its own app context and connection."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import Conflict, Plugin, Refused, User, acting_as, clock, db, hookimpl, set_setting, tables, writing
from kezhi.builtin.approvals import checks, services
from kezhi.builtin.approvals.contributions import EVERYBODY, Proposal, Step, SubjectKind
from kezhi.builtin.approvals.flows.keeping import save_flow
from kezhi.builtin.approvals.flows.stored import FlowStep
from kezhi.builtin.approvals.models import FlowVersion, Request, Signature
from kezhi.numbers import last_number, next_numbers

pytestmark = [pytest.mark.services, pytest.mark.faults]

MANY = 20
DIRECTOR = Step({"en": "Review"}, role="sales-director")
MANAGER = Step({"en": "Approval"}, role="general-manager")


class Counting(Plugin):
    """An app that counts how often something was carried out, and how often it was ended otherwise."""

    name = "counting"
    title = "Counting"

    @hookimpl
    def approval_subjects(self) -> list[SubjectKind]:
        return [
            SubjectKind(
                kind="counting.thing",
                title="Thing",
                digest=lambda request: "same",
                apply=lambda request: self.count("applied"),
                closed=lambda request, outcome: self.count("closed"),
            )
        ]

    def count(self, key: str) -> None:
        next_numbers(key)


@pytest.fixture
def counting(app: Any) -> Counting:
    host, plugin = app.extensions["kezhi"].host, Counting()
    host.manager.register(plugin, name="counting")
    host.plugins["counting"] = plugin
    return plugin


def at_once(app: Any, actions: list[Callable[[], Any]]) -> list[Any]:
    """Run every action in a thread of its own, all released together; answers or exceptions in order."""
    gate = threading.Barrier(len(actions))
    answers: list[Any] = [None] * len(actions)

    def run(place: int, action: Callable[[], Any]) -> None:
        with app.app_context():
            try:
                gate.wait(30)
                answers[place] = action()
            except Exception as error:
                answers[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    db.session.rollback()
    return answers


def put_up(user: User, *steps: Step, reference: str = "1") -> int:
    with acting_as(user), writing():
        return services.propose(Proposal("counting.thing", reference, {"en": "Thing"}, "same", steps)).id


def decision(user: User, request_id: int, name: str = "sign", opinion: str = "seen") -> Callable[[], Any]:
    def act() -> str:
        with acting_as(user):
            return getattr(services, name)(request_id, opinion).status

    return act


def outcomes(answers: list[Any]) -> Counter[str]:
    return Counter(answer if isinstance(answer, str) else type(answer).__name__ for answer in answers)


def signatures() -> int:
    return db.session.scalar(select(func.count()).select_from(Signature)) or 0


@pytest.mark.clause("APR-02")
def test_of_twenty_directors_exactly_one_signs(app, counting, add_person):
    maker = add_person("maker", "data-analyst")
    directors = [add_person(f"director-{place}", "sales-director") for place in range(MANY)]
    number = put_up(maker, DIRECTOR)
    answers = at_once(app, [decision(user, number) for user in directors])
    assert outcomes(answers) == {"approved": 1, "Conflict": MANY - 1}
    assert (signatures(), last_number("applied")) == (1, 1)
    entry = tables.audit_entry
    signed = select(func.count()).where(entry.c.action == "approval.sign", entry.c.result == "done")
    assert db.session.scalar(signed) == 1


@pytest.mark.clause("APR-01", "APR-02")
def test_where_all_twenty_have_to_sign_all_count_and_the_step_closes_once(app, counting, add_person):
    maker = add_person("maker", "data-analyst")
    directors = [add_person(f"director-{place}", "sales-director") for place in range(MANY)]
    number = put_up(maker, replace(DIRECTOR, needs=EVERYBODY))
    answers = at_once(app, [decision(user, number) for user in directors])
    assert outcomes(answers) == {"pending": MANY - 1, "approved": 1}
    assert (signatures(), last_number("applied")) == (MANY, 1)
    assert checks.unsigned(db.session()) == []


@pytest.mark.clause("APR-01", "APR-02")
def test_where_three_of_twenty_have_to_sign_three_count(app, counting, add_person):
    maker = add_person("maker", "data-analyst")
    directors = [add_person(f"director-{place}", "sales-director") for place in range(MANY)]
    number = put_up(maker, replace(DIRECTOR, needs=3))
    answers = at_once(app, [decision(user, number) for user in directors])
    assert outcomes(answers) == {"pending": 2, "approved": 1, "Conflict": MANY - 3}
    assert (signatures(), last_number("applied")) == (3, 1)


@pytest.mark.clause("APR-02")
def test_a_deputy_and_the_person_at_once_sign_once(app, counting, add_person):
    maker, absent = add_person("maker", "data-analyst"), add_person("absent", "sales-director")
    deputy = add_person("deputy", "salesperson")
    with acting_as(absent):
        services.add_deputy(absent.id, deputy.id, clock.today(), clock.today())
    number = put_up(maker, DIRECTOR, MANAGER)
    answers = at_once(app, [decision(user, number) for user in (absent, deputy) * 5])
    assert outcomes(answers)["pending"] == 1
    assert all(isinstance(answer, Refused) for answer in answers if answer != "pending")
    assert (signatures(), last_number("applied")) == (1, 0)


@pytest.mark.clause("APR-02")
def test_twenty_clicks_of_one_person_sign_one_step(app, counting, add_person):
    maker, director = add_person("maker", "data-analyst"), add_person("director", "sales-director", "general-manager")
    number = put_up(maker, DIRECTOR, MANAGER)
    answers = at_once(app, [decision(director, number) for _ in range(MANY)])
    assert outcomes(answers)["pending"] == 1
    assert all(isinstance(answer, Refused) for answer in answers if answer != "pending")
    assert (signatures(), last_number("applied")) == (1, 0)


@pytest.mark.clause("APR-02", "APR-03")
def test_of_signing_returning_rejecting_and_withdrawing_one_counts(app, counting, add_person):
    maker = add_person("maker", "data-analyst")
    directors = [add_person(f"director-{place}", "sales-director") for place in range(9)]
    number = put_up(maker, DIRECTOR)
    names = ["sign", "send_back", "reject"] * 3
    actions = [decision(user, number, name) for user, name in zip(directors, names, strict=True)]
    answers = at_once(app, [*actions, decision(maker, number, "withdraw")])
    found = outcomes(answers)
    assert found["Conflict"] == 9
    assert signatures() == 1
    assert last_number("applied") + last_number("closed") == 1
    assert checks.unsigned(db.session()) == []


@pytest.mark.clause("APR-03")
def test_of_twenty_proposals_on_one_subject_one_is_put_up(app, counting, add_person):
    makers = [add_person(f"maker-{place}", "data-analyst") for place in range(MANY)]

    def propose(user: User) -> Callable[[], Any]:
        return lambda: "put up" if put_up(user, DIRECTOR) else ""

    answers = at_once(app, [propose(user) for user in makers])
    assert outcomes(answers) == {"put up": 1, "Conflict": MANY - 1}
    assert last_number("approvals.request") == 1
    assert checks.doubled(db.session()) == []


@pytest.mark.clause("APR-03")
def test_a_returned_request_is_put_up_again_once(app, counting, add_person):
    maker, director = add_person("maker", "data-analyst"), add_person("director", "sales-director")
    number = put_up(maker, DIRECTOR)
    with acting_as(director):
        services.send_back(number, "again")
    answers = at_once(app, [lambda: "put up" if put_up(maker, DIRECTOR) else ""] * 10)
    assert outcomes(answers) == {"put up": 1, "Conflict": 9}
    request = db.session.scalars(select(Request)).one()
    assert (request.round, request.status, len(request.steps)) == (2, "pending", 2)


@pytest.mark.clause("APR-01")
def test_requests_on_different_subjects_get_numbers_without_gaps(app, counting, add_person):
    makers = [add_person(f"maker-{place}", "data-analyst") for place in range(MANY)]
    actions = [
        lambda user=user, place=place: put_up(user, DIRECTOR, reference=str(place)) for place, user in enumerate(makers)
    ]
    assert not [answer for answer in at_once(app, actions) if isinstance(answer, (Conflict, Exception))]
    numbers = sorted(db.session.scalars(select(Request.number)))
    assert numbers == [f"SP-{place:06d}" for place in range(1, MANY + 1)]


def save(user: User, *steps: Step, expected: int = 0) -> int:
    with acting_as(user):
        kept = [FlowStep(f"s{place}", step) for place, step in enumerate(steps)]
        return save_flow("counting.thing", kept, expected=expected, reason="制度修订")[0].version


@pytest.mark.clause("APR-01", "APR-02")
def test_twenty_named_by_the_companys_flow_sign_at_once_and_then_one_of_twenty(app, counting, add_person):
    """All count at the step that needs all, which closes once; one counts at the step that needs one."""
    maker, chief = add_person("maker", "data-analyst"), add_person("chief", "general-manager")
    people = [add_person(f"director-{place}", "sales-director") for place in range(MANY)]
    ids = tuple(person.id for person in people if person.id is not None)
    with writing():
        set_setting("approvals", "same_person_twice", True)
    save(chief, Step({"en": "All"}, people=ids, needs=EVERYBODY), DIRECTOR)
    number = put_up(maker, MANAGER)  # what the app would put up is not followed
    answers = at_once(app, [decision(user, number) for user in people])
    assert outcomes(answers) == {"pending": MANY}
    assert db.session.get(Request, number).step == 2
    answers = at_once(app, [decision(user, number) for user in people])
    assert outcomes(answers) == {"approved": 1, "Conflict": MANY - 1}
    assert (signatures(), last_number("applied")) == (MANY + 1, 1)
    assert checks.unsigned(db.session()) == []


@pytest.mark.clause("APR-01")
def test_of_twenty_who_change_a_flow_one_does_and_a_request_follows_one_whole_version(app, counting, add_person):
    maker, chief = add_person("maker", "data-analyst"), add_person("chief", "general-manager")
    add_person("director", "sales-director")
    save(chief, DIRECTOR)
    steps = {1: ["sales-director"], 2: ["general-manager", "sales-director"]}

    def change() -> str:
        return f"version {save(chief, MANAGER, DIRECTOR, expected=1)}"

    def propose(place: int) -> Callable[[], str]:
        return lambda: "put up" if put_up(maker, MANAGER, reference=str(place)) else ""

    answers = at_once(app, [*[change] * 10, *[propose(place) for place in range(10)]])
    assert outcomes(answers) == {"version 2": 1, "Conflict": 9, "put up": 10}
    versions = db.session.execute(select(FlowVersion.version, FlowVersion.id).order_by(FlowVersion.id)).all()
    assert [row.version for row in versions] == [1, 2]
    number_of = {row.id: row.version for row in versions}
    for request in db.session.scalars(select(Request)):
        assert [step.role for step in request.steps] == steps[number_of[request.flow_id]]
