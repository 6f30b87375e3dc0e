"""Collect rows and columns of a linear model as flat arrays."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ntm_lib.planning.problem import Bools, Floats, Ints

Numbers = npt.ArrayLike


@dataclass
class Columns:
    """Variables, added in blocks; each block gets the next positions."""

    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[Bools] = field(default_factory=list)
    count: int = 0

    def add(self, count: int, lower: Numbers = 0.0, upper: Numbers = 1.0, *, is_whole: bool = True) -> Ints:
        """Add ``count`` variables and return their positions."""
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), count).copy())
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), count).copy())
        self.whole.append(np.full(count, is_whole))
        self.count += count
        return np.arange(self.count - count, self.count)


@dataclass
class Rows:
    """Rows ``lower <= a x <= upper``, added in blocks."""

    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    amount: list[Floats] = field(default_factory=list)
    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    count: int = 0

    def add(self, count: int, lower: Numbers = -np.inf, upper: Numbers = np.inf) -> Ints:
        """Add ``count`` empty rows and return their positions."""
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), count).copy())
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), count).copy())
        self.count += count
        return np.arange(self.count - count, self.count)

    def fill(self, row: Ints, column: Ints, amount: Numbers = 1.0) -> None:
        """Put amounts into rows; what falls on the same place is added up."""
        self.row.append(np.asarray(row, dtype=np.int32))
        self.column.append(np.asarray(column, dtype=np.int32))
        self.amount.append(np.broadcast_to(np.asarray(amount, dtype=float), len(row)))

    def at_most(self, small: Ints, large: Ints) -> None:
        """``x[small] <= x[large]``, one row for each pair."""
        rows = self.add(len(small), upper=0.0)
        self.fill(rows, small)
        self.fill(rows, large, -1.0)

    def matrix(self, columns: int) -> sp.csr_matrix:
        """Return all rows as one csr matrix."""
        if not self.row:
            return sp.csr_matrix((self.count, columns))
        places = (np.concatenate(self.row), np.concatenate(self.column))
        matrix = sp.csr_matrix((np.concatenate(self.amount), places), (self.count, columns))
        matrix.eliminate_zeros()
        return matrix
