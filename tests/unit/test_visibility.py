"""Who sees which rows: granted by the owner of the model, narrowed by anybody, the same on every way to the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, joinedload, mapped_column, relationship, selectinload

from kezhi.builtin.lists.export import export_rows
from kezhi.contributions import ALL, Access, Column, Join
from kezhi.db import BigInt, CodeText, db, writing
from kezhi.host import Host
from kezhi.listing import ListView
from kezhi.permissions import acting_as
from kezhi.plugin import Plugin, hookimpl
from kezhi.users import ANONYMOUS, SYSTEM, User
from kezhi.visibility import AccessRegistry, narrowed, seen_here, visible, visible_ids, visible_where

pytestmark = pytest.mark.services


class Base(DeclarativeBase):
    """Tables of these tests only."""


class File(Base):
    __tablename__ = "archive_file"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    code: Mapped[str] = mapped_column(CodeText)
    owner_id: Mapped[int] = mapped_column(BigInt, index=True)
    team_id: Mapped[int] = mapped_column(BigInt, index=True)
    sealed: Mapped[bool] = mapped_column(sa.Boolean)


class Sheet(Base):
    """A part of a file: seen by who sees the file."""

    __tablename__ = "archive_sheet"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("archive_file.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(CodeText)
    file: Mapped[File | None] = relationship(File, viewonly=True)


class Note(Base):
    """Something that anybody may read, with a way to a file."""

    __tablename__ = "archive_note"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("archive_file.id", ondelete="CASCADE"))
    file: Mapped[File | None] = relationship(File, viewonly=True)


class Seals(Plugin):
    """Sealed files are for who may open seals."""

    name = "seals"
    title = "Seals"

    @hookimpl
    def row_limits(self, model: type, user: User) -> list[sa.ColumnElement[bool]]:
        return [File.sealed.is_(False)] if model is File and not user.can("seals.open") else []

    @hookimpl
    def list_columns(self, model: type) -> list[Column]:
        sheet = Sheet.__table__.c
        join = Join(Sheet.__table__, sheet.file_id)
        return [Column("seals.text", "Text", sheet.text, join, sortable=True)] if model is File else []


class Broken(Plugin):
    name = "broken"
    title = "Broken"

    @hookimpl
    def row_limits(self, model: type, user: User) -> list[sa.ColumnElement[bool]]:
        raise LookupError("no limits today")


def person(number: int, *permissions: str, departments: frozenset[int] = frozenset()) -> User:
    return User(id=number, login=f"p{number}", name="", permissions=frozenset(permissions), departments=departments)


OWNER = person(1, "files.export")
MEMBER = person(2, "files.export", departments=frozenset({20}))
CHIEF = person(3, "files.export", "files.all")
KEEPER = person(4, "files.export", "files.all", "seals.open")
STRANGER = person(5, "files.export")
#: files: (owner, team, sealed); what each person sees of them
FILES = {1: (1, 10, False), 2: (1, 20, False), 3: (9, 20, False), 4: (1, 10, True), 5: (9, 30, True), 6: (9, 30, False)}
SEEN = {OWNER: {1, 2}, MEMBER: {2, 3}, CHIEF: {1, 2, 3, 6}, KEEPER: set(FILES), STRANGER: set(), SYSTEM: set(FILES)}
EVERYBODY = pytest.mark.parametrize("user", SEEN, ids=["owner", "member", "chief", "keeper", "stranger", "system"])


def grants(user: User) -> Any:
    if user.can("files.all"):
        return ALL
    own = sa.select(File.id).where(File.owner_id == user.id)
    return [own, sa.select(File.id).where(File.team_id.in_(user.departments))]


@pytest.fixture
def archive(app: Flask) -> Iterator[Flask]:
    """An app with six files of one sheet each, their owner's grants and a plugin that seals."""
    kernel = app.extensions["kezhi"]
    kernel.host = Host([*kernel.plugins.values(), Seals()])
    kernel.access = AccessRegistry([Access(File, File.id, grants, dependants={Sheet: Sheet.file_id})])
    engine = app.config["KEZHI_ENGINE"]
    Base.metadata.create_all(engine)
    with writing():
        for number, (owner, team, sealed) in FILES.items():
            row = {"id": number, "code": f"F{number}", "owner_id": owner, "team_id": team, "sealed": sealed}
            db.session.execute(sa.insert(File).values(row))
            db.session.execute(sa.insert(Sheet).values(id=number, file_id=number, text=f"T{number}"))
            db.session.execute(sa.insert(Note).values(id=number, file_id=number))
    yield app
    db.session.rollback()
    Base.metadata.drop_all(engine)


