"""Versions of flows: a change is a new row with its author, reason and time; rows are never changed."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, audit_record, clock, currency, db, writing
from kezhi.i18n import _

from ..contributions import Step
from ..models import FlowVersion
from ..subjects import find_subject
from .checking import errors_of
from .following import newest, steps_of
from .stored import FlowStep, to_json

DESIGN = "approvals.flows"  #: permission to design flows
LONGEST_REASON = 400  #: characters


class Unsound(Refused):
    """A flow that cannot be kept; ``problems`` are all of them."""

    def __init__(self, problems: Sequence[object]) -> None:
        super().__init__(" ".join(str(each) for each in problems))
        self.problems = problems


def versions_of(kind: str) -> list[FlowVersion]:
    """All versions of a kind's flow, the newest first."""
    statement = select(FlowVersion).where(FlowVersion.kind == kind).order_by(FlowVersion.version.desc())
    return list(db.session.scalars(statement))


def version_of(kind: str, number: int) -> FlowVersion:
    """One version. Errors: ``NotFound``."""
    statement = select(FlowVersion).where(FlowVersion.kind == kind, FlowVersion.version == number)
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def save_flow(kind: str, steps: Sequence[FlowStep], *, expected: int, reason: str) -> tuple[FlowVersion, bool]:
    """Keep ``steps`` as the next version of a kind's flow; answers the version and whether it is new.

    ``expected`` is the version that was changed, 0 for none yet. Requests that are under way keep the steps they began
    with. Errors: ``NotFound`` for a kind that no enabled app has and without the right; ``Unsound`` with all problems;
    ``Refused`` without a reason; ``Conflict`` when somebody saved another version meanwhile.
    """
    _check_right(kind)
    problems = errors_of(kind, [each.step for each in steps])
    if problems:
        raise Unsound(problems)
    return _store(kind, steps, expected, reason.strip(), shipped=False)


def back_to_shipped(kind: str, *, expected: int, reason: str) -> tuple[FlowVersion, bool]:
    """From now on what the app ships holds again; the versions stay. Errors: as :func:`save_flow`."""
    _check_right(kind)
    return _store(kind, (), expected, reason.strip(), shipped=True)


def keep_flow(kind: str, steps: Sequence[Step], *, reason: str) -> FlowVersion:
    """Keep ``steps`` as the company's flow of a kind, whatever holds now; for commands, demos and set-up.

    Errors: as :func:`save_flow`.
    """
    last = newest(kind)
    before = list(steps_of(last)) if last is not None else []
    return save_flow(kind, _keyed(steps, before), expected=last.version if last is not None else 0, reason=reason)[0]


def _keyed(steps: Sequence[Step], before: list[FlowStep]) -> list[FlowStep]:
    """A step with the name of one of the version before is that one, so that both can be compared."""
    found = []
    for step in steps:
        same = next((each for each in before if each.step.title == step.title), None)
        if same is not None:
            before.remove(same)
        found.append(FlowStep(same.key if same is not None else token_hex(4), step))
    return found


def _check_right(kind: str) -> None:
    if find_subject(kind) is None or not acting_user().can(DESIGN):
        raise NotFound(_("There is no such kind of request."))


def _store(
    kind: str, steps: Sequence[FlowStep], expected: int, reason: str, *, shipped: bool
) -> tuple[FlowVersion, bool]:
    user = acting_user()
    if not reason:
        raise Refused(_("Say why the flow is changed: the reason stands with the version."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(most)s characters.", most=LONGEST_REASON), field="reason")
    with writing():
        last = newest(kind)
        number = last.version if last is not None else 0
        if number != expected:
            raise Conflict(_saved_meanwhile(number))
        stored = to_json(steps)
        if last is not None and (last.shipped, last.steps, last.currency) == (shipped, stored, currency()):
            return last, False
        row = FlowVersion(
            kind=kind,
            version=number + 1,
            steps=stored,
            shipped=shipped,
            currency=currency(),
            reason=reason,
            author_id=user.id,
            author_login=user.login,
            author_name=user.name,
            made_at=clock.now(),
        )
        try:
            with db.session.begin_nested():
                db.session.add(row)
        except IntegrityError as error:
            raise Conflict(_saved_meanwhile(number + 1)) from error
        audit_record("approval.flow", "approval.flow", kind, version=row.version, steps=len(stored), shipped=shipped)
        return row, True


def _saved_meanwhile(number: int) -> str:
    text: str = _("Somebody saved version %(version)s while you were editing.", version=number)
    return text
