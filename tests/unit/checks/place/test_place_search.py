"""Search: a view is found anywhere in a large reference, and what is not there is not found."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from purport.checks.contract import Evidence, Prepares
from purport.checks.place import PlaceCheck, PlaceValues, build_index, index_path, needs_index
from purport.checks.place._features import detect_features
from purport.checks.place._geometry import apply_homography
from purport.checks.place._power import poorness_of
from purport.checks.place._views import shot_views
from purport.checks.place.records import Polarity, PowerTest
from purport.checks.place.search import (
    PlaceIndex,
    Searched,
    SearchRule,
    _asked,
    _indexing,
    _nearest,
    _search_power,
    open_index,
    search_shots,
    stretches,
)
from purport.checks.place.search import test_search_power as search_power
from purport.checks.place.search._asked import Asked, asked_of, thinned
from purport.checks.place.search._finding import Places, find_places
from purport.checks.place.search._index import TILE_PX, is_whole
from purport.core.case import ClaimedPlace, ItemRecord, ViewHint
from purport.core.digests import Digest, canonical_json
from purport.core.positions import GeoPoint, MapPoint, to_geographic
from purport.core.records import from_json
from purport.imagery import Reference, open_reference, read_luma
from purport.scene import Scene
from purport.simulate import Ground, ReferenceLook, procedural_ground, write_reference

Studio = Callable[..., Any]
MakeEvidence = Callable[..., Evidence]
DIGEST = Digest("ab" * 32)
SIDE_PX = 480
SMALL = replace(
    PlaceCheck(), reference_features=6000, frame_features=1000, reference_side_px=SIDE_PX
)
HEADING_DEG = 325.0
"""Of what the studio films."""


@pytest.fixture(scope="module")
def land() -> Ground:
    return procedural_ground(31, size_m=480.0, gsd_m=0.3)


@pytest.fixture(scope="module")
def path(land: Ground, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("search") / "large.tif"
    write_reference(land, out, look=ReferenceLook(gsd_m=0.4, noise_sd=2.0, gamma=1.2))
    return out


@pytest.fixture(scope="module")
def reference(path: Path) -> Reference:
    return open_reference(path)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def index(reference: Reference, cache: Path) -> PlaceIndex:
    return build_index(reference, index_path(cache, DIGEST))


@pytest.fixture(scope="module")
def corner(land: Ground) -> Ground:
    """The north-eastern part of the land, where nothing says that it was filmed."""
    east, north = land.centre
    return land.crop(centre=(east + 110.0, north + 100.0), size_m=(240.0, 240.0))


def run(evidence: Evidence, check: PlaceCheck = SMALL) -> PlaceValues:
    (finding,) = check.run(evidence)
    return from_json(PlaceValues, json.loads(canonical_json(finding.values)))


def search(
    scene: Scene, index: PlaceIndex, *, hint: ViewHint | None = None
) -> tuple[bool, tuple[float, float]]:
    """Whether a place stands above chance, and where the best one lies on the map. [m]"""
    view = max(
        shot_views(scene, scene.shots[0], most=3, most_features=1000),
        key=lambda each: len(each.features),
    )
    asked = asked_of(view.luma, view.usable)
    found = find_places(index, asked, rule=SearchRule(), hint=hint)
    best = found.places[0].guess
    east, north = apply_homography(index.to_map, np.array([best.centre]))[0]
    stands = SearchRule().stands_above(best.votes, found.chance)
    return stands, (float(east), float(north))


def truth_m(filmed: Any, frame: int) -> np.ndarray:  # noqa: ANN401 - what the studio gives
    height, width = filmed.scene.height_px, filmed.scene.width_px
    middle = np.array([[(width - 1) / 2, (height - 1) / 2]])
    return np.asarray(apply_homography(filmed.to_map[frame], middle)[0])


@pytest.mark.parametrize("inverted", [False, True])
def test_a_view_is_found_in_either_polarity(
    corner: Ground, index: PlaceIndex, studio: Studio, *, inverted: bool
) -> None:
    filmed = studio(corner, inverted=inverted)
    stands, found = search(filmed.scene, index)
    assert stands
    # Any key frame may be asked; the camera drifts by less than 10 m.
    assert np.hypot(*(found - truth_m(filmed, 6))) < 15.0


def test_a_view_from_the_side_is_found(corner: Ground, index: PlaceIndex, studio: Studio) -> None:
    filmed = studio(corner, flatten=0.55)
    stands, found = search(filmed.scene, index)
    assert stands
    assert np.hypot(*(found - truth_m(filmed, 6))) < 20.0


def test_other_land_and_a_mirrored_view_do_not_stand_above_chance(
    corner: Ground, index: PlaceIndex, studio: Studio, elsewhere: Ground
) -> None:
    mirrored = replace(corner, picture=np.ascontiguousarray(corner.picture[:, ::-1]))
    for ground in (elsewhere, mirrored):
        stands, _ = search(studio(ground).scene, index)
        assert not stands


def test_hints_narrow_the_search_and_wrong_ones_mislead_it(
    corner: Ground, index: PlaceIndex, studio: Studio
) -> None:
    scene = studio(corner).scene
    right = ViewHint(gsd_m=(0.25, 0.4), heading_deg=HEADING_DEG)
    assert search(scene, index, hint=right)[0]
    for wrong in (
        ViewHint(gsd_m=(1.2, 1.5)),
        ViewHint(heading_deg=HEADING_DEG - 180.0, heading_sd_deg=10.0),
    ):
        assert not search(scene, index, hint=wrong)[0]


def test_an_index_is_the_same_every_time_and_its_points_lie_in_its_tiles(
    reference: Reference, index: PlaceIndex, cache: Path, tmp_path: Path
) -> None:
    told: list[float] = []
    again = tmp_path / "again.bin"
    build_index(reference, again, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert again.read_bytes() == index_path(cache, DIGEST).read_bytes()
    assert list(tmp_path.iterdir()) == [again]
    columns = -(-index.size_px[0] // TILE_PX)
    for tile in range(len(index.tile_starts) - 1):
        inside = index.points[index.tile_starts[tile] : index.tile_starts[tile + 1]]
        corner_px = np.array([tile % columns, tile // columns]) * TILE_PX
        assert len(inside) > 0
        assert (inside >= corner_px - 0.5).all()
        assert (inside < corner_px + TILE_PX).all()


def test_short_descriptors_keep_what_tells_points_apart(index: PlaceIndex) -> None:
    chosen = index.take(np.arange(0, len(index.points), 50))
    cosine = index.shorten(chosen.descriptors) @ index.codes[::50].astype(np.float32).T
    own = np.diag(cosine)
    assert np.median(own) > 0.9
    assert (cosine.argmax(axis=1) == np.arange(len(own))).mean() > 0.95


def test_an_index_cut_short_is_made_anew(reference: Reference, cache: Path, tmp_path: Path) -> None:
    whole = index_path(cache, DIGEST).read_bytes()
    kept = index_path(tmp_path, DIGEST)
    kept.write_bytes(whole[: len(whole) // 2])
    open_index(reference, DIGEST, tmp_path)
    assert kept.read_bytes() == whole
    other = tmp_path / "other.bin"
    other.write_bytes(b"something else\n")
    assert not is_whole(other)
    assert not is_whole(tmp_path / "absent.bin")


def test_without_a_cache_the_index_is_the_same(reference: Reference, index: PlaceIndex) -> None:
    made = open_index(reference, DIGEST, None)
    assert made.points.tobytes() == np.asarray(index.points).tobytes()
    assert made.codes.tobytes() == np.asarray(index.codes).tobytes()
    assert made.size_px == index.size_px


def test_a_raster_of_too_many_pixels_is_indexed_more_coarsely(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_indexing, "MOST_PX", 360_000)
    coarse = _indexing.make_index(reference)
    assert coarse.size_px[0] * coarse.size_px[1] <= 361_000
    assert coarse.gsd_m == pytest.approx(0.8, abs=0.01)


def test_only_a_reference_larger_than_a_stretch_needs_an_index(reference: Reference) -> None:
    assert needs_index(reference, side_px=SIDE_PX)
    assert not needs_index(reference)
    (whole,) = stretches(reference, None, side_px=2400)
    assert whole.luma.shape == (reference.height, reference.width)
    assert list(stretches(reference, None, side_px=SIDE_PX)) == []
    west, _, _, north = reference.bounds
    inside = to_geographic(
        MapPoint(easting_m=west + 150.0, northing_m=north - 150.0, crs=reference.metric_crs)
    )
    (near,) = stretches(reference, inside, side_px=SIDE_PX)
    assert max(near.luma.shape) == SIDE_PX


@pytest.fixture
def ask(path: Path, cache: Path, make_evidence: MakeEvidence) -> Callable[[Scene], Evidence]:
    """Of the large reference, with nothing claimed."""
    return lambda scene: replace(make_evidence(scene, path), cache=cache)


def test_the_check_finds_a_shot_that_nothing_is_claimed_of(
    corner: Ground, studio: Studio, ask: Callable[[Scene], Evidence], cache: Path
) -> None:
    filmed = studio(corner)
    evidence = ask(filmed.scene)
    values = run(evidence)
    assert values.matched is True
    assert values.search is not None
    assert values.search.places >= 1
    assert values.search.votes > 3.0 * values.search.chance
    assert index_path(cache, evidence.references[0].digest).is_file()
    mark = np.array([[200.0, 120.0]])
    found = apply_homography(np.array(values.homographies[0].to_map), mark)[0]
    assert np.hypot(*(found - apply_homography(filmed.to_map[0], mark)[0])) < 0.5


def test_points_of_a_wide_picture_are_asked_reduced_and_lie_where_they_were(land: Ground) -> None:
    luma = cv2.cvtColor(land.picture, cv2.COLOR_BGR2GRAY)[:480, :640]
    whole = asked_of(np.asarray(luma), np.ones(luma.shape, dtype=bool))
    plain = len(whole.features) // 2
    assert whole.features.points[:plain].max(axis=0) == pytest.approx([636, 476], abs=15)
    assert whole.features.sizes.min() > 1.9 * _smallest(luma)
    assert whole.from_centre[:plain] == pytest.approx(
        whole.features.points[:plain] - [319.5, 239.5]
    )


def _smallest(luma: np.ndarray) -> float:
    seen = np.ones(luma.shape, dtype=bool)
    return float(detect_features(luma, seen, most=2400).sizes.min())


def test_an_index_is_made_ready_for_an_item_of_which_nothing_is_claimed(
    studio: Studio, ask: Callable[[Scene], Evidence], corner: Ground, tmp_path: Path
) -> None:
    evidence = ask(studio(corner).scene)
    told: list[tuple[str, float]] = []

    def prepare(check: PlaceCheck, item: ItemRecord) -> None:
        check.prepare(
            item, evidence.references, cache=tmp_path, progress=lambda *one: told.append(one)
        )

    point = GeoPoint(longitude_deg=37.0, latitude_deg=35.5)
    prepare(SMALL, replace(evidence.item, claimed_place=ClaimedPlace(point=point)))
    prepare(PlaceCheck(), evidence.item)
    assert told == []
    prepare(SMALL, evidence.item)
    assert told[-1] == ("index of large.tif", 1.0)
    assert index_path(tmp_path, evidence.references[0].digest).is_file()
    assert isinstance(SMALL, Prepares)
    told.clear()
    prepare(SMALL, evidence.item)
    assert told == []


@pytest.fixture
def same_tones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the views of the power test have nearly the reference's own tones."""
    monkeypatch.setattr(_search_power, "_LIKE", ((0.97, 1.0),) * 4)


