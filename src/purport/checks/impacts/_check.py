"""The impacts check: scan, measure, map, compare with the target, and say it in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from purport.checks.contract import Evidence, Need, make_finding, parameters_of
from purport.checks.impacts._assembly import assemble_values
from purport.checks.impacts._candidates import Rules
from purport.checks.impacts._linking import bits_per_pixel, with_links_by_compression
from purport.checks.impacts._points import PointRules, coarseness
from purport.checks.impacts._sightings import Sightings, find_sightings
from purport.checks.impacts._wording import answer_of, limits_of
from purport.core.digests import JsonObject
from purport.core.findings import Finding
from purport.core.records import to_json
from purport.media import decode_luma

__all__ = ["ImpactsCheck"]

_LIBRARIES = ("numpy", "opencv-python-headless", "scipy", "shapely")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactsCheck:
    """Where did strikes land, and how far from the stated target?

    The picture is first held still on the ground, so that the camera's own movement does not
    count. Then every frame is compared with the ones before. A strike is a change that appears at
    one spot of the ground from one moment to the next and leaves fire, smoke or a scar. A change
    of the whole picture (a cut, a step in exposure), one that stands still on the picture (a
    caption), one that is gone after some frames (a glint) and one that travels (a vehicle) are
    not, nor is what the fire and smoke of an earlier strike do, unless it outdoes them. Where much
    of the picture changes in every frame all the same, or moves against the rest, as near the
    camera, no strike can be told.
    When a blast blinds the camera, the spot is taken from the flash in the last frames before, or
    else from what burns there afterwards, with a larger uncertainty. The same strike shown again
    is counted once.

    Where the footage has been placed on a map, the spot gets a position, and its distance from the
    target is given with a range that holds the true distance 68 or 95 times in a hundred, the
    probability that it lies farther than any distance, and how much each cause adds to the
    uncertainty. Without a map, a length that a person knows in the picture gives the metres; the
    ground is then taken as flat, and not knowing from where it was filmed widens the range.

    The target is what a person marked, else what is stated; with neither, a crosshair burnt into
    the picture may stand in for it, and the finding says that this is assumed. Where a person
    marked the impact, their point is measured and the machine's is listed beside it. Positions and
    distances are measured only for footage whose publication is recorded. What cannot be measured
    is listed with the reason and with what would help.
    """

    name: ClassVar[str] = "impacts"
    version: ClassVar[str] = "5"
    question: ClassVar[str] = "Where did strikes land, and how far from the stated target?"
    needs: ClassVar[frozenset[Need]] = frozenset({Need.MEDIA})
    uses: ClassVar[frozenset[Need]] = frozenset(
        {
            Need.EARLIER,
            Need.MARKS,
            Need.PUBLICATION,
            Need.REFERENCE,
            Need.TARGET,
            Need.TERRAIN,
        }
    )
    after: ClassVar[frozenset[str]] = frozenset({"place"})

    sudden_score: float = 6.0
    """Change from one frame to the next, over its noise, from which a pixel counts."""
    gradual_score: float = 5.0
    """Change over ten frames, over its noise, from which a pixel counts."""
    kept_score: float = 3.5
    """Change, over its noise, that counts as still there later."""
    least_area_px: int = 10
    """Smallest patch at a picture width of 320. [px]"""
    least_grown_px: int = 16
    """Smallest patch that lasts, at a picture width of 320. [px]"""
    watched_s: float = 1.0
    """How long a change must last; glints are shorter. [s]"""
    kept_share: float = 0.6
    """Share of that time in which a pixel must be changed."""
    disturbed_share: float = 0.35
    """Share of the picture from which a change is no longer local."""
    point_floor_px: float = 0.17
    """Smallest standard uncertainty of a point, where compression leaves the picture whole. [px]"""
    point_full_bits: float = 0.06
    """Bits of the file for each pixel of each frame below which compression adds to that. [1]"""
    point_first_share: float = 0.01
    """Standard uncertainty of a point from the first frames, over the radius of the effect."""
    point_remained_floor_px: float = 6.0
    """Smallest standard uncertainty of a point from what remained. [px]"""
    point_remained_share: float = 0.5
    """Standard uncertainty of a point from what remained, over its radius."""

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        return parameters_of(self)

    def look(self, evidence: Evidence) -> Sightings:
        """Find strikes in the pictures alone; no map is needed for that.

        Raises:
            UnreadableMediaError: The video cannot be decoded.
        """
        scene = with_links_by_compression(evidence.load_scene(), evidence.probe)
        bits = bits_per_pixel(scene, evidence.probe)
        return find_sightings(
            scene,
            decode_luma(evidence.path, probe=evidence.probe),
            self._rules(),
            PointRules(
                floor_px=self.point_floor_px * coarseness(bits, full_bits=self.point_full_bits),
                first_share=self.point_first_share,
                remained_floor_px=self.point_remained_floor_px,
                remained_share=self.point_remained_share,
            ),
        )

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Find strikes, and measure them as far as what is recorded allows.

        Raises:
            UnreadableMediaError: The video cannot be decoded.
        """
        scene = evidence.load_scene()
        sightings = (
            self.look(evidence) if evidence.looked is None else cast("Sightings", evidence.looked)
        )
        values = assemble_values(evidence, scene, sightings)
        answer, reason = answer_of(values)
        return [
            make_finding(
                self,
                evidence,
                answer=answer,
                reason=reason,
                values=cast("JsonObject", to_json(values)),
                limits=limits_of(values),
                libraries=_LIBRARIES,
            )
        ]

    def _rules(self) -> Rules:
        return Rules(
            sudden_score=self.sudden_score,
            gradual_score=self.gradual_score,
            kept_score=self.kept_score,
            least_area_px=self.least_area_px,
            least_grown_px=self.least_grown_px,
            watched_s=self.watched_s,
            kept_share=self.kept_share,
            disturbed_share=self.disturbed_share,
        )
