"""Where footage was filmed: its frames laid on an orthophoto of the place claimed."""

from purport.checks.place.check import PlaceCheck
from purport.checks.place.records import (
    FrameGround,
    PlaceAnswer,
    PlaceValues,
    Polarity,
    PowerTest,
    ReferenceDisagreement,
    ReferenceUsed,
    RungTried,
    ShotEvidence,
    ShotGround,
)

__all__ = [
    "FrameGround",
    "PlaceAnswer",
    "PlaceCheck",
    "PlaceValues",
    "Polarity",
    "PowerTest",
    "ReferenceDisagreement",
    "ReferenceUsed",
    "RungTried",
    "ShotEvidence",
    "ShotGround",
]
