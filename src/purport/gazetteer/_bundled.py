"""The gazetteer that comes with Purport: Syria, reduced from OCHA, GeoNames and Open-Syria."""

import gzip
from functools import cache
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

from purport.core.errors import InputError
from purport.gazetteer._reading import load_places
from purport.gazetteer._search import Gazetteer

__all__ = ["bundled_gazetteer", "load_gazetteer"]

_FILE = "data/syria.csv.gz"


@cache
def bundled_gazetteer() -> Gazetteer:
    """Return the places of Syria that come with Purport; read once a process."""
    packed = resources.files("purport.gazetteer").joinpath(_FILE).read_bytes()
    with TemporaryDirectory() as folder:
        unpacked = Path(folder) / "syria.csv"
        unpacked.write_bytes(gzip.decompress(packed))
        return Gazetteer(load_places(unpacked))


def load_gazetteer(*files: Path, bundled: bool = True) -> Gazetteer:
    """Return the places of files, and with them those that come with Purport.

    Args:
        files: Files in any of the formats that are read.
        bundled: Whether to add the places of Syria.

    Raises:
        InputError: A file cannot be read, two list one identifier, or there are no places at all.
    """
    places = [place for path in files for place in load_places(path)]
    if bundled:
        places.extend(bundled_gazetteer().places)
    if not places:
        raise InputError("gazetteer", "there are no places", remedy="Give a file of places.")
    known: set[str] = set()
    for place in places:
        if place.id in known:
            raise InputError(
                "gazetteer", f"two files list {place.id!r}", remedy="Give each file once."
            )
        known.add(place.id)
    return Gazetteer(places)
