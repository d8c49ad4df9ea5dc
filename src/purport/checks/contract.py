"""What every check is: a name, a version, a question, needs, and `run`.

A check reads an `Evidence` and returns findings. It imports no other check: what it needs of
another's answer it reads from `Evidence.earlier`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Protocol, cast, runtime_checkable

from purport.core.case import ItemRecord
from purport.core.casefile import MarkRecord
from purport.core.digests import Digest, JsonObject, digest_json
from purport.core.findings import Derivation, Finding
from purport.core.instants import StatedTime
from purport.core.records import to_json
from purport.media import Probe
from purport.scene import Scene

__all__ = [
    "Check",
    "ControlSource",
    "Evidence",
    "Fingerprinted",
    "Looks",
    "MatcherSource",
    "Need",
    "Prepares",
    "ReferenceSource",
    "SidecarSource",
    "TerrainSource",
    "make_finding",
    "parameters_of",
]

_IDENTITY = frozenset({"name", "version", "question", "needs", "uses", "after"})


class Need(StrEnum):
    """An input that a check cannot do without, or can use."""

    CLAIMED_PLACE = "claimed_place"
    COLLECTION = "collection"
    CONTROL = "control"
    DATE = "date"
    EARLIER = "earlier"
    ITEMS = "items"
    MARKS = "marks"
    MATCHER = "matcher"
    MEDIA = "media"
    PUBLICATION = "publication"
    REFERENCE = "reference"
    SIDECARS = "sidecars"
    TARGET = "target"
    TERRAIN = "terrain"
    VIEW_HINT = "view_hint"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceSource:
    """An orthophoto in the vault."""

    digest: Digest
    """SHA-256 of its bytes."""
    path: Path
    """Where a working copy can be read (with its own suffix, world file beside it if any)."""
    accuracy_m: float | None = None
    """Stated horizontal standard uncertainty; None when nothing states it. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerrainSource:
    """A raster of ground heights in the vault."""

    digest: Digest
    """SHA-256 of its bytes."""
    path: Path
    """Where a working copy can be read."""
    accuracy_m: float | None = None
    """Stated vertical standard uncertainty; None when nothing states it. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatcherSource:
    """A learned matcher of the user's, in the vault like any other input."""

    digest: Digest
    """SHA-256 of its bytes."""
    path: Path
    """Where a working copy can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSource:
    """A territorial control layer in the vault."""

    digest: Digest
    """SHA-256 of its bytes."""
    path: Path
    """Where a working copy can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarSource:
    """A file that lay beside a media item and is about it, in the vault."""

    name: str
    """Its file name."""
    digest: Digest
    """SHA-256 of its bytes."""
    path: Path
    """Where a working copy can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprinted:
    """Another item of the workspace."""

    digest: Digest
    """SHA-256 of the item."""
    name: str
    """Its file name."""
    path: Path
    """Its working copy."""
    load_scene: Callable[[], Scene]
    """Gives its scene (cached by the caller)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a check may look at, for one item."""

    item: ItemRecord
    """What is recorded of the item."""
    path: Path
    """Its working copy."""
    probe: Probe
    """What its container says."""
    load_scene: Callable[[], Scene]
    """Gives the item's scene (cached by the caller)."""
    references: tuple[ReferenceSource, ...] = ()
    """Orthophotos of the place claimed; empty when none was given."""
    terrain: TerrainSource | None = None
    """Heights of the ground there; None when none was given."""
    matcher: MatcherSource | None = None
    """A learned matcher; None when none was given."""
    marks: tuple[MarkRecord, ...] = ()
    """What people placed by hand on this item, as it stands; read it through `core.marks`."""
    control: tuple[ControlSource, ...] = ()
    """Control layers; empty when none was given."""
    date: StatedTime | None = None
    """The date claimed for the case or item; None when none was given."""
    groups: tuple[str, ...] = ()
    """Canonical names of the groups that the claims name as hit."""
    sidecars: tuple[SidecarSource, ...] = ()
    """Files that lay beside the item and are about it."""
    items: tuple[Fingerprinted, ...] = ()
    """The other items of the workspace."""
    earlier: tuple[Finding, ...] = ()
    """Findings of checks that ran before on the same item."""
    cache: Path | None = None
    """Folder for derived data that may be lost, in files named by digest, version and parameters;
    None: keep nothing. What is found does not depend on it."""
    looked: object | None = None
    """What the check's own `look` or `look_ahead` gave; None when it was not asked to look
    beforehand."""

    def earlier_finding(self, check: str) -> Finding | None:
        """Return the finding of the named check on this item; None when it did not run."""
        return next((finding for finding in self.earlier if finding.check == check), None)

    def input_digests(self) -> Mapping[Need, Digest | None]:
        """Digest each input; None where it is absent."""
        item = self.item
        references: list[object] = [[each.digest, each.accuracy_m] for each in self.references]
        terrain = self.terrain
        layers: list[object] = [layer.digest for layer in self.control]
        return {
            Need.MEDIA: item.digest,
            Need.REFERENCE: _digest(references),
            Need.TERRAIN: _digest([terrain.digest, terrain.accuracy_m] if terrain else []),
            Need.MATCHER: self.matcher.digest if self.matcher else None,
            Need.MARKS: _digest(sorted(mark.id for mark in self.marks)),
            Need.VIEW_HINT: _digest([item.view_hint] if item.view_hint else []),
            Need.CLAIMED_PLACE: _digest([item.claimed_place] if item.claimed_place else []),
            Need.TARGET: _digest([item.target] if item.target else []),
            Need.PUBLICATION: _digest([item.publication] if item.publication else []),
            Need.COLLECTION: _digest(
                [item.name, item.retrieved, item.file_time]
                if item.retrieved or item.file_time
                else []
            ),
            Need.SIDECARS: _digest([[one.name, one.digest] for one in self.sidecars]),
            Need.CONTROL: _digest([*layers, *self.groups] if layers else []),
            Need.DATE: _digest([self.date] if self.date else []),
            Need.ITEMS: _digest(sorted(other.digest for other in self.items)),
            Need.EARLIER: _digest(sorted(finding.id for finding in self.earlier)),
        }


