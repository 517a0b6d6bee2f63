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


def gone(app):
    assert "example.greet" not in app.extensions["kezhi"].jobs
