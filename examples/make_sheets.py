#!/usr/bin/env python3
"""Make the example of a sheet with positions only, and what must come out of it.

    python examples/make_sheets.py

Country, places, groups and rows are fictional. Every found position is laid out from a place by
distance and azimuth, so that where it lies, and in whose territory, is known by construction:
`expected.csv` states it and is written from the same list, not by Purport.
"""

import csv
import json
from pathlib import Path

from pyproj import Geod

FOLDER = Path(__file__).parent / "sheets"
GEOD = Geod(ellps="WGS84")
PLACES = {
    "Port Selden": (-14.20, 35.90),
    "Elm Ford": (-13.60, 35.90),
    "Ashby": (-14.80, 35.90),
    "Millbrook": (-14.10, 36.40),
    "Millbrook (south)": (-14.10, 35.30),
    "Oakham": (-13.50, 36.60),
    "Thornby": (-13.30, 36.70),
}
SUPPORTED, CONTRADICTED, UNPROVEN, NOT_CHECKABLE = (
    "Supported",
    "Contradicted",
    "Unproven",
    "Not checkable",
)
HF, CG = "Harbour Front", "Coast Guard"
# The Coast Guard holds the land west of 14.40 W, the Harbour Front east of it up to 12.80 W; the
# second publisher draws the boundary at 14.50 W, so that the strip between is disputed.
BOUNDARIES = {"Northern Monitor": -14.40, "Civic Atlas": -14.50}
# claimed place, claimed group, found: from which place, metres, azimuth; standard uncertainty;
# then what must come out: where, who.
ROWS = [
    ("Port Selden", HF, "Port Selden", 800, 30, 50, SUPPORTED, SUPPORTED),
    ("Port Selden", HF, "Port Selden", 2500, 200, 100, SUPPORTED, SUPPORTED),
    ("Elm Ford", HF, "Elm Ford", 300, 90, 20, SUPPORTED, SUPPORTED),
    ("Elm-Ford", HF, "Elm Ford", 1500, 310, 200, SUPPORTED, SUPPORTED),
    ("near Elm Ford", HF, "Elm Ford", 11000, 60, 300, SUPPORTED, SUPPORTED),
    ("the outskirts of Port Selden", HF, "Port Selden", 6500, 100, 100, SUPPORTED, SUPPORTED),
    ("Elm Ford", HF, "Ashby", 900, 10, 50, CONTRADICTED, CONTRADICTED),
    ("Port Selden", HF, "Ashby", 4000, 270, 50, CONTRADICTED, CONTRADICTED),
    ("Oakham", HF, "Port Selden", 500, 0, 50, CONTRADICTED, SUPPORTED),
    ("Ashby", CG, "Elm Ford", 700, 45, 50, CONTRADICTED, CONTRADICTED),
    ("south-west of Elm Ford", HF, "Elm Ford", 40000, 222, 100, SUPPORTED, SUPPORTED),
    ("south-west of Elm Ford", HF, "Elm Ford", 30000, 40, 100, CONTRADICTED, SUPPORTED),
    ("east of Ashby", HF, "Ashby", 60000, 95, 100, SUPPORTED, SUPPORTED),
    ("20 km north of Elm Ford", HF, "Elm Ford", 21000, 5, 100, SUPPORTED, SUPPORTED),
    ("about 20 km north of Port Selden", HF, "Port Selden", 18000, 350, 100, SUPPORTED, SUPPORTED),
    ("20 km north of Elm Ford", HF, "Elm Ford", 20000, 180, 100, CONTRADICTED, SUPPORTED),
    ("Millbrook", HF, "Millbrook", 400, 20, 50, UNPROVEN, SUPPORTED),
    ("Millbrook", HF, "Elm Ford", 400, 20, 50, CONTRADICTED, SUPPORTED),
    ("Eastland province", HF, "Oakham", 3000, 120, 100, SUPPORTED, SUPPORTED),
    ("Eastland province", HF, "Port Selden", 1000, 90, 100, CONTRADICTED, SUPPORTED),
    ("Port Selden", HF, (-14.4010, 35.90), 0, 0, 400, CONTRADICTED, UNPROVEN),
    ("Ashby", CG, (-14.5020, 35.95), 0, 0, 500, CONTRADICTED, UNPROVEN),
    ("Port Selden", HF, (-14.45, 35.90), 0, 0, 100, CONTRADICTED, UNPROVEN),
    ("Port Selden", CG, (-14.46, 35.70), 0, 0, 100, CONTRADICTED, UNPROVEN),
    ("Port Selden", HF, (-12.00, 35.90), 0, 0, 100, CONTRADICTED, UNPROVEN),
    ("Port Selden", HF, "Port Selden", 900, 30, 50, UNPROVEN, UNPROVEN),  # no source
    ("", HF, "Port Selden", 900, 60, 50, UNPROVEN, SUPPORTED),
    ("Elm Ford", '"terrorists" (no group named)', "Elm Ford", 600, 0, 50, SUPPORTED, NOT_CHECKABLE),
    ("Nowhere in particular", HF, "Elm Ford", 600, 200, 50, UNPROVEN, SUPPORTED),
    ("Port Selden", HF, "Port Selden", 4800, 90, 3000, UNPROVEN, SUPPORTED),
]
WITHOUT_SOURCE = {26}
HOLDERS = {21: "", 22: "", 23: "disputed", 24: "disputed", 25: ""}