def _digest(values: Sequence[object]) -> Digest | None:
    return digest_json(to_json(list(values))) if values else None


@runtime_checkable
class Check(Protocol):
    """One method."""

    @property
    def name(self) -> str:
        """Its name, as findings carry it."""
        ...

    @property
    def version(self) -> str:
        """Raised whenever an answer could change."""
        ...

    @property
    def question(self) -> str:
        """What it answers, as the report prints it."""
        ...

    @property
    def needs(self) -> frozenset[Need]:
        """Inputs without which it does not run."""
        ...

    @property
    def uses(self) -> frozenset[Need]:
        """Further inputs that it looks at when present; with `needs` they key its cached result."""
        ...

    @property
    def after(self) -> frozenset[str]:
        """Names of the checks whose findings it reads; they run before it."""
        ...

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        ...

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Answer the question."""
        ...


@runtime_checkable
class Prepares(Protocol):
    """A check that can do in advance, once, what takes long and serves several items."""

    def prepare(
        self,
        item: ItemRecord,
        references: Sequence[ReferenceSource],
        *,
        cache: Path,
        progress: Callable[[str, float], None],
    ) -> None:
        """Put into the cache what `run` would else have to make by itself.

        Args:
            item: An item about which the check will be asked.
            references: Orthophotos of the place claimed.
            cache: See `Evidence.cache`.
            progress: Told what is being made, and the share that is done, 0 to 1.
        """
        ...


@runtime_checkable
class Looks(Protocol):
    """A check whose longest work reads no finding of another check: it can be done beside them."""

    def look(self, evidence: Evidence) -> object:
        """Do that work; what it gives goes to `run` as `Evidence.looked` and must be picklable.

        Args:
            evidence: As `run` gets it, but without findings of other checks.
        """
        ...


@runtime_checkable
class LooksAhead(Protocol):
    """A check part of whose work needs no footage: it can be done while that is analysed."""

    def look_ahead(self, item: ItemRecord, references: Sequence[ReferenceSource]) -> object:
        """Do that work; what it gives goes to `run` as `Evidence.looked` and must be picklable.

        Args:
            item: The item about which the check will be asked.
            references: Orthophotos of the place claimed; empty when none was given.
        """
        ...


def parameters_of(check: Check) -> JsonObject:
    """Return every field of a check that is a dataclass, save those that say what check it is."""
    fields = cast("JsonObject", to_json(check))
    return {name: value for name, value in fields.items() if name not in _IDENTITY}


def make_finding(
    check: Check,
    evidence: Evidence,
    *,
    answer: str,
    reason: str,
    values: JsonObject,
    limits: Sequence[str],
    libraries: Sequence[str] = (),
    seed: int | None = None,
) -> Finding:
    """Build a finding with its derivation and its content-derived identifier.

    Args:
        check: The check that answers.
        evidence: What it looked at.
        answer: Value of the check's enum.
        reason: Why, in words.
        values: Its numbers; finite JSON values only.
        limits: What it cannot exclude.
        libraries: Distribution names whose versions matter ("opencv-python-headless").
        seed: Seed of the random generator, when one was used.
    """
    digests = evidence.input_digests()
    inputs = tuple(
        sorted(
            (need.value, digest)
            for need, digest in digests.items()
            if digest is not None and need in check.needs | check.uses
        )
    )
    derivation = Derivation(
        inputs=inputs,
        parameters=check.parameters(),
        libraries=tuple(sorted((name, version(name)) for name in libraries)),
        seed=seed,
    )
    body = [
        check.name,
        check.version,
        evidence.item.digest,
        answer,
        reason,
        values,
        list(limits),
        to_json(derivation),
    ]
    return Finding(
        id="f" + digest_json(to_json(body))[:12],
        check=check.name,
        version=check.version,
        item=evidence.item.digest,
        answer=answer,
        reason=reason,
        values=values,
        limits=tuple(limits),
        derivation=derivation,
    )
