"""The bundled example: a case to play with, taken in as a user would take it in."""

from collections.abc import Sequence
from pathlib import Path

import purport
from purport.casework.collecting import (
    ItemDetails,
    collect_control,
    collect_story,
    collect_target_area,
    describe_case,
)
from purport.casework.room import CaseRoom
from purport.casework.sheet import collect_sheet
from purport.core.case import Target
from purport.core.errors import MissingToolError

__all__ = ["example_folder", "open_example"]

_NAME = "Harbour Road"
_DATE = "2019-03-13"
_NOTICE = "Country, place, people and claims are fictional; the footage was simulated."


def example_folder() -> Path:
    """Return the folder of the bundled example, as installed or as in the source tree.

    Raises:
        MissingToolError: It is neither.
    """
    package = Path(purport.__file__).parent
    places: Sequence[Path] = (package / "examples", package.parents[1] / "examples")
    for place in places:
        if (place / "harbour-road" / "items.csv").is_file():
            return place / "harbour-road"
    raise MissingToolError(
        "example", "it was not installed", remedy="Install purport again, or clone its repository."
    )


def open_example(room: CaseRoom, *, agent: str) -> str:
    """Make a case of the bundled example: story, footage, orthophoto, control layer and target.

    Args:
        room: Where.
        agent: Who makes it.

    Returns:
        Its key. Nothing has been checked yet.
    """
    folder = example_folder()
    key = room.new_case(_NAME, agent=agent, date=_DATE)
    workspace = room.case(key, agent=agent)
    describe_case(workspace, notice=_NOTICE)
    collect_story(workspace, folder / "story.html")
    collect_control(workspace, folder / "control.geojson")
    outline = collect_target_area(workspace, folder / "target.geojson")
    collect_sheet(
        workspace, folder / "items.csv", defaults=ItemDetails(target=Target(outline=outline))
    )
    return key
