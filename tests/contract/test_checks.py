"""One suite for every registered check: what the check runner, verdicts and reports rely on."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from purport.checks.contract import (
    Check,
    ControlSource,
    Evidence,
    Fingerprinted,
    Need,
    ReferenceSource,
    SidecarSource,
)
from purport.core.case import ClaimedPlace, ItemRecord, Publication, Target
from purport.core.digests import canonical_json, digest_file
from purport.core.findings import CANNOT_TELL, Finding
from purport.core.instants import parse_stated_time
from purport.core.positions import MapPoint, to_geographic
from purport.core.records import from_json, to_json
from purport.media import probe_media
from purport.scene import Scene, analyse_scene
from purport.simulate import (
    Camera,
    ReferenceLook,
    Strike,
    plain_script,
    procedural_ground,
    render,
    write_reference,
)

ENTRIES = {entry.name: entry for entry in entry_points(group="purport.checks")}
BUILT_IN = {"control", "edits", "impacts", "place", "provenance", "reuse", "sun"}
STRIKE_S = 1.6


@dataclass(frozen=True)
class Inputs:
    """What a check may look at, on disk."""

    rich: Evidence
    """A clip of a strike with everything that belongs to it."""
    poor: Evidence
    """Four grey frames with the same companions: nothing can be told from them."""


def _load(entry: EntryPoint) -> Check:
    check = entry.load()()
    assert isinstance(check, Check)
    return check


def _answers(name: str) -> type[StrEnum]:
    module = import_module(ENTRIES[name].module)
    answers: type[StrEnum] = getattr(module, f"{name.capitalize()}Answer")
    return answers


def _values(name: str) -> type:
    values: type = getattr(import_module(ENTRIES[name].module), f"{name.capitalize()}Values")
    return values


def _ordered(checks: Mapping[str, Check]) -> Sequence[Check]:
    """Order checks so that each runs after those whose findings it reads."""
    done: list[Check] = []
    waiting = dict(checks)
    while waiting:
        ready = [name for name, check in sorted(waiting.items()) if not check.after & set(waiting)]
        assert ready, f"checks wait for each other: {sorted(waiting)}"
        done += [waiting.pop(name) for name in ready]
    return done


def _scene_of(path: Path) -> Callable[[], Scene]:
    return lru_cache(maxsize=1)(lambda: analyse_scene(path, probe=probe_media(path)))


def _write_grey(path: Path) -> None:
    frame = np.full((180, 320, 3), 128, dtype=np.uint8)
    cv2.putText(frame, "SYNTHETIC", (8, 172), cv2.FONT_HERSHEY_PLAIN, 1.0, (150, 150, 150))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for index in range(4):
            picture = av.VideoFrame.from_ndarray(frame, format="bgr24")
            picture.pts, picture.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _item(path: Path, target: Target) -> ItemRecord:
    return ItemRecord(
        digest=digest_file(path),
        name=path.name,
        size_bytes=path.stat().st_size,
        publication=Publication(
            published=parse_stated_time("2015-10-01"), basis="recorded by user"
        ),
        claimed_place=ClaimedPlace(name="Made-up place", point=target.point),
        target=target,
    )


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    folder = tmp_path_factory.mktemp("checks")
    ground = procedural_ground(11, size_m=300.0, gsd_m=0.3)
    east, north = ground.centre
    camera = Camera(aim=(east, north), gsd_m=0.35, obliquity_deg=15.0, jitter_px=0.6)
    script = plain_script(
        ground,
        camera,
        duration_s=3.0,
        strikes=(Strike(time_s=STRIKE_S, place=(east + 6.0, north - 4.0)),),
        seed=3,
    )
    clip, grey, other = (folder / name for name in ("clip.mp4", "grey.mp4", "other.mp4"))
    render(replace(script, width_px=480, height_px=270), clip)
    _write_grey(grey)
    other.write_bytes(clip.read_bytes() + b"\0" * 16)
    reference = folder / "reference.tif"
    write_reference(ground, reference, look=ReferenceLook(gsd_m=0.4))
    centre = to_geographic(MapPoint(easting_m=east, northing_m=north, crs=ground.crs))
    layers = folder / "control.geojson"
    layers.write_text(json.dumps(_layers(centre.longitude_deg, centre.latitude_deg)))

    def evidence(path: Path) -> Evidence:
        return Evidence(
            item=_item(path, Target(point=centre, standard_uncertainty_m=1.0)),
            path=path,
            probe=probe_media(path),
            load_scene=_scene_of(path),
            references=(
                ReferenceSource(digest=digest_file(reference), path=reference, accuracy_m=0.5),
            ),
            control=(ControlSource(digest=digest_file(layers), path=layers),),
            date=parse_stated_time("2015-09-30"),
            groups=("isis",),
            items=(
                Fingerprinted(
                    digest=digest_file(other),
                    name=other.name,
                    path=other,
                    load_scene=_scene_of(other),
                ),
            ),
        )

    beside = folder / "clip.info.json"
    beside.write_text(json.dumps({"extractor": "generic", "upload_date": "20151001"}))
    sidecar = SidecarSource(name=beside.name, digest=digest_file(beside), path=beside)
    rich = replace(evidence(clip), sidecars=(sidecar,))
    return Inputs(rich=rich, poor=evidence(grey))


def _layers(longitude: float, latitude: float) -> dict[str, Any]:
    west, east, south, north = longitude - 1, longitude + 1, latitude - 1, latitude + 1
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = {"holder": "Council", "date": "2015-09-28", "publisher": "Survey"}
    area = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": properties, "geometry": area}
    return {"type": "FeatureCollection", "features": [feature]}


@pytest.fixture(scope="module")
def checks() -> Mapping[str, Check]:
    return {name: _load(entry) for name, entry in ENTRIES.items()}


Found = Mapping[str, Sequence[Finding]]


def _run_all(checks: Mapping[str, Check], evidence: Evidence) -> Found:
    found: dict[str, Sequence[Finding]] = {}
    for check in _ordered(checks):
        earlier = tuple(one for name in sorted(check.after) for one in found.get(name, ()))
        found[check.name] = check.run(replace(evidence, earlier=earlier))
    return found


@pytest.fixture(scope="module")
def rich(checks: Mapping[str, Check], inputs: Inputs) -> Found:
    return _run_all(checks, inputs.rich)


@pytest.fixture(scope="module")
def poor(checks: Mapping[str, Check], inputs: Inputs) -> Found:
    return _run_all(checks, inputs.poor)


def test_the_built_in_checks_are_registered() -> None:
    assert set(ENTRIES) >= BUILT_IN


@pytest.mark.parametrize("name", sorted(ENTRIES))
class TestEveryCheck:
    def test_it_says_what_it_is(self, name: str, checks: Mapping[str, Check]) -> None:
        check = checks[name]
        assert check.name == name
        assert check.version
        assert check.question.endswith("?")
        assert all(isinstance(need, Need) for need in check.needs | check.uses)
        assert check.needs
        assert check.after <= set(checks) - {name}
        assert Need.EARLIER in check.needs | check.uses or not check.after

    def test_its_docstring_explains_it_to_readers(
        self, name: str, checks: Mapping[str, Check]
    ) -> None:
        explanation = type(checks[name]).__doc__ or ""
        assert len(explanation.split()) >= 40

    def test_its_parameters_are_public_and_plain(
        self, name: str, checks: Mapping[str, Check]
    ) -> None:
        parameters = checks[name].parameters()
        plain = canonical_json(parameters)
        assert canonical_json(json.loads(plain)) == plain
        assert all(hasattr(checks[name], key) for key in parameters)

    def test_cannot_tell_is_among_its_answers(self, name: str) -> None:
        assert CANNOT_TELL in set(_answers(name))
        assert len(_answers(name)) >= 3

    def test_its_findings_are_whole(
        self, name: str, checks: Mapping[str, Check], rich: Found, poor: Found
    ) -> None:
        check = checks[name]
        for finding in (*rich[name], *poor[name]):
            assert (finding.check, finding.version) == (name, check.version)
            assert finding.answer in set(_answers(name))
            assert finding.reason.endswith(".")
            assert finding.limits
            assert finding.derivation.parameters == check.parameters()
            seen = {need for need, _ in finding.derivation.inputs}
            assert seen <= {need.value for need in check.needs | check.uses}
            written = canonical_json(to_json(finding))
            read = from_json(Finding, json.loads(written))
            assert canonical_json(to_json(read)) == written

    def test_its_values_are_finite_json_and_round_trip(
        self, name: str, rich: Found, poor: Found
    ) -> None:
        assert rich[name]
        assert poor[name]
        for finding in (*rich[name], *poor[name]):
            plain = json.loads(canonical_json(finding.values))
            record: object = from_json(_values(name), plain)
            assert json.loads(canonical_json(to_json(record))) == plain

    def test_it_answers_where_something_can_be_told(self, name: str, rich: Found) -> None:
        assert any(finding.answer != CANNOT_TELL for finding in rich[name])

    def test_it_says_when_it_cannot_tell(self, name: str, poor: Found) -> None:
        assert [finding.answer for finding in poor[name]] == [CANNOT_TELL]

    def test_the_same_inputs_give_the_same_findings(
        self, name: str, checks: Mapping[str, Check], inputs: Inputs, rich: Found
    ) -> None:
        earlier = tuple(one for other in sorted(checks[name].after) for one in rich[other])
        again = _load(ENTRIES[name]).run(replace(inputs.rich, earlier=earlier))
        assert list(again) == list(rich[name])
