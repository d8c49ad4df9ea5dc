"""The worked example of the page on the error budget, recomputed by the code that measures."""

import math
from pathlib import Path

import numpy as np
import pytest

from purport.checks.impacts._ground import Mapped, ShotMap
from purport.checks.impacts._known_lengths import (
    PictureLength,
    PicturePoint,
    measure_in_picture,
)
from purport.checks.impacts._offsets import Offset, offset_between, offset_to
from purport.core.case import Target
from purport.core.homographies import GroundHomography
from purport.core.positions import MapPoint, to_geographic

PAGE = Path(__file__).parents[2] / "docs" / "checks" / "error-budget.md"
CRS = "EPSG:32637"
# where grid north is true north, so that the bearing by hand is the bearing
ORIGIN = (500_000.0, 4_000_000.0)
MIDDLE = (639.5, 359.5)
IMPACT = (MIDDLE[0] + 24.0, MIDDLE[1] + 13.5)


def homography() -> GroundHomography:
    shift = np.zeros((8, 8))
    shift[2, 2] = shift[5, 5] = 0.4**2
    return GroundHomography(
        matrix=((0.3, 0.0, 0.0), (0.0, -0.4, 0.0), (0.0, 0.0, 1.0)),
        normalisation=((1.0, 0.0, -MIDDLE[0]), (0.0, 1.0, -MIDDLE[1]), (0.0, 0.0, 1.0)),
        origin_m=ORIGIN,
        crs=CRS,
        covariance=tuple(tuple(row) for row in shift.tolist()),
        ground_sd_m=0.5,
        reference_sd_m=0.3,
        lean=(0.0, 0.9),
        height_sd_m=1.0,
    )


def mapped(pixel: tuple[float, float]) -> Mapped:
    shot_map = ShotMap(anchor=0, homography=homography())
    marking, link = np.eye(2) * 2.0**2, np.eye(2) * 0.5**2
    return Mapped(
        point=shot_map.homography.project(pixel, pixel_covariance=marking + link),
        shot_map=shot_map,
        frame=40,
        anchor_px=pixel,
        marking_px2=marking,
        link_px2=link,
    )


@pytest.fixture(scope="module")
def stated() -> Offset:
    point = to_geographic(MapPoint(easting_m=ORIGIN[0], northing_m=ORIGIN[1], crs=CRS))
    return offset_to(Target(point=point, standard_uncertainty_m=1.0), mapped(IMPACT))


@pytest.fixture(scope="module")
def crosshair() -> Offset:
    return offset_between(mapped(IMPACT), mapped(MIDDLE))


@pytest.fixture(scope="module")
def page() -> str:
    return " ".join(PAGE.read_text(encoding="utf-8").split())


def budget_rows(heading: str) -> dict[str, float]:
    """Return the last column of the table below a heading, by its first column."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n{heading}\n", 1)[1]
    rows: dict[str, float] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows[cells[0].strip("`")] = float(cells[-1])
        elif rows:
            break
    return rows


def test_the_budget_of_the_example(stated: Offset) -> None:
    rows = budget_rows("### Each cause in metres")
    assert set(rows) == set(stated.budget_m)
    for cause, size in stated.budget_m.items():
        assert rows[cause] == pytest.approx(size, abs=0.005), cause
    assert math.hypot(*stated.budget_m.values()) == pytest.approx(stated.sd_m)


def test_the_numbers_in_the_text(stated: Offset, page: str) -> None:
    assert stated.distance_m == pytest.approx(9.0, abs=1e-6)
    assert f"**{stated.sd_m:.2f} m**" in page
    low, high = stated.interval_95_m
    assert f"**{low:.2f} to {high:.2f} m** (95 %)" in page
    low, high = stated.interval_68_m
    assert f"**{low:.2f} to {high:.2f} m** (68 %)" in page
    assert stated.bearing_deg is not None
    assert stated.bearing_sd_deg is not None
    assert f"**{stated.bearing_deg:.1f}°**" in page
    assert f"**{stated.bearing_sd_deg:.1f}°**" in page
    away, farther = np.array(stated.p_farther_m).T
    assert f"**{np.interp(10.0, away, farther):.2f}**" in page


def test_the_crosshair_of_the_example(crosshair: Offset, page: str) -> None:
    rows = budget_rows("## The same with a crosshair")
    assert set(rows) == set(crosshair.budget_m)
    for cause, size in crosshair.budget_m.items():
        assert rows[cause] == pytest.approx(size, abs=0.005), cause
    assert crosshair.distance_m == pytest.approx(9.0, abs=1e-6)
    assert f"**{crosshair.sd_m:.2f} m**" in page


def test_the_known_length_of_the_example(page: str) -> None:
    length = PictureLength(
        from_px=(500.0, 300.0),
        to_px=(550.0, 300.0),
        pixel_sd_px=1.0,
        length_m=20.0,
        length_sd_m=0.2,
    )
    impact = PicturePoint(pixel=(MIDDLE[0], MIDDLE[1] + 30.0), sd_px=1.0)
    target = PicturePoint(pixel=MIDDLE, sd_px=1.0)
    for bound in (65.0, 10.0):
        found = measure_in_picture(
            impact, target, [length], size=(1280, 720), obliquity_deg=(0.0, bound)
        )
        assert found is not None
        low, high = found.interval_95_m
        assert f"**{low:.1f} to {high:.1f} m** (95 %, up to {bound:.0f}°)" in page
