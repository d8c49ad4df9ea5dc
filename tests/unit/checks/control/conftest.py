"""Evidence and layer files for the control check's tests."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from purport.checks.contract import ControlSource, Evidence
from purport.core.case import ItemRecord
from purport.core.digests import JsonObject, digest_bytes, digest_file
from purport.core.findings import Derivation, Finding
from purport.core.instants import parse_stated_time
from purport.media import Probe
from purport.scene import Scene

ITEM = digest_bytes(b"item")

WriteLayers = Callable[..., Path]
MakeEvidence = Callable[..., Evidence]


def square(longitude: float, latitude: float, half_side: float) -> dict[str, Any]:
    west, east = longitude - half_side, longitude + half_side
    south, north = latitude - half_side, latitude + half_side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: dict[str, Any] | None, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def earlier(check: str, values: JsonObject) -> Finding:
    return Finding(
        id=f"f-{check}",
        check=check,
        version="1",
        item=ITEM,
        answer="any",
        reason="made for a test",
        values=values,
        limits=(),
        derivation=Derivation(inputs=(), parameters={}, libraries=()),
    )


def place_at(longitude: float, latitude: float, sd_m: float = 5.0) -> Finding:
    return earlier(
        "place",
        {
            "matched": True,
            "centre": [longitude, latitude],
            "covariance_m2": [[sd_m**2, 0.0], [0.0, sd_m**2]],
        },
    )


def strikes_at(*positions: Sequence[float] | None, same: int | None = None) -> Finding:
    strikes: list[JsonObject] = [
        {
            "position": position,
            "position_covariance_m2": [[4.0, 0.0], [0.0, 4.0]] if position else None,
            "same_strike_as": None,
        }
        for position in positions
    ]
    if same is not None:
        strikes.append({**strikes[same], "same_strike_as": same})
    return earlier("impacts", {"strikes": strikes})


@pytest.fixture
def write_layers(tmp_path: Path) -> WriteLayers:
    def write(*features: object, file: str = "layers.geojson", **members: object) -> Path:
        path = tmp_path / file
        content = {"type": "FeatureCollection", "features": list(features), **members}
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture
def make_evidence(tmp_path: Path) -> MakeEvidence:
    def no_scene() -> Scene:
        message = "the control check looks at no frames"
        raise RuntimeError(message)

    def make(
        *layers: Path,
        found: tuple[Finding, ...] = (),
        date: str | None = "2015-09-30",
        groups: tuple[str, ...] = (),
    ) -> Evidence:
        return Evidence(
            item=ItemRecord(digest=ITEM, name="clip.mp4", size_bytes=4),
            path=tmp_path / "clip.mp4",
            probe=Probe(
                container="mp4",
                duration_s=None,
                size_bytes=4,
                bit_rate=None,
                creation_time=None,
                tags=(),
                streams=(),
                video=0,
            ),
            load_scene=no_scene,
            control=tuple(ControlSource(digest=digest_file(path), path=path) for path in layers),
            date=parse_stated_time(date) if date else None,
            groups=groups,
            earlier=found,
        )

    return make
