"""Orthophotos: where one lies, how fine it is, and how far it can be trusted.

A reference is a raster in GeoTIFF (also Cloud-Optimised), or PNG or JPEG with a world file. Pixels
follow `core.positions`: the centre of the first pixel is (0, 0). GDAL and world files measure from
other corners of that pixel; `centred_transform` is the one place where they are brought together.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.transform import Affine

from purport.core.errors import OutsideReferenceError, UnreadableReferenceError
from purport.core.homographies import Matrix3
from purport.core.positions import GeoPoint, metric_crs

__all__ = [
    "Reference",
    "centred_transform",
    "open_reference",
    "opened",
    "pixels_of_map",
    "reference_pixel",
    "reference_position",
    "require_inside",
]

_SIGNATURES = (
    (b"II*\x00", "GTiff"),
    (b"MM\x00*", "GTiff"),
    (b"II+\x00", "GTiff"),
    (b"MM\x00+", "GTiff"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
)
"""Formats that carry their own pixels, by their first bytes (a VRT or WMS description, which
could reach out elsewhere, is never opened)."""
_ACCURACY_TAGS = ("HORIZONTAL_ACCURACY_M", "ACCURACY_M")
_WGS84 = "EPSG:4326"
_SMALLEST_SIDE_PX = 16
_EDGE_POINTS = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An orthophoto that says where it lies."""

    path: Path
    """Where it can be read."""
    name: str
    """What messages call it."""
    crs: str
    """Its own system, as pyproj reads it."""
    metric_crs: str
    """Projected system in metres in which to measure on it."""
    width: int
    """Columns. [px]"""
    height: int
    """Rows. [px]"""
    pixel_to_crs: Matrix3
    """Pixel to coordinates in `crs` (3, 3), affine."""
    gsd_m: float
    """Ground sample distance at its centre, geometric mean of the two axes. [m]"""
    bounds: tuple[float, float, float, float]
    """West, south, east, north in `metric_crs`, of the outer edges of its pixels. [m]"""
    accuracy_m: float | None
    """Horizontal standard uncertainty per axis; None when nothing states it. [m]"""
    accuracy_basis: str
    """Who states the accuracy: "stated by user", "TIFF tag NAME", "not stated"."""


def centred_transform(corner: Affine) -> NDArray[np.float64]:
    """Turn GDAL's transform into ours.

    GDAL's takes (0, 0) as the outer corner of the first pixel, ours as its centre.

    Args:
        corner: GDAL's affine transform, as rasterio gives it (world files already read so).

    Returns:
        Pixel (centre of the first at (0, 0)) to map coordinates (3, 3).
    """
    matrix = np.array(
        [[corner.a, corner.b, corner.c], [corner.d, corner.e, corner.f], [0.0, 0.0, 1.0]]
    )
    to_centre = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    return np.asarray(matrix @ to_centre, dtype=np.float64)


@contextmanager
def opened(path: Path, name: str) -> Iterator[rasterio.io.DatasetReader]:
    """Open a raster for reading; every fault of the file becomes one error.

    Raises:
        UnreadableReferenceError: The file is not a raster of a known format, or is corrupt.
    """
    try:
        driver = _driver_of(path)
        with warnings.catch_warnings():
            # That a raster has no place is found out and said by `open_reference`.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.open(path.resolve(), driver=driver) as dataset:
                yield dataset
    except (RasterioError, OSError) as fault:
        raise UnreadableReferenceError(
            name,
            f"is not a readable GeoTIFF, PNG or JPEG raster ({fault.__cause__ or fault})",
            remedy="Give a whole GeoTIFF, or a PNG or JPEG with its world file.",
        ) from fault


