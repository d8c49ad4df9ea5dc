"""Places by name, offline: search, candidates, and what words about a place can mean.

A name is never resolved in silence. `Gazetteer.find` returns every place that a name can mean, with
how it led there; whoever needs one place must say why it is that one. The places of Syria come with
Purport (data/ATTRIBUTION.md); others are loaded from GeoNames, OCHA or a table of your own.
"""

from purport.gazetteer._areas import (
    ClaimedDistance,
    PhraseReach,
    Reading,
    measure_claimed_distance,
    read_phrase,
)
from purport.gazetteer._bundled import bundled_gazetteer, load_gazetteer
from purport.gazetteer._folding import consonants, spelling
from purport.gazetteer._phrases import PlacePhrase, Relation, parse_place_phrase
from purport.gazetteer._reading import load_places
from purport.gazetteer._search import Gazetteer
from purport.gazetteer.records import Candidate, NameMatch, Place, PlaceKind

__all__ = [
    "Candidate",
    "ClaimedDistance",
    "Gazetteer",
    "NameMatch",
    "PhraseReach",
    "Place",
    "PlaceKind",
    "PlacePhrase",
    "Reading",
    "Relation",
    "bundled_gazetteer",
    "consonants",
    "load_gazetteer",
    "load_places",
    "measure_claimed_distance",
    "parse_place_phrase",
    "read_phrase",
    "spelling",
]
