"""What shows that the clauses of grading are kept: schemes, runs, their signatures, documents and notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import String, and_, cast, func, or_, select

from kezhi import lazy_gettext as _l
from kezhi.builtin.approvals.models import APPROVED, Request
from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Found, Records, Schedule

from .models import COMPUTED, PROPOSED, PUBLISHED, CurrentGrade, CustomerNotice, Result, Run, SchemeVersion
from .services import KIND

RUNS, SCHEMES = Records("grading.index"), Records("grading.schemes")
ANALYST, DIRECTOR = _l("Data analyst"), _l("Sales director")
#: shipped schemes: clause, key
SHIPPED = (
    ("GRD-20", "four-tiers"), ("GRD-21", "composite-abc"), ("GRD-25", "abcd-foreign"), ("GRD-32", "rfm"),
)  # fmt: skip


def evidence() -> list[ClauseEvidence]:
    """Every clause that this app carries out."""
    return [*_model(), *_work_flow(), *_outputs(), *[_shipped(clause, key) for clause, key in SHIPPED]]


def _count(text: Any) -> Callable[[Found], str]:
    def says(found: Found) -> str:
        return str(text) % {"count": f"{found.records or 0:,}", "of": f"{found.of or 0:,}"}

    return says


# ── the model ───────────────────────────────────────────────────────────────────────────────────────────────────


def _model() -> list[ClauseEvidence]:
    return [
        ClauseEvidence(
            "GRD-01",
            _l("The company has schemes; every changed version says why."),
            ask=schemes,
            says=_count(_l("Schemes: %(of)s, versions: %(count)s")),
            needed=1,
            records=SCHEMES,
            responsible=DIRECTOR,
        ),
        ClauseEvidence(
            "GRD-02",
            _l("Everybody graded by score card has a score."),
            ask=lambda _today: _by_method("score-card", CurrentGrade.score.is_(None)),
            says=_count(_l("Grades in force by score card: %(count)s")),
            records=SCHEMES,
            responsible=ANALYST,
        ),
        ClauseEvidence(
            "GRD-03",
            _l("Everybody graded by threshold rules has a grade, and none has a score."),
            ask=lambda _today: _by_method("threshold", CurrentGrade.score.is_not(None)),
            says=_count(_l("Grades in force by threshold rules: %(count)s")),
            records=SCHEMES,
            responsible=ANALYST,
        ),
        ClauseEvidence(
            "GRD-06",
            _l("Whoever could not be graded in the run in force is counted, not given a low grade."),
            ask=missing,
            says=_count(_l("Last run: %(count)s graded, %(of)s not gradable")),
            records=RUNS,
            responsible=ANALYST,
        ),
        ClauseEvidence(
            "GRD-07",
            _l("Every grade in force is the result of the run it names, with its reasons."),
            ask=explained,
            says=_count(_l("Grades in force with their reasons: %(count)s")),
            records=RUNS,
            responsible=_l("The system"),
        ),
    ]


def schemes(_today: date) -> Ask:
    """Versions of schemes, the last one loaded, and later versions without a reason."""
    count = select(func.count(SchemeVersion.id))
    unreasoned = count.where(SchemeVersion.version > 1, SchemeVersion.reason == "", SchemeVersion.loaded_by != "system")
    return Ask(
        records=count,
        of=select(func.count(SchemeVersion.key.distinct())),
        latest=select(func.max(SchemeVersion.loaded_at)),
        breaches=unreasoned,
    )


def _by_method(method: str, wrong: Any) -> Ask:
    keys = select(SchemeVersion.key).where(SchemeVersion.method == method)
    grades = select(func.count(CurrentGrade.customer_id)).where(CurrentGrade.scheme_key.in_(keys))
    runs = select(Run.id).join(SchemeVersion, SchemeVersion.id == Run.scheme_id).where(SchemeVersion.method == method)
    of_method = CurrentGrade.run_id.in_(runs)
    return Ask(
        records=grades,
        breaches=select(func.count(CurrentGrade.customer_id)).where(of_method, wrong),
        latest=select(func.max(CurrentGrade.effective_from)).where(CurrentGrade.scheme_key.in_(keys)),
    )


def missing(_today: date) -> Ask:
    """Graded and ungradable of the last published run, and how many more or fewer of its rows have no grade."""
    published = Run.state == PUBLISHED
    last: Any = (Run.published_at.desc(), Run.id.desc())
    ungraded = select(func.count(Result.customer_id)).where(Result.run_id == Run.id, Result.grade.is_(None))
    return Ask(
        records=select(Run.graded).where(published).order_by(*last).limit(1),
        of=select(Run.ungradable).where(published).order_by(*last).limit(1),
        latest=select(func.max(Run.published_at)),
        label=_last_run(),
        breaches=select(func.abs(Run.ungradable - ungraded.scalar_subquery()))
        .where(published)
        .order_by(*last)
        .limit(1),
    )


def explained(_today: date) -> Ask:
    """Grades in force, and those that their run does not bear out."""
    same = and_(Result.run_id == CurrentGrade.run_id, Result.customer_id == CurrentGrade.customer_id)
    joined = (
        select(func.count(CurrentGrade.customer_id))
        .select_from(CurrentGrade)
        .outerjoin(Run, Run.id == CurrentGrade.run_id)
        .outerjoin(Result, same)
    )
    wrong = or_(Run.state != PUBLISHED, Result.grade.is_distinct_from(CurrentGrade.grade))
    return Ask(
        records=select(func.count(CurrentGrade.customer_id)),
        latest=select(func.max(CurrentGrade.effective_from)),
        breaches=joined.where(wrong),
    )


# ── the work flow ───────────────────────────────────────────────────────────────────────────────────────────────


def _work_flow() -> list[ClauseEvidence]:
    return [
        ClauseEvidence(
            "GRD-10",
            _l("Every published run was approved, and no run lies about unpublished."),
            ask=runs,
            says=_count(_l("Runs published: %(count)s")),
            needed=1,
            records=RUNS,
            responsible=ANALYST,
        ),
        ClauseEvidence(
            "GRD-26", without=_l("The tier of a customer is told when another app asks; nothing is stored.")
        ),
        ClauseEvidence("GRD-12", without=_l("Trying a scheme stores nothing, so nothing is left to count.")),
    ]


def runs(_today: date) -> Ask:
    """Published runs, those without an approved request, and those that wait to be put up or signed."""
    published = select(func.count(Run.id)).where(Run.state == PUBLISHED)
    approval = select(Request.id).where(
        Request.kind == KIND, Request.reference == cast(Run.id, String), Request.status == APPROVED
    )
    return Ask(
        records=published,
        latest=select(func.max(Run.published_at)),
        label=_last_run(),
        breaches=published.where(~approval.exists()),
        waiting=select(func.count(Run.id)).where(Run.state.in_((COMPUTED, PROPOSED))),
    )


def _last_run() -> Any:
    last = select(cast(Run.number, String)).where(Run.state == PUBLISHED)
    return last.order_by(Run.published_at.desc(), Run.id.desc()).limit(1)


def _shipped(clause: str, key: str) -> ClauseEvidence:
    def ask(_today: date) -> Ask:
        published = select(func.count(Run.id)).where(Run.state == PUBLISHED, Run.scheme_key == key)
        return Ask(
            records=published,
            latest=select(func.max(Run.published_at)).where(Run.scheme_key == key),
            of=select(func.count(SchemeVersion.id)).where(SchemeVersion.key == key),
        )

    return ClauseEvidence(
        clause,
        _l("The scheme is set up, and a run of it was published."),
        ask=ask,
        says=_count(_l("Runs published: %(count)s, versions of the scheme: %(of)s")),
        needed=1,
        records=Records("grading.scheme", {"key": key}),
        responsible=ANALYST,
    )


# ── outputs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _outputs() -> list[ClauseEvidence]:
    return [
        ClauseEvidence(
            "GRD-13",
            _l("The list of important customers for the coming year is issued by the last working day of the year."),
            schedule=Schedule("year", done=_lists_since),
            key="list",
            title=_l("Annual list of important customers"),
            ask=lambda _today: _issued("grading.annual_list"),
            says=_count(_l("Lists issued: %(count)s")),
            records=Records("documents.index", {"f.kind": "grading.annual_list"}),
            responsible=DIRECTOR,
        ),
        ClauseEvidence(
            "GRD-13",
            _l("Every notice to a customer is sent by its day."),
            ask=notices,
            key="notice",
            title=_l("Notices to customers of their grade"),
            says=_count(_l("%(count)s of %(of)s notices sent")),
            records=RUNS,
            responsible=_l("Sales"),
        ),
    ]


def _lists_since(since: date) -> Any:
    from kezhi.builtin.documents.models import Issue

    start = datetime.combine(since, time(), UTC)
    return select(Issue.issued_at).where(Issue.kind == "grading.annual_list", Issue.issued_at >= start)


def _issued(kind: str) -> Ask:
    from kezhi.builtin.documents.models import Issue

    return Ask(
        records=select(func.count(Issue.id)).where(Issue.kind == kind),
        latest=select(func.max(Issue.issued_at)).where(Issue.kind == kind),
        label=select(Issue.number).where(Issue.kind == kind).order_by(Issue.id.desc()).limit(1),
    )


def notices(today: date) -> Ask:
    """Notices that were sent, that are late, and that still have time."""
    count = select(func.count()).select_from(CustomerNotice)
    unsent = CustomerNotice.sent_on.is_(None)
    return Ask(
        records=count.where(~unsent),
        of=count,
        latest=select(func.max(CustomerNotice.sent_on)),
        breaches=count.where(unsent, CustomerNotice.due_on < today),
        waiting=count.where(unsent, CustomerNotice.due_on >= today),
    )
