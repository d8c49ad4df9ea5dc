"""What somebody who places points on an item has before them, as plain records."""

from dataclasses import dataclass

from purport.casework.bench import Bench, BenchReference
from purport.casework.measuring import crosshair_in
from purport.casework.placing import Pair, how_registered
from purport.core.digests import Digest
from purport.imagery import reference_pixel

__all__ = ["Desk", "DeskReference", "DeskShot", "desk_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskReference:
    """An orthophoto."""

    digest: Digest
    """SHA-256 of its file."""
    name: str
    """File name."""
    width: int
    """Columns. [px]"""
    height: int
    """Rows. [px]"""
    gsd_m: float
    """Ground that a pixel spans. [m]"""
    accuracy_m: float
    """Standard uncertainty per axis, stated or assumed. [m]"""
    target_px: tuple[Pair, ...]
    """The stated target in its pixels: a point, or the corners of an outline; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskShot:
    """A shot."""

    first: int
    """First frame."""
    last: int
    """Last frame."""
    crosshair_px: Pair | None
    """Middle of the crosshair burnt into it; None when none is seen. [px]"""
    crosshair_sd_px: float | None
    """Its standard uncertainty; None as `crosshair_px`. [px]"""
    registered: str | None
    """How the place check laid it on the map: "automatically", "by points", or None: not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that the page needs to begin."""

    item: Digest
    """The item."""
    name: str
    """Its file name."""
    frames: int
    """How many frames it has."""
    width: int
    """Width of its display picture. [px]"""
    height: int
    """Height of its display picture. [px]"""
    unlinked: tuple[int, ...]
    """Frames that could not be held to their shot: no point can be placed there."""
    shots: tuple[DeskShot, ...]
    """Its shots."""
    references: tuple[DeskReference, ...]
    """Its orthophotos."""
    published: bool
    """Whether its publication is recorded: else no impact is measured."""
    target: str | None
    """What is stated of the target: "point", "outline", or None: nothing."""
    target_basis: str | None
    """Who states it; None when nothing is stated."""


def desk_of(bench: Bench) -> Desk:
    """Describe an item to somebody who is to place points on it.

    Raises:
        InputError: Its frames have not been gone over yet.
    """
    scene = bench.require_scene()
    target = bench.item.target
    return Desk(
        item=bench.item.digest,
        name=bench.item.name,
        frames=scene.frames,
        width=scene.width_px,
        height=scene.height_px,
        unlinked=tuple(int(index) for index in (~scene.linked).nonzero()[0]),
        shots=tuple(
            _shot(bench, first=shot.span.first, last=shot.span.last) for shot in scene.shots
        ),
        references=tuple(_reference(bench, one) for one in bench.references),
        published=bench.item.publication is not None,
        target=None if target is None else ("point" if target.point is not None else "outline"),
        target_basis=None if target is None else target.basis,
    )


def _shot(bench: Bench, *, first: int, last: int) -> DeskShot:
    crosshair = crosshair_in(bench.require_scene(), first)
    return DeskShot(
        first=first,
        last=last,
        crosshair_px=None if crosshair is None else crosshair[0],
        crosshair_sd_px=None if crosshair is None else crosshair[1],
        registered=how_registered(bench, first=first, last=last),
    )


def _reference(bench: Bench, one: BenchReference) -> DeskReference:
    target = bench.item.target
    corners = target.outline or (target.point,) if target is not None else ()
    return DeskReference(
        digest=one.digest,
        name=one.reference.name,
        width=one.reference.width,
        height=one.reference.height,
        gsd_m=one.reference.gsd_m,
        accuracy_m=one.accuracy_m,
        target_px=tuple(
            reference_pixel(one.reference, corner) for corner in corners if corner is not None
        ),
    )
