"""Write one table as CSV or Parquet, with its marks and, where the format has a place for them, its definitions."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from ntm_lib.reporting.sheets import safe_text
from ntm_lib.tables import Column

ENCODING = "utf-8-sig"
"""UTF-8 with the mark at its beginning, without which Excel reads Vietnamese letters wrongly; other programs pass over it."""


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV: comma, decimal point, ISO dates, 1 and 0, empty for missing; no text is a formula.

    A text that begins like a formula gets an apostrophe before it, as in a workbook.
    """
    safe_frame(frame).to_csv(path, index=False, encoding=ENCODING, date_format="%Y-%m-%d", lineterminator="\r\n")


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text is taken for a formula and yes/no is 1 or 0."""
    safe: dict[str, pd.Series] = {}
    for name, values in frame.items():
        if pd.api.types.is_bool_dtype(values):
            safe[str(name)] = values.astype("Int64")
        elif pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
            safe[str(name)] = values
        else:
            words = {word: safe_text(word) for word in values.dropna().unique()}
            safe[str(name)] = values.map(words)
    return pd.DataFrame(safe, index=frame.index)


def write_parquet(path: Path, frame: pd.DataFrame, columns: Sequence[Column], about: Mapping[str, Any]) -> None:
    """Write a table as Parquet; ``about`` goes into its metadata as JSON under ``ntm``, the definitions to the columns."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    known = {column.name: column for column in columns}
    fields = []
    for field in table.schema:
        kind = pa.date32() if pa.types.is_timestamp(field.type) else field.type
        fields.append(pa.field(field.name, kind, metadata=_metadata(known.get(field.name))))
    metadata = {"ntm": json.dumps(about, ensure_ascii=False)}
    parquet.write_table(table.cast(pa.schema(fields)).replace_schema_metadata(metadata), path, compression="zstd")


def _metadata(column: Column | None) -> dict[str, str]:
    if column is None:
        return {}
    return {
        "label_vi": column.label.vi,
        "label_en": column.label.en,
        "unit": column.unit,
        "definition": column.definition,
    }
