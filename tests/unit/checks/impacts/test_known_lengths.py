"""Metres from known lengths: intervals that hold, and what not knowing the view costs."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts._known_lengths import (
    PictureLength,
    PicturePoint,
    measure_in_picture,
)
from purport.checks.impacts._offsets import Offset

FloatArray = NDArray[np.float64]

SIZE = (640, 360)
GSD_M = 0.3
TRIALS = 60


class View:
    """A pinhole camera above a plane, and where it sees points of it."""

    def __init__(self, tilt_deg: float, turn_deg: float, angle_deg: float) -> None:
        tilt, turn = math.radians(tilt_deg), math.radians(turn_deg)
        self.focal = SIZE[0] / 2.0 / math.tan(math.radians(angle_deg) / 2.0)
        self.height = GSD_M * self.focal * math.cos(tilt)
        away, axis = np.array([math.cos(turn), math.sin(turn), 0.0]), np.array([0.0, 0.0, 1.0])
        self.down = math.cos(tilt) * axis - math.sin(tilt) * away
        self.far = math.cos(tilt) * away + math.sin(tilt) * axis
        self.across = np.cross(axis, away)
        self.reach = math.tan(tilt)

    def pixel(self, place: FloatArray) -> FloatArray:
        """Return where a place is seen, metres from the point at the picture's middle. [px]"""
        point = (
            self.height * (self.down + self.reach * self.far)
            + place[0] * self.far
            + place[1] * self.across
        )
        return np.asarray(point[:2] / point[2] * self.focal + (np.array(SIZE) - 1) / 2)


def random_view(generator: np.random.Generator) -> View:
    return View(
        tilt_deg=float(generator.uniform(0.0, 65.0)),
        turn_deg=float(generator.uniform(0.0, 360.0)),
        angle_deg=float(np.exp(generator.uniform(np.log(2.0), np.log(20.0)))),
    )


def random_length(
    view: View, generator: np.random.Generator, *, sd_px: float = 1.0
) -> PictureLength:
    metres, turn = generator.uniform(8.0, 25.0), generator.uniform(0.0, 2.0 * math.pi)
    start = generator.uniform(-20.0, 20.0, 2)
    end = start + metres * np.array([math.cos(turn), math.sin(turn)])
    ends = [view.pixel(place) + generator.normal(size=2) * sd_px for place in (start, end)]
    return PictureLength(
        from_px=as_pair(ends[0]),
        to_px=as_pair(ends[1]),
        pixel_sd_px=sd_px,
        length_m=metres + generator.normal() * 0.2,
        length_sd_m=0.2,
    )


def as_pair(pixel: FloatArray) -> tuple[float, float]:
    return float(pixel[0]), float(pixel[1])


def measure(
    view: View, distance: float, lengths: int, generator: np.random.Generator
) -> Offset | None:
    turn = generator.uniform(0.0, 2.0 * math.pi)
    target = generator.uniform(-10.0, 10.0, 2)
    impact = target + distance * np.array([math.cos(turn), math.sin(turn)])
    return measure_in_picture(
        PicturePoint(pixel=as_pair(view.pixel(impact) + generator.normal(size=2) * 1.5), sd_px=1.5),
        PicturePoint(pixel=as_pair(view.pixel(target) + generator.normal(size=2)), sd_px=1.0),
        [random_length(view, generator) for _ in range(lengths)],
        size=SIZE,
    )


@pytest.mark.parametrize("lengths", [1, 3])
def test_intervals_hold_for_any_view_up_to_the_stated_obliquity(lengths: int) -> None:
    generator = np.random.default_rng(17)
    inside: dict[str, list[bool]] = {"68": [], "95": []}
    for _ in range(TRIALS):
        distance = float(generator.uniform(0.0, 30.0))
        found = measure(random_view(generator), distance, lengths, generator)
        assert found is not None
        for name, (low, high) in (("68", found.interval_68_m), ("95", found.interval_95_m)):
            inside[name].append(low <= distance <= high)
    # three standard deviations of a share of 60
    assert float(np.mean(inside["95"])) == pytest.approx(0.95, abs=0.085)
    assert float(np.mean(inside["68"])) == pytest.approx(0.68, abs=0.18)


def test_lengths_in_two_directions_cost_less_than_one() -> None:
    view = View(45.0, 90.0, 4.0)
    along, across = (
        PictureLength(
            from_px=as_pair(view.pixel(np.zeros(2))),
            to_px=as_pair(view.pixel(end)),
            pixel_sd_px=0.5,
            length_m=20.0,
            length_sd_m=0.1,
        )
        for end in (np.array([20.0, 0.0]), np.array([0.0, 20.0]))
    )
    points = [
        PicturePoint(pixel=as_pair(view.pixel(np.array(place))), sd_px=1.0)
        for place in ([12.0, -5.0], [0.0, -5.0])
    ]
    views = []
    for lengths in ([across], [across, along]):
        found = measure_in_picture(points[0], points[1], lengths, size=SIZE)
        assert found is not None
        assert found.interval_95_m[0] <= 12.0 <= found.interval_95_m[1]
        views.append(found.budget_m["view"])
    assert views[1] < 0.5 * views[0]


def test_a_known_obliquity_costs_less() -> None:
    generator = np.random.default_rng(2)
    view = View(0.0, 0.0, 4.0)
    length = random_length(view, generator)
    impact, target = (
        PicturePoint(pixel=as_pair(view.pixel(np.array(place))), sd_px=1.0)
        for place in ([10.0, 3.0], [0.0, 3.0])
    )
    free = measure_in_picture(impact, target, [length], size=SIZE)
    down = measure_in_picture(impact, target, [length], size=SIZE, obliquity_deg=(0.0, 5.0))
    assert free is not None
    assert down is not None
    assert down.sd_m < 0.5 * free.sd_m
    assert down.distance_m == pytest.approx(10.0, abs=2.0 * down.sd_m)


def test_near_the_target_the_interval_begins_at_zero() -> None:
    generator = np.random.default_rng(9)
    found = measure(View(30.0, 20.0, 5.0), 0.0, 2, generator)
    assert found is not None
    assert found.interval_95_m[0] == 0.0
    assert found.interval_68_m[1] < found.interval_95_m[1]


def test_the_budget_adds_up_and_lengths_that_contradict_are_refused() -> None:
    generator = np.random.default_rng(4)
    view = View(20.0, 0.0, 5.0)
    found = measure(view, 14.0, 2, generator)
    assert found is not None
    assert sum(size**2 for size in found.budget_m.values()) == pytest.approx(found.sd_m**2)
    ends = [as_pair(view.pixel(np.array(place))) for place in ([0.0, 0.0], [15.0, 0.0])]
    told = [
        PictureLength(
            from_px=ends[0], to_px=ends[1], pixel_sd_px=0.5, length_m=metres, length_sd_m=0.1
        )
        for metres in (15.0, 45.0)
    ]
    point = PicturePoint(pixel=ends[0], sd_px=1.0)
    assert measure_in_picture(point, point, told, size=SIZE) is None
