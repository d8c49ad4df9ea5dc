"""Where strikes landed, and how far from the stated target, with calibrated intervals."""

from purport.checks.impacts._check import ImpactsCheck
from purport.checks.impacts.by_hand import CROSSHAIR_SD_PX, find_crosshair, measure_marks
from purport.checks.impacts.records import ImpactsAnswer, ImpactsValues, PointBasis, StrikeValues

__all__ = [
    "CROSSHAIR_SD_PX",
    "ImpactsAnswer",
    "ImpactsCheck",
    "ImpactsValues",
    "PointBasis",
    "StrikeValues",
    "find_crosshair",
    "measure_marks",
]
