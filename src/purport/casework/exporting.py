"""A case for other programs: verdicts and strikes as tables, what lies on a map as GeoJSON."""

from collections.abc import Mapping

from purport.casework.map_features import as_geojson
from purport.casework.mapping import case_map
from purport.casework.workspace import Workspace
from purport.core.casefile import CaseFile
from purport.core.digests import canonical_json
from purport.reports import strikes_as_csv, verdicts_as_csv

__all__ = ["case_exports"]


def case_exports(workspace: Workspace, case: CaseFile) -> Mapping[str, bytes]:
    """Return a case as files for other programs, by name; the same case gives the same bytes.

    `verdicts.csv` has a line for each part of each claim, `strikes.csv` one for each showing of a
    strike, `map.geojson` everything that the case puts on a map (RFC 7946), ellipses of 95 % and
    offsets as features of their own. They hold what the dossier holds, positions that are not for
    publication yet among it.

    Args:
        workspace: The case.
        case: The same as a file.
    """
    drawn = as_geojson(case_map(workspace, case).features)
    return {
        "verdicts.csv": verdicts_as_csv(case).encode(),
        "strikes.csv": strikes_as_csv(case).encode(),
        "map.geojson": f"{canonical_json(drawn)}\n".encode(),
    }
