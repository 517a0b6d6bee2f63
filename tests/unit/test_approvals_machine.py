"""Whatever people do with a request in whatever order: the rules of APR-01…03 hold after each step, and who can sign is
the same in the list, in the work on all requests at once and on the page.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kezhi import Refused, User, acting_as, clock, db
from kezhi.builtin.approvals import services
from kezhi.builtin.approvals.models import Request
from kezhi.builtin.approvals.rules import Barred, check_signer
from kezhi.builtin.approvals.signers import counted, holders, round_steps, step_signatures

ground = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("approvals_desk.py"))))
desk = ground.desk  # a fixture
STEPS = (ground.REVIEW, ground.APPROVAL)
ROLES = {
    "maker": ("data-analyst",),
    "director": ("sales-director",),
    "manager": ("general-manager",),
    "both": ("sales-director", "general-manager"),
    "outsider": ("salesperson",),
}
somebody = st.sampled_from(sorted(ROLES))
after = iter(range(1, 10**6))


def machine_for(people: dict[str, User]) -> type[RuleBasedStateMachine]:
    """The machine over these people; every run is about an offer of its own, in one session that keeps its rows."""

    class Machine(RuleBasedStateMachine):
        number, held = 0, None

        @initialize(maker=somebody)
        def put_up(self, maker: str) -> None:
            self.reference, self.maker, self.absences, self.text = f"offer-{next(after)}", maker, {}, "ten tables"
            self.number = self.propose()
            self.held = [self.look(name) for name in ROLES]  # rows live as long as somebody holds them

        def propose(self) -> int:
            ground.write(self.reference, self.text)
            return ground.propose(people[self.maker], *STEPS, reference=self.reference)

        def look(self, name: str) -> Any:
            with acting_as(people[name]):
                seen = services.request_by_id(self.number)
                return seen and (seen, list(seen.steps), list(seen.seats), list(seen.signatures))

        def attempt(self, who: str, act: Callable[[], Any]) -> None:
            """Done, or refused in words: anything else ends the test."""
            with acting_as(people[who]), suppress(Refused):
                act()
            self.held += [self.look(who)]

        @rule(who=somebody)
        def sign(self, who: str) -> None:
            self.attempt(who, lambda: services.sign(self.number, "agreed"))

        @rule(who=somebody, to=st.sampled_from([None, 1, 2]))
        def send_back(self, who: str, to: int | None) -> None:
            self.attempt(who, lambda: services.send_back(self.number, "not like this", to=to))

        @rule(who=somebody)
        def withdraw(self, who: str) -> None:
            self.attempt(who, lambda: services.withdraw(self.number))

        @rule(who=somebody, to=somebody, how=st.sampled_from(["pass_on", "add_signer"]))
        def involve(self, who: str, to: str, how: str) -> None:
            self.attempt(who, lambda: getattr(services, how)(self.number, people[to].id, "please"))

        @rule(absent=somebody, deputy=somebody)
        def go_away(self, absent: str, deputy: str) -> None:
            day = clock.today()

            def enter() -> None:
                row = services.add_deputy(people[absent].id, people[deputy].id, day, day + timedelta(days=1))
                self.absences[absent] = row.id

            self.attempt(absent, enter)
            self.held += [self.look(deputy)]

        @precondition(lambda self: self.absences)
        @rule(data=st.data())
        def come_back(self, data: Any) -> None:
            absent = data.draw(st.sampled_from(sorted(self.absences)))
            self.attempt(absent, lambda: services.end_deputy(self.absences.pop(absent)))

        @rule()
        def alter(self) -> None:
            self.text += "!"
            ground.write(self.reference, self.text)

        @precondition(lambda self: self.request().status in ("returned", "withdrawn", "rejected"))
        @rule()
        def put_up_again(self) -> None:
            self.number = self.propose()

        def request(self) -> Request:
            return db.session.get_one(Request, self.number, execution_options={"kezhi_unscoped": True})

        @invariant()
        def the_steps_stand_as_the_request_says(self) -> None:
            request = self.request()
            states = [step.state for step in round_steps(request)]
            assert len(states) == len(STEPS)
            signed = ["signed"] * (request.step - 1)
            if request.status == "pending":
                assert states == [*signed, "current", *["waiting"] * (len(STEPS) - request.step)]
            elif request.status == "approved":
                assert states == ["signed"] * len(STEPS)
                assert ground.content(f"{self.reference}.state") == "effective"
            else:
                assert states[: request.step] == [*signed, request.status]

        @invariant()
        def nobody_counts_twice_and_the_maker_never(self) -> None:
            request = self.request()
            assert people[self.maker].id not in counted(request)
            marks = [
                m for step in round_steps(request) for m in step_signatures(request, step) if m.decision == "approve"
            ]
            ids = [mark.user_id for mark in marks]
            assert len(ids) == len(set(ids))
            assert all(mark.digest == request.digest for mark in marks)

        @invariant()
        def the_list_the_work_on_all_and_the_page_say_the_same(self) -> None:
            request = self.request()
            held = {row.user_id for row in db.session.execute(holders()) if row.request_id == self.number}
            for name, person in people.items():
                listed = self.number in {each.id for each in services.inbox(person)}
                rights = None
                if request.status == "pending":
                    with acting_as(person), suppress(Barred):
                        rights = check_signer(request, person)
                assert listed == (rights is not None), name
                own = rights is not None and rights.holder.id == person.id
                assert not own or person.id in held, name

        def teardown(self) -> None:
            for absent in list(self.absences):
                self.attempt(absent, lambda absent=absent: services.end_deputy(self.absences.pop(absent)))
            if self.number and self.request().status == "pending":
                self.withdraw(self.maker)

    return Machine


def run(people: dict[str, User], examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine_for(people), settings=chosen)


@pytest.fixture
def people(desk: Any, add_person: Callable[..., User]) -> dict[str, User]:
    return {name: add_person(name, *roles) for name, roles in ROLES.items()}


@pytest.mark.services
@pytest.mark.clause("APR-01", "APR-02", "APR-03")
def test_whatever_is_done_in_whatever_order_the_rules_hold(people: dict[str, User]) -> None:
    run(people, 4, 12)


@pytest.mark.deep
@pytest.mark.services
@pytest.mark.timeout(3600)
@pytest.mark.clause("APR-01", "APR-02", "APR-03")
def test_in_many_more_orders_the_rules_hold(people: dict[str, User]) -> None:
    run(people, 40, 25)
