"""The reuse check: are the same seconds seen in another item, or twice in this one?"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import Evidence, Fingerprinted, Need, make_finding, parameters_of
from purport.checks.reuse.aligning import Rules, SharedStretch
from purport.checks.reuse.index.archive import Archive
from purport.checks.reuse.prints import print_video
from purport.checks.reuse.records import OtherView, ReuseAnswer, ReuseMatch, ReuseValues
from purport.checks.reuse.views import MomentRules, View, ViewRelation, compare_views
from purport.core.digests import Digest, JsonObject
from purport.core.findings import Finding
from purport.core.media_time import FrameSpan
from purport.core.records import to_json
from purport.media import probe_media
from purport.scene import Scene
from purport.scene.fingerprints import (
    MatchRules,
    SameStretch,
    find_repeats,
    fingerprint,
    fingerprint_scene,
)

__all__ = ["INDEX_FOLDER", "ReuseCheck"]

INDEX_FOLDER = "reuse-index"
"""Folder of the index in a workspace's cache."""

_BOUND = (
    "Only the items of this workspace were compared; the footage may have appeared anywhere else."
)
_BLIND = (
    "Footage that was turned, set into another picture at less than about a third of its width, or "
    "played faster than twice or slower than half its speed is not recognised."
)
_STILL = "Scenes in which nothing moves can't be told from one another's seconds and are left out."
_TWO_CAMERAS = (
    "Two cameras that film one moment show different pictures: that is no match. They are told as "
    "two cameras only where several things move that both see; else it can't be told."
)

Bits = NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True)
class ReuseCheck:
    """Looks for the same seconds in the other items of the case, and twice in the item itself.

    Five times a second each item gets a fingerprint of 256 bits, and local features of what is
    seen where. Both are looked up in an index of all items, as they are, mirrored, and as a
    negative. What is found is a guess, and is then put to the proof: one picture must lie in the
    other at one and the same place all along, to about a pixel; what changes in one must change in
    the other; and paired a little earlier or later they must agree much worse. So a black screen, a
    still view, shared symbology, or another flight past the same place is never called a match.

    A match says which seconds of one item are which seconds of the other, at which speed, whether
    mirrored or as a negative, and which part of the picture lies where. It doesn't say which of the
    two is older: that is for the dates on which they were made public. Footage is reused for good
    reasons: news desks share it, and an official clip is often a part of a longer one.

    No match says only that the items compared don't share footage in a form that the check sees.

    Of items that share no footage it is also asked whether they show one ground. Two cameras at one
    moment are told where several things that lie apart move at the same times in both. Otherwise it
    can't be told whether it was the same day.
    """

    name: str = "reuse"
    version: str = "4"
    question: str = "Are the same seconds seen in another item, or more than once in this one?"
    needs: frozenset[Need] = frozenset({Need.MEDIA})
    uses: frozenset[Need] = frozenset({Need.ITEMS})
    after: frozenset[str] = frozenset()
    fewest_frames: int = 8
    """Fewest frames on which anything is said."""
    least_usable_share: float = 0.1
    """Least part of frames with enough structure for "no match" to mean something."""
    across: Rules = field(default_factory=Rules)
    """When stretches of two items count as the same seconds."""
    within: MatchRules = field(
        default_factory=lambda: MatchRules(farthest_bits=40, largest_ratio=0.35)
    )
    """When two stretches of one item count as the same seconds."""
    moments: MomentRules = field(default_factory=MomentRules)
    """When two views of one ground count as two cameras at one moment."""
    most_views: int = 24
    """Most other items in which another view of the ground is looked for."""

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
        _, structure = fingerprint_scene(scene)
        matched = {match.other for match in matches}
        apart = [other for other in evidence.items if other.digest not in matched]
        apart.sort(key=lambda other: other.digest)
        values = ReuseValues(
            matches=tuple(matches),
            views=tuple(self._views(evidence, scene, apart[: self.most_views])),
            not_viewed=max(len(apart) - self.most_views, 0),
            compared=tuple(sorted(other.digest for other in evidence.items)),
            usable_share=float(np.mean(structure >= self.within.least_structure)),
        )
        answer, reason = self._answer(evidence, scene, values)
        limits = [_BOUND, _BLIND, _STILL, _TWO_CAMERAS]
        if values.not_viewed:
            limits.append(f"Other views were not looked for in {values.not_viewed} of the items.")
        if not evidence.items:
            limits.insert(0, "There were no other items to compare with.")
        finding = make_finding(
            self,
            evidence,
            answer=answer.value,
            reason=" ".join([reason, *_views_told(values.views)]),
            values=cast("JsonObject", to_json(values)),
            limits=limits,
            libraries=("faiss-cpu", "numpy", "opencv-python-headless"),
        )
        return [finding]

    def _matches(self, evidence: Evidence, scene: Scene) -> Iterator[ReuseMatch]:
        item = evidence.item
        for stretch in find_repeats(scene, self.within):
            yield _repeat(item.digest, item.name, scene, stretch)
        if not evidence.items:
            return
        scenes = {other.digest: other for other in evidence.items}
        held = TemporaryDirectory() if evidence.cache is None else nullcontext(evidence.cache)
        with held as folder:
            archive = Archive(Path(folder) / INDEX_FOLDER)
            _complete(archive, evidence)
            asking = print_video(evidence.path, probe=evidence.probe, asking=True)
            for found in archive.search(asking, self.across, among=frozenset(scenes)):
                other = scenes[found.item.digest]
                theirs = other.load_scene()
                yield _match(item.digest, scene, (other.digest, other.name, theirs), found.stretch)

    def _views(
        self, evidence: Evidence, scene: Scene, others: Sequence[Fingerprinted]
    ) -> Iterator[OtherView]:
        """Look for other views of the ground in items that share no seconds with this one."""
        here = (evidence.path, View(scene))
        for other in others:
            found = compare_views(here, (other.path, View(other.load_scene())), self.moments)
            if found is None:
                continue
            moment = found.moment
            yield OtherView(
                other=other.digest,
                other_name=other.name,
                relation=found.relation,
                inliers=found.inliers,
                lag_s=None if moment is None else moment.lag_s,
                start_s=None if moment is None else moment.start_s,
                end_s=None if moment is None else moment.end_s,
                alike=None if moment is None else moment.alike,
                elsewhere=None if moment is None else moment.elsewhere,
                things=None if moment is None else moment.things,
                turn_px=None if moment is None else moment.turn_px,
            )

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
        return float(np.sqrt(np.square(spread).mean())) >= self.within.least_change