def files() -> ListView:
    columns = [Column("code", "Code", File.code, sortable=True, default=True, render="code")]
    return ListView(
        name="files", model=File, columns=columns, search=[File.code], export_permission="files.export", page_size=2
    )


@EVERYBODY
def test_every_way_to_the_rows_gives_the_same_ones(archive: Flask, user: User) -> None:
    seen = SEEN[user]
    with acting_as(user):
        assert set(db.session.scalars(visible(File)).unique()) == {db.session.get(File, n) for n in seen}
        view = files()
        for args in ({}, {"sort": "-code"}, {"sort": "seals.text"}, {"sort": "-seals.text"}, {"q": "f"}):
            page = view.page(args)
            found = [row.id for row in page.rows]
            while page.next_cursor:
                page = view.page({**args, "after": page.next_cursor})
                found += [row.id for row in page.rows]
            assert sorted(found) == sorted(seen)
            assert view.count(args) == len(seen)
            assert {row[0] for row in export_rows(view, args)} == {f"F{n}" for n in seen}
        # under the explicit predicate lies the net: statements that forget it
        assert set(db.session.scalars(sa.select(File.id))) == seen
        assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == len(seen)
        assert set(db.session.scalars(sa.select(aliased(File).id))) == seen
        assert set(db.session.scalars(sa.select(Sheet.file_id))) == seen
        assert set(db.session.scalars(sa.select(Sheet.id).join(Sheet.file))) == seen
        assert set(db.session.scalars(sa.select(Sheet.id).where(Sheet.file.has()))) == seen
        inner = sa.select(File.id).subquery()
        assert set(db.session.scalars(sa.select(inner.c.id))) == seen
        wanted = visible_ids(File)
        assert wanted is None or set(db.session.scalars(wanted)) == seen


@EVERYBODY
def test_the_net_finds_the_rows_wherever_a_statement_names_them(archive: Flask, user: User) -> None:
    """Only the conditions of models that a statement names, or may load later, are put to it: none is overlooked."""
    seen = SEEN[user]
    other = aliased(File)
    named = sa.select(other.code).where(other.id == Note.file_id).scalar_subquery()
    ways: dict[str, Any] = {
        "exists": sa.select(Note.file_id).where(sa.exists().where(File.id == Note.file_id)),
        "in": sa.select(Note.file_id).where(Note.file_id.in_(sa.select(File.id))),
        "with": sa.select(sa.select(File.id).cte().c.id),
        "union": sa.union(sa.select(File.id), sa.select(File.id).where(File.id > 3)),
        "join": sa.select(Note.file_id).join(File, File.id == Note.file_id),
        "behind a join": sa.select(Note.file_id).join(sa.select(File.id).subquery(), sa.true()).where(
            sa.exists(sa.select(1).where(File.id == Note.file_id))
        ),
        "order": sa.select(Note.file_id).where(named.is_not(None)).order_by(named),
    }  # fmt: skip
    with acting_as(user):
        for way, statement in ways.items():
            assert set(db.session.scalars(statement)) == seen, way
        texts = {row.file_id for row in db.session.execute(sa.select(Note.file_id, named.label("code"))) if row.code}
        assert texts == seen
        # statements that are of no class by themselves, and hold one that is
        assert db.session.scalar(sa.select(sa.exists().where(File.code != ""))) == bool(seen)
        assert db.session.scalar(sa.select(sa.exists(sa.select(File.id)))) == bool(seen)
        count = sa.select(sa.func.count(File.id)).scalar_subquery()
        assert db.session.scalar(sa.select(sa.literal(0) + count)) == len(seen)
        for options in ((), (selectinload(Note.file),), (joinedload(Note.file),)):
            db.session.expunge_all()
            loaded = db.session.scalars(sa.select(Note).options(*options)).all()  # nobody guards a note itself
            assert len(loaded) == len(FILES)
            assert {note.file_id for note in loaded if note.file is not None} == seen, options


def of_the_table(user: User) -> Any:
    """The same grants by selects of the table, as rules are written that are not to be narrowed themselves."""
    file = File.__table__.c
    if user.can("files.all"):
        return ALL
    return [
        sa.select(file.id).where(file.owner_id == user.id),
        sa.select(file.id).where(file.team_id.in_(user.departments)),
    ]


