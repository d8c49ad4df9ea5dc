"""The reuse check: are the same seconds seen in another item, or twice in this one?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np

from purport.checks.contract import Evidence, Need, make_finding, parameters_of
from purport.checks.reuse.records import ReuseAnswer, ReuseMatch, ReuseValues
from purport.core.digests import Digest, JsonObject
from purport.core.findings import Finding
from purport.core.media_time import FrameSpan
from purport.core.records import to_json
from purport.scene import Scene
from purport.scene.fingerprints import (
    MatchRules,
    SameStretch,
    find_repeats,
    find_same_stretches,
    fingerprint,
)

__all__ = ["ReuseCheck"]

_BOUND = (
    "Only the items of this workspace were compared; the footage may have appeared anywhere else."
)
_BLIND = (
    "Footage that was mirrored, strongly cropped, set into another picture or played at another "
    "speed is not recognised."
)
_STILL = "Scenes in which nothing moves can't be told from one another's seconds and are left out."


@dataclass(frozen=True, kw_only=True)
class ReuseCheck:
    """Looks for the same seconds in the other items of the case, and twice in the item itself.

    Each frame gets a fingerprint of 256 bits that stays nearly the same when footage is re-encoded,
    made smaller, changed in contrast or colour, or given a small logo. Where many frames in a row
    agree with those of another item at one distance in time, the check compares how the picture
    *changes* as well: aligned frames must be far more alike than frames of the same stretch are
    among themselves. So a black screen, a still view or a slow drift is never called a match.

    A match says which seconds of one item are which seconds of the other. It doesn't say which of
    the two is older: that is for the dates on which they were made public. Footage is reused for
    good reasons: news desks share it, and an official clip is often a part of a longer one.

    No match says only that the items compared don't share footage in a form that the check sees:
    it doesn't recognise mirrored, strongly cropped or speeded-up footage.
    """

    name: str = "reuse"
    version: str = "1"
    question: str = "Are the same seconds seen in another item, or more than once in this one?"
    needs: frozenset[Need] = frozenset({Need.MEDIA})
    uses: frozenset[Need] = frozenset({Need.ITEMS})
    after: frozenset[str] = frozenset()
    fewest_frames: int = 8
    """Fewest frames on which anything is said."""
    least_usable_share: float = 0.1
    """Least part of frames with enough structure for "no match" to mean something."""
    across: MatchRules = field(default_factory=MatchRules)
    """When stretches of two items count as the same seconds."""
    within: MatchRules = field(
        default_factory=lambda: MatchRules(farthest_bits=40, largest_ratio=0.35)
    )
    """When two stretches of one item count as the same seconds."""

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        return parameters_of(self)

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Compare one item with itself and with the others."""
        scene = evidence.load_scene()
        matches = sorted(
            self._matches(evidence, scene),
            key=lambda match: (match.start_s, match.other, match.other_start_s),
        )
        _, structure = fingerprint(scene.thumbnails)
        values = ReuseValues(
            matches=tuple(matches),
            compared=tuple(sorted(other.digest for other in evidence.items)),
            usable_share=float(np.mean(structure >= self.across.least_structure)),
        )
        answer, reason = self._answer(evidence, scene, values)
        limits = [_BOUND, _BLIND, _STILL]
        if not evidence.items:
            limits.insert(0, "There were no other items to compare with.")
        finding = make_finding(
            self,
            evidence,
            answer=answer.value,
            reason=reason,
            values=cast("JsonObject", to_json(values)),
            limits=limits,
            libraries=("numpy", "opencv-python-headless"),
        )
        return [finding]

    def _matches(self, evidence: Evidence, scene: Scene) -> Iterator[ReuseMatch]:
        item = evidence.item
        for stretch in find_repeats(scene, self.within):
            yield _match(item.digest, scene, (item.digest, item.name, scene), stretch)
        for other in sorted(evidence.items, key=lambda other: other.digest):
            theirs = other.load_scene()
            for stretch in find_same_stretches(scene, theirs, self.across):
                yield _match(item.digest, scene, (other.digest, other.name, theirs), stretch)

    def _answer(
        self, evidence: Evidence, scene: Scene, values: ReuseValues
    ) -> tuple[ReuseAnswer, str]:
        if values.matches:
            return ReuseAnswer.REUSED, _told(evidence.item.digest, values.matches)
        if scene.frames < self.fewest_frames:
            return (
                ReuseAnswer.CANNOT_TELL,
                f"There are only {scene.frames} frames; at least {self.fewest_frames} are needed.",
            )
        if values.usable_share < self.least_usable_share:
            return (
                ReuseAnswer.CANNOT_TELL,
                "The pictures show too little (black, white or fog) to be recognised again.",
            )
        if not self._moves(scene):
            return (
                ReuseAnswer.CANNOT_TELL,
                "Nothing moves in the footage, so that its seconds can't be recognised again.",
            )
        count = len(values.compared)
        others = f"{count} other item{'s' if count != 1 else ''}"
        return (
            ReuseAnswer.NO_MATCH,
            f"No second of it is seen twice or in the {others} of the workspace."
            if count
            else "No second of it is seen twice; there were no other items to compare with.",
        )

    def _moves(self, scene: Scene) -> bool:
        """Tell whether the pictures change enough for any stretch to be recognised."""
        spread = scene.thumbnails.astype(np.float32).std(axis=0)
        return float(np.sqrt(np.square(spread).mean())) >= self.across.least_change


def _match(
    item: Digest, scene: Scene, other: tuple[Digest, str, Scene], stretch: SameStretch
) -> ReuseMatch:
    digest, name, theirs = other
    start_s, end_s = _seconds(scene, stretch.span)
    other_start_s, other_end_s = _seconds(theirs, stretch.other)
    whole_s = _seconds(scene, FrameSpan(first=0, last=scene.frames - 1))[1]
    return ReuseMatch(
        item=item,
        start_s=start_s,
        end_s=end_s,
        start_frame=stretch.span.first,
        end_frame=stretch.span.last,
        other=digest,
        other_name=name,
        other_start_s=other_start_s,
        other_end_s=other_end_s,
        other_start_frame=stretch.other.first,
        other_end_frame=stretch.other.last,
        exact=stretch.exact,
        distance_bits=stretch.distance_bits,
        change=stretch.change,
        ratio=stretch.ratio,
        share=(end_s - start_s) / whole_s,
    )


def _seconds(scene: Scene, span: FrameSpan) -> tuple[float, float]:
    """Return when the first frame begins and the last gives way to the next. [s]"""
    usual_s = float(np.median(np.diff(scene.pts)) * float(scene.time_base))
    last = span.last
    end_s = scene.seconds(last) + usual_s if last + 1 == scene.frames else scene.seconds(last + 1)
    return scene.seconds(span.first), end_s


def _told(item: Digest, matches: Sequence[ReuseMatch]) -> str:
    """Say the longest match in words, and how many there are."""
    longest = max(matches, key=lambda match: (match.end_s - match.start_s, -match.start_s))
    where = "later in the same item" if longest.other == item else f"in {longest.other_name}"
    equal = ", picture for picture" if longest.exact else ""
    told = (
        f"Seconds {longest.start_s:.1f} to {longest.end_s:.1f} are seen again at "
        f"{longest.other_start_s:.1f} to {longest.other_end_s:.1f} {where}{equal}."
    )
    return told if len(matches) == 1 else f"{told} In all there are {len(matches)} such stretches."
