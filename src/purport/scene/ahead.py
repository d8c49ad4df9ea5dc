"""Work on the frames to come while the present one is looked at: decoding on a second core."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["Ahead"]

_MOST_WAITING = 8

InT = TypeVar("InT")
OutT = TypeVar("OutT")


class Ahead(Iterator[OutT], Generic[InT, OutT]):
    """Draws from a source in a thread of its own and makes each thing drawn into another.

    What comes out, and in which order, does not depend on timing. At most 8 results wait. An
    error of the source or of `make` is raised where its result would have come. Use it as a
    context manager: leaving ends the thread.

    Args:
        source: Gives the things; only the thread draws from it.
        make: What to make of each; called by the thread only.
    """

    def __init__(self, source: Iterable[InT], make: Callable[[InT], OutT]) -> None:
        self._source = source
        self._make = make
        self._ready: deque[OutT] = deque()
        self._changed = threading.Condition()
        self._error: BaseException | None = None
        self._ended = False
        self._left = False
        self._thread = threading.Thread(target=self._work, name="purport-ahead", daemon=True)

    def __enter__(self) -> "Ahead[InT, OutT]":
        """Begin to work."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End the thread, also when results wait."""
        with self._changed:
            self._left = True
            self._changed.notify_all()
        self._thread.join()

    def __next__(self) -> OutT:
        """Return the next result."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._ended)
            if self._ready:
                result = self._ready.popleft()
                self._changed.notify_all()
                return result
            if self._error is not None:
                raise self._error
            raise StopIteration

    def _work(self) -> None:
        error: BaseException | None = None
        try:
            for thing in self._source:
                if not self._give(self._make(thing)):
                    break
        except BaseException as raised:  # noqa: BLE001 - raised again where the result is awaited
            error = raised
        with self._changed:
            self._error, self._ended = error, True
            self._changed.notify_all()

    def _give(self, result: OutT) -> bool:
        """Add a result when there is room; False when nobody wants it any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._left or len(self._ready) < _MOST_WAITING)
            if not self._left:
                self._ready.append(result)
                self._changed.notify_all()
            return not self._left
