"""The pages of jobs, for who runs the system."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import NotFound, Refused, logged_in, requires, writing
from kezhi.i18n import gettext as _
from kezhi.jobs import DEAD

from . import job_pages, job_progress, job_services
from .job_progress import MANAGE


def _tabs(which: str) -> list[dict[str, Any]]:
    found = [("jobs", _("Runs")), ("schedule", _("By the clock"))]
    return [{"title": title, "url": url_for(f"apps.{key}"), "current": key == which} for key, title in found]


@requires(MANAGE)
def jobs() -> Any:
    """Every slot: what waits, runs, is done, has failed."""
    titles = {key: str(each.title) for key, each in job_pages.registered().items()}
    now = job_progress.running(titles)
    return job_pages.runs_view().respond(
        "apps/jobs.html", job_tabs=_tabs("jobs"), overdue=job_pages.overdue(), running=now
    )


@requires(MANAGE)
def schedule() -> str:
    """What is run by the clock."""
    return render_template("apps/schedule.html", job_tabs=_tabs("schedule"), found=job_pages.scheduled())


@logged_in
def job(job_id: int) -> str:
    """One slot and what can be done about it: for who runs the system, and for whoever asked for it."""
    page = job_pages.run_page(job_id) if job_id < 2**63 else None
    if page is None:
        abort(404)
    return render_template("apps/job.html", **page)


@logged_in
def change_job(job_id: int, action: str) -> Any:
    """Try it again, or cancel it; what somebody else did first is said."""
    page = job_pages.run_page(job_id) if job_id < 2**63 else None
    if page is None or (not page["manages"] and (action == "retry" or page["run"]["state"] == DEAD)):
        abort(404)
    try:
        with writing():
            if action == "retry":
                job_services.retry(job_id)
                said = _("It will be tried again at once.")
            else:
                ended = job_services.cancel(job_id)
                said = _("It is cancelled.") if ended else _("It was asked to stop: it does where it next looks.")
    except Refused as error:
        flash(str(error), "warning")
    else:
        flash(said, "success")
    return redirect(url_for("apps.job", job_id=job_id))


@requires(MANAGE)
def start_job() -> Any:
    """Run a job now that is run by the clock otherwise."""
    key = request.form.get("job", "")
    try:
        with writing():
            job_services.start_scheduled(key)
    except NotFound:
        abort(404)
    except Refused as error:
        flash(str(error), "warning")
    else:
        flash(_("“%(job)s” will be run at once.", job=job_pages.title_of(key)), "success")
    return redirect(url_for("apps.schedule"))
