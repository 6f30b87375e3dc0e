"""Values as Parquet files that carry their own sum, and packs: copies of many submissions in one file for quick reading.

The parts, one a submission, are what is true; a pack that is missing or damaged is made again from them, and none is needed.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import compute, parquet

from ntm_lib.submissions.model import VALUES
from ntm_lib.submissions.vault import disk
from ntm_lib.submissions.vault.content import LINES
from ntm_lib.submissions.vault.entries import TakenIn

BLOCK = 64
"""So many entries of the book, from the first on, have one pack once all are written."""

_TEXTS = [field.name for field in VALUES if pa.types.is_string(field.type)]
_SUM_LETTERS = 16
ReadPart = Callable[[TakenIn], pa.Table]


class DamagedError(Exception):
    """A file is not what was written under its name."""


def parquet_bytes(table: pa.Table) -> bytes:
    """Return a table as a Parquet file; each ``table`` has row groups of its own, so that one is read without the others."""
    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(sink, table.schema, compression="zstd", store_schema=False) as writer:
        for name in compute.unique(table.column("table")).to_pylist():
            writer.write_table(table.filter(compute.equal(table.column("table"), name)))
    return bytes(sink.getvalue())


def write_lines(folder: Path, stem: str, table: pa.Table) -> Path:
    """Write lines into a new file whose name ends with the sum of its bytes; Parquet alone does not notice every damage."""
    data = parquet_bytes(table)
    path = folder / file_name(stem, data)
    disk.publish(path, data)
    return path


def read_lines(path: Path, condition: compute.Expression | None) -> pa.Table:
    """Read the lines of one file that fulfil a condition; texts come as dictionaries.

    Raises OSError when the file cannot be read, DamagedError when it is not what was written.
    """
    return lines_in(path.read_bytes(), path.name, condition)


def lines_in(data: bytes, name: str, condition: compute.Expression | None = None) -> pa.Table:
    """Return the lines in the bytes of a file of this name, as `read_lines` does."""
    if file_name(part_of(name), data) != name:
        raise DamagedError(name)
    return parquet.read_table(pa.BufferReader(data), read_dictionary=_TEXTS, filters=condition)


def file_name(stem: str, data: bytes) -> str:
    """Return the name of a file of lines, which ends with the sum of its bytes."""
    return f"{stem}-{hashlib.sha256(data).hexdigest()[:_SUM_LETTERS]}.parquet"


def part_of(name: str) -> str:
    """Return what a file of lines was called before its sum."""
    return name.rpartition("-")[0]


def blocks(numbers: Collection[int], last: int) -> dict[int, list[int]]:
    """Return the numbers in whole blocks by block; ``last``: number of the last entry of the book."""
    found: dict[int, list[int]] = {}
    for number in numbers:
        block = (number - 1) // BLOCK
        if (block + 1) * BLOCK <= last:
            found.setdefault(block, []).append(number)
    return found


def pack_paths(folder: Path, block: int) -> list[Path]:
    """Return the packs of a block that there are: one, or several by different versions of the library that writes them."""
    return sorted(folder.glob(f"{_pack_stem(block)}-*.parquet"))


def make_pack(folder: Path, block: int, taken_in: Mapping[int, TakenIn], read_part: ReadPart) -> list[Path]:
    """Write the pack of a block and return where it is; a disk that is full or closed for writing leaves it out."""
    with suppress(OSError):
        disk.make_folder(folder)
        return [write_lines(folder, _pack_stem(block), packed(block, taken_in, read_part))]
    return []


def packed(block: int, taken_in: Mapping[int, TakenIn], read_part: ReadPart) -> pa.Table:
    """Return the values of a block, by table and submission."""
    numbers = [number for number in taken_in if (number - 1) // BLOCK == block]
    tables = [numbered(read_part(taken_in[number]), number) for number in numbers]
    table = pa.concat_tables([LINES.empty_table(), *tables])
    return table.take(np.argsort(table.column("table").to_numpy(zero_copy_only=False), kind="stable"))


def numbered(lines: pa.Table, number: int) -> pa.Table:
    """Add the number of the submission to its lines."""
    return lines.append_column(LINES.field("submission"), pa.repeat(pa.scalar(number, pa.int64()), lines.num_rows))


def _pack_stem(block: int) -> str:
    return f"{block * BLOCK + 1:08d}-{(block + 1) * BLOCK:08d}"
