"""Who held a place on a date, according to dated maps of territorial control.

**The layer file** is GeoJSON, KML, a GeoPackage or a list of dated assertions; the others are
brought into the form of the first, a FeatureCollection (RFC 7946: longitude, latitude on WGS 84; an
older `crs` member is obeyed when pyproj knows the system, and refused otherwise). A feature is a
`Polygon` or `MultiPolygon` (a territory) or a `Point` (a town, which speaks for `radius_m` around
it). These are its properties; each of them may instead stand once, for the whole file, in a
top-level member `properties` (or `purport`), which a feature's own overrules:

=============== ============================================================================
`holder`        who held it. Required, unless `not_held_by` is given. "contested" means that the
                source itself leaves it open
`not_held_by`   one name or a list: groups that the source says did *not* hold it
`date`          the day, month or year for which the map was drawn ("2015-09-30"), **or**
`from`, `to`    first and last day on which it held; without `to` it held until further notice
`layer`         name of the source's map; features of one name form one layer. Absent: the
                collection's `name`, else the file's
`name`          name of the feature, used in messages and to tell towns apart
`publisher`     who publishes the map; absent: not recorded
`definition`    what "held" means to the publisher; absent: not recorded
`licence`       terms of use; absent: not recorded
`accuracy_m`    standard uncertainty of the drawn boundaries, in metres; absent: not recorded,
                taken as 0 beside the uncertainty of the position
`radius_m`      for a town: how far around the point the statement holds, in metres; absent: the
                check's parameter `town_radius_m`
=============== ============================================================================

Broken geometry is an error that names the feature. Nothing is repaired in silence.
"""

from purport.checks.control._ask import ask_layers
from purport.checks.control._assess import Rules, territories_read
from purport.checks.control._check import ControlCheck
from purport.checks.control._layers import first_and_last_day, load_control
from purport.checks.control._local import normal_lattice
from purport.checks.control._points import AskedPoint
from purport.checks.control.records import (
    ControlAnswer,
    ControlLayer,
    ControlValues,
    HolderProbability,
    LayerAnswer,
    LayerKind,
    Overall,
    PointAnswer,
    PointBasis,
    Territory,
    TownDistance,
)

__all__ = [
    "AskedPoint",
    "ControlAnswer",
    "ControlCheck",
    "ControlLayer",
    "ControlValues",
    "HolderProbability",
    "LayerAnswer",
    "LayerKind",
    "Overall",
    "PointAnswer",
    "PointBasis",
    "Rules",
    "Territory",
    "TownDistance",
    "ask_layers",
    "first_and_last_day",
    "load_control",
    "normal_lattice",
    "territories_read",
]
