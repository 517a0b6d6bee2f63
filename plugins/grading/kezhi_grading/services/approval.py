"""From a computed run to grades in force: put up, signed, published in the last signature's transaction (GRD-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import force_locale
from sqlalchemy import update

from kezhi import Conflict, Refused, acting_user, audit_record, clock, db, localised, writing
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.services import flow_steps, propose
from kezhi.i18n import CHINESE, ENGLISH, lazy_gettext, ngettext
from kezhi.users import SYSTEM

from ..models import COMPUTED, PROPOSED, PUBLISHED, REJECTED, Run
from ..quantities import for_people
from ..scheme import Scheme
from ..words import _
from .computation import changed_since
from .digest import run_digest
from .moves import moves
from .publication import put_in_force
from .queries import run_by_number, version_of
from .schemes import current_version, primary_key, scheme_of

if TYPE_CHECKING:
    from kezhi.builtin.approvals.models import Request

KIND = "grading.run"


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a run out."""
    return SubjectKind(
        kind=KIND,
        title=lazy_gettext("Grading run"),
        digest=_digest,
        apply=_publish,
        closed=_closed,
        address=lambda request: address_of(_run(request).number),
        steps=shipped_steps,
    )


def shipped_steps() -> tuple[Step, ...]:
    """The signatures of the primary scheme; a run puts up those of its own one."""
    return _steps(scheme_of(current_version(primary_key())))


def _steps(scheme: Scheme) -> tuple[Step, ...]:
    return tuple(Step(title=dict(step.title), role=step.role) for step in scheme.steps)


def steps_of(scheme: Scheme) -> tuple[Step, ...]:
    """The signatures that a run put up now would need: the company's own flow, else those of the scheme."""
    return flow_steps(KIND, _steps(scheme))


def address_of(number: int) -> str:
    """The page of a run; commands have no request from which to build it."""
    return f"/grading/runs/{number}"


def submit(number: int) -> Request:
    """Put a computed run up for the signatures of the company's flow, or else of its scheme.

    Nobody has to sign twice the same thing.
    The digest is computed before the write transaction: a run's rows do not change, and if somebody changed them all
    the same, the first signature finds out. Errors: ``NotFound``, ``Conflict`` when the run is not open.
    """
    run = run_by_number(number)
    _check_open(run)
    digest = run_digest(run.id)
    proposal = _proposal(run, digest)
    with writing():
        _move(run.id, number, COMPUTED, PROPOSED, digest=digest)
        audit_record("grading.run.submit", "grading.run", run.id, digest=digest)
        return propose(proposal)


def _check_open(run: Run) -> None:
    if run.state != COMPUTED:
        raise Conflict(_("Grading run %(number)s is not open any more; look at its page.", number=run.number))
    if run.graded == 0:
        raise Refused(_("Grading run %(number)s graded nobody; there is nothing to publish.", number=run.number))


def _move(run_id: int, number: int, old: str, new: str, **values: Any) -> None:
    """Change the state of a run if it is still ``old``. Errors: ``Conflict``."""
    statement = update(Run).where(Run.id == run_id, Run.state == old).values(state=new, **values)
    changed: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    if changed.rowcount != 1:
        raise Conflict(_("Grading run %(number)s is not open any more; look at its page.", number=number))
    db.session.expire_all()


def _proposal(run: Run, digest: str) -> Proposal:
    version = version_of(run)
    scheme = scheme_of(version)
    period = f"{run.period_start} – {run.period_end}"
    titles = {"zh": f"{scheme.title['zh']} {period}", "en": f"{scheme.title['en']} {period}"}
    with force_locale(CHINESE):
        chinese = _facts(run)
    with force_locale(ENGLISH):
        english = _facts(run)
    facts = [[{"zh": a[0], "en": b[0]}, {"zh": a[1], "en": b[1]}] for a, b in zip(chinese, english, strict=True)]
    head: list[Any] = [{"zh": "等级", "en": "Grade"}, {"zh": "家数", "en": "Customers"}]
    rows = [[dict(grade.title), str(run.counts.get(grade.key, 0))] for grade in scheme.grades]
    return Proposal(
        kind=KIND,
        reference=str(run.id),
        title=titles,
        digest=digest,
        steps=_steps(scheme),
        snapshot={
            "facts": facts,
            "table": {"head": head, "rows": rows},
            "links": [[{"zh": "评定结果", "en": "Results"}, address_of(run.number)]],
        },
    )


def _facts(run: Run) -> list[tuple[str, str]]:
    version = version_of(run)
    scheme = scheme_of(version)
    kinds = moves(run, scheme, everybody=True).kinds
    facts = [
        (_("Scheme"), f"{localised(scheme.title)} v{version.version}"),
        (_("Period"), f"{run.period_start} – {run.period_end}"),
        (_("Graded"), str(run.graded)),
        (_("Not gradable"), str(run.ungradable)),
        (_("Rising"), str(kinds.get("up", 0))),
        (_("Falling"), str(kinds.get("down", 0))),
        (_("Unchanged"), str(kinds.get("same", 0))),
        (_("Graded for the first time"), str(kinds.get("new", 0))),
    ]
    for criterion in scheme.criteria:
        entry = run.totals[criterion.key]
        if criterion.key in run.without_source:
            facts.append((localised(criterion.title), _("no figures; left out")))
        elif criterion.unit in ("money", "count"):
            total = for_people(entry["sum"], criterion.unit, version.currency)
            facts.append((_("Total of %(criterion)s", criterion=localised(criterion.title)), total))
    facts.append((_("Takes effect"), _("on the day of the last signature")))
    return facts


def _run(request: Request) -> Run:
    run = db.session.get(Run, int(request.reference))
    if run is None:
        raise Refused(_("The grading run of this request does not exist any more."))
    return run


def _digest(request: Request) -> str:
    """The digest now. Whoever computed the run does not sign it (nobody signs their own)."""
    run, login = _run(request), acting_user().login
    if run.created_by == login and login != SYSTEM.login:
        raise Refused(_("You computed grading run %(number)s; somebody else has to sign it.", number=run.number))
    return run_digest(run.id)


def _publish(request: Request) -> None:
    """Put the grades in force, in the transaction of the last signature. Errors: ``Refused`` for altered rows."""
    run = _run(request)
    number, run_id = run.number, run.id
    if run.digest != request.digest or run_digest(run_id) != request.digest:
        raise Refused(
            _("Grading run %(number)s was altered after it was put up; nothing was published.", number=number)
        )
    today = clock.today()
    changed = changed_since(run, scheme_of(version_of(run)), today)
    if changed:
        raise Refused(
            ngettext(
                "Grading run %(number)s reads figures of the day on which it takes effect, and %(num)s customer has "
                "another one today than on %(day)s: return it, and compute it again.",
                "Grading run %(number)s reads figures of the day on which it takes effect, and %(num)s customers have "
                "others today than on %(day)s: return it, and compute it again.",
                changed,
                number=number,
                day=run.read_on,
            )
        )
    put_in_force(run, today)
    _move(run_id, number, PROPOSED, PUBLISHED, effective_from=today, published_at=clock.now())
    audit_record("grading.run.publish", "grading.run", run_id, digest=request.digest)


def _closed(request: Request, outcome: str) -> None:
    """A rejected run stays rejected; one returned or withdrawn can be put up again."""
    run = _run(request)
    _move(run.id, run.number, PROPOSED, REJECTED if outcome == "rejected" else COMPUTED, digest=None)
    audit_record("grading.run.close", "grading.run", run.id, outcome=outcome)
