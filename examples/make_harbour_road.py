# ruff: noqa: INP001 - a script beside its data, not a package
"""Make the synthetic material of `examples/harbour-road/` from the Caliterra photos (CC0).

    python examples/make_harbour_road.py PATH/TO/caliterra examples/harbour-road

Everything is determined by this file and the photos. The country, the place, the people and the
scale of the ground are fictional: the photos are laid out 2.5 times as large as the site is.
`story.html` and the README are written by hand and not touched.
"""

import csv
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from _caliterra import lay_photos, lift_tones

from purport.casework.sheet import COLUMNS
from purport.core.positions import MapPoint, to_geographic
from purport.core.records import to_json
from purport.simulate import (
    Camera,
    Encoding,
    Ground,
    Modality,
    Overlay,
    ReferenceLook,
    Script,
    Segment,
    Sensor,
    Strike,
    Truth,
    Vehicle,
    render,
    write_reference,
)

CRS = "EPSG:32628"
GSD_M = 0.09
WEST_M, NORTH_M = 572_100.0, 3_973_400.0
COMMAND_POST_PX = (2258.0, 1902.0)
COORDINATION_CENTRE_PX = (2291.0, 2408.0)
MISS_M = 9.0
MISS_AZIMUTH_DEG = 68.0
COMMAND_POST_NAME = "command-post.mp4"
COORDINATION_CENTRE_NAME = "coordination-centre.mp4"
NOTICE = (
    "SYNTHETIC: footage, place, country, people and claims are made up. "
    "Ground after the Caliterra photos (CC0), drawn at a fictional place and scale."
)

Place = tuple[float, float]


def main() -> None:
    """Make all files."""
    photos, out = Path(sys.argv[1]), Path(sys.argv[2])
    ground = Ground(
        picture=lift_tones(lay_photos(photos)),
        gsd_m=GSD_M,
        west_m=WEST_M,
        north_m=NORTH_M,
        crs=CRS,
    )
    post = place_of(ground, COMMAND_POST_PX)
    centre = place_of(ground, COORDINATION_CENTRE_PX)
    (out / "footage").mkdir(parents=True, exist_ok=True)
    truths = {
        name: render(script, out / "footage" / name)
        for name, script in (
            (COMMAND_POST_NAME, command_post_script(ground, post)),
            (COORDINATION_CENTRE_NAME, coordination_centre_script(ground, centre)),
        )
    }
    look = ReferenceLook(
        gsd_m=0.22,
        gamma=1.2,
        gains=(0.92, 0.98, 1.06),
        offset=-6.0,
        noise_sd=2.0,
        patches=5,
        shadows=1,
        seed=11,
    )
    write_reference(ground, out / "reference.tif", look=look, compress="jpeg")
    write_truth(truths, out / "truth.json")
    write_items({COMMAND_POST_NAME: post, COORDINATION_CENTRE_NAME: centre}, out / "items.csv")
    write_target(post, out / "target.geojson")
    write_control(post, out / "control.geojson")


def place_of(ground: Ground, pixel: tuple[float, float]) -> Place:
    """Return easting and northing of a pixel of the ground."""
    east, north, _ = ground.to_map() @ np.array([*pixel, 1.0])
    return float(east), float(north)


def command_post_script(ground: Ground, post: Place) -> Script:
    """White-hot: a hit, a cut to another view, and the strike once more."""
    sensor = Sensor(
        modality=Modality.WHITE_HOT,
        noise_sd=2.6,
        blur_px=0.55,
        saturation_frames=3,
        recovery_s=0.22,
    )
    near = Camera(
        aim=(post[0] - 1.2, post[1] + 0.7),
        gsd_m=0.17,
        obliquity_deg=33.0,
        heading_deg=338.0,
        orbit_dps=0.7,
        drift_mps=(0.25, -0.15),
        slant_range_m=4200.0,
        jitter_px=0.9,
        jitter_roll_deg=0.03,
        seed=3,
        sensor=sensor,
    )
    wide = replace(
        near, gsd_m=0.27, heading_deg=291.0, drift_mps=(-0.8, 0.3), obliquity_deg=38.0, seed=4
    )
    strike = Strike(
        time_s=3.1,
        place=(post[0] + 0.5, post[1] - 0.4),
        size_m=8.0,
        smoke_s=5.0,
        wind_mps=(1.4, 0.7),
        seed=21,
    )
    return Script(
        ground=ground,
        cameras=(near, wide),
        edit=(
            Segment(duration_s=7.6),
            Segment(camera=1, start_s=8.4, duration_s=3.2),
            Segment(start_s=2.0, duration_s=3.6),
        ),
        strikes=(strike,),
        targets=(post,),
        overlay=Overlay(crosshair=True, clock=True, symbology=True),
        clock_start="05:41:16",
        encoding=Encoding(crf=23, gop=60),
        seed=31,
    )


