"""Would a search have found the footage? Views cut from the reference are searched for to see."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from zlib import crc32

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
"""By how much the views of each scale are flattened: seen at 37, 60 and 53 degrees."""
_LIKE = ((0.5, 0.65), (0.65, 0.8), (0.8, 0.9), (0.9, 0.97))
"""Correlation, in either polarity, of the tones of a view with those of the reference: as another
sensor might show the ground. Views whose tones are those of the reference are found even where
infrared footage of the place itself is not. About the quarters of what sixteen infrared development
clips have (0.52 to 0.96, median 0.87; nine of visible light 0.77 to 0.96)."""
_TONES_OF_SCALES = ((0, 1, 2, 3), (2, 3, 0, 1))
"""Which of these the views of each scale have, in turn: each twice."""
_ROUND, _MOST_MISSED = len(_TONES_OF_SCALES) * len(_SCALES), 1
"""All of a round of views have to be found, or all but one of two rounds."""
_TRIES = 40
_FEWEST_POINTS = 60
"""That a footprint must hold, so that views are as rich as footage that can be placed."""
_LIKENESS_POINTS = 6000
_MARGIN = 1.1
_LEAST_BLUR_PX = 0.1
_ASKED_FIRST, _SURELY = 4, 2.0
"""One in so many points of a view is asked first, and all where these do not have so many times the
votes that are asked of so many: with a margin, as few points tell votes roughly."""
_KNOTS = 5
_DRAWS = 3000
_THREADS = 2
_RIGHT_WITHIN = 0.1
"""A view counts as found when its middle lies this near, as a share of its width."""


def test_search_power(searched: Searched, *, settings: MatchSettings, rule: PowerRule) -> PowerTest:
    """Test whether the footage would have been found, had it shown any of the reference.

    Views are cut from the reference at places drawn at random, turned, flattened, given other tones
    (as infrared beside visible light has them), made as poor as the footage, and searched for in
    all of the index: a quarter of their points first, and all of them where it does not tell. All
    of eight have to be found, or fifteen of sixteen. Whatever the chance m of missing such a view,
    footage that shows the reference is then missed and yet passes with a chance of at most
    m (1 - m)^8 (1 + 8 m (1 - m)^7), 6 % at most, as far as the views are like it.

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
    # Drawn anew for each footage: else one unlucky draw would decide for every one.
    random = np.random.default_rng([settings.seed, crc32(view.luma.tobytes())])
    counted = _count(searched, view, rule=rule, random=random)
    rows = np.linspace(0, len(index.points) - 1, min(len(index.points), _LIKENESS_POINTS))
    return judge_power(
        view,
        index.take(np.unique(rows.round().astype(np.intp))),
        counted,
        settings=settings,
        rule=rule,
        random=random,
        most_missed=0 if counted[0] <= _ROUND else _MOST_MISSED,
    )


