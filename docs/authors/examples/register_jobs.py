from kezhi import Job, Plugin, audit_record, hookimpl


def greet(task):
    """Called at least once for every slot; what stands inside effect() takes effect once."""
    with task.effect():
        audit_record("example.greet", "greeting", task.slot)


class Example(Plugin):
    name = "example"
    title = "Example"

    @hookimpl
    def register_jobs(self):
        return [Job("example.greet", "Greet in the morning", greet, schedule="0 7 * * *")]


# ── what it does ──────────────────────────────────────────────────────────────────────────────────────────────────────
def check(app):
    job = app.extensions["kezhi"].jobs["example.greet"]
    assert (job.schedule, job.attempts) == ("0 7 * * *", 5)

    from kezhi.testing.jobs import run_job, run_job_cut_off

    assert run_job(app, "example.greet", "2026-11-23") == "done"
    assert run_job_cut_off(app, "example.greet", "2026-11-24") == "done"  # its worker dies, another one takes over

    from sqlalchemy import select

    from kezhi import db, tables

    greeted = select(tables.audit_entry.c.object_id).where(tables.audit_entry.c.action == "example.greet")
    assert db.session.scalars(greeted).all() == ["2026-11-23", "2026-11-24"]


def gone(app):
    assert "example.greet" not in app.extensions["kezhi"].jobs