def _complete(archive: Archive, evidence: Evidence) -> None:
    """Put into the index what is missing: in order of digest, so that who comes first is no matter.

    The item itself is put there too, for the others to find.
    """
    wanted = {other.digest: (other.name, other.path) for other in evidence.items}
    wanted[evidence.item.digest] = (evidence.item.name, evidence.path)
    missing = sorted(digest for digest in wanted if digest not in archive)
    for digest in missing:
        path = wanted[digest][1]
        if not archive.print_path(digest).is_file():
            archive.keep_print(digest, print_video(path, probe=probe_media(path)))
    archive.add([(digest, wanted[digest][0]) for digest in missing])


def _repeat(item: Digest, name: str, scene: Scene, stretch: SameStretch) -> ReuseMatch:
    start_s, end_s = _seconds(scene, stretch.span)
    other_start_s, other_end_s = _seconds(scene, stretch.other)
    return ReuseMatch(
        item=item,
        start_s=start_s,
        end_s=end_s,
        start_frame=stretch.span.first,
        end_frame=stretch.span.last,
        other=item,
        other_name=name,
        other_start_s=other_start_s,
        other_end_s=other_end_s,
        other_start_frame=stretch.other.first,
        other_end_frame=stretch.other.last,
        exact=stretch.exact,
        distance_bits=stretch.distance_bits,
        change=stretch.change,
        ratio=stretch.ratio,
        share=(end_s - start_s) / _whole_s(scene),
    )


def _match(
    item: Digest, scene: Scene, other: tuple[Digest, str, Scene], stretch: SharedStretch
) -> ReuseMatch:
    """Put a stretch to frames, and compare these."""
    digest, name, theirs = other
    span = _frames(scene, stretch.start_s, stretch.end_s)
    there = _frames(theirs, stretch.other_start_s, stretch.other_end_s)
    bits, change, exact = _compared(scene, theirs, (span, there), stretch)
    return ReuseMatch(
        item=item,
        start_s=stretch.start_s,
        end_s=stretch.end_s,
        start_frame=span.first,
        end_frame=span.last,
        other=digest,
        other_name=name,
        other_start_s=stretch.other_start_s,
        other_end_s=stretch.other_end_s,
        other_start_frame=there.first,
        other_end_frame=there.last,
        exact=exact,
        distance_bits=bits,
        change=change,
        ratio=0.0 if exact else float(np.sqrt(max(2.0 - 2.0 * stretch.alike, 0.0))),
        share=min((stretch.end_s - stretch.start_s) / _whole_s(scene), 1.0),
        speed=stretch.speed,
        mirrored=stretch.mirrored,
        inverted=stretch.inverted,
        part=stretch.part,
        other_part=stretch.other_part,
    )


