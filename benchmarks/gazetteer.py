"""How often a spelling leads to its place, on names that the index has not seen.

    python benchmarks/gazetteer.py [--data ../shared/data/syria]

GeoNames lists up to a hundred spellings for each of 308 places of Syria. The gazetteer is made here
without them, from OCHA's own English and Arabic name of each place alone; then every spelling of
GeoNames in Latin, Arabic or Cyrillic letters is looked up, and counts as found when the place
within 6 km of GeoNames' position is among the candidates. Other names (Palmyra for Tadmor) cannot
be found this way: only spellings whose consonants could lead there are a fair question, so that
both counts are printed. Without the data it says so and ends with exit code 2.
"""

import argparse
import csv
import json
import re
import statistics
import sys
import time
from pathlib import Path

from purport.core.positions import GeoPoint, geodesic_distance_m
from purport.gazetteer import Gazetteer, Place, PlaceKind, bundled_gazetteer, consonants

_READ = re.compile(
    r"[\W\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff\u02b0-\u02ff\u0400-\u04ff\u0600-\u06ff]+"
)
_NEAR_M = 6000.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=Path("../shared/data/syria"))
    data = options.parse_args().data / "geonames_sy.json"
    if not data.is_file():
        print(f"{data} is not there: nothing was measured.")
        return 2
    start = time.process_time()
    whole = bundled_gazetteer()
    print(f"loading {len(whole.places):,} places: {time.process_time() - start:.2f} s")
    listed = json.loads(data.read_text(encoding="utf-8"))
    bare = Gazetteer(ocha_places(data.with_name("gazetteer_ocha.csv")))
    asked = found = unlike = silent = 0
    candidates: list[int] = []
    spent = 0.0
    for entry in listed:
        point = GeoPoint(longitude_deg=entry["lon"], latitude_deg=entry["lat"])
        near = {
            place.id: place
            for place, _ in bare.nearest(point, within_m=_NEAR_M)
            if not place.kind.is_area
        }
        keys = {consonants(name) for place in near.values() for name in place.names}
        for name in sorted({entry["name"], *entry["alternatenames"]}):
            if not _READ.fullmatch(name):
                continue
            asked += 1
            start = time.process_time()
            hits = bare.find(name)
            spent += time.process_time() - start
            right = any(geodesic_distance_m(hit.place.point, point) <= _NEAR_M for hit in hits)
            found += right
            unlike += not right and consonants(name) not in keys
            silent += not right and bool(hits)
            if right:
                candidates.append(len(hits))
    print(f"{asked:,} spellings, {spent / asked * 1000:.3f} ms each: {found:,} lead to their place")
    print(f"({found / asked:.1%}); of the others {unlike:,} have other consonants than any name")
    print(f"listed there (Palmyra is Tadmor), and {silent:,} lead to other places alone")
    print(f"candidates: median {statistics.median(candidates):g}, one alone in", end=" ")
    print(f"{sum(count == 1 for count in candidates) / len(candidates):.0%}")
    return 0


def ocha_places(path: Path) -> list[Place]:
    """Return OCHA's places with their own names alone."""
    places = []
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["lat"] and row["sa_only"] != "TRUE":
                english, arabic = row["name_en"].strip(), row["name_ar"].strip()
                bare = re.sub(r"\s*\([^)]*\)$", "", english)
                short = arabic.split("-")[0].strip()
                places.append(
                    Place(
                        id=row["ocha_pcode"],
                        name=english,
                        kind=PlaceKind.SETTLEMENT,
                        point=GeoPoint(
                            longitude_deg=float(row["lon"]), latitude_deg=float(row["lat"])
                        ),
                        names=tuple(dict.fromkeys((english, bare, arabic, short))),
                    )
                )
    return places


if __name__ == "__main__":
    sys.exit(main())
