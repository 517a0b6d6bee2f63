"""The pages of complaints."""

from __future__ import annotations

from flask import Blueprint

from . import (
    actions,
    assisting,
    feedback,
    handling,
    levels,
    lists,
    live,
    public,
    records,
    registering,
    remedies,
    reports,
    satisfaction,
)

BOTH, POST = ("GET", "POST"), ("POST",)


def blueprint() -> Blueprint:
    """The pages under ``/complaints``."""
    pages = Blueprint("complaints", __name__.rpartition(".")[0], url_prefix="/complaints")
    rule = pages.add_url_rule
    rule("", "index", records.index)
    rule("/new", "new", registering.new, methods=BOTH)
    rule("/lookup", "lookup", registering.lookup, methods=POST)
    rule("/<int:complaint_id>", "show", records.show)
    rule("/levels", "levels", levels.index)
    rule("/levels/<tier>", "edit_level", levels.edit, methods=BOTH)
    rule("/<int:complaint_id>/demand", "demand", levels.demand, methods=("POST",))
    rule("/<int:complaint_id>/correct", "correct", registering.correct, methods=BOTH)
    rule("/feedback", "feedbacks", feedback.index)
    rule("/feedback/new", "new_feedback", feedback.new, methods=BOTH)
    rule("/feedback/<int:feedback_id>", "feedback", feedback.show)
    rule("/feedback/<int:feedback_id>/edit", "edit_feedback", feedback.edit, methods=BOTH)
    rule("/feedback/<int:feedback_id>/progress", "progress", feedback.progress, methods=POST)
    rule("/feedback/<int:feedback_id>/result", "result", feedback.result, methods=POST)
    rule("/feedback/<int:feedback_id>/complaint", "go_on", feedback.go_on, methods=POST)
    rule("/lists", "lists", lists.index)
    rule("/lists/<name>", "list", lists.show, methods=BOTH)
    rule("/lists/<name>/entry", "change_entry", lists.change, methods=POST)
    rule("/public-page", "public_link", lists.public_link, methods=POST)
    rule("/public/<code>", "public", public.enter, methods=BOTH)
    one, post = "/<int:complaint_id>", ("POST",)
    rule(f"{one}/steps/<key>", "step", handling.step, methods=BOTH)
    rule(f"{one}/findings", "findings", handling.findings, methods=post)
    rule(f"{one}/judgement", "judgement", handling.judgement, methods=post)
    rule(f"{one}/notes", "note", handling.note, methods=post)
    rule(f"{one}/help", "ask", handling.ask, methods=post)
    rule(f"{one}/guidance", "guide", handling.guide, methods=post)
    rule(f"{one}/guidance/<int:guidance_id>", "answer_guidance", handling.answer_guidance, methods=post)
    rule("/help/<int:help_id>", "help", assisting.help, methods=BOTH)
    rule("/help/<int:help_id>/decline", "decline_help", assisting.decline_help, methods=post)
    rule(f"{one}/remedies/new", "new_remedy", remedies.new_remedy, methods=BOTH)
    rule("/remedies/<int:remedy_id>/edit", "edit_remedy", remedies.edit_remedy, methods=BOTH)
    rule("/remedies/<int:remedy_id>/done", "done_remedy", remedies.done_remedy, methods=BOTH)
    rule("/remedies/<int:remedy_id>/drop", "drop_remedy", remedies.drop_remedy, methods=BOTH)
    rule(f"{one}/responsible", "name_responsible", remedies.name_responsible, methods=BOTH)
    rule(f"{one}/actions/new", "new_action", actions.new_action, methods=BOTH)
    rule("/actions/<int:action_id>", "action", actions.action)
    rule("/actions/<int:action_id>/edit", "edit_action", actions.edit_action, methods=BOTH)
    rule("/actions/<int:action_id>/abandon", "abandon_action", actions.abandon_action, methods=BOTH)
    rule("/actions/<int:action_id>/done", "finish_action", actions.finish_action, methods=post)
    rule("/actions/<int:action_id>/effect", "check_action", actions.check_action, methods=post)
    rule("/satisfaction/<token>", "satisfaction", satisfaction.answer, methods=BOTH)
    rule(f"{one}/satisfaction/link", "satisfaction_link", satisfaction.make_link, methods=post)
    rule(f"{one}/satisfaction/phone", "satisfaction_phone", satisfaction.by_phone, methods=BOTH)
    settle = f"{one}/satisfaction/<int:satisfaction_id>"
    rule(f"{settle}/up", "pass_up", satisfaction.pass_up, methods=BOTH)
    rule(f"{settle}/closed", "leave_closed", satisfaction.leave_closed, methods=BOTH)
    rule(f"{one}/dispute", "dispute", handling.dispute, methods=post)
    rule("/live", "live", live.index)
    rule("/reports", "reports", reports.index)
    rule("/reports/draft", "draft_report", reports.draft, methods=post)
    rule("/reports/<int:report_id>", "report", reports.show)
    rule("/reports/<int:report_id>/edit", "edit_report", reports.edit, methods=BOTH)
    rule("/reports/<int:report_id>/recount", "recount_report", reports.recount, methods=post)
    rule("/reports/<int:report_id>/submit", "submit_report", reports.submit, methods=BOTH)
    return pages
