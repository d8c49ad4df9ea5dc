"""Rows that were read before, kept as the records that they give: rows never change.

A server reads the same rows again and again; turning their JSON into records takes most of the
time. What is kept is a pure function of the tables, bounded, and shared by all threads.
"""

import threading
from collections import OrderedDict
from typing import Any

__all__ = ["RecordMemo"]

_MOST_CHARACTERS = 48 << 20


class RecordMemo:
    """Records by table and primary key of their row.

    Args:
        most_characters: How many characters of JSON the rows kept may have in all; a record takes a
            few times as much memory.
    """

    def __init__(self, most_characters: int = _MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._kept: OrderedDict[tuple[str, int], tuple[Any, int]] = OrderedDict()
        self._characters = 0
        self._lock = threading.Lock()

    def get(self, table: str, row: int) -> Any | None:  # noqa: ANN401 - any record
        """Return the record of a row; None when it is not kept."""
        with self._lock:
            found = self._kept.get((table, row))
            if found is None:
                return None
            self._kept.move_to_end((table, row))
            return found[0]

    def keep(self, table: str, row: int, record: Any, characters: int) -> None:  # noqa: ANN401
        """Keep the record of a row, and let go of those not asked for the longest."""
        with self._lock:
            if (table, row) in self._kept:
                return
            self._kept[table, row] = (record, characters)
            self._characters += characters
            while self._characters > self._most and len(self._kept) > 1:
                _, (_, gone) = self._kept.popitem(last=False)
                self._characters -= gone