def _compared(
    scene: Scene, theirs: Scene, spans: tuple[FrameSpan, FrameSpan], stretch: SharedStretch
) -> tuple[float, float, bool]:
    """Return the mean distance of aligned frames [bits], the change [luma], and whether equal."""
    span, there = spans
    frames = np.arange(span.first, span.last + 1)
    wanted_s = stretch.other_start_s + stretch.speed * (_times_s(scene)[frames] - stretch.start_s)
    nearest = np.abs(_times_s(theirs)[None, there.first : there.last + 1] - wanted_s[:, None])
    partners = there.first + nearest.argmin(axis=1)
    ours = scene.thumbnails[frames]
    change = float(np.sqrt(np.square(ours.astype(np.float32).std(axis=0)).mean()))
    if stretch.mirrored:
        ours = ours[:, :, ::-1]
    if stretch.inverted:
        ours = 255 - ours
    bits = fingerprint(ours)[0] ^ fingerprint(theirs.thumbnails[partners])[0]
    exact = (
        len(there) == len(frames)
        and not (stretch.mirrored or stretch.inverted)
        and np.array_equal(ours, theirs.thumbnails[there.first : there.last + 1])
    )
    return float(np.bitwise_count(bits).sum(axis=1).mean()), change, exact


def _frames(scene: Scene, start_s: float, end_s: float) -> FrameSpan:
    """Return the frames that are shown from one time to another."""
    times_s = _times_s(scene)
    half_s = scene.frame_s / 2.0
    first = int(np.searchsorted(times_s, start_s - half_s))
    last = int(np.searchsorted(times_s, end_s - half_s)) - 1
    first = min(first, len(times_s) - 1)
    return FrameSpan(first=first, last=max(min(last, len(times_s) - 1), first))


def _times_s(scene: Scene) -> NDArray[np.float64]:
    return np.asarray((scene.pts - scene.pts[0]).astype(np.float64) * float(scene.time_base))


def _whole_s(scene: Scene) -> float:
    return _seconds(scene, FrameSpan(first=0, last=scene.frames - 1))[1]


def _seconds(scene: Scene, span: FrameSpan) -> tuple[float, float]:
    """Return when the first frame begins and the last gives way to the next. [s]"""
    last = span.last
    end_s = (
        scene.seconds(last) + scene.frame_s if last + 1 == scene.frames else scene.seconds(last + 1)
    )
    return scene.seconds(span.first), end_s


def _told(item: Digest, matches: Sequence[ReuseMatch]) -> str:
    """Say the longest match in words, and how many there are."""
    longest = max(matches, key=lambda match: (match.end_s - match.start_s, -match.start_s))
    where = "later in the same item" if longest.other == item else f"in {longest.other_name}"
    told = (
        f"Seconds {longest.start_s:.1f} to {longest.end_s:.1f} are seen again at "
        f"{longest.other_start_s:.1f} to {longest.other_end_s:.1f} {where}{_changed(longest)}."
    )
    return told if len(matches) == 1 else f"{told} In all there are {len(matches)} such stretches."


def _views_told(views: Sequence[OtherView]) -> Iterator[str]:
    """Say in words which other items show the same ground."""
    for view in views:
        if view.relation is ViewRelation.TWO_CAMERAS and view.start_s is not None:
            yield (
                f"{view.other_name} shows the same ground at the same moment, from another camera "
                f"(from {view.start_s:.1f} s on; its clock is {view.lag_s:+.1f} s off)."
            )
    unknown = sum(view.relation is ViewRelation.CANNOT_TELL for view in views)
    if unknown:
        items = "1 other item shows" if unknown == 1 else f"{unknown} other items show"
        yield f"{items} the same ground; whether at the same moment, can't be told."


def _changed(match: ReuseMatch) -> str:
    """Say what was done to the picture, from one item to the other."""
    if match.exact:
        return ", picture for picture"
    changes = ["mirrored"] if match.mirrored else []
    changes += ["as a negative"] if match.inverted else []
    if abs(match.speed - 1.0) > 0.03:  # noqa: PLR2004 - what a wrong frame rate makes of it
        changes.append(f"at {match.speed:.2f} times the speed there")
    return f", {' and '.join(changes)}" if changes else ""