def test_the_check_denies_what_the_whole_reference_does_not_show(
    studio: Studio, ask: Callable[[Scene], Evidence], elsewhere: Ground
) -> None:
    values = run(ask(studio(elsewhere).scene))
    assert values.matched is False
    assert values.power is not None
    assert values.power.views_found == values.power.views == 8


def test_what_a_place_stands_out_for_is_not_denied(
    studio: Studio, ask: Callable[[Scene], Evidence], elsewhere: Ground
) -> None:
    easy = replace(SMALL, search=SearchRule(chance_factor=0.0, chance_margin=0.1))
    values = run(ask(studio(elsewhere).scene), easy)
    assert values.search is not None
    assert values.search.places > 0
    assert values.matched is None
    assert values.power is None


def test_what_would_be_missed_in_other_tones_is_not_denied(
    studio: Studio,
    ask: Callable[[Scene], Evidence],
    elsewhere: Ground,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_search_power, "_LIKE", ((0.0, 0.1),) * 4)
    values = run(ask(studio(elsewhere).scene))
    assert values.matched is None
    assert values.power is not None
    assert values.power.views_found < values.power.views


@pytest.mark.parametrize("like", _search_power._LIKE)
def test_other_tones_are_as_unlike_as_stated(
    reference: Reference, like: tuple[float, float]
) -> None:
    patch = read_luma(reference)
    random = np.random.default_rng(5)
    polarities = set()
    for _ in range(12):
        other, polarity = _search_power._with_other_tones(patch, like, random)
        alike = np.corrcoef(patch.luma[patch.valid], other.luma[patch.valid])[0, 1]
        assert like[0] - 0.01 <= abs(alike) <= like[1] + 0.01
        assert (polarity is Polarity.SAME) == (alike > 0.0)
        polarities.add(polarity)
    assert len(polarities) == 2
    flat = replace(patch, luma=np.full_like(patch.luma, 90))
    assert _search_power._with_other_tones(flat, like, random) == (flat, Polarity.SAME)


