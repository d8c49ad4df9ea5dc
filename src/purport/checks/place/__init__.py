"""Where footage was filmed: its frames laid on an orthophoto of the place claimed."""

from purport.checks.place.by_hand import HandAnswer, HandFit, HandPoint, fit_by_hand
from purport.checks.place.check import PlaceCheck
from purport.checks.place.learned import load_matcher
from purport.checks.place.records import (
    FrameGround,
    PlaceAnswer,
    PlaceValues,
    Polarity,
    PowerTest,
    ReferenceDisagreement,
    ReferenceSearch,
    ReferenceUsed,
    RungTried,
    ShotEvidence,
    ShotGround,
)
from purport.checks.place.search import build_index, index_path, needs_index

__all__ = [
    "FrameGround",
    "HandAnswer",
    "HandFit",
    "HandPoint",
    "PlaceAnswer",
    "PlaceCheck",
    "PlaceValues",
    "Polarity",
    "PowerTest",
    "ReferenceDisagreement",
    "ReferenceSearch",
    "ReferenceUsed",
    "RungTried",
    "ShotEvidence",
    "ShotGround",
    "build_index",
    "fit_by_hand",
    "index_path",
    "load_matcher",
    "needs_index",
]
