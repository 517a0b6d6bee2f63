from datetime import timedelta

from kezhi import Plugin, hookimpl


def months_of(period):
    """The first days of the months that a period touches."""
    day = period.start.replace(day=1)
    while day <= period.end:
        yield day
        day = (day + timedelta(days=31)).replace(day=1)


class Example(Plugin):
    name = "example"
    title = "Example"
    depends = {"kezhi": ">=0.1", "grading": ">=0.1"}

    @hookimpl(optionalhook=True)
    def grading_basis(self, spans):
        """Visits are counted by hand, and so far up to June 2026."""
        read = {month for period in spans.get("example.visits", ()) for month in months_of(period)}
        if not read:
            return []
        missing = sorted(f"{month:%Y-%m}" for month in read if (month.year, month.month) > (2026, 6))
        text = {"zh": "拜访次数由人工统计，截至 2026 年 6 月。", "en": "Visits are counted by hand, up to June 2026."}
        return [{"text": text, "confirmed": True, "missing": missing}]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app):
    from datetime import date

    from kezhi import Period
    from kezhi_grading.models import Run
    from kezhi_grading.services.basis import basis_notes, missing_months

    year = {"example.visits": [Period(date(2026, 5, 1), date(2026, 8, 31))], "other.figure": []}
    run = Run(basis=app.extensions["kezhi"].call.grading_basis(spans=year))
    assert missing_months(run) == ["2026-07", "2026-08"]
    assert [tone for tone, _text in basis_notes(run)] == ["amber"], "a run says so wherever it is explained"
    assert app.extensions["kezhi"].call.grading_basis(spans={"other.figure": []}) == []


def gone(app):
    assert app.extensions["kezhi"].call.grading_basis(spans={"example.visits": []}) == []
