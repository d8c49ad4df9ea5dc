"""The steps done for each item, here or in a worker process: survey it, look, and ask a check.

They know no database. What they need comes with the job; what they find goes back as records.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

from purport.casework.guarding import Stopped, attempt
from purport.checks.contract import (
    Check,
    ControlSource,
    Evidence,
    Fingerprinted,
    Looks,
    LooksAhead,
    MatcherSource,
    Need,
    ReferenceSource,
    SidecarSource,
    TerrainSource,
)
from purport.core.case import ItemRecord
from purport.core.casefile import Fault, MarkRecord
from purport.core.digests import Digest, JsonObject, digest_json
from purport.core.findings import Finding, NotRun
from purport.core.instants import StatedTime
from purport.core.records import from_json, to_json
from purport.media import Probe, probe_media
from purport.scene import SCENE_VERSION, Scene, analyse_scene, load_scene, save_scene
from purport.store import Outcome, Survey
from purport.vault import writing

__all__ = [
    "Answered",
    "Job",
    "Looked",
    "Other",
    "Question",
    "ask",
    "ask_from_record",
    "is_long",
    "look",
    "look_ahead",
    "reads_pictures_only",
    "survey",
]

_MISSING = {
    Need.CLAIMED_PLACE: "the place claimed (--items table, or `purport add item --place-at`)",
    Need.COLLECTION: "a record of how the footage was collected",
    Need.CONTROL: "a territorial control layer (--control FILE.geojson)",
    Need.DATE: "the date claimed (--date 2015-09-30)",
    Need.EARLIER: "the answer of a check that comes before it",
    Need.ITEMS: "another media item to compare with",
    Need.MARKS: "a mark that a person placed (purport mark)",
    Need.MATCHER: "a learned matcher (purport add matcher MODEL.onnx)",
    Need.MEDIA: "footage that can be read",
    Need.PUBLICATION: "a recorded publication (--published DATE[,URL])",
    Need.REFERENCE: "an orthophoto of the place claimed (--reference ORTHO.tif)",
    Need.SIDECARS: "a file beside the footage that is about it (clip.info.json, clip.srt)",
    Need.TARGET: "where the target is said to be (--target LON,LAT or --target-area FILE)",
    Need.TERRAIN: "heights of the ground (--terrain HEIGHTS.tif)",
    Need.VIEW_HINT: "what is roughly known of the camera (purport add item --gsd, --heading)",
}
_PICTURE_ONLY = frozenset({Need.MEDIA, Need.ITEMS})
_SCENES_IN_MEMORY = 4
_LONG_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Another item of the workspace, to compare with."""

    digest: Digest
    """SHA-256 of its bytes."""
    name: str
    """Its file name."""
    path: Path
    """Its working copy."""
    scene: Path
    """Where its scene is cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that is to be known for work on one item."""

    item: ItemRecord
    """What is recorded of it."""
    path: Path
    """Its working copy."""
    scene: Path
    """Where its scene is cached."""
    references: tuple[ReferenceSource, ...]
    """Orthophotos of the place claimed."""
    terrain: TerrainSource | None
    """Heights of the ground there; None when none was given."""
    matcher: MatcherSource | None
    """A learned matcher; None when none was given."""
    marks: tuple[MarkRecord, ...]
    """What people placed by hand on it."""
    cache: Path
    """Folder for derived data."""
    control: tuple[ControlSource, ...]
    """Control layers."""
    date: StatedTime | None
    """The date claimed; None when none was given."""
    groups: tuple[str, ...]
    """Groups that the claims name as hit."""
    sidecars: tuple[SidecarSource, ...]
    """Files that lay beside it and are about it."""
    others: tuple[Other, ...]
    """All other items of the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A check to be asked about an item."""

    check: Check
    """The check."""
    job: Job
    """The item."""
    known: tuple[Outcome, ...]
    """What is on record of this check, at this version and with these parameters, on this item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An outcome, and whether anything had to be computed for it."""

    outcome: Outcome
    """What came of it."""
    computed: bool
    """False when it was on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a check's `look` gave beside other checks."""

    seen: object | Fault | None
    """That, or what went wrong; None when the check cannot run for want of an input."""


