"""Search: where in a large reference does a shot lie, when nothing says where to look?"""

from purport.checks.place.search._finding import SearchRule
from purport.checks.place.search._index import PlaceIndex, index_path
from purport.checks.place.search._indexing import build_index, make_index, open_index
from purport.checks.place.search._search_power import test_search_power
from purport.checks.place.search._shots import Searched, possible_stretches, search_shots
from purport.checks.place.search._stretches import finer_stretch, needs_index, stretches

__all__ = [
    "PlaceIndex",
    "SearchRule",
    "Searched",
    "build_index",
    "finer_stretch",
    "index_path",
    "make_index",
    "needs_index",
    "open_index",
    "possible_stretches",
    "search_shots",
    "stretches",
    "test_search_power",
]
