"""Offsets of impacts that a person marked, asked again with every movement of a mark.

It is the impacts check without its scan: the marks are read, brought to the ground and measured by
the same steps, so that the check gives the same numbers for the same marks and the same view.
"""

from purport.checks.contract import Evidence
from purport.checks.impacts._assembly import assemble_values
from purport.checks.impacts._crosshair import CROSSHAIR_SD_PX, find_crosshair
from purport.checks.impacts._sightings import Sightings
from purport.checks.impacts.records import ImpactsValues
from purport.scene import Scene

__all__ = ["CROSSHAIR_SD_PX", "find_crosshair", "measure_marks"]


def measure_marks(evidence: Evidence, scene: Scene) -> ImpactsValues:
    """Measure the impacts among an item's marks, and nothing else.

    Args:
        evidence: The item with its marks; the place check's finding, or one that states a view in
            the same way, among its `earlier`.
        scene: Its scene.
    """
    return assemble_values(evidence, scene, Sightings(strikes=(), began_before=()))
