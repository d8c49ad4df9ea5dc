"""Would a search have found the footage? Views cut from the reference are searched for to see."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._power import PowerRule, judge_power, make_poor, poorness_of
from purport.checks.place._registration import MatchSettings
from purport.checks.place._views import View
from purport.checks.place.records import Polarity, PowerTest
from purport.checks.place.search._asked import Asked, asked_of, thinned
from purport.checks.place.search._finding import find_places
from purport.checks.place.search._index import PlaceIndex
from purport.checks.place.search._shots import Searched, window_round
from purport.imagery import LumaPatch, MapWindow, read_luma

__all__ = ["test_search_power"]

FloatArray = NDArray[np.float64]

_SCALES = (0.5, 0.7, 1.0, 1.4)
"""Index pixels that a pixel of the views cut from the reference spans, when nothing is hinted."""
_FORESHORTENINGS = (0.8, 0.5, 0.8, 0.6)
"""By how much each is flattened: seen at 37, 60 and 53 degrees."""
_TRIES = 40
_FEWEST_POINTS = 60
"""That a footprint must hold, so that views are as rich as footage that can be placed."""
_LIKENESS_POINTS = 6000
_MARGIN = 1.1
_ASKED_FIRST = 2
"""One in so many points of a view is asked first, and all where these do not suffice."""
_KNOTS = 5
_LIKE = (0.5, 0.75)
"""Correlation, in either polarity, of the tones of a view with those of the reference: as another
sensor might show the ground. Views whose tones are those of the reference are found even where
infrared footage of the place itself is not."""
_DRAWS = 500
_THREADS = 2
_RIGHT_WITHIN = 0.1
"""A view counts as found when its middle lies this near, as a share of its width."""


def test_search_power(searched: Searched, *, settings: MatchSettings, rule: PowerRule) -> PowerTest:
    """Test whether the footage would have been found, had it shown any of the reference.

    Views are cut from the reference at places drawn at random, turned, flattened, given other tones
    (as infrared beside visible light has them), made as poor as the footage, and searched for in
    all of the index: half of their points first, which has to gather as many votes as is asked of
    all of them, and all of them where it does not.

    Args:
        searched: The search that found nothing.
        settings: How the shots were matched.
        rule: When the test is passed.
    """
    index, view = searched.index, searched.view
    if view is None or len(view.features) == 0 or len(index.points) == 0:
        return PowerTest(
            views=0, views_found=0, self_found=False, texture=0.0, likeness=0.0, passed=False
        )
    random = np.random.default_rng(settings.seed)
    scales = _scales(searched)
    cuts = list(_draw_all(index, view, scales, random=random))
    # Drawn and made poor in order, so that the noise does not hang on which thread is faster.
    poor = [_made_poor(searched, view, cut, rule=rule, random=random) for cut in cuts]
    found = 0
    for cut, made, asked in zip(cuts, poor, _asked_ahead(poor), strict=True):
        if not _is_found(searched, asked, cut, made.polarity):
            # One that is missed decides; the rest need not be looked for.
            break
        found += 1
    rows = np.linspace(0, len(index.points) - 1, min(len(index.points), _LIKENESS_POINTS))
    return judge_power(
        view,
        index.take(np.unique(rows.round().astype(np.intp))),
        (len(scales), found),
        settings=settings,
        rule=rule,
        random=random,
    )


def _scales(searched: Searched) -> tuple[float, ...]:
    if searched.hint is None or searched.hint.gsd_m is None:
        return _SCALES
    low, high = searched.hint.gsd_m
    return tuple(float(gsd) / searched.index.gsd_m for gsd in np.geomspace(low, high, len(_SCALES)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cut:
    """A view to cut from the reference."""

    scale: float
    """Index pixels that a pixel of the view spans."""
    foreshortening: float
    """By how much it is flattened."""
    middle: FloatArray
    """Pixel of the index in its middle (2,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Poor:
    """A view cut from the reference, as poor as the footage."""

    luma: NDArray[np.uint8]
    """Its picture."""
    usable: NDArray[np.bool_]
    """Where it shows the reference."""
    polarity: Polarity
    """Of its tones beside those of the reference."""


def _draw_all(
    index: PlaceIndex, view: View, scales: Sequence[float], *, random: np.random.Generator
) -> Iterator[_Cut]:
    """Draw a view of each scale, until the reference has none: that one counts as missed."""
    for scale, flat in zip(scales, _FORESHORTENINGS, strict=True):
        cut = _draw(index, view, scale, flat, random=random)
        if cut is None:
            return
        yield cut


def _draw(
    index: PlaceIndex,
    view: View,
    scale: float,
    foreshortening: float,
    *,
    random: np.random.Generator,
) -> _Cut | None:
    """Draw a view that lies inside the reference, where there is something to see."""
    height, width = view.luma.shape
    reach = scale * math.hypot(width, height / foreshortening) / 2
    low, high = np.array([reach, reach]), np.array(index.size_px) - reach
    if (high <= low).any():
        return None
    half = scale * np.array([width, height]) / 2
    for _ in range(_TRIES):
        middle = random.uniform(low, high)
        if len(index.rows_within(middle - half, middle + half)) >= _FEWEST_POINTS:
            return _Cut(scale=scale, foreshortening=foreshortening, middle=middle)
    return None


def _made_poor(
    searched: Searched,
    view: View,
    cut: _Cut,
    *,
    rule: PowerRule,
    random: np.random.Generator,
) -> _Poor:
    """Cut a view from the reference, in other tones and as poor as the footage."""
    height, width = view.luma.shape
    index = searched.index
    patch = read_luma(searched.reference, _window(view, index, cut), index.gsd_m)
    patch, polarity = _with_other_tones(patch, random)
    to_patch = _to_patch(index, patch, cut, size=(width, height), rule=rule)
    luma, known = make_poor(
        patch,
        to_patch,
        (width, height),
        poorness=poorness_of(view),
        rule=rule,
        random=random,
    )
    return _Poor(luma=luma, usable=known & view.usable, polarity=polarity)


def _with_other_tones(patch: LumaPatch, random: np.random.Generator) -> tuple[LumaPatch, Polarity]:
    """Give a stretch of the reference tones as another sensor might show, and tell their polarity.

    Its levels, by rank, go through a curve of straight pieces between knots drawn at random, drawn
    again until they correlate with the old ones as stated in `_LIKE`.
    """
    luma, valid = patch.luma, patch.valid
    shown = luma[valid]
    if len(shown) == 0 or shown.min() == shown.max():
        return patch, Polarity.SAME
    counts = np.bincount(shown, minlength=256)
    rank = np.cumsum(counts) / len(shown)
    levels = np.arange(256.0)
    low, high = _LIKE
    for _ in range(_DRAWS):
        heights = random.uniform(0.0, 1.0, _KNOTS)
        tones = np.interp(rank, np.linspace(0.0, 1.0, _KNOTS), heights)
        alike = _correlation(levels, tones, counts)
        if low <= abs(alike) <= high:
            break
    else:
        return patch, Polarity.SAME
    spread = (tones - tones.min()) / max(float(np.ptp(tones)), 1e-9) * 255.0
    other = replace(patch, luma=np.rint(spread).astype(np.uint8)[luma])
    return other, Polarity.SAME if alike > 0.0 else Polarity.INVERTED


def _correlation(one: FloatArray, other: FloatArray, counts: NDArray[np.intp]) -> float:
    """Correlate two functions of the level, each level as often as it occurs; 0 without spread."""
    share = counts / counts.sum()
    apart, away = one - share @ one, other - share @ other
    power = float(share @ apart**2) * float(share @ away**2)
    return float(share @ (apart * away)) / math.sqrt(power) if power > 0.0 else 0.0


def _asked_ahead(pictures: Sequence[_Poor]) -> Iterator[Asked]:
    """Yield what is asked of each picture, the next ones already under way."""
    with ThreadPoolExecutor(_THREADS) as pool:
        yield from pool.map(lambda picture: asked_of(picture.luma, picture.usable), pictures)


def _is_found(searched: Searched, asked: Asked, cut: _Cut, polarity: Polarity) -> bool:
    """Tell whether a view is found where it was cut, by some of its points or by all."""
    return any(
        _lies_there(searched, thinned(asked, every), cut, polarity) for every in (_ASKED_FIRST, 1)
    )


def _lies_there(searched: Searched, asked: Asked, cut: _Cut, polarity: Polarity) -> bool:
    places = find_places(
        searched.index,
        asked,
        rule=searched.rule,
        polarities=(polarity,),
        decoys=False,
    ).places
    if not places or not searched.stands(places[0]):
        return False
    away = math.dist(places[0].guess.centre, cut.middle)
    return bool(away <= _RIGHT_WITHIN * cut.scale * asked.size[0])


def _window(view: View, index: PlaceIndex, cut: _Cut) -> MapWindow:
    height, width = view.luma.shape
    reach_px = _MARGIN * cut.scale * math.hypot(width, height / cut.foreshortening) / 2
    return window_round(index, (float(cut.middle[0]), float(cut.middle[1])), reach_px)


def _to_patch(
    index: PlaceIndex,
    patch: LumaPatch,
    cut: _Cut,
    *,
    size: tuple[int, int],
    rule: PowerRule,
) -> FloatArray:
    """Return the homography of the view, turned and flattened, to pixels of a patch."""
    turn = math.radians(rule.turn_deg)
    cosine, sine = math.cos(turn) * cut.scale, math.sin(turn) * cut.scale
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([1.0, 1.0 / cut.foreshortening])
    to_index = np.eye(3)
    to_index[:2, :2] = linear
    to_index[:2, 2] = cut.middle - linear @ np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    return np.asarray(np.linalg.inv(patch.to_map) @ index.to_map @ to_index, dtype=np.float64)
