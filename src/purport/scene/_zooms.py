"""Steps of zoom: the same place, suddenly magnified or reduced up to four and a half times.

Features rarely bridge such a step, so one picture is searched for in the other, reduced by many
factors, about its middle; then it is laid on it and corners are followed as between like pictures.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._tracking import Link, Track, Tracked, find_corners, follow, normalise

__all__ = ["find_zoom", "is_zoom"]

_SCALES = np.geomspace(1.3, 4.6, 20)
_INNER = 0.08
_OFF_CENTRE = 0.2
_LIKENESS = 0.6
_EDGE_PX = 12
_LEAST_SHARE = 0.5
_BLUR = 0.45
_STEP = 1.25
_UPRIGHT = 0.12

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]


def find_zoom(small: Image, key: Image, usable: Image) -> Link | None:
    """Link a frame to a key between which the magnification was stepped.

    Args:
        small: The frame at working size.
        key: The key at working size.
        usable: Not 0 where no graphics stand.

    Returns:
        The link from the frame to the key; None when there is none.
    """
    inward, _ = _search(small, key)
    outward, factor = _search(key, small)
    if max(inward[0], outward[0]) < _LIKENESS:
        return None
    if inward[0] >= outward[0]:
        return _refine(small, key, inward[1], usable)
    link = _refine(key, small, outward[1], usable)
    if link is None:
        return None
    back = np.linalg.inv(link.matrix)
    return replace(link, matrix=back / back[2, 2], sd_px=link.sd_px * factor)


def is_zoom(matrix: Matrix, size: tuple[int, int]) -> bool:
    """Tell whether a homography between two frames is a zoom about the middle of the picture.

    It neither turns nor shears it; a cut to another camera does.
    """
    width, height = size
    centre = (width / 2.0, height / 2.0)
    about = np.array([[centre, (centre[0] + 1.0, centre[1]), (centre[0], centre[1] + 1.0)]])
    middle, right, below = cv2.perspectiveTransform(about, matrix)[0]
    across, down = right - middle, below - middle
    scale = float(np.sqrt(abs(np.linalg.det(np.stack([across, down])))))
    upright = np.abs(np.stack([across, down]) - scale * np.eye(2)).max() < _UPRIGHT * scale
    near = np.linalg.norm(middle - centre) < _OFF_CENTRE * width
    return bool(upright and near and not 1.0 / _STEP < scale < _STEP)


def _search(fine: Image, wide: Image) -> tuple[tuple[float, Matrix], float]:
    """Find the frame `fine` reduced in `wide`: likeness, homography from fine to wide, factor."""
    height, width = fine.shape
    half = cv2.resize(fine, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    whole = cv2.resize(wide, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    top, left = round(_INNER * half.shape[0]), round(_INNER * half.shape[1])
    inner = half[top : half.shape[0] - top, left : half.shape[1] - left]
    best, found, factor = 0.0, np.eye(3), 1.0
    for scale in _SCALES:
        size = (round(inner.shape[1] / scale), round(inner.shape[0] / scale))
        template = cv2.resize(inner, size, interpolation=cv2.INTER_AREA)
        likeness = np.abs(cv2.matchTemplate(whole, template, cv2.TM_CCOEFF_NORMED))
        likeness[~_about_middle(likeness.shape, half.shape)] = 0.0
        row, column = np.unravel_index(int(likeness.argmax()), likeness.shape)
        if likeness[row, column] > best:
            best, factor = float(likeness[row, column]), float(scale)
            x_ratio, y_ratio = size[0] / inner.shape[1], size[1] / inner.shape[0]
            onto = np.array(
                [
                    [x_ratio, 0.0, column - x_ratio * left],
                    [0.0, y_ratio, row - y_ratio * top],
                    [0.0, 0.0, 1.0],
                ]
            )
            halve = np.diag([0.5, 0.5, 1.0])
            found = np.linalg.inv(halve) @ onto @ halve
    return (best, found), factor


def _about_middle(places: tuple[int, ...], size: tuple[int, ...]) -> NDArray[np.bool_]:
    rows = np.abs(np.arange(places[0]) - (places[0] - 1) / 2.0) < _OFF_CENTRE * size[0]
    columns = np.abs(np.arange(places[1]) - (places[1] - 1) / 2.0) < _OFF_CENTRE * size[1]
    return np.asarray(rows[:, None] & columns[None, :], dtype=np.bool_)


def _refine(fine: Image, wide: Image, onto: Matrix, usable: Image) -> Link | None:
    """Lay `fine` on `wide` and follow corners; link from fine to wide."""
    height, width = wide.shape
    scale = 1.0 / float(np.sqrt(abs(np.linalg.det(onto[:2, :2]))))
    smooth = cv2.GaussianBlur(fine, (0, 0), _BLUR * scale)
    laid = cv2.warpPerspective(smooth, onto, (width, height), borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpPerspective(usable, onto, (width, height), flags=cv2.INTER_NEAREST)
    inside = cv2.erode(inside, np.ones((_EDGE_PX, _EDGE_PX), np.uint8)) & usable
    rows, columns = np.nonzero(inside)
    if len(rows) == 0:
        return None
    both = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    corner = np.array([[1.0, 0.0, columns.min()], [0.0, 1.0, rows.min()], [0.0, 0.0, 1.0]])
    to = _ready(laid[both])
    track = find_corners(_ready(wide[both]), inside[both])
    link = _follow_either(track, to)
    if link is None or link.share < _LEAST_SHARE:
        return None
    matrix = corner @ link.matrix @ np.linalg.inv(corner) @ onto
    return replace(link, matrix=matrix / matrix[2, 2])


def _follow_either(track: Track, to: Tracked) -> Link | None:
    """Follow in the contrast at hand, else in the opposite one."""
    link = follow(track, to, guess=np.eye(3))
    if link is not None and link.share >= _LEAST_SHARE:
        return link
    return follow(track, replace(to, picture=255 - to.picture), guess=np.eye(3))


def _ready(small: Image) -> Tracked:
    picture = normalise(np.ascontiguousarray(small))
    return Tracked(index=-1, picture=picture, quarter=picture[::4, ::4])
