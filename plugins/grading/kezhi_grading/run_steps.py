"""How far a run is: figures, computed, put up, each signature, published (GRD-10)."""

from __future__ import annotations

from typing import Any

from kezhi import localised
from kezhi.builtin.approvals.roles import role_title
from kezhi.builtin.approvals.services import present_signatures, signer_name, who_signs
from kezhi.filters import instant, person_named
from kezhi.i18n import ngettext

from .models import COMPUTED, PROPOSED, PUBLISHED, REJECTED, Run
from .scheme import Scheme
from .services.approval import steps_of
from .services.basis import missing_months
from .words import _


def state_of(run: Run) -> tuple[str, str]:
    """The state of a run in words, and its tone."""
    return {
        COMPUTED: (_("Computed"), "indigo"),
        PROPOSED: (_("In approval"), "amber"),
        PUBLISHED: (_("Published"), "green"),
        REJECTED: (_("Rejected"), "red"),
    }[run.state]


def run_steps(run: Run, scheme: Scheme, asked: Any) -> list[dict[str, Any]]:
    """The steps with who and when; ``asked`` is the latest request for approval, if there is one."""
    open_again = asked is None or run.state == COMPUTED  # never put up, or returned and withdrawn
    put_up = "" if open_again else _who(asked.requester_name, asked.submitted_at)
    provided = len(scheme.criteria) - len(run.without_source)
    figures = _("%(provided)s of %(all)s criteria", provided=provided, all=len(scheme.criteria))
    if missing := missing_months(run):
        figures += " · " + str(ngettext("%(num)s month missing", "%(num)s months missing", len(missing)))
    done = _("in force from %(day)s", day=run.effective_from) if run.effective_from else ""
    return [
        _step(_("Figures collected"), figures, "done"),
        _step(_("Computed"), _who(person_named(run.created_by), run.created_at), "done"),
        _step(_("Put up for approval"), put_up, "current" if open_again else "done"),
        *_signings(run, scheme, None if open_again else asked),
        _step(_("Published"), done, "done" if run.state == PUBLISHED else "todo"),
    ]


def _signings(run: Run, scheme: Scheme, asked: Any) -> list[dict[str, Any]]:
    if asked is None:
        return [_step(localised(step.title), who_signs(step), "todo") for step in steps_of(scheme)]
    found = []
    marks_of = present_signatures(asked)
    for step in asked.steps:
        if step.round != asked.round:
            continue
        marks = marks_of[step.position]
        who = "; ".join(_who(signer_name(mark), mark.at) for mark in marks)
        if any(mark.decision == "reject" for mark in marks):
            found.append(_step(localised(step.title), who, "failed"))
        elif marks and step.state != "current":
            found.append(_step(localised(step.title), who, "done"))
        else:
            waits = run.state == PROPOSED and step.position == asked.step
            role = str(role_title(step.role)) if step.role else ""
            found.append(_step(localised(step.title), who or role, "current" if waits else "todo"))
    return found


def _step(title: str, note: str, state: str) -> dict[str, Any]:
    return {"title": title, "note": note, "state": state}


def _who(name: str, at: Any) -> str:
    return f"{name} {instant(at)}"


def why_not(run: Run, asked: Any, allowed: bool) -> str:
    """What is missing for the next step, in words."""
    if run.state == COMPUTED and run.graded == 0:
        return _("Nobody was graded, so there is nothing to publish.")
    if run.state == COMPUTED and asked is not None and asked.status == "returned":
        return _("It was returned: see the opinion in %(number)s. It can be put up again.", number=asked.number)
    if run.state == COMPUTED and not allowed:
        return _("Somebody with the right to put runs up for approval goes on from here.")
    if run.state == COMPUTED:
        return _("Check the grades and the movers, then put the run up for approval. Nothing is in force yet.")
    if run.state == PROPOSED:
        return _("The grades take effect with the last signature.")
    if run.state == REJECTED:
        return _("This run was rejected; compute a new one.")
    return _("These grades were published as signed.")
