"""The values of a table's row, with what is found to be wrong with them."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from purport.core.positions import GeoPoint

__all__ = ["RowReader", "parse_number"]

ValueT = TypeVar("ValueT")


class RowReader(ABC):
    """Reads a row value by value, and goes on after one that cannot be read."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        """What cannot be read, in words."""

    @abstractmethod
    def text(self, what: str) -> str | None:
        """Return what a cell holds; None when it is empty."""

    def stated(self, what: str) -> str | None:
        """Return what a cell states; None where it states nothing, in words or by being empty."""
        return self.text(what)

    def parsed(self, what: str, parse: Callable[[str], ValueT]) -> ValueT | None:
        """Return what a cell states; None where it states nothing, or nothing that can be read."""
        text = self.stated(what)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.faults.append(f"{what}: {error}")
            return None

    def point(self, prefix: str) -> GeoPoint | None:
        """Return the position in two columns; half a position is a fault."""
        names = (f"{prefix}_lon", f"{prefix}_lat")
        given = [self.text(name) for name in names]
        if given == [None, None]:
            return None
        if None in given:
            self.faults.append(f"{names[0]} and {names[1]} go together")
            return None
        longitude, latitude = (self.parsed(name, parse_number) for name in names)
        if longitude is None or latitude is None:
            return None
        try:
            return GeoPoint(longitude_deg=longitude, latitude_deg=latitude)
        except ValueError as error:
            self.faults.append(f"{prefix}: {error}")
            return None


def parse_number(text: str) -> float:
    """Read a number as tables hold it.

    Raises:
        ValueError: It is none, with how one is written.
    """
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no number (write 36.62)") from error
