"""A store on a PostgreSQL server, for several offices at once: one transaction an entry."""

import hashlib
import io
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pyarrow as pa
import sqlalchemy as sa
from psycopg import sql
from pyarrow import csv
from sqlalchemy.dialects import postgresql

from ntm_lib.errors import FaultList, NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.submissions.model import VALUES
from ntm_lib.submissions.vault.book_store import BookStore, Load, Wanted
from ntm_lib.submissions.vault.content import LINES, UnitsOn, plain
from ntm_lib.submissions.vault.entries import VERSION, Book, Entry, TakenIn, read_entry, write_entry
from ntm_lib.submissions.vault.migrations import check_version, migrated

_LOCK = 0x6E746D  # any number that no other program on the server takes
_TYPES = {pa.string(): sa.Text, pa.int16(): sa.SmallInteger, pa.float64(): sa.Double, pa.bool_(): sa.Boolean}
metadata = sa.MetaData()
HEAD = sa.Table("ntm_store", metadata, sa.Column("version", sa.Integer, nullable=False))
ENTRIES = sa.Table(
    "ntm_entries",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
)
ORIGINALS = sa.Table(
    "ntm_originals",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
LINES_TABLE = sa.Table(
    "ntm_values",
    metadata,
    sa.Column("submission", sa.Integer, sa.ForeignKey(ENTRIES.c.number), primary_key=True, autoincrement=False),
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    *(sa.Column(field.name, _TYPES.get(field.type, sa.Date)) for field in VALUES),
    sa.Index("ntm_values_by_table", "table", "submission"),
    sa.Index("ntm_values_by_item", "unit_code", "item"),
)


class PostgresStore(BookStore):
    """A store in the tables ``ntm_…`` of one database; the server serialises who takes the next number."""

    def __init__(self, url: str, units_on: UnitsOn) -> None:
        super().__init__(units_on)
        address = sa.make_url(url).set(drivername="postgresql+psycopg")
        self._engine = sa.create_engine(address, pool_pre_ping=True, hide_parameters=True)
        self._entries: list[Entry] = []
        self._create()

    def dispose(self) -> None:
        """Give up the connections."""
        self._engine.dispose()

    def book(self) -> Book:
        """Return the book as it stands now; entries once read are not read again."""
        query = sa.select(ENTRIES).where(ENTRIES.c.number > len(self._entries)).order_by(ENTRIES.c.number)
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        for number, body in rows:
            if number != len(self._entries) + 1:
                text = _("{folder}: entries of the store are missing: {names}. Restore it from a backup.")
                raise NtmError(text.format(folder=ENTRIES.name, names=len(self._entries) + 1))
            self._entries.append(read_entry(body, f"{ENTRIES.name} {number}"))
        return Book(tuple(self._entries))

    def original(self, sha256: str) -> bytes:
        """Return an original, after checking that it is still the one of this hash."""
        with self._transaction() as connection:
            query = sa.select(ORIGINALS.c.content).where(ORIGINALS.c.sha256 == sha256)
            data = connection.execute(query).scalar_one_or_none()
        if data is None:
            raise NtmError(_("The store has no original {hash}.").format(hash=sha256))
        if hashlib.sha256(data).hexdigest() != sha256:
            reason = _("it is no longer what was written")
            raise NtmError(_("{file} is damaged: {reason}").format(file=sha256, reason=reason))
        return bytes(data)

    def part(self, entry: TakenIn) -> pa.Table:
        """Return the values of one submission as they were taken in."""
        return plain(self._lines(Wanted([entry.number]), self.book()).select(VALUES.names))

    def fill(self, entries: Iterator[tuple[Entry, Load | None]]) -> None:
        """Write a whole book in one transaction."""
        with self._transaction() as connection:
            connection.execute(sa.text("LOCK TABLE ntm_entries IN EXCLUSIVE MODE"))
            if connection.execute(sa.select(ENTRIES.c.number).limit(1)).first():
                raise UsageError(_("{folder} is not empty; nothing was overwritten.").format(folder=ENTRIES.name))
            for entry, load in entries:
                _insert(connection, entry, load)

    def own_faults(self, faults: FaultList) -> list[str]:  # noqa: ARG002 - the server itself keeps its tables whole
        """Nothing but the book, the originals and the values can be wrong here."""
        return []

    def migrate(self) -> int:
        """Bring an older store to the present version in one transaction; return the version that it had."""
        with self._transaction(checks_version=False) as connection:
            connection.execute(sa.text("LOCK TABLE ntm_store, ntm_entries IN ACCESS EXCLUSIVE MODE"))
            version = connection.execute(sa.select(HEAD.c.version)).scalar_one()
            if version < VERSION:
                rows = connection.execute(sa.select(ENTRIES.c.body).order_by(ENTRIES.c.number)).scalars()
                for entry in migrated([json.loads(body) for body in rows], version):
                    update = sa.update(ENTRIES).where(ENTRIES.c.number == entry.number)
                    connection.execute(update.values(body=write_entry(entry)))
                connection.execute(sa.update(HEAD).values(version=VERSION))
        if version > VERSION:
            check_version(version)
        self._entries.clear()
        return int(version)

    def _append(self, entry: Entry, load: Load | None) -> bool:
        try:
            with self._transaction() as connection:
                _insert(connection, entry, load)
        except NumberTakenError:
            return False
        return True

    def _lines(self, wanted: Wanted, book: Book) -> pa.Table:  # noqa: ARG002 - lines carry their number here
        columns = LINES_TABLE.c
        query = sa.select(*(columns[name] for name in LINES.names)).order_by(columns.submission, columns.line)
        query = query.where(columns.submission == _any_of(wanted.submissions, sa.Integer))
        for name in ("table", "item"):
            if (value := getattr(wanted, name)) is not None:
                query = query.where(columns[name] == value)
        if wanted.unit_codes is not None:
            query = query.where(columns.unit_code == _any_of(wanted.unit_codes, sa.Text))
        if wanted.as_of is not None:
            query = query.where(columns.as_of_date <= wanted.as_of)
        with self._transaction() as connection:
            return _fetch(connection, query)

    def _create(self) -> None:
        with self._transaction(checks_version=False) as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            metadata.create_all(connection)
            if connection.execute(sa.select(HEAD.c.version)).first() is None:
                connection.execute(sa.insert(HEAD).values(version=VERSION))

    @contextmanager
    def _transaction(self, *, checks_version: bool = True) -> Iterator[sa.Connection]:
        """Give a transaction; what the server refuses is told in one line, and nothing was changed."""
        try:
            with self._engine.begin() as connection:
                if checks_version:
                    check_version(connection.execute(sa.select(HEAD.c.version)).scalar_one())
                yield connection
        except (sa.exc.SQLAlchemyError, psycopg.Error) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            text = _("The database of the store does not do what was asked ({reason}); nothing was changed.")
            raise NtmError(text.format(reason=reason)) from error


class NumberTakenError(Exception):
    """Another process wrote the entry of this number."""


def _insert(connection: sa.Connection, entry: Entry, load: Load | None) -> None:
    try:
        connection.execute(sa.insert(ENTRIES).values(number=entry.number, body=write_entry(entry)))
    except sa.exc.IntegrityError as error:
        raise NumberTakenError from error
    if load is None:
        return
    original = {"sha256": hashlib.sha256(load.original).hexdigest(), "content": load.original}
    connection.execute(postgresql.insert(ORIGINALS).values(original).on_conflict_do_nothing())
    names = sql.SQL(", ").join(map(sql.Identifier, ["submission", "line", *VALUES.names]))
    order = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(LINES_TABLE.name), names)
    columns = [load.table.column(name).to_pylist() for name in VALUES.names]
    with _cursor(connection) as cursor, cursor.copy(order) as copy:
        for line, row in enumerate(zip(*columns, strict=True)):
            copy.write_row((entry.number, line, *row))


def _fetch(connection: sa.Connection, query: sa.Select[Any]) -> pa.Table:
    """Read lines the quickest way; CSV tells an empty text (quoted) from none."""
    asked = query.compile(dialect=connection.dialect)
    buffer = io.BytesIO()
    with _cursor(connection) as cursor, cursor.copy(f"COPY ({asked}) TO STDOUT (FORMAT csv)", asked.params) as copy:
        for block in copy:
            buffer.write(block)
    if not buffer.tell():
        return LINES.empty_table()
    buffer.seek(0)
    packed = {field.name: pa.dictionary(pa.int32(), field.type) for field in VALUES if pa.types.is_string(field.type)}
    lines = csv.read_csv(
        buffer,
        read_options=csv.ReadOptions(column_names=LINES.names),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={field.name: packed.get(field.name, field.type) for field in LINES},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return lines.unify_dictionaries()


def _cursor(connection: sa.Connection) -> psycopg.Cursor[Any]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the engine is made for psycopg
    return driver.cursor()


def _any_of(values: Collection[Any], kind: type[sa.types.TypeEngine[Any]]) -> Any:
    return sa.any_(sa.bindparam(None, list(values), sa.ARRAY(kind)))