@EVERYBODY
def test_a_statement_that_holds_the_rule_is_narrowed_once_and_none_can_pretend(archive: Flask, user: User) -> None:
    """The rule stands in the WHERE as the one object that ``visible`` makes: what only looks like it counts nothing."""
    children = {Sheet: Sheet.file_id}
    archive.extensions["kezhi"].access = AccessRegistry([Access(File, File.id, of_the_table, children)])
    seen = SEEN[user]
    with acting_as(user):
        rule = visible_where(File)
        if rule is None:
            return
        held = [visible(File), visible(File).where(File.id > 0).order_by(File.code), sa.select(File.id).where(rule)]
        for statement in held:
            assert narrowed(statement) is statement
            assert set(db.session.scalars(statement.with_only_columns(File.id))) == seen
        likenesses = [sa.true(), File.id > 0, sa.or_(rule, File.id > 0), sa.literal("kezhi") == "kezhi"]
        likenesses += [visible_where(File, each) for each in (CHIEF, OWNER, MEMBER) if each != user]
        pretenders = [sa.select(File.id).where(each) for each in likenesses]
        pretenders += [each.execution_options(kezhi_narrowed=True, kezhi_visible=(File,)) for each in pretenders]
        pretenders += [sa.union(visible(File).with_only_columns(File.id), sa.select(File.id))]
        for statement in pretenders:
            assert narrowed(statement) is not statement
            assert set(db.session.scalars(statement)) <= seen
        # the rule at one place, the rows once more at another
        other = aliased(File)
        counts = [
            sa.select(sa.func.count(other.id)).scalar_subquery(),
            sa.select(sa.func.count()).select_from(sa.select(File.id).subquery()).scalar_subquery(),
        ]
        for count in counts:
            assert {*db.session.scalars(sa.select(count).select_from(File).where(rule))} == {len(seen)} - {0}
        assert set(db.session.scalars(sa.select(other.id).join(File, sa.true()).where(rule))) == seen
        assert set(db.session.scalars(sa.select(Note.file_id).where(rule, File.id == Note.file_id))) == seen


def narrows(statement: Any) -> bool:
    """Whether the net adds its rule for what a statement names itself; what could be loaded from there is another."""
    model = statement.column_descriptions[0]["entity"]
    entity = sa.inspect(model)
    return any(option.entity is entity.mapper for option in narrowed(statement)._with_options)


def test_the_rows_of_a_record_that_was_found_are_narrowed_no_more_and_no_others(archive: Flask) -> None:
    """A page of one record does not ask for each of its panels whether the record is seen."""
    entries = [
        Access(File, File.id, grants, dependants={Sheet: Sheet.file_id}),
        Access(Note, Note.id, lambda user: ALL if (ids := visible_ids(File, user)) is None else Note.file_id.in_(ids)),
    ]
    archive.extensions["kezhi"].access = AccessRegistry(entries)
    panels = [sa.select(Sheet.id).where(Sheet.file_id == 1), sa.select(Note.id).where(Note.id > 0, Note.file_id == 1)]
    hidden = sa.select(Sheet.id).where(Sheet.file_id == 3)
    other, rows = aliased(Sheet), Sheet.__table__.c
    pretenders = [
        hidden,
        sa.select(Sheet.id).where(sa.or_(Sheet.file_id == 1, sa.true())),
        sa.select(Sheet.id).where(Sheet.file_id != 1),
        sa.select(Sheet.id).where(Sheet.file_id.in_([1, 3])),
        sa.select(Sheet.id).where(Sheet.id == 1),
        sa.select(Sheet.id).where(sa.literal(1) == 1),
        sa.select(Sheet.id).where(rows.id.in_(sa.select(rows.id).where(rows.file_id == 1))),
        sa.select(other.id).join(Sheet, Sheet.file_id == 1).where(Sheet.file_id == 1),
        sa.select(Sheet.id).where(Note.file_id == 1, Note.id == Sheet.id),
        sa.select(File.id).where(File.id == 1),
    ]
    with acting_as(OWNER):
        assert all(narrows(each) for each in panels), "nobody has found it yet"
        found = db.session.scalars(visible(File).where(File.code == "F1")).one()
        seen_here().add((File, OWNER, found.id))
        for each in panels:
            assert not narrows(each)
            assert len(db.session.scalars(each).all()) == 1
        for each in pretenders:
            assert narrows(each)
            assert set(db.session.scalars(each)) <= SEEN[OWNER]
    for user in (STRANGER, MEMBER, person(1, departments=frozenset({20}))):
        with acting_as(user):
            assert narrows(panels[0]), "found by one, not by another"
            assert bool(db.session.scalars(panels[0]).all()) == (user.id == 1)
    with acting_as(OWNER):
        db.session.rollback()
        assert narrows(panels[0]), "what was found before may be gone"
        db.session.scalars(visible(File).where(File.id == 1)).one()
        with writing():
            seen_here().add((File, OWNER, 1))
            db.session.execute(sa.update(File).where(File.id == 1).values(owner_id=9))
            assert not db.session.scalars(panels[0]).all(), "whoever changes things is asked each time"


