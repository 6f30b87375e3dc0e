"""The values of one submission as a table: agreed types, a fingerprint that tells every change, and which of several counts."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from ntm_lib.errors import FaultList, NtmError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.submissions.model import KEY, VALUES, firmness
from ntm_lib.submissions.vault.entries import Book

UnitsOn = Callable[[dt.date], Mapping[str, dt.date]]
"""For a date, since when each code has meant the unit that it means on that date."""

LINES = VALUES.append(pa.field("submission", pa.int64()))
LINES_AND_LEVEL = LINES.append(pa.field("level", pa.string()))
_SHOWN = 10  # faults told one by one


def as_table(values: pd.DataFrame, file: str) -> pa.Table:
    """Return values with the types of ``VALUES``, sorted by table, then as they stood in the file.

    Refused, all at once: a missing part of the key, and two lines with the same key, of which neither may win.
    """
    try:
        table = pa.Table.from_pandas(values, schema=VALUES, preserve_index=False)
    except (pa.ArrowException, KeyError) as error:
        text = _("{file}: the values have not the agreed columns and types: {reason}")
        raise NtmError(text.format(file=file, reason=error)) from error
    faults = FaultList(_("{file}: values that cannot be stored").format(file=file))
    keys = table.select(KEY).to_pandas()
    for rule, wrong in (
        (_("a part of the key is missing"), keys.isna().any(axis=1)),
        (_("reported twice in this file"), keys.duplicated(keep=False)),
        (_("a text holds a character that no text may hold"), pd.Series(_has_nul(table))),
    ):
        for place in np.flatnonzero(wrong.to_numpy())[:_SHOWN]:
            row = values.iloc[place]
            faults.add(f"{row['sheet']} {row['cell']}", f"{rule}: {row['unit_code']} {row['year']} {row['item']}")
    faults.stop_if_any(UsageFaultsError)
    return table.take(compute.sort_indices(table, sort_keys=[("table", "ascending")])).combine_chunks()


def _has_nul(table: pa.Table) -> np.ndarray:
    texts = [table.column(field.name) for field in VALUES if pa.types.is_string(field.type)]
    found = [
        compute.match_substring(text, "\0").fill_null(fill_value=False).to_numpy(zero_copy_only=False) for text in texts
    ]
    return np.asarray(np.logical_or.reduce(found))


def fingerprint(table: pa.Table) -> str:
    """Return the SHA-256 of the values themselves, whatever kind of store or file holds them."""
    digest = hashlib.sha256(str(table.num_rows).encode())
    for field in VALUES:
        column = table.column(field.name).cast(field.type).combine_chunks()
        digest.update(np.packbits(column.is_null().to_numpy(zero_copy_only=False)).tobytes())
        digest.update(_plain(column).tobytes())
        if pa.types.is_string(field.type):
            digest.update("".join(column.fill_null("").to_pylist()).encode())
    return digest.hexdigest()


def _plain(column: pa.Array) -> np.ndarray:
    """Return numbers of a fixed size: lengths for texts, days for dates; 0 where there is none."""
    if pa.types.is_string(column.type):
        column = compute.binary_length(column)
    elif pa.types.is_date(column.type):
        column = column.cast(pa.int32())
    elif pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    kind = "<f8" if pa.types.is_floating(column.type) else "<i8"
    return np.asarray(column.fill_null(0).to_numpy(zero_copy_only=False).astype(kind))


def is_counting(lines: pa.Table, units: np.ndarray, ranks: Mapping[int, int]) -> np.ndarray:
    """Return whether each line counts: of each level, unit and key the firmest one and, of equally firm ones, the last.

    A value that was counted is not replaced by an estimate or a plan for the same year; ``ranks`` of submissions come before both.
    ``lines``: ``VALUES`` with ``submission`` and ``level``; a submission without a rank does not count. ``units``: a number
    for the unit that each line means, since a code alone may have meant several.
    """
    names = [*(name for name in KEY if name != "unit_code"), "level"]
    keys = lines.select(names).unify_dictionaries().to_pandas().assign(unit=units)
    number = lines.column("submission").to_numpy()
    rank = pd.Series(ranks, dtype="int64").reindex(number, fill_value=-1).to_numpy()
    firm = firmness(lines.column("status").cast(pa.string()).to_pandas())
    order = np.lexsort((number, firm, rank))
    is_latest = np.empty(len(order), dtype=bool)
    is_latest[order] = ~keys.iloc[order].duplicated(keep="last").to_numpy()
    return is_latest & (rank >= 0)


def with_level(lines: pa.Table, book: Book) -> pa.Table:
    """Add ``level``, whose word each line is."""
    levels = pa.array([entry.level.value for entry in book.taken_in.values()], pa.string())
    places = np.searchsorted(list(book.taken_in), lines.column("submission").to_numpy())
    return lines.append_column("level", levels.take(pa.array(places)))


def unit_numbers(lines: pa.Table, book: Book, units_on: UnitsOn) -> np.ndarray:
    """Give each unit that the lines mean a number: one code on two dates is one unit only when it is one version of it."""
    codes, names = pd.factorize(lines.column("unit_code").cast(pa.string()).to_pandas())
    vintage = pd.Series({number: entry.unit_vintage for number, entry in book.taken_in.items()}, dtype=object)
    dates, days = pd.factorize(vintage.reindex(lines.column("submission").to_numpy()))
    pair_of_line, pairs = pd.factorize(codes.astype("int64") * max(len(days), 1) + dates)
    met = [(names[pair // len(days)], days[pair % len(days)]) for pair in pairs]
    meant = [(code, units_on(day).get(code, day)) for code, day in met]
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(meant))}
    return np.array([numbers[unit] for unit in meant], dtype="int64")[pair_of_line]


def changes_of_signed(signed: pa.Table, new: pa.Table, book: Book, units_on: UnitsOn) -> pd.DataFrame:
    """Return the lines of a new submission that would change what counts in a closed round.

    ``book`` holds the new submission already. Columns of the lines, those of the signed value with the suffix ``_signed``.
    """
    lines = with_level(pa.concat_tables([plain(signed), plain(new)]), book)
    units = unit_numbers(lines, book, units_on)
    counts = is_counting(lines, units, book.ranks)
    frame = lines.to_pandas().assign(unit=units)
    is_new = np.arange(len(frame)) >= signed.num_rows
    keys = [*(name for name in KEY if name != "unit_code"), "level", "unit"]
    both = frame[is_new & ~counts].merge(frame[counts & ~is_new], on=keys, suffixes=("", "_signed"))
    same = [
        (both[name] == both[f"{name}_signed"]) | (both[name].isna() & both[f"{name}_signed"].isna())
        for name in ("number", "text", "is_not_assessed", "status")
    ]
    return pd.DataFrame(both[~np.logical_and.reduce(same)])


def plain(lines: pa.Table) -> pa.Table:
    """Return lines with texts as texts, however they were packed for reading."""
    return lines.cast(pa.schema([(name, LINES_AND_LEVEL.field(name).type) for name in lines.column_names]))
