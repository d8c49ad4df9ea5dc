"""Ground heights: a raster whose first band holds heights in metres."""

from dataclasses import dataclass
from pathlib import Path

from purport.imagery.references import Reference, open_reference

__all__ = ["Terrain", "open_terrain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """A raster of heights that says where it lies."""

    raster: Reference
    """Where it lies; its `accuracy_m` is vertical here. [m]"""


def open_terrain(
    path: Path, *, name: str | None = None, accuracy_m: float | None = None
) -> Terrain:
    """Read where a raster of heights lies, without reading its heights.

    Args:
        path: GeoTIFF, heights in metres.
        name: What messages call it; its file name when None.
        accuracy_m: Vertical standard uncertainty as the user states it. [m]

    Raises:
        UnreadableReferenceError: It cannot be read, or says not where it lies.
    """
    return Terrain(raster=open_reference(path, name=name, accuracy_m=accuracy_m))