def test_a_rule_that_says_more_than_that_the_record_is_seen_is_asked_for(archive: Flask) -> None:
    def ids_of(user: User) -> Any:
        return visible_ids(File, user)

    narrower = Access(Note, Note.id, lambda user: Note.file_id.in_(ids_of(user).where(File.id > 1)))
    both = Access(Note, Note.id, lambda user: sa.and_(Note.file_id.in_(ids_of(user)), Note.id > 1))
    opposite = Access(Note, Note.id, lambda user: Note.file_id.not_in(ids_of(user)))
    of_another = Access(Note, Note.id, lambda _user: Note.file_id.in_(ids_of(MEMBER)))
    files_of_all = Access(File, File.id, grants)
    panel = sa.select(Note.id).where(Note.file_id == 1)
    for each in (narrower, both, opposite, of_another):
        archive.extensions["kezhi"].access = AccessRegistry([files_of_all, each])
        for name in ("kezhi_visible", "kezhi_criteria"):
            g.pop(name, None)
        with acting_as(OWNER):
            found = db.session.scalars(visible(File).where(File.id == 1)).one()
            seen_here().add((File, OWNER, found.id))
            assert narrows(panel)
            assert db.session.scalars(panel).all() == []


@EVERYBODY
def test_a_record_one_may_not_see_is_not_there(archive: Flask, user: User) -> None:
    for number in FILES:
        with acting_as(user):
            db.session.rollback()
            db.session.expunge_all()
            assert (db.session.get(File, number) is not None) == (number in SEEN[user])
            sheet = db.session.get(Sheet, number)
            assert (sheet is not None) == (number in SEEN[user])


def test_bulk_changes_touch_only_what_one_sees(archive: Flask) -> None:
    with acting_as(OWNER), writing():
        changed: Any = db.session.execute(sa.update(File).values(code="X").execution_options(synchronize_session=False))
        assert changed.rowcount == 2
    assert set(db.session.scalars(sa.select(File.id).where(File.code == "X"))) == {1, 2}


def test_who_sees_all_is_asked_nothing(archive: Flask) -> None:
    with acting_as(KEEPER):
        assert visible_where(File) is None
        assert visible_ids(File) is None
        assert visible_where(Sheet) is None


def test_a_visitor_sees_nothing(archive: Flask) -> None:
    with acting_as(ANONYMOUS):
        assert files().page({}).rows == []
        assert files().count({}) == 0


def test_two_people_over_the_same_statement_see_their_own(archive: Flask) -> None:
    statement = sa.select(File.id)
    for user in (OWNER, CHIEF, MEMBER, OWNER):
        with acting_as(user):
            assert set(db.session.scalars(statement)) == SEEN[user]


def test_what_was_loaded_for_one_loads_later_what_the_one_who_acts_then_may_see(archive: Flask) -> None:
    """Rows that are held stay the same rows when somebody else acts (a job, an approval that is carried out)."""
    with acting_as(OWNER):
        notes = db.session.scalars(sa.select(Note).options(selectinload(Note.file)).order_by(Note.id)).all()
        assert {note.id for note in notes if note.file is not None} == SEEN[OWNER]
    for user in (KEEPER, MEMBER, STRANGER, SYSTEM, OWNER):
        db.session.expunge_all()
        db.session.add_all(notes)
        for note in notes:
            db.session.expire(note, ["file"])
        with acting_as(user):
            assert {note.id for note in notes if note.file is not None} == SEEN[user]


@pytest.mark.parametrize("user", [OWNER, CHIEF, KEEPER], ids=["owner", "chief", "keeper"])
def test_a_limit_that_fails_hides_everything(archive: Flask, user: User) -> None:
    kernel = archive.extensions["kezhi"]
    kernel.host = Host([*kernel.plugins.values(), Broken()])
    with acting_as(user):
        view = files()
        assert view.page({}).rows == []
        assert view.count({}) == 0
        assert list(export_rows(view, {})) == []
        assert db.session.scalars(sa.select(File.id)).all() == []
        assert db.session.scalars(sa.select(Sheet.id)).all() == []
        assert db.session.get(File, 1) is None


def test_rows_of_a_plugin_that_cannot_load_stay_hidden(archive: Flask) -> None:
    archive.extensions["kezhi"].withheld = {"archive_file": [("archive", False)]}
    with acting_as(KEEPER):
        assert files().page({}).rows == []
        assert db.session.scalars(sa.select(File.id)).all() == []


def test_the_statements_of_a_list_do_not_depend_on_who_asks(archive: Flask, statements: Callable[[], Any]) -> None:
    counts = set()
    for user in SEEN:
        with statements() as counted, acting_as(user):
            files().page({})
        counts.add(counted.count)
    assert counts == {1}
