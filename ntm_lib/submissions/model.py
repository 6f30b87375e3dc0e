"""What a submission is: who handed in which file for which round, and the values it holds, one to a row."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray


class Level(StrEnum):
    """Whose word a value is; later ones outrank earlier ones."""

    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"


FIRMNESS = {"plan": 0, "estimate": 1, "actual": 2}
"""How firm a value is by its status: a count outranks an estimate, an estimate a plan."""

VALUES = pa.schema([
    ("table", pa.string()),  # b01 … b17
    ("set_id", pa.string()),  # the criteria set, for b02 only; empty elsewhere
    ("unit_code", pa.string()),  # the commune (or the unit, in tables by unit), a code of the submission's unit_vintage
    ("year", pa.int16()),
    ("row", pa.string()),  # the other keys of the line, so that lines of one commune and year are told apart; empty for none
    ("item", pa.string()),  # a column of the table's contract, or a requirement for b02
    ("number", pa.float64()),  # the value of a number, integer or yes/no; NaN for a text
    ("text", pa.string()),  # the value of a text, choice, code or date (ISO); null for a number
    ("is_not_assessed", pa.bool_()),  # "Không xét"
    ("status", pa.string()),  # actual | estimate | plan
    ("as_of_date", pa.date32()),
    ("sheet", pa.string()),
    ("cell", pa.string()),  # such as F12; for CSV the line and column
])  # fmt: skip
"""One reported value to a row. A cell left empty has no row: it was not reported."""

KEY = ["table", "set_id", "unit_code", "year", "row", "item", "as_of_date"]
"""What one value is about; of one level and key the firmest value counts and, of equally firm ones, the last submission's."""


def firmness(status: Sequence[str] | pd.Series | NDArray[np.object_]) -> NDArray[np.int64]:
    """Return how firm values are: see ``FIRMNESS``."""
    return np.asarray(pd.Series(status, dtype="object").map(FIRMNESS), dtype=np.int64)


class Weight(StrEnum):
    """How much a finding weighs."""

    WRONG = "wrong"
    """The file is refused."""
    DOUBTFUL = "doubtful"
    """The value is taken as it stands, and listed."""
    NOTE = "note"
    """Nothing is doubted; the reader should know."""


@dataclass(frozen=True)
class Finding:
    """One thing found in a file: where, what was found and expected, what to do; ``rule`` names the check that found it.

    ``sheet`` and ``cell`` are empty when the whole file is meant.
    """

    weight: Weight
    rule: str
    sheet: str
    cell: str
    found: str
    expected: str = ""
    action: str = ""


@dataclass(frozen=True)
class Sender:
    """Who reports, and for what: as the first sheet of a workbook or the command says.

    ``unit``: code of the commune, district or province on ``unit_vintage``; ``as_of``: the cut-off date of the values.
    """

    unit: str
    level: Level
    unit_vintage: dt.date
    round: str
    as_of: dt.date


@dataclass(frozen=True, eq=False)
class Reading:
    """One file as it was read. ``values`` has the columns of ``VALUES``; with a finding that is wrong it is not stored.

    ``sender`` is None when the file does not say who reports.
    """

    file: str
    sha256: str
    sender: Sender | None
    values: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether nothing in the file is wrong."""
        return all(finding.weight is not Weight.WRONG for finding in self.findings)


@dataclass(frozen=True)
class Submission:
    """One file handed in, accepted or withdrawn; ``id`` grows with every file that the store takes in.

    ``sha256``: of the original, which is kept unchanged under it. ``sender``: code of the unit that reports, of the date
    ``unit_vintage``. ``received`` in UTC. ``by``: the office or person at the keyboard, as they wish to be named.
    """

    id: int
    file: str
    sha256: str
    round: str
    level: Level
    sender: str
    unit_vintage: dt.date
    received: dt.datetime
    by: str
    withdrawn: dt.datetime | None = None
    withdrawn_by: str = ""


def empty_values() -> pd.DataFrame:
    """Return a frame of values without rows, with the types of ``VALUES``."""
    return pd.DataFrame(VALUES.empty_table().to_pandas())
