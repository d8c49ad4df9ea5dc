"""Fine measures of frames that a test gives in part; the rest is the same in every frame."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from purport.scene import FineMeasures

__all__ = ["even_measures"]


def even_measures(count: int, **given: NDArray[Any]) -> FineMeasures:
    """Return measures of P frames whose quantisers are not told, but for what is given."""
    even: dict[str, NDArray[Any]] = {
        "step": np.ones(count, np.float32),
        "bend": np.ones(count, np.float32),
        "grain": np.ones(count, np.float32),
        "tiles": np.full((count, 32, 32), 20, np.uint8),
        "picture_types": np.full(count, b"P", dtype="S1"),
        "quantiser": np.full(count, np.nan, np.float32),
    }
    return FineMeasures(**{**even, **given})
