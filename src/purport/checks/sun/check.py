"""The sun check."""

import math
from dataclasses import dataclass
from typing import ClassVar

from scipy.stats import chi2 as chi_squared

from purport.checks.sun._agreement import AgreementRules
from purport.checks.sun._misfit import Spreads

__all__ = ["SunCheck"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SunCheck:
    """Stub."""

    name: ClassVar[str] = "sun"
    lean_sd_deg: float = 1.2
    slope_sd_deg: float = 1.0
    elevation_sd_deg: float = 0.15
    point_chance: float = 0.01
    disagree_chance: float = 0.001
    clear_by: float = 4.0
    outside_chance: float = 0.001

    def spreads(self) -> Spreads:
        return Spreads(
            lean_rad=math.radians(self.lean_sd_deg),
            slope=math.tan(math.radians(self.slope_sd_deg)),
            elevation_rad=math.radians(self.elevation_sd_deg),
        )

    def agreement_rules(self, *, free: int) -> AgreementRules:
        return AgreementRules(
            point_chance=self.point_chance,
            disagree_chance=self.disagree_chance,
            clear=self.clear_by,
            free=free,
        )

    def outside_bar(self) -> float:
        return float(chi_squared.isf(self.outside_chance, 1))