def _driver_of(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
    for signature, driver in _SIGNATURES:
        if start.startswith(signature):
            return driver
    raise OSError("its first bytes are those of no known format")


def open_reference(
    path: Path,
    *,
    name: str | None = None,
    accuracy_m: float | None = None,
    crs: str | None = None,
) -> Reference:
    """Read where an orthophoto lies, without reading its pixels.

    Args:
        path: The raster; world file and .prj are looked for beside it.
        name: What messages call it; its file name when None.
        accuracy_m: Horizontal standard uncertainty per axis as the user states it; else the tag
            HORIZONTAL_ACCURACY_M or ACCURACY_M of the file, if any. [m]
        crs: Its system when the file does not say; it must not contradict the file.

    Raises:
        UnreadableReferenceError: It cannot be read, or says not where it lies.
    """
    name = name or path.name
    with opened(path, name) as dataset:
        _require_size(dataset, name)
        system = _system_of(dataset, path, name=name, stated=crs)
        transform = _transform_of(dataset, name)
        tags = dataset.tags()
        width, height = dataset.width, dataset.height
    accuracy, basis = _accuracy_of(tags, name, accuracy_m)
    return _place(
        Reference(
            path=path,
            name=name,
            crs=system,
            metric_crs=system,
            width=width,
            height=height,
            pixel_to_crs=_rows3(transform),
            gsd_m=1.0,
            bounds=(0.0, 0.0, 0.0, 0.0),
            accuracy_m=accuracy,
            accuracy_basis=basis,
        )
    )


def reference_pixel(reference: Reference, point: GeoPoint) -> tuple[float, float]:
    """Return the pixel (x, y) of the reference under a geographic point. [px]

    It may lie outside the picture; it is infinite where the system does not reach.
    """
    east, north = _transformer(_WGS84, reference.crs).transform(
        point.longitude_deg, point.latitude_deg
    )
    pixel = np.linalg.solve(np.array(reference.pixel_to_crs), np.array([east, north, 1.0]))
    return float(pixel[0]), float(pixel[1])


def reference_position(reference: Reference, pixel: tuple[float, float]) -> GeoPoint:
    """Return longitude and latitude of a pixel (x, y) of the reference; inverse of the above.

    Raises:
        OutsideReferenceError: It lies nowhere on Earth.
    """
    east, north, _ = np.array(reference.pixel_to_crs) @ np.array([*pixel, 1.0])
    longitude, latitude = _transformer(reference.crs, _WGS84).transform(east, north)
    try:
        return GeoPoint(longitude_deg=float(longitude), latitude_deg=float(latitude))
    except ValueError as fault:
        raise OutsideReferenceError(
            reference.name,
            f"its pixel {pixel[0]:.1f}, {pixel[1]:.1f} lies nowhere on Earth",
            remedy="Stay inside the orthophoto.",
        ) from fault


def pixels_of_map(reference: Reference, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pixels (n, 2) under points of the reference's metric system (n, 2). [px]"""
    own = (
        places
        if reference.crs == reference.metric_crs
        else _transform(reference.metric_crs, reference.crs, places)
    )
    return _apply(np.linalg.inv(np.array(reference.pixel_to_crs)), own)


def require_inside(reference: Reference, point: GeoPoint, *, what: str = "target") -> None:
    """Verify that a point lies inside the reference.

    Args:
        reference: The orthophoto.
        point: The point.
        what: What messages call the point.

    Raises:
        OutsideReferenceError: It lies outside.
    """
    x, y = reference_pixel(reference, point)
    # The outer edge of the first pixel lies half a pixel before its centre.
    first, right, bottom = -0.5, reference.width - 0.5, reference.height - 0.5
    if first <= x <= right and first <= y <= bottom:
        return
    raise OutsideReferenceError(
        reference.name,
        f"the {what} at longitude {point.longitude_deg:.6f}, latitude {point.latitude_deg:.6f} "
        "lies outside the orthophoto",
        remedy="Check the order longitude, latitude, or give an orthophoto that shows the place.",
    )


def _require_size(dataset: rasterio.io.DatasetReader, name: str) -> None:
    if min(dataset.width, dataset.height) < _SMALLEST_SIDE_PX or dataset.count < 1:
        raise UnreadableReferenceError(
            name,
            f"has {dataset.width} × {dataset.height} pixels, at least "
            f"{_SMALLEST_SIDE_PX} × {_SMALLEST_SIDE_PX} are needed",
            remedy="Give an orthophoto that shows the place.",
        )


def _system_of(
    dataset: rasterio.io.DatasetReader, path: Path, *, name: str, stated: str | None
) -> str:
    """Return the system: the file's own, else the .prj beside it, else the stated one."""
    found = None
    if dataset.crs is not None:
        found = _parse_system(dataset.crs.to_wkt(), name)
    elif path.with_suffix(".prj").is_file():
        text = path.with_suffix(".prj").read_text(encoding="utf-8", errors="replace")
        found = _parse_system(text, path.with_suffix(".prj").name)
    given = _parse_system(stated, name) if stated is not None else None
    if found is None and given is None:
        raise UnreadableReferenceError(
            name,
            "has no coordinate reference system",
            remedy="Give a georeferenced GeoTIFF, or put a .prj file beside it.",
        )
    if found is not None and given is not None and not found.equals(given):
        raise UnreadableReferenceError(
            name,
            f"says it is in {found.name}, but {given.name} was stated",
            remedy="Leave out the stated system, or correct the file.",
        )
    return _identifier(found or given or CRS(_WGS84))


def _parse_system(text: str, name: str) -> CRS:
    try:
        system = CRS.from_user_input(text)
    except CRSError as fault:
        raise UnreadableReferenceError(
            name,
            f"has a coordinate reference system that cannot be read ({text[:60]!r})",
            remedy="Give it in a system known to EPSG.",
        ) from fault
    if not (system.is_projected or system.is_geographic):
        raise UnreadableReferenceError(
            name,
            f"is in {system.name}, which does not say where on Earth it lies",
            remedy="Give it in a geographic or projected system.",
        )
    return system


def _identifier(system: CRS) -> str:
    code = system.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code is not None else system.to_wkt()


def _transform_of(dataset: rasterio.io.DatasetReader, name: str) -> NDArray[np.float64]:
    corner = dataset.transform
    if corner.is_identity:
        raise UnreadableReferenceError(
            name,
            "has no geotransform: nothing says where its pixels lie",
            remedy="Rectify it to a GeoTIFF, or put its world file beside it.",
        )
    transform = centred_transform(corner)
    if not np.isfinite(transform).all() or np.linalg.det(transform[:2, :2]) == 0.0:
        raise UnreadableReferenceError(
            name,
            "has a geotransform that is not one to one",
            remedy="Rectify it to a GeoTIFF again.",
        )
    return transform


def _accuracy_of(
    tags: dict[str, str], name: str, stated_m: float | None
) -> tuple[float | None, str]:
    if stated_m is not None:
        return _require_accuracy(stated_m, name), "stated by user"
    for tag in _ACCURACY_TAGS:
        if tag in tags:
            try:
                value = float(tags[tag])
            except ValueError as fault:
                raise UnreadableReferenceError(
                    name,
                    f"its tag {tag} is {tags[tag]!r}, a number of metres is expected",
                    remedy="Correct the tag or state the accuracy.",
                ) from fault
            return _require_accuracy(value, name), f"TIFF tag {tag}"
    return None, "not stated"


def _require_accuracy(value_m: float, name: str) -> float:
    if np.isfinite(value_m) and value_m >= 0.0:
        return value_m
    raise UnreadableReferenceError(
        name,
        f"its stated accuracy is {value_m} m, a number of metres from 0 is expected",
        remedy="State the horizontal standard uncertainty in metres.",
    )


def _place(bare: Reference) -> Reference:
    """Fill in metric system, ground sample distance and bounds."""
    to_crs = np.array(bare.pixel_to_crs)
    middle = np.array([(bare.width - 1) / 2, (bare.height - 1) / 2])
    try:
        longitude, latitude = _transform(bare.crs, _WGS84, _apply(to_crs, middle[None]))[0]
        system = metric_crs(bare.crs, GeoPoint(longitude_deg=longitude, latitude_deg=latitude))
        steps = np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, -0.5], [0.0, 0.5]])
        cross = _transform(bare.crs, system, _apply(to_crs, middle + steps))
        edge = _transform(bare.crs, system, _apply(to_crs, _outline(bare)))
    except (ProjError, ValueError) as fault:
        raise UnreadableReferenceError(
            bare.name,
            f"its coordinates do not lie on Earth in its system ({fault})",
            remedy="Check its coordinate reference system and geotransform.",
        ) from fault
    area = abs(np.linalg.det(np.array([cross[1] - cross[0], cross[3] - cross[2]])))
    west, south = edge.min(axis=0)
    east, north = edge.max(axis=0)
    return Reference(
        path=bare.path,
        name=bare.name,
        crs=bare.crs,
        metric_crs=system,
        width=bare.width,
        height=bare.height,
        pixel_to_crs=bare.pixel_to_crs,
        gsd_m=float(np.sqrt(area)),
        bounds=(float(west), float(south), float(east), float(north)),
        accuracy_m=bare.accuracy_m,
        accuracy_basis=bare.accuracy_basis,
    )


def _outline(reference: Reference) -> NDArray[np.float64]:
    """Return pixels along the outer edge (4 n, 2)."""
    right, bottom = reference.width - 0.5, reference.height - 0.5
    x = np.linspace(-0.5, right, _EDGE_POINTS)
    y = np.linspace(-0.5, bottom, _EDGE_POINTS)
    return np.concatenate(
        [
            np.column_stack([x, np.full_like(x, -0.5)]),
            np.column_stack([x, np.full_like(x, bottom)]),
            np.column_stack([np.full_like(y, -0.5), y]),
            np.column_stack([np.full_like(y, right), y]),
        ]
    )


def _apply(transform: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points @ transform[:2, :2].T + transform[:2, 2], dtype=np.float64)


def _transform(source: str, target: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = _transformer(source, target).transform(points[:, 0], points[:, 1], errcheck=True)
    return np.column_stack([x, y])


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _rows3(matrix: NDArray[np.float64]) -> Matrix3:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)
