"""Keep results as JSON and read them back: records, tables and arrays, nothing that could run.

Only the classes that the caller names can be read back; whatever else stands in a file is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib.errors import NtmError
from ntm_lib.messages import _

TAG = "__kind__"


def dumps(value: object) -> str:
    """Write a record of tables, arrays, numbers and text as JSON."""
    return json.dumps(_packed(value), ensure_ascii=False, allow_nan=True)


def loads(text: str, classes: Mapping[str, type]) -> Any:
    """Read what ``dumps`` wrote; ``classes``: the record classes that may stand there, by name.

    Raises NtmError when the text is not such a record or names another class.
    """
    try:
        return _unpacked(json.loads(text), classes)
    except (ValueError, TypeError, KeyError) as error:
        raise NtmError(_("A stored result cannot be read: {reason}").format(reason=error)) from error


def _packed(value: Any) -> Any:  # noqa: PLR0911 - one line a kind
    match value:
        case None | bool() | int() | float() | str():
            return value
        case np.generic():
            return value.item()
        case np.ndarray():
            return {TAG: "array", "dtype": value.dtype.str, "shape": value.shape, "data": value.ravel().tolist()}
        case pd.DataFrame() | pd.Series():
            return _packed_frame(value)
        case pd.Index():
            return {TAG: "index", "data": value.tolist(), "name": value.name}
        case tuple() | list():
            return {TAG: "tuple", "data": [_packed(item) for item in value]}
        case Mapping():
            return {TAG: "dict", "data": [[_packed(key), _packed(item)] for key, item in value.items()]}
        case _ if is_dataclass(value):
            content = {item.name: _packed(getattr(value, item.name)) for item in fields(value)}
            return {TAG: "record", "class": type(value).__name__, "data": content}
    raise TypeError(f"{type(value).__name__} is not kept")


def _packed_frame(frame: pd.DataFrame | pd.Series) -> dict[str, Any]:
    """Keep columns and index apart, each with its type, so that missing and unknown come back as they were."""
    table = frame.to_frame("value") if isinstance(frame, pd.Series) else frame
    index = table.index
    levels = [index.get_level_values(level) for level in range(index.nlevels)]
    return {
        TAG: "series" if isinstance(frame, pd.Series) else "frame",
        "name": frame.name if isinstance(frame, pd.Series) else None,
        "columns": [_packed(name) for name in table.columns],
        "columns_name": table.columns.name,
        "data": [_column(table.iloc[:, place]) for place in range(table.shape[1])],
        "index": [_column(level.to_series()) for level in levels],
        "index_names": [_packed(name) for name in index.names],
        "rows": len(table),
    }


def _column(column: pd.Series) -> dict[str, Any]:
    kind = str(column.dtype)
    if kind.startswith(("object", "str", "category")):
        return {
            "dtype": "object",
            "data": [None if item is None or item is pd.NA else _packed(item) for item in column],
        }
    return {"dtype": kind, "data": [None if pd.isna(item) else _packed(item) for item in column]}


def _series(column: Mapping[str, Any], classes: Mapping[str, type]) -> pd.Series:
    kind, data = column["dtype"], column["data"]
    if kind == "object":
        return pd.Series([_unpacked(item, classes) for item in data], dtype=object).infer_objects()
    filled = [np.nan if item is None else item for item in data] if kind.startswith("float") else data
    return pd.Series(filled, dtype=kind)  # type: ignore[no-any-return]


def _unpacked(value: Any, classes: Mapping[str, type]) -> Any:  # noqa: PLR0911 - one line a kind
    if not isinstance(value, dict):
        return value
    match value[TAG]:
        case "array":
            return np.array(value["data"], dtype=np.dtype(value["dtype"])).reshape(value["shape"])
        case "index":
            return pd.Index(value["data"], name=value["name"])
        case "tuple":
            return tuple(_unpacked(item, classes) for item in value["data"])
        case "dict":
            return {_unpacked(key, classes): _unpacked(item, classes) for key, item in value["data"]}
        case "frame" | "series":
            return _frame(value, classes)
        case "record":
            content = {name: _unpacked(item, classes) for name, item in value["data"].items()}
            return classes[value["class"]](**content)
    raise ValueError(value[TAG])


def _frame(value: Mapping[str, Any], classes: Mapping[str, type]) -> pd.DataFrame | pd.Series:
    levels = [_series(level, classes) for level in value["index"]]
    names = [_unpacked(name, classes) for name in value["index_names"]]
    index = pd.Index(levels[0], name=names[0]) if len(levels) == 1 else pd.MultiIndex.from_arrays(levels, names=names)
    data = {
        place: _series(column, classes).to_numpy() if column["dtype"] == "object" else _series(column, classes).array
        for place, column in enumerate(value["data"])
    }
    frame = pd.DataFrame(data, index=index)
    if value[TAG] == "series":
        return frame[0].rename(_unpacked(value["name"], classes))
    frame.columns = pd.Index([_unpacked(name, classes) for name in value["columns"]], name=value["columns_name"])
    return frame
