"""The sun check: gather marks, measure, compare with the time claimed, and say it in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from purport.checks.contract import Evidence, Need, make_finding, parameters_of
from purport.checks.sun._agreement import AgreementRules
from purport.checks.sun._chi_squared import quantile, upper_quantile
from purport.checks.sun._claim import Asked, ask_about
from purport.checks.sun._evidence import Gathered, gather
from purport.checks.sun._measuring import Measured, Trust, measure
from purport.checks.sun._misfit import Spreads
from purport.checks.sun._windows import solar_zone
from purport.checks.sun._wording import Bars, answer_of, limits_of
from purport.core.digests import JsonObject
from purport.core.findings import Finding
from purport.core.records import to_json

__all__ = ["SunCheck"]

_LIBRARIES = ("jplephem", "numpy", "pyproj", "scipy", "skyfield", "skyfield-data", "tzdata")
_INSIDE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class SunCheck:
    """Can the shadows have fallen as they do at the time claimed, and when can they?

    The shadow of an upright thing points away from the sun, and it is the longer, the lower the
    sun stands. A person marks the foot of a thing and the tip of its shadow, in the footage where
    that was placed on a map, or on the map itself; or states where shadows point. Where the sun
    stood at each moment at that place is known to a thousandth of a degree. This check tells at
    which times of the claimed day the sun stood opposite to the shadows, as stretches that hold
    the true time 68 or 95 times in a hundred; a day can have two of them. Without a day it tells
    on which days of the year and when. Where the height of a thing is known, the length of its
    shadow counts as well.

    How well the ends were marked, how well the picture was laid on the map, how far things may
    lean, how far the ground may slope, the sun's own width and the air are all carried into those
    stretches. Several shadows are combined. When one of three or more does not fit the others,
    it is pointed at and left out: perhaps foot and tip belong to different things.

    The time claimed is inside those stretches, or outside by so many minutes, or too close to
    tell. Without a sun (at night, indoors, in diffuse light) or when the tips lie outside the
    picture, nothing can be told. A right claim is called outside about once in a thousand times.
    """

    name: ClassVar[str] = "sun"
    version: ClassVar[str] = "3"
    question: ClassVar[str] = "When can the shadows have fallen as they do?"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.MEDIA, Need.MARKS})
    uses: ClassVar[frozenset[Need]] = frozenset(
        {Need.CLAIMED_PLACE, Need.DATE, Need.EARLIER, Need.PUBLICATION}
    )
    after: ClassVar[frozenset[str]] = frozenset({"place"})

    lean_sd_deg: float = 1.0
    """How far upright things lean, per axis: posts and walls by up to about 2 degrees. [deg]"""
    slope_sd_deg: float = 1.0
    """How far ground that looks level slopes, per axis. [deg]"""
    elevation_sd_deg: float = 0.15
    """How far the tip that is marked departs from that of the middle of the sun's disc, which is
    0.53 degrees wide (uniform over half of it), and how far the air from standard air. [deg]"""
    map_sd_m: float = 0.5
    """Standard uncertainty per axis of a point on the map where its author states none. [m]"""
    point_chance: float = 0.01
    """Chance among right shadows of a disagreement as large, below which one is pointed at."""
    disagree_chance: float = 0.001
    """The same, below which shadows or a day cannot be explained."""
    clear_by: float = 2.0
    """By how much chi-squared without the odd one must lie below that without any other. Of 1,200
    simulated scenes with a wrong pair 92 % are pointed at and in 0.5 % another shadow is; of 1,200
    without, 0.6 % have one pointed at (95 %: up to 1.2 %). [1]"""
    outside_chance: float = 0.001
    """How often the true time would be called outside."""

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        return parameters_of(self)

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Measure the shadows that people marked.

        Raises:
            UnreadableMediaError: The video cannot be decoded.
        """
        gathered = gather(evidence, map_sd_m=self.map_sd_m)
        publication = evidence.item.publication
        asked = ask_about(
            evidence.date,
            publication.published if publication else None,
            gathered.zone() if gathered.zone_name else None,
            solar_zone(gathered.place.longitude_deg if gathered.place else 0.0),
        )
        claimed = evidence.date.stated if evidence.date else None
        return [self._finding(evidence, gathered, asked, self._measure(gathered, asked, claimed))]

    def spreads(self) -> Spreads:
        """Return what is assumed beside the marks."""
        return Spreads(
            lean_rad=math.radians(self.lean_sd_deg),
            slope=math.tan(math.radians(self.slope_sd_deg)),
            elevation_rad=math.radians(self.elevation_sd_deg),
        )

    def agreement_rules(self, *, free: int) -> AgreementRules:
        """Return when shadows disagree.

        Args:
            free: Degrees of freedom of the sun's way: 1 along a day, 2 over a year.
        """
        return AgreementRules(
            point_chance=self.point_chance,
            disagree_chance=self.disagree_chance,
            clear=self.clear_by,
            free=free,
        )

    def bars(self) -> Bars:
        """Return by how much chi-squared of a claimed time may exceed the smallest one."""
        return Bars(
            inside=quantile(_INSIDE, 1),
            outside=upper_quantile(self.outside_chance, 1),
        )

    def _measure(self, gathered: Gathered, asked: Asked, claimed: str | None) -> Measured:
        trust = Trust(
            spreads=self.spreads(),
            day_rules=self.agreement_rules(free=1),
            year_rules=self.agreement_rules(free=2),
        )
        return measure(gathered, asked, trust, claimed=claimed)

    def _finding(
        self, evidence: Evidence, gathered: Gathered, asked: Asked, measured: Measured
    ) -> Finding:
        answer, reason = answer_of(gathered, asked, measured, self.bars())
        return make_finding(
            self,
            evidence,
            answer=answer,
            reason=reason,
            values=cast("JsonObject", to_json(measured.values)),
            limits=limits_of(measured.values),
            libraries=_LIBRARIES,
        )