def main() -> None:
    """Write the five files."""
    FOLDER.mkdir(exist_ok=True)
    write_places()
    write_control()
    rows, expected = [], []
    for number, (place, group, origin, metres, azimuth, sd_m, where, who) in enumerate(ROWS, 1):
        start = PLACES[origin] if isinstance(origin, str) else origin
        longitude, latitude, _ = GEOD.fwd(*start, azimuth, metres)
        rows.append(
            {
                "id": f"T{number:02}",
                "publisher": "Defence Ministry of Taland",
                "claimed_place": place,
                "claimed_group": group,
                "claimed_date": "2019-03-13",
                "published": "2019-03-14",
                "found_lon": f"{longitude:.6f}",
                "found_lat": f"{latitude:.6f}",
                "found_sd_m": sd_m,
                "source": "" if number in WITHOUT_SOURCE else "https://map.example/placed",
            }
        )
        holder = HOLDERS.get(number, CG if longitude < min(BOUNDARIES.values()) else HF)
        expected.append({"id": f"T{number:02}", "holder": holder, "where": where, "who": who})
    write_table(FOLDER / "positions.csv", rows)
    write_table(FOLDER / "expected.csv", expected)


def write_places() -> None:
    """Write the gazetteer."""
    rows = [
        {
            "id": f"taland:{name.casefold().replace(' ', '-')}",
            "name": name.split(" (")[0],
            "kind": "settlement",
            "lon": point[0],
            "lat": point[1],
            "province": "taland:eastland" if name in {"Oakham", "Thornby"} else "",
            "source": "made up",
        }
        for name, point in PLACES.items()
    ]
    province = {**rows[0], "id": "taland:eastland", "name": "Eastland", "kind": "province"}
    rows.append({**province, "lon": -13.4, "lat": 36.65, "province": ""})
    write_table(FOLDER / "places.csv", rows)


def write_control() -> None:
    """Write the maps of two publishers."""
    features = []
    for publisher, boundary in BOUNDARIES.items():
        for holder, west, east in ((CG, -16.0, boundary), (HF, boundary, -12.8)):
            ring = [(west, 34.0), (east, 34.0), (east, 38.0), (west, 38.0), (west, 34.0)]
            features.append(
                {
                    "type": "Feature",
                    "properties": {
                        "layer": publisher,
                        "publisher": publisher,
                        "definition": "garrisons and checkpoints",
                        "licence": "made up",
                        "holder": holder,
                        "date": "2019-03-10",
                    },
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            )
    content = {"type": "FeatureCollection", "features": features}
    (FOLDER / "control.geojson").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    """Write a table with the columns of its first row."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
