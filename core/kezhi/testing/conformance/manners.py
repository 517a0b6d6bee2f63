"""What the plugin declares of itself: settings, jobs, checks, clauses."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import inspect, text
from werkzeug.routing import BuildError

from ...builtin.apps.doctor import examine
from ...errors import PluginError, Refused
from ...settings import fields
from ...site import Site
from ..clauses import CLAUSE_ID
from ..jobs import run_job, run_job_cut_off
from .subject import Subject, client_of


def check_enables(subject: Subject) -> list[str]:
    """It can be enabled on a fresh company with what it needs; the doctor finds nothing."""
    try:
        site = subject.site()
    except (PluginError, Refused) as error:
        return [f"{subject.name}: it cannot be enabled: {error}"]
    if subject.name in site.failures:
        return [f"{subject.name}: it does not run: {site.failures[subject.name]}"]
    with site.app.app_context():
        bad = [finding["message"] for finding in examine(site) if finding["level"] == "error"]
    return [f"{subject.name}: the doctor finds on a fresh company: {message}" for message in bad]


def check_settings(subject: Subject) -> list[str]:
    """The shipped defaults are valid by the form's own rules, and every field has a label."""
    site, found = subject.site(), list[str]()
    with site.app.test_request_context():
        form_class = site.app.extensions["kezhi"].settings.get(subject.name)
        if form_class is None:
            return []
        form = form_class(formdata=None, meta={"csrf": False})
        for key in fields(subject.name):
            field = form[key]
            if field.data is not None:
                field.raw_data = [str(field.data)]
                if not field.validate(form):
                    reason = "; ".join(map(str, field.errors))
                    found.append(f"{subject.name}: the default of the setting {key} is not valid: {reason}")
    return found


def check_jobs(subject: Subject) -> list[str]:
    """A job whose worker dies at the worst moment has taken effect once."""
    once, found = subject.site(), list[str]()
    for key in [key for key in once.app.extensions["kezhi"].jobs if key.startswith(f"{subject.name}.")]:
        cut = subject.site()
        states = run_job(once.app, key), run_job_cut_off(cut.app, key)
        if states != ("done", "done"):
            found.append(f"{subject.name}: the job {key} ends as {states[0]}: see kezhi jobs list for its error")
        elif _data(once) != _data(cut):
            found.append(f"{subject.name}: the job {key} takes effect twice when its worker dies: write inside "
                         "'with task.effect():'")  # fmt: skip
    return found


def _data(site: Site) -> dict[str, int]:
    """Rows per table, those of the machinery left out; entries of the audit chain by their actions."""
    with site.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith("kezhi_")]
        found = {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}  # noqa: S608
        audit = connection.execute(text("SELECT action, count(*) FROM kezhi_audit GROUP BY action")).all()
    return {**found, **{f"audit {row[0]}": row[1] for row in audit}}


def check_clauses(subject: Subject) -> list[str]:
    """Clauses have ids and titles, and each has a marked test where the tests are at hand."""
    from ..clauses import marked_clauses

    site, found = subject.site(), list[str]()
    tests = subject.package.parent / "tests"
    marked = marked_clauses(tests) if tests.is_dir() and not subject.candidate.builtin else None
    for name, clause in site.app.extensions["kezhi"].clauses:
        if name != subject.name:
            continue
        if not CLAUSE_ID.fullmatch(clause.id) or not str(clause.title):
            found.append(f"{name}: the clause {clause.id!r} needs an id like GRD-07 and a title")
        elif marked is not None and clause.id not in marked:
            found.append(f"{name}: no test is marked @pytest.mark.clause({clause.id!r}): write one that shows it")
    return found


def check_evidence(subject: Subject) -> list[str]:
    """Every clause says what shows that it is kept, or why nothing can; the board of a fresh company can tell it."""
    from ...builtin.policy.lines import all_lines
    from ...builtin.policy.services import board

    site, found = subject.site(), list[str]()
    name = subject.name
    with site.app.test_request_context():
        kernel = site.app.extensions["kezhi"]
        lines = {key: line for key, line in all_lines().items() if line.plugin == name}
        clauses = {line.clause.id for line in lines.values()}
        given = [each for plugin, each in kernel.call.attributed.register_evidence() if plugin == name]
        for each in given:
            if each.clause not in clauses:
                found.append(f"{name}: there is evidence of {each.clause}, which register_clauses does not name")
            for records in filter(None, (each.records, each.breaches)):
                own = records.endpoint.startswith(f"{name}.")
                if own and records.endpoint not in site.app.view_functions:
                    found.append(f"{name}: the evidence of {each.clause} leads to {records.endpoint}, which is no page")
        if len(given) > sum(line.evidence is not None for line in lines.values()) and not found:
            found.append(f"{name}: two pieces of evidence of one clause need different keys")
        for row in board(lines):
            found += _closed_pages(subject, site, row.line.evidence)
            if row.line.evidence is None:
                found.append(f"{name}: nothing shows that {row.line.clause.id} is kept: give it a ClauseEvidence in "
                             "register_evidence, or say there why it can have none")  # fmt: skip
            elif row.trouble:
                found.append(f"{name}: the evidence of {row.line.clause.id} fails with {row.trouble}")
    return found


def _closed_pages(subject: Subject, site: Site, evidence: Any) -> list[str]:
    """Pages of records that do not open for an administrator: a filter that their list has not, say."""
    app, found = site.app, list[str]()
    for records in filter(None, (evidence.records, evidence.breaches) if evidence else ()):
        if records.endpoint not in app.view_functions:
            continue  # of an app that is not enabled here
        try:
            address = url_for(records.endpoint, **records.arguments)
        except BuildError as error:
            found.append(f"{subject.name}: the records of {evidence.clause} have no address: {error}")
            continue
        answer = client_of(site, "administrator").get(address, follow_redirects=True)
        if answer.status_code != 200:
            found.append(f"{subject.name}: {address}, the records of {evidence.clause}, answers {answer.status_code}")
    return found


CHECKS = [check_enables, check_settings, check_jobs, check_clauses, check_evidence]
