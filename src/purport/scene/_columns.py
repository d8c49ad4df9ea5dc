"""Columns of numbers that grow frame by frame and can be read as arrays at any time."""

from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Column"]

_FIRST_ROWS = 512

ScalarT = TypeVar("ScalarT", np.int64, np.float32, np.float64)


class Column(Generic[ScalarT]):
    """A growing column.

    Args:
        kind: Type of its numbers.
    """

    def __init__(self, kind: type[ScalarT]) -> None:
        self._rows: NDArray[ScalarT] = np.zeros(_FIRST_ROWS, dtype=kind)
        self._count = 0

    def append(self, value: float) -> None:
        """Add a number at the end."""
        if self._count == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[self._count] = value
        self._count += 1

    @property
    def values(self) -> NDArray[ScalarT]:
        """Return the numbers so far (n,), a view."""
        return self._rows[: self._count]
