"""What judging reads, and the adjustable rules by which it judges."""

from dataclasses import dataclass, field

from purport.core.case import ItemRecord
from purport.core.casefile import Fault
from purport.core.claims import Claim
from purport.core.findings import Finding, NotRun

__all__ = ["JudgedInputs", "JudgingRules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingRules:
    """The numbers on which a rating can turn; each is named in the sentences that use it.

    They are conventions of this project, not findings of science, and are here to be changed by
    whoever holds a better one.
    """

    hit_radius_m: float = 5.0
    """A strike counts as on target inside the target's outline, or within this distance of the
    target's point: about the half-width of a house, and of the order of the circular error that
    makers state for guided bombs. [m]"""
    supported_from: float = 0.80
    """A number supports from this probability on: "very likely" and above (ICD 203)."""
    contradicted_to: float = 0.05
    """A number contradicts up to this probability: "almost no chance" (ICD 203). It is further
    from even chance than `supported_from`, because a false "Contradicted" harms somebody."""
    vague_amounts: tuple[tuple[str, float, float], ...] = (
        ("couple", 2.0, 3.0),
        ("few", 2.0, 6.0),
        ("handful", 2.0, 6.0),
        ("several", 2.0, 15.0),
        ("dozens", 20.0, 120.0),
        ("tens", 20.0, 100.0),
        ("hundreds", 100.0, 1000.0),
        ("thousands", 1000.0, 10000.0),
    )
    """Word, lowest and highest number that it can stand for. They are wide: a vague amount can be
    supported by a number, never contradicted."""
    amount_tolerance: float = 0.25
    """A stated distance ("10 metres") stands for itself give or take this share."""
    clear_distance_m: float = 5000.0
    """A map contradicts that a group held a point only when the group's nearest territory, drawn
    on the same map, is at least this far away: maps of control are drawn to kilometres. [m]"""
    place_tolerance_m: float = 5000.0
    """Footage located further than this from the place that is claimed for it was not filmed
    there; places are named after towns, which extend for kilometres. [m]"""
    shortest_reuse_s: float = 2.0
    """Shared stretches shorter than this are not held against anybody. [s]"""
    same_picture_bits: float = 31.0
    """Shared stretches whose fingerprints differ by more than this, of 256 bits, are not held
    against anybody; unrelated pictures differ by about 128 (threshold of PDQ's own makers)."""
    separate_targets_m: float = 100.0
    """Strikes further apart than this are counted as on different targets. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedInputs:
    """All that judging reads; it looks at nothing else."""

    claims: tuple[Claim, ...]
    """The claims of the case."""
    findings: tuple[Finding, ...] = ()
    """Its live findings; all of them are evidence for all claims."""
    not_run: tuple[NotRun, ...] = ()
    """Checks that did not run, with what they lacked."""
    items: tuple[ItemRecord, ...] = ()
    """Its media items."""
    faults: tuple[Fault, ...] = ()
    """Inputs that could not be used."""
    rules: JudgingRules = field(default_factory=JudgingRules)
    """The rules."""
