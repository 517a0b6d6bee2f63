"""What hooks return: frozen dataclasses, plain data for the core to compose.

A plugin returns these from its hooks; it never receives the Flask app and never registers anything by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, FromClause, Select, SQLColumnExpression

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from .jobs import Task
    from .users import User

Text = Any  #: a ``str`` or a lazy translation
Unit = Literal["money", "ratio", "count", "days", "years", "date", "points"]


@dataclass(frozen=True, slots=True)
class Permission:
    """A right that a route, menu entry or column asks for. ``key`` starts with the plugin's name (``grading.run``)."""

    key: str
    title: Text
    roles: tuple[str, ...] = ()  #: keys of the roles that have it unless the company decides otherwise


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of the side menu. Shown only to who has ``permission``."""

    title: Text
    endpoint: str
    icon: str = "circle"  #: name of a Bootstrap icon
    group: Literal["work", "customers", "service", "control", "system"] = "customers"
    permission: str | None = None
    order: int = 50
    count: Callable[[], int] | None = None  #: how much work waits for the current user
    under: str = ""  #: endpoint of the entry below which it shows, while one of its pages is open


@dataclass(frozen=True, slots=True)
class Join:
    """A table or subquery with at most one row per record of the list; joined only when a column of it is used.

    ``key`` is the column of ``target`` that equals the list's key; ``where`` narrows ``target`` to that one row.
    """

    target: FromClause
    key: SQLColumnExpression[Any]
    where: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice filter."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Filter:
    """How a column is filtered. Without ``apply`` the value is compared for equality with the column's expression."""

    kind: Literal["choice", "text", "number", "date"] = "text"
    choices: Callable[[], Sequence[Choice]] | None = None
    apply: Callable[[str], ColumnElement[bool]] | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    ``sortable`` needs an index ``(value, key)`` on the table that holds ``expr`` (the ``join``'s target, or the
    list's own model): the list is read along that index, rows without a value come last in key order.
    """

    key: str
    label: Text
    expr: SQLColumnExpression[Any]
    join: Join | None = None
    sortable: bool = False
    filter: Filter | None = None
    default: bool = False  #: shown unless the user chooses otherwise
    permission: str | None = None
    #: name of a cell renderer (text, code, name, money, count, date, grade, chip, score, ppm), or a ``cells.Renderer``
    render: Any = "text"
    order: int = 50
    extra: tuple[SQLColumnExpression[Any], ...] = ()  #: further values the renderer needs, same join


@dataclass(frozen=True, slots=True)
class ListTool:
    """Something that every list can do besides showing its table.

    ``context(view, page)`` answers what ``template`` gets beside ``view`` and ``page``, or ready markup, or None where
    the tool is not offered. A request that carries ``argument`` is answered by ``answer(view, value)`` unless that
    returns None; without ``argument`` it is asked when the address says nothing at all.
    """

    key: str
    slot: Literal["views", "actions", "filters", "bar", "columns", "bulk"] | None = None  #: None: answers requests only
    template: str = ""
    context: Callable[[Any, Any], Mapping[str, Any] | str | None] = lambda _view, _page: None
    argument: str = ""
    answer: Callable[[Any, str], Any] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel on a record's page. ``template`` lives under ``templates/<plugin>/`` and gets ``context``, or what that
    answers when it is called: only when the panel is shown.

    ``half``: narrow content; where there is room it stands beside another such panel. ``tab``: not on the overview but
    on a tab of its own, which all panels with this key share; the name of the app is a key that is titled like the app.
    """

    title: Text
    template: str
    context: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    icon: str = "card-text"
    link: str | None = None
    link_text: Text = ""
    order: int = 50
    half: bool = False
    tab: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure in the head of a record's page, with a link to its reasons or records."""

    label: Text
    value: Text
    url: str | None = None
    note: Text = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened to a record, newest first on its page."""

    at: Any  #: aware UTC datetime
    title: Text
    who: str = ""
    icon: str = "dot"
    tone: str = "gray"
    changes: tuple[tuple[Text, str, str], ...] = ()  #: (field label, old, new)
    text: Text = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see which rows of a model: declared once by the model's owner.

    ``grants(user)`` answers ``ALL``, a list of selects of ids (united), or a condition on a column of the row itself,
    for rows that are seen with another model's; ``dependants`` maps child models to their column that points here, so
    that a child is visible when its parent is.
    """

    model: type
    key: SQLColumnExpression[Any]
    grants: Callable[[User], Any]
    dependants: Mapping[type, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"period starts after it ends: {self.start} > {self.end}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rows behind a figure. Metrics that read the same rows share one ``Evidence`` (same ``key``).

    ``select(period, population)`` gives ``customer_id, record_id, reference, happened_on, value``; ``value`` is in
    the integer form of ``unit``.
    """

    key: str
    title: Text
    unit: Unit
    select: Callable[[Period, Select[Any]], Select[Any]]


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure per customer, computed for a whole population in one select.

    ``select(period, population)`` gives ``(customer_id, value)``, at most one row per customer; ``population`` is a
    select of customer ids. ``value`` is an integer: money in minor units of the company's currency, ratios in parts
    per million, points in thousandths, days, years and counts as they are, dates as YYYYMMDD. ``no_rows`` says what
    the absence of a row means: ``zero`` for sums and counts, ``missing`` for ratios. Nothing reads past ``period.end``.
    """

    key: str
    title: Text
    unit: Unit
    select: Callable[[Period, Select[Any]], Select[Any]]
    no_rows: Literal["zero", "missing"]
    grain: Literal["customer"] = "customer"
    evidence: Evidence | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a doctor check found. ``advice`` alone does not fail the doctor."""

    message: Text
    level: Literal["error", "advice"] = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant that ``kezhi doctor`` verifies: ``run(session)`` returns findings, empty when all is well."""

    key: str
    title: Text
    run: Callable[[Session], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class Demo:
    """Makes a plugin's part of the demo company, through the same services as pages and commands.

    ``make(context)`` runs inside an app context; all plugins share ``context`` (see ``kezhi.builtin.apps.demo``).
    """

    make: Callable[[Any], None]
    order: int = 50


@dataclass(frozen=True, slots=True)
class Job:
    """Work in the background. ``key`` starts with the plugin's name (``visits.remind``).

    ``run(task)`` gets a :class:`kezhi.jobs.Task`. It is called at least once for every slot; what it writes inside
    ``with task.effect():`` takes effect once. ``schedule`` is a cron rule in the company's zone (``0 7 * * *``);
    without one the job runs when somebody enqueues it.

    ``ended(payload)`` is called when a slot ends without having been done: given up after its last attempt, or
    cancelled. It gives back what waits for the job, in the transaction in which the slot ends.
    """

    key: str
    title: Text
    run: Callable[[Task], None]
    schedule: str | None = None
    attempts: int = 5  #: how often it is tried before it is given up
    ended: Callable[[Mapping[str, Any]], object] | None = None

    def __post_init__(self) -> None:
        if self.schedule is not None:
            from cronsim import CronSim, CronSimError

            try:
                CronSim(self.schedule, datetime(2000, 1, 1))
            except CronSimError as error:
                raise ValueError(f"job {self.key}: schedule {self.schedule!r}: {error}") from error


@dataclass(frozen=True, slots=True)
class RecordLink:
    """One of the plugin's tables that hangs on records of another table, as data: it is kept by the core.

    Merging, erasing, handing over and deleting records is carried out from it with plain SQL, also while the plugin
    is disabled, broken or not installed.
    """

    table: str  #: the plugin's own table (``visits_visit``)
    label: Text  #: what its rows are, for a person ("Visits")
    target: str  #: the table it hangs on (that of the customers)
    column: str = "customer_id"  #: the column that holds the id of the record
    #: a record with such rows cannot be deleted, or they are deleted with it, or they stay as they are
    delete: Literal["block", "delete", "keep"] = "block"
    #: what erasing the record's personal data does: blank the ``personal`` columns, delete the rows, or nothing
    erase: Literal["blank", "delete", "keep"] = "blank"
    personal: tuple[str, ...] = ()
    #: what merging does: rows go over to the record that stays; where it has a row already (same ``unique``) the
    #: other one is dropped or its figures are combined; or they stay where they are, as history
    merge: Literal["repoint", "keep_one", "combine", "keep"] = "repoint"
    unique: tuple[str, ...] = ()  #: columns that identify a row beside ``column``
    combine: Mapping[str, Literal["sum", "max", "min"]] = field(default_factory=dict)
    #: column that holds the id of the person in charge, for handing over
    hand_over: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of the policy catalogue that the plugin carries out."""

    id: str  #: ``GRD-07``
    title: Text
    ours: bool = False  #: our addition (†) to what companies wrote


#: What ``Access.grants`` answers for a user who sees every row.
ALL = "all"
