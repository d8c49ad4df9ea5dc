"""Measured numbers: a value never travels without its standard uncertainty and unit (GUM)."""

import math
from dataclasses import dataclass

__all__ = ["Interval", "Quantity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A measured number."""

    value: float
    """Best estimate, in `unit`."""
    standard_uncertainty: float
    """Standard uncertainty, in `unit`; 0 only for exact numbers."""
    unit: str
    """Unit symbol: m, px, s, deg."""

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite or have negative uncertainty."""
        if not (math.isfinite(self.value) and math.isfinite(self.standard_uncertainty)):
            message = f"quantity must be finite, got {self.value} ± {self.standard_uncertainty}"
            raise ValueError(message)
        if self.standard_uncertainty < 0:
            message = f"standard uncertainty must not be negative: {self.standard_uncertainty}"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A closed interval of a measured or stated number."""

    low: float
    """Lower end, in `unit`."""
    high: float
    """Upper end, in `unit`; may be infinite for "at least"."""
    unit: str
    """Unit symbol, "1" for counts."""

    def __post_init__(self) -> None:
        """Refuse an upside-down interval."""
        if not self.low <= self.high:
            message = f"interval needs low <= high, got {self.low}, {self.high}"
            raise ValueError(message)

    def contains(self, value: float) -> bool:
        """Tell whether `value` (in the same unit) lies inside, ends included."""
        return self.low <= value <= self.high