def is_long(job: Job) -> bool:
    """Tell whether an item is long enough for starting a second process to pay."""
    found = attempt(job.item.name, lambda: probe_media(job.path).duration_s)
    return isinstance(found, float) and found >= _LONG_S


def reads_pictures_only(check: Check) -> bool:
    """Tell whether a check looks at nothing but footage, and at no other check's findings."""
    return check.needs | check.uses <= _PICTURE_ONLY and not check.after


def survey(job: Job) -> Survey | Stopped:
    """Read an item's container and go over its frames once."""
    name = job.item.name

    def look() -> Survey:
        probe = probe_media(job.path, name=name)
        scene = _scene_of(job.path, job.scene)
        return Survey(
            item=job.item.digest,
            version=SCENE_VERSION,
            probe=cast("JsonObject", to_json(probe)),
            duration_s=_duration_s(scene),
            frames=scene.frames,
        )

    found = attempt(name, look)
    if isinstance(found, Fault):
        return Survey(
            item=job.item.digest,
            version=SCENE_VERSION,
            probe=None,
            duration_s=None,
            frames=None,
            fault=found,
        )
    return found


def look(question: Question, surveys: Sequence[Survey | Stopped]) -> Looked | Stopped:
    """Let a check look at an item before the checks that it comes after have answered."""
    whole = []
    for part in surveys:
        if isinstance(part, Stopped):
            return part
        whole.append(part)
    check = question.check
    if whole[0].fault is not None or not isinstance(check, Looks):
        return Looked(seen=None)
    evidence = _evidence(question, whole, ())
    inputs = evidence.input_digests()
    if any(inputs[need] is None for need in check.needs - {Need.EARLIER}):
        return Looked(seen=None)
    found = attempt(question.job.item.name, lambda: check.look(evidence))
    return found if isinstance(found, Stopped) else Looked(seen=found)


def look_ahead(question: Question) -> Looked | Stopped:
    """Let a check do what it can before the footage has been analysed."""
    check, job = question.check, question.job
    if not isinstance(check, LooksAhead):
        return Looked(seen=None)
    found = attempt(job.item.name, lambda: check.look_ahead(job.item, job.references))
    return found if isinstance(found, Stopped) else Looked(seen=found)


def ask(
    question: Question,
    surveys: Sequence[Survey | Stopped],
    earlier: Sequence[Answered | Stopped],
    looked: Looked | Stopped | None = None,
) -> Answered | Stopped:
    """Ask a check about an item, unless its answer to the same inputs is on record.

    Args:
        question: The check and the item.
        surveys: Of the item itself, then of those of its others that the check looks at.
        earlier: What came of the checks that it comes after, on this item.
        looked: What it saw beforehand; None when it was not asked to look.
    """
    stopped = [part for part in (*surveys, *earlier, looked) if isinstance(part, Stopped)]
    if stopped:
        return stopped[0]
    whole = [part for part in surveys if isinstance(part, Survey)]
    before = [part.outcome for part in earlier if isinstance(part, Answered)]
    answered = ask_from_record(question, whole, before)
    if answered is not None:
        return answered
    check = question.check
    evidence = _evidence(question, whole, before)
    seen = looked.seen if isinstance(looked, Looked) else None
    if isinstance(seen, Fault):
        found: tuple[Finding, ...] | Fault | Stopped = seen
    else:
        given = replace(evidence, looked=seen)
        found = attempt(question.job.item.name, lambda: tuple(check.run(given)))
    if isinstance(found, Stopped):
        return found
    blank = _blank_outcome(check, evidence)
    if isinstance(found, Fault):
        return Answered(outcome=replace(blank, fault=found), computed=True)
    return Answered(outcome=replace(blank, findings=found), computed=True)


