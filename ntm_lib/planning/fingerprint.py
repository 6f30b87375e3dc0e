"""Tell problems apart by a fingerprint over every number and name in them."""

import hashlib
from dataclasses import fields

import numpy as np
import pandas as pd
import scipy.sparse as sp


def digest_of(value: object) -> str:
    """Return a SHA-256 over every number and name of a problem, or of one part of it."""
    held = hashlib.sha256()
    _feed(held, value)
    return held.hexdigest()


def _feed(held: "hashlib._Hash", value: object) -> None:
    """Add one value to a fingerprint, with its type and shape, so that no two problems share it by accident."""
    held.update(type(value).__name__.encode())
    match value:
        case np.ndarray():
            held.update(str((value.shape, value.dtype.str)).encode() + np.ascontiguousarray(value).tobytes())
        case pd.Index():
            held.update("\x1f".join(map(str, value)).encode())
        case sp.csr_matrix():
            for part in (value.indptr.astype(np.int64), value.indices.astype(np.int64), value.data):
                _feed(held, part)
        case dict():
            for key in sorted(value):
                held.update(repr((key, value[key])).encode())
        case _ if hasattr(value, "__dataclass_fields__"):
            for item in fields(value):  # type: ignore[arg-type]
                held.update(item.name.encode())
                _feed(held, getattr(value, item.name))
        case _:
            held.update(repr(value).encode())
