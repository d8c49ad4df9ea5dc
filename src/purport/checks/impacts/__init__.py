"""Where strikes landed, and how far from the stated target, with calibrated intervals."""

from purport.checks.impacts._check import ImpactsCheck
from purport.checks.impacts.records import ImpactsAnswer, ImpactsValues, PointBasis, StrikeValues

__all__ = ["ImpactsAnswer", "ImpactsCheck", "ImpactsValues", "PointBasis", "StrikeValues"]
