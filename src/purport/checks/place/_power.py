"""Would a match have been found? Only if so, its absence says something."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn, idctn

from purport.checks.place._acceptance import stands_above_chance
from purport.checks.place._features import Features, detect_features
from purport.checks.place._geometry import apply_homography
from purport.checks.place._ladder import affine_look, feature_look
from purport.checks.place._registration import MatchSettings
from purport.checks.place._views import Mapped, View, map_patch, shot_views
from purport.checks.place.records import PowerTest
from purport.imagery import LumaPatch
from purport.scene import Scene

__all__ = [
    "Poorness",
    "PowerRule",
    "cut_views",
    "judge_power",
    "make_poor",
    "poorness_of",
    "test_power",
]

FloatArray = NDArray[np.float64]

_SHARPEST_PX = 0.5
_BLOCK_PX = 8
_NEARLY_ZERO = 1.0
"""Of a cosine coefficient of luma: no quantiser keeps it."""
_NOISE_MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
_NOISE_TILE_PX = 16
_NOISE_SHARE = 0.1
_NOISE_IN_GRADIENT, _NOISE_IN_BEND = 12.0 / 64.0, 36.0 / 16.0
"""Sums of the squares of the two masks: what noise of variance 1 adds to their energies."""
_LARGEST_STEP = 80.0
"""Larger coefficients survive any compression in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerRule:
    """When the absence of a match says that the footage does not show the place."""

    view_scales: tuple[float, ...] = (0.7, 1.0, 1.6, 0.8, 1.2)
    """Reference pixels a pixel of the views cut from it."""
    foreshortenings: tuple[float, ...] = (0.8, 0.8, 0.8, 0.5, 0.42)
    """By how much each is flattened: seen at 37, 60 and 65 degrees, as the footage may be."""
    turn_deg: float = 33.0
    """By how much the views are turned. [deg]"""
    noise_sd: float = 4.0
    """Noise added to them, before they are compressed: so much at least, and as much as the footage
    has. [luma]"""
    largest_blur_px: float = 2.5
    """Blur of the footage beyond which nothing is concluded. [px]"""
    smallest_blur_px: float = 0.65
    """Blur below which the edges seen are those of blocks, not of the ground. [px]"""
    largest_empty_share: float = 0.75
    """See `Poorness.empty_share`: beyond it, compression has left too little to conclude from."""
    fewest_texture: float = 0.6
    """Share of the picture's tiles that must hold distinctive points."""
    smallest_likeness: float = 0.85
    """Similarity of footage and reference, see `PowerTest.likeness`."""
    right_within_px: float = 5.0
    """A view counts as found when its centre lies this near to where it was cut. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poorness:
    """How poor a picture is, as far as it shows."""

    blur_px: float
    """Standard deviation of the blur, as if it were Gaussian. [px]"""
    noise_sd: float
    """Standard deviation of noise, where there is least to see. [luma]"""
    contrast: float
    """Standard deviation of luma. [luma]"""
    empty_share: float
    """Share of the cosine coefficients of its 8 × 8 blocks that are nearly 0: what compression
    left out."""


def test_power(
    scene: Scene, mapped: Mapped, *, settings: MatchSettings, rule: PowerRule
) -> PowerTest:
    """Test whether the footage would have been found, had it shown the reference.

    Views are cut from the reference, turned, flattened, and made as unsharp, dull and compressed as
    the footage; the footage itself is treated likewise and sought in itself.
    """
    shot = max(scene.shots, key=lambda each: len(each.span))
    views = shot_views(scene, shot, most=1, most_features=settings.frame_features)
    if not views or len(views[0].features) == 0:
        return PowerTest(
            views=0, views_found=0, self_found=False, texture=0.0, likeness=0.0, passed=False
        )
    view = views[0]
    size = (scene.width_px, scene.height_px)
    random = np.random.default_rng(settings.seed)
    poorness = poorness_of(view)
    cuts = cut_views(mapped.patch, size, rule)
    found = 0
    for cut in cuts:
        if not _is_found(
            mapped, cut, size, poorness=poorness, settings=settings, rule=rule, random=random
        ):
            # One that is missed decides; the rest need not be looked for.
            break
        found += 1
    return judge_power(
        view, mapped.features, (len(cuts), found), settings=settings, rule=rule, random=random
    )


def cut_views(
    patch: LumaPatch, size: tuple[int, int], rule: PowerRule
) -> list[tuple[FloatArray, LumaPatch]]:
    """Return the homographies of views to cut from a patch, the poorest to match first."""
    count = len(rule.view_scales)
    shares = np.linspace(0.35, 0.65, count)
    places = zip(rule.view_scales, rule.foreshortenings, shares, strict=True)
    cuts = [
        _cut(patch, size, scale=scale, share=share, foreshortening=flat, turn_deg=rule.turn_deg)
        for scale, flat, share in places
    ]
    return cuts[::-1]


def judge_power(
    view: View,
    reference: Features,
    counted: tuple[int, int],
    *,
    settings: MatchSettings,
    rule: PowerRule,
    random: np.random.Generator,
    most_missed: int = 0,
) -> PowerTest:
    """Judge whether the views found again, and the footage itself, suffice for a negative answer.

    Args:
        view: A view of the footage.
        reference: Points of the reference.
        counted: Views cut from the reference, and how many of them are found again.
        settings: How to match.
        rule: When it suffices.
        random: Of the noise.
        most_missed: How many of the views may be missed.
    """
    height, width = view.luma.shape
    size = (width, height)
    itself = _itself(view, settings)
    poorness = poorness_of(view)
    own = _cut(itself.patch, size, scale=1.1, share=0.5, foreshortening=0.8, turn_deg=rule.turn_deg)
    self_found = _is_found(
        itself, own, size, poorness=poorness, settings=settings, rule=rule, random=random
    )
    texture = _texture(view.features, size)
    likeness = _likeness(view.features, reference)
    passed = (
        counted[0] - counted[1] <= most_missed
        and self_found
        and rule.smallest_blur_px <= poorness.blur_px <= rule.largest_blur_px
        and poorness.empty_share <= rule.largest_empty_share
        and texture >= rule.fewest_texture
        and likeness >= rule.smallest_likeness
    )
    return PowerTest(
        views=counted[0],
        views_found=counted[1],
        self_found=self_found,
        texture=texture,
        likeness=likeness,
        passed=passed,
        blur_px=poorness.blur_px,
        empty_share=poorness.empty_share,
    )


def _itself(view: View, settings: MatchSettings) -> Mapped:
    patch = LumaPatch(luma=view.luma, valid=view.usable, to_map=np.eye(3), crs="picture", gsd_m=1.0)
    return map_patch(patch, most_features=settings.frame_features)


def poorness_of(view: View) -> Poorness:
    """Estimate how poor a picture is.

    Its blur from the ratio of its energy in Laplacian and gradient, less what its noise adds to
    either, which for blurred texture is 1/σ. Noise sharpens a picture to the eye of this measure:
    footage with little contrast, well encoded, would be taken for one with edges of blocks.

    References:
        J. Immerkær (1996), "Fast noise variance estimation", for the mask that tells noise.
    """
    luma = view.luma.astype(np.float32)
    gradient = cv2.Sobel(luma, cv2.CV_32F, 1, 0) / 8.0
    bend = cv2.Sobel(luma, cv2.CV_32F, 2, 0) / 4.0
    noise_sd = _noise_sd(luma, view.usable)
    slope = float((gradient[view.usable] ** 2).mean()) - _NOISE_IN_GRADIENT * noise_sd**2
    energy = float((bend[view.usable] ** 2).mean()) - _NOISE_IN_BEND * noise_sd**2
    ratio = max(slope, 0.0) / energy if energy > 0.0 else np.inf
    return Poorness(
        blur_px=max(_SHARPEST_PX, math.sqrt(ratio)),
        noise_sd=noise_sd,
        contrast=float(luma[view.usable].std()),
        empty_share=float((np.abs(_cosines(luma)) < _NEARLY_ZERO).mean()),
    )


def _noise_sd(luma: NDArray[np.float32], usable: NDArray[np.bool_]) -> float:
    """Return the noise of the tenth of a picture's tiles that show least; 0 without any."""
    height, width = luma.shape
    size = (width // _NOISE_TILE_PX, height // _NOISE_TILE_PX)
    if min(size) == 0:
        return 0.0
    seen = np.s_[: size[1] * _NOISE_TILE_PX, : size[0] * _NOISE_TILE_PX]
    answer = cv2.filter2D(luma, -1, _NOISE_MASK) ** 2
    power = cv2.resize(answer[seen], size, interpolation=cv2.INTER_AREA)
    whole = cv2.resize(usable[seen].astype(np.float32), size, interpolation=cv2.INTER_AREA)
    tiles = power[whole >= 1.0]
    if len(tiles) == 0:
        return 0.0
    return math.sqrt(float(np.quantile(tiles, _NOISE_SHARE)) / float((_NOISE_MASK**2).sum()))


def _cosines(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the cosine coefficients of the 8 × 8 blocks of a picture (rows, columns, 8, 8)."""
    rows, columns = luma.shape[0] // _BLOCK_PX, luma.shape[1] // _BLOCK_PX
    cropped = luma[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    blocks = cropped.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX).swapaxes(1, 2)
    return np.asarray(dctn(blocks, axes=(2, 3), norm="ortho"), dtype=np.float32)


def _compress(luma: NDArray[np.float32], empty_share: float) -> NDArray[np.float32]:
    """Drop the smallest cosine coefficients of a picture, as many as footage lacks."""
    cosines = _cosines(luma)
    size = np.abs(cosines)
    least = float(np.quantile(size, min(empty_share, 1.0)))
    cosines[(size < least) & (size < _LARGEST_STEP)] = 0.0
    blocks = np.asarray(idctn(cosines, axes=(2, 3), norm="ortho"), dtype=np.float32)
    rows, columns = blocks.shape[:2]
    out = luma.copy()
    out[: rows * _BLOCK_PX, : columns * _BLOCK_PX] = blocks.swapaxes(1, 2).reshape(
        rows * _BLOCK_PX, columns * _BLOCK_PX
    )
    return out


def _cut(
    patch: LumaPatch,
    size: tuple[int, int],
    *,
    scale: float,
    share: float,
    foreshortening: float,
    turn_deg: float,
) -> tuple[FloatArray, LumaPatch]:
    """Return the homography of a view on the patch, at a share of its width and height."""
    height, width = patch.luma.shape
    turn = math.radians(turn_deg)
    cosine, sine = math.cos(turn) * scale, math.sin(turn) * scale
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([1.0, 1.0 / foreshortening])
    middle = np.array([(width - 1) * share, (height - 1) * share])
    centre = np.array([(size[0] - 1) / 2, (size[1] - 1) / 2])
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = middle - linear @ centre
    return matrix, patch


def _is_found(
    mapped: Mapped,
    cut: tuple[FloatArray, LumaPatch],
    size: tuple[int, int],
    *,
    poorness: Poorness,
    settings: MatchSettings,
    rule: PowerRule,
    random: np.random.Generator,
) -> bool:
    """Tell whether a view cut from a patch and made poor is found where it was cut."""
    to_patch, patch = cut
    luma, known = make_poor(patch, to_patch, size, poorness=poorness, rule=rule, random=random)
    features = detect_features(luma, known, most=settings.frame_features)
    view = View(
        index=0,
        luma=luma,
        usable=known,
        find=lambda: features,
        to_anchor=np.eye(3),
        link_sd_px=0.0,
    )
    for rung in (feature_look, affine_look):
        found = rung([view], mapped, settings.matching()).found
        if stands_above_chance(found.inliers, found.decoy_inliers, settings.rule):
            break
    else:
        return False
    if found.matrix is None:
        return False
    centre = np.array([[(size[0] - 1) / 2, (size[1] - 1) / 2]])
    away = apply_homography(found.matrix, centre) - apply_homography(to_patch, centre)
    return bool(np.hypot(*away[0]) <= rule.right_within_px)


def make_poor(
    patch: LumaPatch,
    to_patch: FloatArray,
    size: tuple[int, int],
    *,
    poorness: Poorness,
    rule: PowerRule,
    random: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Cut a view from a patch as poor as footage; return it and where it is known."""
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    luma = cv2.warpPerspective(patch.luma, to_patch, size, flags=flags)
    known = cv2.warpPerspective(
        patch.valid.astype(np.uint8), to_patch, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    )
    poor = cv2.GaussianBlur(luma.astype(np.float32), (0, 0), poorness.blur_px)
    inside = np.asarray(known, dtype=bool)
    middle = float(poor[inside].mean()) if inside.any() else 0.0
    spread = float(poor[inside].std()) if inside.any() else 0.0
    if spread > poorness.contrast:
        poor = middle + (poor - middle) * (poorness.contrast / spread)
    noise_sd = max(rule.noise_sd, poorness.noise_sd)
    noisy = poor + random.normal(0.0, noise_sd, poor.shape)
    compressed = _compress(noisy.astype(np.float32), poorness.empty_share)
    return np.clip(np.rint(compressed), 0, 255).astype(np.uint8), inside


def _texture(features: Features, size: tuple[int, int]) -> float:
    """Return the share of 8 × 6 tiles of the picture that hold at least two points."""
    grid = np.array([8, 6])
    tile = np.floor(features.points / np.array(size) * grid).astype(np.int64)
    counts = np.bincount(tile[:, 0] * 6 + tile[:, 1], minlength=48)
    return float((counts >= 2).mean())  # noqa: PLR2004 - one may be noise


def _likeness(picture: Features, reference: Features) -> float:
    """Compare how near the footage's points come to the reference's with how near its halves come.

    The median best cosine of the footage's points among those of the reference, over that of the
    points of the reference's left half among those of its right half.
    """
    if len(picture) == 0 or len(reference) < 2:  # noqa: PLR2004 - two halves
        return 0.0
    middle = float(np.median(reference.points[:, 0]))
    left = reference.descriptors[reference.points[:, 0] < middle]
    right = reference.descriptors[reference.points[:, 0] >= middle]
    if len(left) == 0 or len(right) == 0:
        return 0.0
    step = max(1, len(left) // 1000)
    usual = float(np.median((left[::step] @ right.T).max(axis=1)))
    step = max(1, len(picture) // 1000)
    seen = float(np.median((picture.descriptors[::step] @ right.T).max(axis=1)))
    return seen / usual if usual > 0.0 else 0.0
