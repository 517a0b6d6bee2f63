"""The demo company's grades: one run published, one waiting for its first signature by the company's own flow."""

from __future__ import annotations

from datetime import date

from flask_babel import force_locale
from sqlalchemy import func, select

from kezhi import NotFound, Refused, User, acting_as, db, setting, writing
from kezhi.builtin.approvals.contributions import ESCALATE, Step
from kezhi.builtin.approvals.services import keep_flow, sign
from kezhi.builtin.apps.demo import DemoContext
from kezhi.i18n import CHINESE

from .models import Result, Run
from .reading import SchemeRefused
from .services import KIND, check_metrics, current_version, last_full_months, primary_key, run_scheme, scheme_of, submit


def make(context: DemoContext) -> None:
    """Run, sign and publish the grading of the last full year; run the last twelve months and put them up.

    Where no enabled app has the figures that the scheme judges by, there is nothing to grade.
    """
    try:
        check_metrics(scheme_of(current_version(primary_key())))
    except SchemeRefused:
        return
    year = context.today.year - 1
    latest = last_full_months(12, context.today)
    analyst = context.person("data-analyst")
    with acting_as(analyst):
        request_id = _put_up(date(year, 1, 1), date(year, 12, 31))
    with acting_as(context.person("sales-director")):
        sign(request_id, "数据与上年一致，同意。")
    with acting_as(context.person("general-manager")):
        sign(request_id, "同意发布。")
    _issue(analyst)
    _change_flow(context.person("general-manager"))
    with acting_as(analyst):
        _put_up(latest.start, latest.end)


def _change_flow(chief: User) -> None:
    """The company's own flow of runs in two versions; the run that waits follows the second one."""
    review = Step({"zh": "总监复评", "en": "Director's review"}, role="sales-director", hours=16)
    finance = Step({"zh": "财务复核", "en": "Check by finance"}, role="finance", hours=8, late=ESCALATE)
    approval = Step({"zh": "总经理审批", "en": "Approval"}, role="general-manager")
    with acting_as(chief):
        keep_flow(KIND, [review, approval], reason="复评须在两个工作日内完成")
        keep_flow(KIND, [review, finance, approval], reason="毛利以财务口径为准，增加财务复核")


def make_tiers(context: DemoContext) -> None:
    """Publish the service tiers by the last twelve months, before apps that promise times by them make their own data.

    Nobody has one where no enabled app has the figures, or the company named no scheme of them.
    """
    key = str(setting("grading", "service_scheme") or "")
    try:
        check_metrics(scheme_of(current_version(key)))
    except (NotFound, SchemeRefused):
        return
    latest = last_full_months(12, context.today)
    with acting_as(context.person("data-analyst")):
        request_id = _put_up(latest.start, latest.end, key)
    with acting_as(context.person("sales-director")):
        sign(request_id, "同意。")
    with acting_as(context.person("general-manager")):
        sign(request_id, "同意发布。")


def _put_up(start: date, end: date, key: str = "") -> int:
    with writing():
        number = run_scheme(key or primary_key(), start, end).number
    return submit(number).id


def _issue(analyst: User) -> None:
    """The list of the coming year and the sheets of its first customers, in Chinese as the company speaks."""
    from .documents import ANNUAL_LIST, ASSESSMENT, offers

    with acting_as(analyst), force_locale(CHINESE):
        if not offers(ANNUAL_LIST):
            return
        from kezhi.builtin.documents.services import issue

        lowest = select(Run.id, func.min(Result.customer_id)).join(Result, Result.run_id == Run.id).group_by(Run.id)
        lowest = lowest.where(Run.scheme_key == primary_key())
        run_id, customer_id = db.session.execute(lowest).one()
        try:
            issue(ANNUAL_LIST, run_id, "pdf", holder="数据分析室")
            issue(ANNUAL_LIST, run_id, "xlsx", holder="数据分析室")
            issue(ASSESSMENT, customer_id, "pdf", holder="客户资料部")
        except Refused:
            return  # what renders documents is not installed
