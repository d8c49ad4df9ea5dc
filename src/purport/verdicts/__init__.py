"""From findings and claims to ratings, with the argument written out.

`judge` is pure: it reads records and returns records. Every claim gets a verdict on each of six
parts. The rules of precision:

- *Supported* and *Contradicted* need findings of at least moderate confidence.
- *Contradicted* needs something that cannot be so if the claim is true. Fewer strikes shown than
  claimed, a map that lists no holder, or a check that did not run contradict nothing.
- *Unproven* is tried without result, or an input is missing, which is then named.
- *Not checkable* is what no method could answer from any footage of this kind, and a part about
  which the claim states nothing.
"""

from purport.verdicts._authentic import item_authenticity
from purport.verdicts._judge import judge, slots_of_part
from purport.verdicts._matrix import MatrixCell, MatrixRow, matrix
from purport.verdicts._row_facts import Surroundings, establish_facts, form_finding
from purport.verdicts.records import JudgedInputs, JudgingRules
from purport.verdicts.rows import Comparison, Known, Presence, RowFacts, StatedRow
from purport.verdicts.tallies import GroupTally, PlaceTally, tally_groups, tally_places

__all__ = [
    "Comparison",
    "GroupTally",
    "JudgedInputs",
    "JudgingRules",
    "Known",
    "MatrixCell",
    "MatrixRow",
    "PlaceTally",
    "Presence",
    "RowFacts",
    "StatedRow",
    "Surroundings",
    "establish_facts",
    "form_finding",
    "item_authenticity",
    "judge",
    "matrix",
    "slots_of_part",
    "tally_groups",
    "tally_places",
]
