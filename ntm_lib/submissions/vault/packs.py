"""Values as Parquet files that carry their own sum, and packs: copies of many submissions in one file for quick reading.

The parts, one a submission, are what is true; a pack that is missing or damaged is made again from them, and none is needed.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

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
_WORTH_THREADS = 1_000_000  # bytes
ReadPart = Callable[[TakenIn], pa.Table]


class DamagedError(Exception):
    """A file is not what was written under its name."""


def parquet_bytes(tables: Iterable[pa.Table], schema: pa.Schema) -> bytes:
    """Return tables as one Parquet file; each is a part that can be read without the others."""
    sink = pa.BufferOutputStream()
    with parquet.ParquetWriter(sink, schema, compression="zstd", store_schema=False) as writer:
        for table in tables:
            writer.write_table(table)
    return bytes(sink.getvalue())


def write_lines(folder: Path, stem: str, data: bytes) -> Path:
    """Write a file of lines under a name that ends with the sum of its bytes; Parquet alone does not notice every damage."""
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
    is_large = len(data) > _WORTH_THREADS
    source = pa.BufferReader(data)
    return parquet.read_table(source, read_dictionary=_TEXTS, filters=condition, use_threads=is_large)


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
        whole = packed(block, taken_in, read_part)
        names = compute.unique(whole.column("table")).to_pylist()
        by_table = (whole.filter(compute.equal(whole.column("table"), name)) for name in names)
        return [write_lines(folder, _pack_stem(block), parquet_bytes(by_table, LINES))]
    return []


def packed(block: int, taken_in: Mapping[int, TakenIn], read_part: ReadPart) -> pa.Table:
    """Return the values of a block, by table and submission."""
    numbers = [number for number in taken_in if (number - 1) // BLOCK == block]
    tables = [numbered(read_part(taken_in[number]), number) for number in numbers]
    table = pa.concat_tables([LINES.empty_table(), *tables])
    return table.take(compute.sort_indices(table, sort_keys=[("table", "ascending")]))


def numbered(lines: pa.Table, number: int) -> pa.Table:
    """Add the number of the submission to its lines."""
    return lines.append_column(LINES.field("submission"), pa.repeat(pa.scalar(number, pa.int64()), lines.num_rows))


def _pack_stem(block: int) -> str:
    return f"{block * BLOCK + 1:08d}-{(block + 1) * BLOCK:08d}"
