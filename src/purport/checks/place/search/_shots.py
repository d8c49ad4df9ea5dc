"""Searching a large reference for the shots of a video."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from purport.checks.place._views import View, shot_views
from purport.checks.place.records import ReferenceSearch
from purport.checks.place.search._asked import asked_of
from purport.checks.place.search._finding import Places, PossiblePlace, SearchRule, find_places
from purport.checks.place.search._index import PlaceIndex
from purport.core.case import ViewHint
from purport.imagery import LumaPatch, MapWindow, Reference, read_luma
from purport.scene import Scene

__all__ = ["Searched", "possible_stretches", "search_shots"]

_MOST_SHOTS = 3
_CANDIDATE_VIEWS = 3
_FEATURES = 1000
_REACH = 1.1
"""From the middle of a possible place to the edge of the stretch that is looked at, as a multiple
of the width of the picture: a picture seen at 60 degrees reaches about 0.9 from its middle."""
_LEAST_REACH_PX = 200.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searched:
    """What a search of a reference for the shots of a video found."""

    reference: Reference
    """The reference."""
    index: PlaceIndex
    """Its index."""
    rule: SearchRule
    """How it was searched."""
    hint: ViewHint | None
    """What was known of the camera."""
    view: View | None
    """The view that was asked of the index; None when no shot has a key frame."""
    places: Places
    """Where it may lie."""

    def stands(self, place: PossiblePlace) -> bool:
        """Tell whether a place has more votes than chance gives anywhere."""
        return self.rule.stands_above(place.guess.votes, self.places.chance)

    @property
    def standing(self) -> tuple[PossiblePlace, ...]:
        """Return the places that stand above chance, best first."""
        return tuple(place for place in self.places.places if self.stands(place))

    def as_record(self) -> ReferenceSearch:
        """Return what is kept of it in the finding."""
        return ReferenceSearch(
            points=len(self.index.points),
            gsd_m=self.index.gsd_m,
            votes=max((place.guess.votes for place in self.places.places), default=0.0),
            chance=self.places.chance,
            places=len(self.standing),
        )


def search_shots(
    scene: Scene,
    reference: Reference,
    index: PlaceIndex,
    *,
    hint: ViewHint | None,
    rule: SearchRule,
) -> Searched:
    """Search for the longest shots in turn, until one has a place that stands above chance.

    Args:
        scene: The video.
        reference: The reference.
        index: Its index.
        hint: What is known of the camera.
        rule: How to search.

    Returns:
        The search for that shot, else for the longest.
    """
    nothing = Searched(
        reference=reference,
        index=index,
        rule=rule,
        hint=hint,
        view=None,
        places=Places(places=(), chance=0.0),
    )
    tried: list[Searched] = []
    for shot in sorted(scene.shots, key=lambda each: -len(each.span))[:_MOST_SHOTS]:
        views = shot_views(scene, shot, most=_CANDIDATE_VIEWS, most_features=_FEATURES)
        if not views:
            continue
        view = max(views, key=lambda each: len(each.features))
        places = find_places(index, asked_of(view.luma, view.usable), hint=hint, rule=rule)
        tried.append(replace(nothing, view=view, places=places))
        if tried[-1].standing:
            return tried[-1]
    return tried[0] if tried else nothing


def possible_stretches(searched: Searched, *, side_px: int) -> Iterator[LumaPatch]:
    """Read, one after the other, the stretches round places that stand above chance, best first.

    Where none does, only the best one is read, or, where there is none at all, the middle of the
    reference: so that a finding says what was counted there.

    Args:
        searched: The search.
        side_px: Largest side of a stretch. [px]
    """
    index = searched.index
    width_px = searched.view.luma.shape[1] if searched.view is not None else 0
    for place in searched.standing or searched.places.places[:1]:
        reach_px = max(_REACH * width_px * place.guess.scale, _LEAST_REACH_PX)
        window = window_round(index, place.guess.centre, reach_px)
        gsd_m = max(searched.reference.gsd_m, 2.0 * reach_px * index.gsd_m / side_px)
        yield read_luma(searched.reference, window, gsd_m)
    if not searched.places.places:
        middle = (index.size_px[0] / 2, index.size_px[1] / 2)
        window = window_round(index, middle, _LEAST_REACH_PX)
        yield read_luma(searched.reference, window)


def window_round(index: PlaceIndex, centre: tuple[float, float], reach_px: float) -> MapWindow:
    """Return a square of the ground round a pixel of an index."""
    east, north, _ = index.to_map @ (centre[0], centre[1], 1.0)
    reach_m = reach_px * index.gsd_m
    return MapWindow(
        west_m=float(east - reach_m),
        south_m=float(north - reach_m),
        east_m=float(east + reach_m),
        north_m=float(north + reach_m),
    )
