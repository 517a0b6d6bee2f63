"""Schemes and their versions."""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import func, select

from kezhi import Conflict, NotFound, Refused, audit_record, clock, currency, db, set_setting, setting
from kezhi.metrics import all_metrics
from kezhi.numbers import next_numbers
from kezhi.permissions import acting_user

from ..models import SchemeVersion
from ..reading import SchemeRefused, check_size, read_scheme
from ..scheme import Scheme
from ..stored import digest, from_json, to_json
from ..table import Problem
from ..toml_text import toml_of
from ..words import _

#: shipped schemes in the order of the list; the first is the primary one unless the company says otherwise
SHIPPED = ("composite-abc", "rfm", "four-tiers", "abcd-foreign", "service-tiers")


def seed() -> None:
    """Load the shipped schemes that are not there yet, as version 1.

    When the plugin is enabled for the first time, and when an upgrade brings new ones.
    """
    for key in SHIPPED:
        if _newest(key) is not None:
            continue
        source = files("kezhi_grading").joinpath(f"schemes/{key}.toml").read_text(encoding="utf-8")
        _store(read_scheme(source, currency=currency()), source)


def load_scheme(source: bytes | str, reason: str = "") -> tuple[SchemeVersion, bool]:
    """Keep a scheme's file as the newest version of its key; answers the version and whether it is new.

    The same content again makes no new version. Errors: ``SchemeRefused`` with every problem.
    """
    scheme = read_scheme(source, currency=currency())
    check_metrics(scheme)
    check_population(scheme)
    text = source if isinstance(source, str) else source.decode("utf-8-sig")
    return _store(scheme, text, reason=reason.strip())


def save_scheme(scheme: Scheme, *, expected: int, reason: str) -> tuple[SchemeVersion, bool]:
    """Keep a scheme that was made in the browser as the next version of its key; answers it and whether it is new.

    ``expected`` is the version that was changed, 0 for a new scheme. Runs keep the versions they ran, and what is in
    force changes only with the signatures of a run. Errors: ``SchemeRefused``; ``Conflict`` when somebody saved
    another version meanwhile; ``Refused`` for a key that is taken and for a change without a reason.
    """
    check_metrics(scheme)
    check_population(scheme)
    if expected and not reason.strip():
        raise Refused(_("Say why the scheme is changed: the reason stands with the version."), field="reason")
    source = toml_of(scheme, currency())
    check_size(source.encode())
    return _store(scheme, source, expected, reason.strip())


def _store(
    scheme: Scheme, source: str, expected: int | None = None, reason: str = ""
) -> tuple[SchemeVersion, bool]:  # fmt: skip
    content = digest(scheme)
    next_numbers(f"grading.scheme.{scheme.key}")  # locks the key's versions until the commit
    newest = _newest(scheme.key)
    if expected == 0 and newest is not None:
        raise Refused(_("There is a scheme “%(key)s” already; write another key.", key=scheme.key), field="key")
    if expected and newest is not None and newest.version != expected:
        raise Conflict(
            _("Somebody saved version %(version)s while you were editing version %(expected)s.",
              version=newest.version, expected=expected)
        )  # fmt: skip
    if newest is not None and (newest.digest, newest.currency) == (content, currency()):
        return newest, False
    row = SchemeVersion(
        key=scheme.key,
        version=1 if newest is None else newest.version + 1,
        title=dict(scheme.title),
        method=scheme.method,
        definition=to_json(scheme),
        currency=currency(),
        digest=content,
        source=source,
        loaded_at=clock.now(),
        loaded_by=acting_user().login,
        reason=reason,
    )
    db.session.add(row)
    db.session.flush()
    audit_record("grading.scheme.load", "grading.scheme", row.id, key=row.key, version=row.version, digest=content)
    return row, True


def _newest(key: str) -> SchemeVersion | None:
    statement = select(SchemeVersion).where(SchemeVersion.key == key).order_by(SchemeVersion.version.desc()).limit(1)
    return db.session.scalars(statement).one_or_none()