def ask_from_record(
    question: Question, surveys: Sequence[Survey], earlier: Sequence[Outcome]
) -> Answered | None:
    """Return what came of a check without running it; None when it has to run.

    It has not to run when an input is missing, or when its answer to the same inputs, parameters
    and version is on record. A fault on record is tried again.
    """
    fault = surveys[0].fault
    if fault is not None:
        missing: tuple[str, ...] = (f"{_MISSING[Need.MEDIA]}: {fault.fault}",)
        return Answered(outcome=_unanswerable(question, missing), computed=False)
    check = question.check
    evidence = _evidence(question, surveys, earlier)
    inputs = evidence.input_digests()
    missing = tuple(_MISSING[need] for need in sorted(check.needs) if inputs[need] is None)
    if missing:
        return Answered(outcome=_unanswerable(question, missing), computed=False)
    blank = _blank_outcome(check, evidence)
    for outcome in question.known:
        if outcome.inputs == blank.inputs and outcome.findings:
            return Answered(outcome=outcome, computed=False)
    return None


def _evidence(
    question: Question, surveys: Sequence[Survey], earlier: Sequence[Outcome]
) -> Evidence:
    check, job = question.check, question.job
    looked_at = check.needs | check.uses
    readable = {survey.item for survey in surveys if survey.fault is None}
    findings: list[Finding] = [
        finding for outcome in earlier for finding in outcome.findings if Need.EARLIER in looked_at
    ]
    return Evidence(
        item=job.item,
        path=job.path,
        probe=from_json(Probe, surveys[0].probe),
        load_scene=_loader(job.path, job.scene),
        references=job.references,
        terrain=job.terrain,
        matcher=job.matcher,
        marks=job.marks,
        cache=job.cache,
        control=job.control,
        date=job.date,
        groups=job.groups,
        sidecars=job.sidecars,
        items=tuple(
            Fingerprinted(
                digest=other.digest,
                name=other.name,
                path=other.path,
                load_scene=_loader(other.path, other.scene),
            )
            for other in job.others
            if Need.ITEMS in looked_at and other.digest in readable
        ),
        earlier=tuple(findings),
    )


def _blank_outcome(check: Check, evidence: Evidence) -> Outcome:
    """Return the outcome with its key: digests of parameters and of all that the check can see."""
    looked_at = check.needs | check.uses
    seen: dict[str, object] = {
        need.value: digest
        for need, digest in evidence.input_digests().items()
        if need in looked_at and digest is not None
    }
    seen["scene"] = SCENE_VERSION
    if not looked_at <= _PICTURE_ONLY:
        seen["claimed_place"] = evidence.item.claimed_place
        seen["claimed_time"] = evidence.item.claimed_time
    return Outcome(
        item=evidence.item.digest,
        check=check.name,
        version=check.version,
        parameters=digest_json(check.parameters()),
        inputs=digest_json(to_json(seen)),
    )


def _unanswerable(question: Question, missing: tuple[str, ...]) -> Outcome:
    check, item = question.check, question.job.item.digest
    return Outcome(
        item=item,
        check=check.name,
        version=check.version,
        parameters=digest_json(check.parameters()),
        inputs=digest_json([]),
        not_run=NotRun(check=check.name, item=item, missing=missing),
    )


def _loader(path: Path, scene: Path) -> Callable[[], Scene]:
    return lambda: _scene_of(path, scene)


@lru_cache(maxsize=_SCENES_IN_MEMORY)
def _scene_of(path: Path, cached: Path) -> Scene:
    """Return the scene of a working copy; its cached file is named by its content's digest."""
    if not cached.is_file():
        with writing(cached, subject=path.name) as unfinished:
            save_scene(analyse_scene(path, probe=probe_media(path)), unfinished)
            _make_durable(unfinished)
    return load_scene(cached)


def _make_durable(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _duration_s(scene: Scene) -> float:
    """From the first presentation time to the last and one step more. [s]"""
    last = scene.frames - 1
    step = scene.seconds(last) - scene.seconds(last - 1) if last > 0 else 0.0
    return scene.seconds(last) + step
