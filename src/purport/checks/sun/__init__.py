"""When shadows can have fallen as they do: the sun's position against marks on the ground."""

from purport.checks.sun.check import SunCheck
from purport.checks.sun.records import (
    DayTimes,
    PathPoint,
    PlaceBasis,
    PlacesRow,
    SeasonSpan,
    ShadowReading,
    ShadowState,
    Span,
    SunAnswer,
    SunValues,
)

__all__ = [
    "DayTimes",
    "PathPoint",
    "PlaceBasis",
    "PlacesRow",
    "SeasonSpan",
    "ShadowReading",
    "ShadowState",
    "Span",
    "SunAnswer",
    "SunCheck",
    "SunValues",
]