def latest_versions() -> list[SchemeVersion]:
    """The newest version of every scheme, by key."""
    newest = select(func.max(SchemeVersion.id)).group_by(SchemeVersion.key)
    return list(
        db.session.scalars(select(SchemeVersion).where(SchemeVersion.id.in_(newest)).order_by(SchemeVersion.key))
    )


def all_versions(limit: int = 200) -> list[SchemeVersion]:
    """Every version of every scheme, the newest of each first."""
    ordered = select(SchemeVersion).order_by(SchemeVersion.key, SchemeVersion.version.desc())
    return list(db.session.scalars(ordered.limit(limit)))


def current_version(key: str, version: int | None = None) -> SchemeVersion:
    """The newest version of a scheme, or the one named. Errors: ``NotFound`` with the keys there are."""
    statement = select(SchemeVersion).where(SchemeVersion.key == key)
    if version is not None:
        statement = statement.where(SchemeVersion.version == version)
    found = db.session.scalars(statement.order_by(SchemeVersion.version.desc()).limit(1)).one_or_none()
    if found is None:
        known = ", ".join(row.key for row in latest_versions())
        raise NotFound(_("There is no scheme “%(key)s”; there are: %(known)s.", key=key[:40], known=known))
    return found


def versions_of(key: str) -> list[SchemeVersion]:
    """All versions of a scheme, the newest first. Errors: ``NotFound``."""
    statement = select(SchemeVersion).where(SchemeVersion.key == key).order_by(SchemeVersion.version.desc())
    found = list(db.session.scalars(statement))
    if not found:
        current_version(key)
    return found


def scheme_of(row: SchemeVersion) -> Scheme:
    """The content of a version."""
    return from_json(row.definition)


def check_metrics(scheme: Scheme) -> None:
    """Whether every metric a scheme needs is provided. Errors: ``SchemeRefused``, naming the apps that have them."""
    provided, problems = all_metrics(), list[Problem]()
    for number, criterion in enumerate(scheme.criteria, 1):
        where = f"criteria[{number}] ({criterion.key}).metric"
        metric = provided.get(criterion.metric)
        if metric is None and not criterion.optional:
            app = criterion.metric.partition(".")[0]
            text = _(
                "no enabled app provides “%(metric)s”; enable the app “%(app)s”, correct the name, "
                "or mark the criterion optional",
                metric=criterion.metric,
                app=app,
            )
            problems.append(Problem(where, text, ("criteria", number, "metric")))
        if metric is not None and metric.unit != criterion.unit:
            text = _(
                '“%(metric)s” is counted in %(unit)s; write unit = "%(unit)s"', metric=metric.key, unit=metric.unit
            )
            problems.append(Problem(where, text, ("criteria", number, "unit")))
    if problems:
        raise SchemeRefused(problems)


def check_population(scheme: Scheme) -> None:
    """Whether the company's lists have the business types and stages that a population names; regions are free text.

    A key that is in no list would select nobody without a word. Errors: ``SchemeRefused``.
    """
    from kezhi.builtin.customers.services.lists import TITLES, all_entries

    problems = []
    wanted = scheme.population
    for name, where, keys in (
        ("business_type", "business_types", wanted.business_types),
        ("stage", "stages", wanted.stages),
    ):
        known = [entry["key"] for entry in all_entries(name)]
        for key in keys:
            if key not in known:
                text = _(
                    "the list “%(list)s” has no entry with the key “%(key)s”; add it to the company's lists, or write "
                    "one of: %(known)s",
                    list=str(TITLES[name]),
                    key=key,
                    known=", ".join(known),
                )
                problems.append(Problem(f"population.{where}", text, ("population", where)))
    if problems:
        raise SchemeRefused(problems)


def primary_key() -> str:
    """The scheme whose grade is shown everywhere (GRD-01)."""
    return str(setting("grading", "primary", SHIPPED[0]))


def set_primary(key: str) -> None:
    """Choose the primary scheme. Errors: ``NotFound``."""
    set_setting("grading", "primary", current_version(key).key)
    audit_record("grading.primary", "grading.scheme", key)
