"""What a store of submissions can do, in files or on a database server."""

import datetime as dt
from typing import Protocol

import pandas as pd

from ntm_lib.submissions.model import Level, Reading, Submission


class Store(Protocol):
    """A store: every change is a new entry that is there whole or not at all; originals and values are never erased."""

    def add(self, reading: Reading, original: bytes, by: str) -> Submission:
        """Take in an accepted reading with its unchanged original.

        The same original handed in again by the same sender is told (AlreadyHandedInError) and not stored twice. Raises
        UsageError for a reading that is not accepted, a round that is closed, or a value that would change a signed one.
        """

    def withdraw(self, number: int, by: str) -> Submission:
        """Withdraw a submission; what it superseded counts again. UsageError for an unknown or withdrawn one."""

    def submissions(self, round_id: str | None = None) -> list[Submission]:
        """Return every submission of a round (None: of all), the withdrawn ones too, in the order of their ids."""

    def values(self, table: str, as_of: dt.date | None = None, known_on: dt.datetime | None = None) -> pd.DataFrame:
        """Return the values that count: of each level and key the latest submission that is not withdrawn.

        Columns of ``VALUES`` with ``submission`` (id), ``level`` and ``unit_vintage``, the date whose codes are used: a code
        that meant two units has values of both. What counts in a closed round outranks all later rounds. ``as_of``: only values with a cut-off date not later;
        ``known_on``: as the store stood at that moment.
        """

    def told_by(self, unit: str, level: Level) -> pd.DataFrame:
        """Return what counts of all tables that one unit (its code) handed in at its level.

        Columns as of ``values``, with ``round``, the round it was handed in for. What other levels said is left out.
        """

    def history(self, unit_code: str, item: str) -> pd.DataFrame:
        """Return every version of one unit's values of an item, the oldest submission first, withdrawn ones marked."""

    def original(self, sha256: str) -> bytes:
        """Return an original, after checking that it is still the one of this hash."""

    def close(self, round_id: str, by: str) -> None:
        """Close a round: what counts in it never changes again; UsageError when it is closed already."""

    def closed(self) -> dict[str, dt.datetime]:
        """Return the closed rounds with the moment of closing."""