def test_a_quarter_of_the_points_is_thinned_from_each_stretch_alike(
    corner: Ground, studio: Studio
) -> None:
    scene = studio(corner).scene
    (view,) = shot_views(scene, scene.shots[0], most=1, most_features=1000)
    asked = asked_of(view.luma, view.usable)
    few = thinned(asked, 4)
    assert len(few.features) == len(few.from_centre) == -(-len(asked.features) // 4)
    np.testing.assert_array_equal(few.features.points, asked.features.points[::4])
    np.testing.assert_array_equal(few.from_centre, asked.from_centre[::4])
    assert few.size == asked.size
    assert len(thinned(asked, 1).features) == len(asked.features)


@pytest.fixture
def look(
    index: PlaceIndex, reference: Reference, studio: Studio, elsewhere: Ground
) -> Callable[[], Searched]:
    """Search for what is not there."""
    scene = studio(elsewhere).scene
    return lambda: search_shots(scene, reference, index, hint=None, rule=SearchRule())


def power_of(searched: Searched) -> PowerTest:
    return search_power(searched, settings=SMALL._settings(), rule=SMALL.power)


@pytest.mark.usefixtures("same_tones")
def test_views_of_which_a_quarter_does_not_tell_are_asked_whole(
    look: Callable[[], Searched], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def count(index: PlaceIndex, one: Asked, **how: Any) -> Places:  # noqa: ANN401 - passed on
        asked.append(len(one.features))
        return find_places(index, one, **how)

    monkeypatch.setattr(_search_power, "find_places", count)
    searched = look()
    assert power_of(searched).views_found == 8
    quarters = [number for number in asked if number <= 300]
    assert len(quarters) == 8
    assert len(asked) < 16  # most are found by a quarter alone
    asked.clear()
    hopeless = replace(searched, rule=SearchRule(chance_margin=1e6))
    assert power_of(hopeless).views_found == 0
    # A quarter and all of the first two; a second one that is missed decides.
    assert power_of(hopeless).views == 2
    assert len(asked) == 2 * 4
    assert asked[1] > 3 * asked[0]


@pytest.mark.usefixtures("same_tones")
def test_views_finer_than_the_reference_are_no_poorer_than_the_footage(
    look: Callable[[], Searched], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = look()
    view = searched.view
    assert view is not None
    wanted = poorness_of(view).blur_px
    blurs: list[float] = []

    def measure(pictures: Sequence[Any]) -> Iterator[Asked]:
        views = [replace(view, luma=each.luma, usable=each.usable) for each in pictures]
        blurs.extend(poorness_of(each).blur_px for each in views)
        return iter(())

    monkeypatch.setattr(_search_power, "_asked_ahead", measure)
    with pytest.raises(ValueError, match="zip"):
        power_of(searched)
    assert len(blurs) == 8
    assert max(blurs) <= 1.6 * wanted


@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_search_says_does_not_hang_on_the_number_of_threads(
    look: Callable[[], Searched], monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    usual = look()
    power = power_of(usual)
    for module in (_asked, _nearest, _search_power):
        monkeypatch.setattr(module, "_THREADS", threads)
    again = look()
    assert again.places == usual.places
    assert power_of(again) == power