def coordination_centre_script(ground: Ground, centre: Place) -> Script:
    """Visible light: a strike that lands 9 m beside the building."""
    azimuth = np.radians(MISS_AZIMUTH_DEG)
    camera = Camera(
        aim=(centre[0] + 3.0, centre[1] + 2.0),
        gsd_m=0.18,
        obliquity_deg=24.0,
        heading_deg=12.0,
        orbit_dps=-0.5,
        drift_mps=(0.5, 0.3),
        slant_range_m=3600.0,
        zoom=((4.8, 0.18), (8.0, 0.155)),
        jitter_px=1.1,
        jitter_roll_deg=0.04,
        seed=5,
        sensor=Sensor(noise_sd=2.2, blur_px=0.4, saturation_frames=1, recovery_s=0.12),
    )
    strike = Strike(
        time_s=3.37,
        place=(
            centre[0] + MISS_M * float(np.sin(azimuth)),
            centre[1] + MISS_M * float(np.cos(azimuth)),
        ),
        size_m=7.5,
        smoke_s=5.0,
        wind_mps=(1.4, 0.7),
        seed=22,
    )
    road = Vehicle(start=(centre[0] - 62.0, centre[1] + 29.0), velocity_mps=(5.0, -7.4))
    return Script(
        ground=ground,
        cameras=(camera,),
        edit=(Segment(duration_s=9.5),),
        strikes=(strike,),
        targets=(centre,),
        vehicles=(road,),
        overlay=Overlay(crosshair=True, clock=True, logo="TALAND MoD"),
        clock_start="11:08:52",
        encoding=Encoding(crf=24, gop=75, audio=True, silences=((5.0, 6.5),)),
        seed=32,
    )


def write_truth(truths: Mapping[str, Truth], path: Path) -> None:
    """Write what is true of each file."""
    files = {name: to_json(truth) for name, truth in truths.items()}
    path.write_text(json.dumps({"notice": NOTICE, "files": files}, sort_keys=True) + "\n")


def write_items(targets: Mapping[str, Place], path: Path) -> None:
    """Write the items sheet."""
    times = {COMMAND_POST_NAME: "2019-03-13", COORDINATION_CENTRE_NAME: "2019-03-13"}
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name, target in targets.items():
            longitude, latitude = geographic(target)
            # the command post's target is its outline, given by target.geojson
            stated = ["", "", ""] if name == COMMAND_POST_NAME else [longitude, latitude, "0.5"]
            writer.writerow(
                [
                    f"footage/{name}",
                    f"https://mod.taland.example/video/{name}",
                    "Defence Ministry of Taland",
                    "2019-03-14",
                    "2019-03-14T10:05:00+00:00",
                    "Purport demo",
                    "Harbour Road, Port Selden",
                    longitude,
                    latitude,
                    times[name],
                    *stated,
                    "reference.tif",
                ]
            )


def write_target(post: Place, path: Path) -> None:
    """The building called a command post, as an outline."""
    turn = np.radians(-28.0)
    along, aside = np.array([np.sin(turn), np.cos(turn)]), np.array([np.cos(turn), -np.sin(turn)])
    corners = [
        tuple(np.array(post) + a * 4.6 * along + b * 3.2 * aside)
        for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1), (1, 1))
    ]
    properties = {
        "name": "the building called a command post",
        "basis": "outlined on reference.tif by the makers of the demo",
        "synthetic": NOTICE,
    }
    write_geojson(path, [feature("Polygon", [[geographic(c) for c in corners]], properties)])


def write_control(post: Place, path: Path) -> None:
    """Two maps that disagree about Harbour Road and agree about the hills to the north."""
    ministry = {
        "layer": "Taland Defence Ministry, situation map",
        "publisher": "Defence Ministry of Taland",
        "definition": "area in which the ministry says that the group operates",
        "licence": "fictional; CC0",
        "date": "2019-03-13",
        "accuracy_m": 500,
    }
    institute = {
        "layer": "Selden Frontline Institute, weekly map",
        "publisher": "Selden Frontline Institute",
        "definition": "area whose checkpoints the holder has staffed for a week",
        "licence": "fictional; CC0",
        "from": "2019-03-08",
        "to": "2019-03-15",
        "accuracy_m": 300,
    }
    features = [
        box(post, (-9.0, -6.0, 8.0, 14.0), {**ministry, "holder": "Harbour Front"}),
        box(post, (-9.0, -15.0, 8.0, -6.0), {**ministry, "holder": "Government of Orvelle"}),
        box(post, (-7.0, -5.0, 6.0, 6.5), {**institute, "holder": "Selden Town Militias"}),
        box(post, (-9.0, 6.5, 9.0, 15.0), {**institute, "holder": "Harbour Front"}),
        box(post, (-9.0, -14.0, 9.0, -5.0), {**institute, "holder": "Government of Orvelle"}),
    ]
    write_geojson(path, features)


def box(
    post: Place, edges_km: tuple[float, float, float, float], properties: Mapping[str, object]
) -> dict[str, object]:
    """West, south, east and north of the post; the edges bend a little, as front lines do."""
    west, south, east, north = edges_km
    bend = [0.0, 0.35, -0.2, 0.5, -0.1, 0.25, 0.0]
    share = np.linspace(0.0, 1.0, len(bend))
    top = [(west + s * (east - west), north + 0.6 * b) for s, b in zip(share, bend, strict=True)]
    bottom = [(west + s * (east - west), south + 0.6 * b) for s, b in zip(share, bend, strict=True)]
    ring = [*bottom, *reversed(top), bottom[0]]
    corners = [geographic((post[0] + 1000.0 * x, post[1] + 1000.0 * y), 5) for x, y in ring]
    return feature("Polygon", [corners], {**properties, "synthetic": True})


def feature(kind: str, coordinates: object, properties: Mapping[str, object]) -> dict[str, object]:
    """Return a GeoJSON feature."""
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def write_geojson(path: Path, features: list[dict[str, object]]) -> None:
    """Write a feature collection."""
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def geographic(place: Place, digits: int = 8) -> tuple[float, float]:
    """Return longitude and latitude, rounded."""
    point = to_geographic(MapPoint(easting_m=place[0], northing_m=place[1], crs=CRS))
    return round(point.longitude_deg, digits), round(point.latitude_deg, digits)


if __name__ == "__main__":
    main()
