"""Placing points and measuring by the API: what the page asks with every movement of a point."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from purport.casework.bench import Bench, BenchReference, gather_bench, get_reference
from purport.casework.marking import MarkTold, marks_of, require_sayable, withdraw_mark
from purport.casework.measuring import (
    HandImpact,
    HandLength,
    HandTarget,
    TargetKind,
    draw_target,
    measure_by_hand,
)
from purport.casework.placing import (
    HandView,
    OnMap,
    PlacedPoint,
    View,
    fit_view,
    ground_of_shot,
    on_orthophoto,
    start_from_registration,
)
from purport.casework.reviewing import mark as place_mark
from purport.casework.second_look import open_look
from purport.core.digests import Digest
from purport.core.errors import InputError
from purport.core.marks import MarkKind
from purport.core.records import to_json
from purport.imagery import PixelWindow, encode_picture, read_window
from purport.web.access import Right, Visit, enter
from purport.web.api.told import FAULTS

__all__ = ["router"]

router = Router(tags=["place"])

_MOST_POINTS = 200
_MOST_IMPACTS = 50
_KEPT_S = 7 * 24 * 3600
_FAR = 1e6

Coordinate = Annotated[float, Field(ge=-_FAR, le=_FAR, allow_inf_nan=False)]
Pixel = tuple[Coordinate, Coordinate]
Position = tuple[
    Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)],
    Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)],
]
Spread = Annotated[float, Field(ge=0, le=1e4, allow_inf_nan=False)]
Frame = Annotated[int, Field(ge=0, le=100_000_000)]
Key = Annotated[str, Field(min_length=1, max_length=40)]


class Place(Schema):
    """A place on the map: a pixel of the orthophoto, or longitude and latitude."""

    pixel: Pixel | None = None
    position: Position | None = None

    def read(self) -> OnMap:
        """Return it as casework has it."""
        return OnMap(pixel=self.pixel, position=self.position)


class Point(Schema):
    """A control point."""

    key: Key
    frame: Frame
    pixel: Pixel
    pixel_sd: Spread = 2.0
    place: Place
    place_sd_m: Spread = 0.0


class Impact(Schema):
    """An impact, in a frame or on the map."""

    key: Key
    frame: Frame
    pixel: Pixel | None = None
    place: Place | None = None
    pixel_sd: Spread = 2.0


class Target(Schema):
    """What offsets are counted from."""

    kind: TargetKind = TargetKind.STATED
    frame: Frame | None = None
    pixel: Pixel | None = None
    pixel_sd: Spread = 2.0
    place: Place | None = None
    outline: list[Place] = Field(default_factory=list, max_length=_MOST_POINTS)
    place_sd_m: Spread = 0.0


class Length(Schema):
    """A length that somebody knows in a frame."""

    key: Key
    frame: Frame
    start: Pixel
    end: Pixel
    pixel_sd: Spread = 2.0
    length_m: Annotated[float, Field(gt=0, le=1e5, allow_inf_nan=False)]
    length_sd_m: Spread = 0.0


class Fit(Schema):
    """Control points, and the frame that is shown."""

    frame: Frame
    reference: str | None = None
    points: list[Point] = Field(default_factory=list, max_length=_MOST_POINTS)
    view: Literal["points", "registration", "none"] = "points"
    asked: list[Pixel] = Field(default_factory=list, max_length=_MOST_POINTS)


class Offset(Fit):
    """The same, with what is to be measured."""

    impacts: Annotated[list[Impact], Field(max_length=_MOST_IMPACTS)]
    target: Target = Target()
    lengths: list[Length] = Field(default_factory=list, max_length=_MOST_IMPACTS)


class NewMark(Schema):
    """A mark to be recorded."""

    kind: MarkKind
    values: dict[str, Any]
    note: Annotated[str, Field(max_length=2000)] | None = None


class MovedMark(NewMark):
    """A mark that replaces another; `version` is the one that was seen."""

    version: Annotated[str, Field(min_length=64, max_length=64)]


@router.post(
    "/{slug:key}/items/{slug:digest}/fit",
    response={200: dict[str, Any], **FAULTS},
    summary="The view that control points give",
)
def fit(request: HttpRequest, key: str, digest: str, asked: Fit) -> Any:  # noqa: ANN401 - JSON
    """Fit control points as the place check does; nothing is recorded."""
    bench = _bench(enter(request, key, Right.SEE), digest)
    told, _, _ = _view(bench, asked)
    return {"fit": to_json(told), "offsets": [], "target": None}


@router.post(
    "/{slug:key}/items/{slug:digest}/offset",
    response={200: dict[str, Any], **FAULTS},
    summary="Offsets of impacts from a target",
)
def offset(request: HttpRequest, key: str, digest: str, asked: Offset) -> Any:  # noqa: ANN401 - JSON
    """Measure offsets as the impacts check does; nothing is recorded."""
    bench = _bench(enter(request, key, Right.SEE), digest)
    told, view, chosen = _view(bench, asked)
    target = _target(asked.target)
    offsets = measure_by_hand(
        bench,
        [_impact(one) for one in asked.impacts],
        target,
        view=view,
        chosen=chosen,
        lengths=[_length(one) for one in asked.lengths],
    )
    drawn = draw_target(bench, target, view=view, chosen=chosen)
    return {"fit": to_json(told), "offsets": to_json(offsets), "target": to_json(drawn)}


@router.get(
    "/{slug:key}/items/{slug:digest}/start",
    response={200: dict[str, Any], **FAULTS},
    summary="Points of the automatic registration",
)
def start(
    request: HttpRequest, key: str, digest: str, *, frame: Frame = 0, reference: str | None = None
) -> Any:  # noqa: ANN401 - JSON
    """Return points of the automatic registration in a frame, to be confirmed or corrected."""
    bench = _bench(enter(request, key, Right.SEE), digest)
    chosen = _required(bench.reference(reference))
    bench.require_frame(frame)
    return {"points": to_json(start_from_registration(bench, chosen, frame=frame))}


@router.get(
    "/{slug:key}/items/{slug:digest}/marks",
    response={200: dict[str, Any], **FAULTS},
    summary="What people marked on an item",
)
def read_marks(request: HttpRequest, key: str, digest: str, *, reference: str | None = None) -> Any:  # noqa: ANN401 - JSON
    """Return the marks of an item with their versions and their past."""
    visit = enter(request, key, Right.SEE)
    bench = _bench(visit, digest)
    chosen = bench.reference(reference)
    workspace = visit.workspace()
    blind = open_look(workspace, digest, visit.agent) is not None
    marks = () if blind else marks_of(workspace, digest)
    return {"marks": [_told(one, chosen) for one in marks]}


@router.post(
    "/{slug:key}/items/{slug:digest}/marks",
    response={201: dict[str, Any], **FAULTS},
    summary="Record a mark",
)
def add_mark(request: HttpRequest, key: str, digest: str, mark: NewMark) -> Any:  # noqa: ANN401 - JSON
    """Record what a person placed."""
    visit = enter(request, key, Right.CHANGE)
    require_sayable(_bench(visit, digest), mark.values, mark.note)
    record = place_mark(
        visit.workspace(),
        item=digest,
        kind=mark.kind,
        values=mark.values,
        author=visit.agent,
        note=mark.note or None,
    )
    return 201, _one(visit, digest, record.id)


@router.put(
    "/{slug:key}/items/{slug:digest}/marks/{slug:mark}",
    response={200: dict[str, Any], **FAULTS},
    summary="Move a mark",
)
def move_mark(request: HttpRequest, key: str, digest: str, *, mark: str, moved: MovedMark) -> Any:  # noqa: ANN401 - JSON
    """Record a mark that supersedes another; 409 when somebody else has moved it meanwhile."""
    visit = enter(request, key, Right.CHANGE)
    require_sayable(_bench(visit, digest), moved.values, moved.note)
    record = place_mark(
        visit.workspace(),
        item=digest,
        kind=moved.kind,
        values=moved.values,
        author=visit.agent,
        note=moved.note or None,
        supersedes=mark,
        version=Digest(moved.version),
    )
    return _one(visit, digest, record.id)


@router.delete(
    "/{slug:key}/items/{slug:digest}/marks/{slug:mark}",
    response={204: None, **FAULTS},
    summary="Take a mark away",
)
def remove_mark(
    request: HttpRequest,
    key: str,
    digest: str,
    *,
    mark: str,
    version: str = "",
    reason: str | None = None,
) -> Any:  # noqa: ANN401 - JSON
    """Withdraw a mark; it stays on record. 409 when somebody else has moved it meanwhile."""
    visit = enter(request, key, Right.CHANGE)
    withdraw_mark(visit.workspace(), item=digest, mark=mark, version=version, reason=reason)
    return 204, None


@router.get(
    "/{slug:key}/references/{slug:reference}/window",
    response={200: None, **FAULTS},
    summary="A part of an orthophoto as a picture",
)
def read_part(
    request: HttpRequest,
    key: str,
    reference: str,
    *,
    x: Annotated[int, Field(ge=0, le=10_000_000)] = 0,
    y: Annotated[int, Field(ge=0, le=10_000_000)] = 0,
    width: Annotated[int, Field(ge=1, le=10_000_000)] = 512,
    height: Annotated[int, Field(ge=1, le=10_000_000)] = 512,
    step: Annotated[int, Field(ge=1, le=100_000)] = 1,
) -> HttpResponse:
    """Return a window of an orthophoto, in its own pixel grid, `step` of its pixels to one."""
    visit = enter(request, key, Right.SEE)
    opened = get_reference(visit.workspace(), reference)
    window = PixelWindow(x=x, y=y, width=width, height=height)
    content, media_type = encode_picture(read_window(opened, window, step=step))
    answer = HttpResponse(content, content_type=media_type)
    answer["Cache-Control"] = f"private, max-age={_KEPT_S}, immutable"
    return answer


def _bench(visit: Visit, digest: str) -> Bench:
    """Return what an item needs; less what others placed, to somebody at a second look."""
    workspace = visit.workspace()
    bench = gather_bench(workspace, digest)
    blind = open_look(workspace, digest, visit.agent) is not None
    return replace(bench, place=None) if blind else bench


def _view(bench: Bench, asked: Fit) -> tuple[HandView, View | None, BenchReference | None]:
    bench.require_frame(asked.frame)
    chosen = bench.reference(asked.reference)
    if chosen is None or asked.view == "none":
        blank = HandView(answer="no_map", words=(), suspects=(), points=())
        return blank, None, chosen
    points = [_point(one) for one in asked.points]
    if asked.view == "registration":
        told, view = ground_of_shot(bench, chosen, asked.frame)
        return told, view, chosen
    fitted, by_points = fit_view(bench, chosen, points, frame=asked.frame, asked=asked.asked)
    return fitted, by_points, chosen


def _required(chosen: BenchReference | None) -> BenchReference:
    if chosen is None:
        raise InputError("orthophoto", "the item has none", remedy="Add one to the case.")
    return chosen


def _point(one: Point) -> PlacedPoint:
    return PlacedPoint(
        key=one.key,
        frame=one.frame,
        pixel=one.pixel,
        pixel_sd_px=one.pixel_sd,
        place=one.place.read(),
        place_sd_m=one.place_sd_m,
    )


def _impact(one: Impact) -> HandImpact:
    return HandImpact(
        key=one.key,
        frame=one.frame,
        pixel=one.pixel,
        place=None if one.place is None else one.place.read(),
        pixel_sd_px=one.pixel_sd,
    )


def _target(one: Target) -> HandTarget:
    return HandTarget(
        kind=one.kind,
        frame=one.frame,
        pixel=one.pixel,
        pixel_sd_px=one.pixel_sd,
        place=None if one.place is None else one.place.read(),
        outline=tuple(corner.read() for corner in one.outline),
        place_sd_m=one.place_sd_m,
    )


def _length(one: Length) -> HandLength:
    return HandLength(
        key=one.key,
        frame=one.frame,
        start=one.start,
        end=one.end,
        pixel_sd_px=one.pixel_sd,
        length_m=one.length_m,
        length_sd_m=one.length_sd_m,
    )


def _one(visit: Visit, digest: str, mark: str) -> dict[str, Any]:
    told = next(one for one in marks_of(visit.workspace(), digest) if one.mark.id == mark)
    bench = gather_bench(visit.workspace(), digest)
    return _told(told, bench.reference(None))


def _told(told: MarkTold, chosen: BenchReference | None) -> dict[str, Any]:
    """Return a mark as the page has it, with where it lies on the orthophoto."""
    return {
        "mark": to_json(told.mark),
        "version": told.version,
        "past": to_json(told.past),
        "on_map": {} if chosen is None else on_orthophoto(told.mark, chosen.reference),
    }