def _count(
    searched: Searched, view: View, *, rule: PowerRule, random: np.random.Generator
) -> tuple[int, int]:
    """Return how many views were looked for, and how many of them were found.

    A second round is looked at where one of the first was missed; a second miss decides.
    """
    looked = missed = 0
    while looked < _ROUND * (1 + missed):
        # Drawn and made poor in order, so that the noise does not hang on which thread is faster.
        poor = list(_make_all(searched, view, rule=rule, random=random))
        for made, asked in zip(poor, _asked_ahead(poor), strict=True):
            looked += 1
            missed += not _is_found(searched, asked, made.cut, made.polarity)
            if missed > _MOST_MISSED:
                return looked, looked - missed
        if len(poor) < _ROUND:
            # The reference has no place for more.
            return _ROUND, len(poor) - missed
    return looked, looked - missed


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
    alike: tuple[float, float]
    """Least and most correlation of its tones with those of the reference, in either polarity."""
    middle: FloatArray
    """Pixel of the index in its middle (2,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Poor:
    """A view cut from the reference, as poor as the footage."""

    cut: _Cut
    """Where it was cut."""
    luma: NDArray[np.uint8]
    """Its picture."""
    usable: NDArray[np.bool_]
    """Where it shows the reference."""
    polarity: Polarity
    """Of its tones beside those of the reference."""


def _make_all(
    searched: Searched, view: View, *, rule: PowerRule, random: np.random.Generator
) -> Iterator[_Poor]:
    """Make views of each scale, until the reference has none: that one counts as missed."""
    for tones in _TONES_OF_SCALES:
        for scale, flat, tone in zip(_scales(searched), _FORESHORTENINGS, tones, strict=True):
            cut = _draw(searched.index, view, (scale, flat), _LIKE[tone], random=random)
            if cut is None:
                return
            yield _made_poor(searched, view, cut, rule=rule, random=random)


def _draw(
    index: PlaceIndex,
    view: View,
    shape: tuple[float, float],
    alike: tuple[float, float],
    *,
    random: np.random.Generator,
) -> _Cut | None:
    """Draw a view that lies inside the reference, where there is something to see."""
    scale, foreshortening = shape
    height, width = view.luma.shape
    reach = scale * math.hypot(width, height / foreshortening) / 2
    low, high = np.array([reach, reach]), np.array(index.size_px) - reach
    if (high <= low).any():
        return None
    half = scale * np.array([width, height]) / 2
    for _ in range(_TRIES):
        middle = random.uniform(low, high)
        if len(index.rows_within(middle - half, middle + half)) >= _FEWEST_POINTS:
            return _Cut(scale=scale, foreshortening=foreshortening, alike=alike, middle=middle)
    return None


def _made_poor(
    searched: Searched,
    view: View,
    cut: _Cut,
    *,
    rule: PowerRule,
    random: np.random.Generator,
) -> _Poor:
    """Cut a view from the reference, in other tones and as poor as the footage.

    What the reference lacks in sharpness by itself, seen so closely, is not blurred away once more:
    views finer than the reference would else be poorer than the footage, and be missed for that.
    """
    height, width = view.luma.shape
    index = searched.index
    patch = read_luma(searched.reference, _window(view, index, cut), index.gsd_m)
    poorness = poorness_of(view)
    own_px = poorness_of(replace(view, luma=patch.luma, usable=patch.valid)).blur_px / cut.scale
    blur_px = math.sqrt(max(poorness.blur_px**2 - own_px**2, _LEAST_BLUR_PX**2))
    patch, polarity = _with_other_tones(patch, cut.alike, random)
    to_patch = _to_patch(index, patch, cut, size=(width, height), rule=rule)
    luma, known = make_poor(
        patch,
        to_patch,
        (width, height),
        poorness=replace(poorness, blur_px=blur_px),
        rule=rule,
        random=random,
    )
    return _Poor(cut=cut, luma=luma, usable=known & view.usable, polarity=polarity)


def _with_other_tones(
    patch: LumaPatch, like: tuple[float, float], random: np.random.Generator
) -> tuple[LumaPatch, Polarity]:
    """Give a stretch of the reference tones as another sensor might show, and tell their polarity.

    Its levels, by rank, go through a curve of straight pieces between knots drawn at random, drawn
    again until they correlate with the old ones as much as stated, in either polarity.
    """
    luma, valid = patch.luma, patch.valid
    shown = luma[valid]
    if len(shown) == 0 or shown.min() == shown.max():
        return patch, Polarity.SAME
    counts = np.bincount(shown, minlength=256)
    rank = np.cumsum(counts) / len(shown)
    levels = np.arange(256.0)
    low, high = like
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
    """Tell whether a view is found where it was cut, surely by some of its points or by all."""
    few = thinned(asked, _ASKED_FIRST)
    if _excess(searched, few, cut, polarity) * _ASKED_FIRST >= _SURELY:
        return True
    return _excess(searched, asked, cut, polarity) >= 1.0


def _excess(searched: Searched, asked: Asked, cut: _Cut, polarity: Polarity) -> float:
    """Return the votes for where a view was cut, if it has most, as a share of those asked for."""
    places = find_places(
        searched.index,
        asked,
        rule=searched.rule,
        polarities=(polarity,),
        decoys=False,
    ).places
    if not places:
        return 0.0
    away = math.dist(places[0].guess.centre, cut.middle)
    if away > _RIGHT_WITHIN * cut.scale * asked.size[0]:
        return 0.0
    return places[0].guess.votes / searched.rule.least_votes(searched.places.chance)


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
