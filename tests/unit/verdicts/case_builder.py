"""Small claims, items and findings, made by hand, for judging."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from purport.checks.control import (
    ControlValues,
    HolderProbability,
    LayerAnswer,
    Overall,
    PointAnswer,
    PointBasis,
)
from purport.core.case import ClaimedPlace, ItemRecord, Publication
from purport.core.claims import (
    Claim,
    Part,
    Polarity,
    Quantifier,
    QuoteType,
    Relation,
    Slot,
    SlotAttr,
    Span,
)
from purport.core.digests import JsonObject, digest_bytes
from purport.core.findings import Derivation, Finding
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint
from purport.core.ratings import Confidence
from purport.core.records import to_json
from purport.core.verdicts import Verdict
from purport.verdicts import JudgedInputs, judge

__all__ = [
    "claim",
    "control",
    "edits",
    "finding",
    "item",
    "judged",
    "layer",
    "part_of",
    "place",
    "point",
    "reuse",
    "slot",
    "strike",
    "strikes",
]

HERE = (31.2, 34.7)
_numbers = count(1)


def span(text: str) -> Span:
    return Span(start=0, end=len(text), exact=text)


def slot(  # noqa: PLR0913 - as many as the record has fields
    attr: SlotAttr,
    value: str | float | None = None,
    *,
    exact: str | None = None,
    limits: tuple[float, float] | None = None,
    vague: str | None = None,
    unit: str | None = None,
    negated: bool = False,
    exclusive: bool = False,
    quantifier: Quantifier | None = None,
) -> Slot:
    return Slot(
        attr=attr,
        span=span(exact or str(value or vague or limits)),
        value=value,
        range=limits,
        vague=vague,
        unit=unit,
        polarity=Polarity.NEGATED if negated else Polarity.AFFIRMED,
        exclusive=exclusive,
        quantifier=quantifier,
    )


def claim(
    *slots: Slot,
    name: str = "c1",
    claimant: str = "Ministry",
    content: str = "so it was",
    hedges: Sequence[str] = (),
    relations: tuple[Relation, ...] = (),
) -> Claim:
    return Claim(
        id=name,
        document=digest_bytes(b"story"),
        claimant=claimant,
        claimant_role=None,
        quote_type=QuoteType.INDIRECT,
        source=(span(claimant),),
        cue=(span("said"),),
        content=(span(content),),
        hedges=tuple(span(word) for word in hedges),
        slots=slots,
        relations=relations,
    )


def item(
    name: str = "clip.mp4",
    *,
    place: str | None = None,
    at: tuple[float, float] | None = None,
    published: str | None = None,
    url: str | None = "https://example.org/clip",
    filmed: str | None = None,
) -> ItemRecord:
    known = place is not None or at is not None
    return ItemRecord(
        digest=digest_bytes(name.encode()),
        name=name,
        size_bytes=1,
        publication=Publication(
            published=parse_stated_time(published), basis="recorded by user", url=url
        )
        if published
        else None,
        claimed_place=ClaimedPlace(
            name=place,
            point=GeoPoint(longitude_deg=at[0], latitude_deg=at[1]) if at else None,
        )
        if known
        else None,
        claimed_time=parse_stated_time(filmed) if filmed else None,
    )


def finding(check: str, of: ItemRecord, values: JsonObject, *, answer: str = "found") -> Finding:
    return Finding(
        id=f"f{check}{of.name}{next(_numbers)}",
        check=check,
        version="1",
        item=of.digest,
        answer=answer,
        reason=f"{check} said so.",
        values=values,
        limits=(),
        derivation=Derivation(inputs=(), parameters={}, libraries=()),
    )


def place(
    of: ItemRecord,
    *,
    matched: bool | None = True,
    frames_agreeing: int = 2,
    distance_m: float | None = None,
) -> Finding:
    values: JsonObject = {
        "matched": matched,
        "claimed_distance_m": distance_m,
        "claimed_distance_sd_m": None if distance_m is None else 10.0,
        "shots": [{"accepted": matched is True, "frames_agreeing": frames_agreeing}],
    }
    return finding("place", of, values, answer="cannot_tell" if matched is None else "matches")


def strike(
    *,
    onset_s: float = 2.0,
    offset_m: float | None = None,
    sd_m: float = 1.0,
    p_inside: float | None = None,
    position: tuple[float, float] | None = HERE,
    same_as: int | None = None,
    cause: str = "sudden",
) -> dict[str, Any]:
    def interval(width: float) -> list[float] | None:
        if offset_m is None:
            return None
        return [max(0.0, offset_m - width * sd_m), offset_m + width * sd_m]

    return {
        "onset_s": onset_s,
        "cause": cause,
        "position": position,
        "offset_m": offset_m,
        "offset_68_m": interval(0.994),
        "offset_95_m": interval(1.96),
        "p_inside": p_inside,
        "same_strike_as": same_as,
    }


def strikes(
    of: ItemRecord, *found: dict[str, Any], basis: str | None = "stated by user"
) -> Finding:
    return finding("impacts", of, {"strikes": list(found), "target_basis": basis})


def edits(of: ItemRecord, *kinds: str) -> Finding:
    found: list[JsonObject] = [
        {"kind": kind, "start_s": 1.0, "end_s": 1.0, "strength": 3.0} for kind in kinds
    ]
    return finding("edits", of, {"edits": found})


def reuse(
    of: ItemRecord,
    other: ItemRecord,
    *,
    start_s: float = 0.0,
    length_s: float = 5.0,
    other_start_s: float = 0.0,
    exact: bool = True,
    distance_bits: float = 60.0,
) -> Finding:
    match: JsonObject = {
        "item": of.digest,
        "start_s": start_s,
        "end_s": start_s + length_s,
        "other": other.digest,
        "other_start_s": other_start_s,
        "other_end_s": other_start_s + length_s,
        "exact": exact,
        "distance_bits": 0.0 if exact else distance_bits,
    }
    return finding("reuse", of, {"matches": [match]})


def sun(of: ItemRecord, *states: str, claimed: str, answer: str = "outside") -> Finding:
    shadows: JsonObject = {"claimed": claimed, "shadows": [{"state": one} for one in states]}
    return finding("sun", of, shadows, answer=answer)


def layer(
    holder: str | None,
    *,
    name: str = "map",
    stale: bool = False,
    not_held_by: tuple[str, ...] = (),
    far: dict[str, float | None] | None = None,
) -> LayerAnswer:
    distances = far or {}
    return LayerAnswer(
        name=name,
        publisher="Survey",
        definition=None,
        licence=None,
        date="2015-09-30",
        age_days=90 if stale else 0,
        stale=stale,
        holder=holder,
        p_inside=None if holder is None else 1.0,
        candidates=(HolderProbability(holder=holder, p_inside=1.0),) if holder else (),
        boundary=False,
        contested=False,
        not_held_by=not_held_by,
        distance_to_group_m=distances,
        distance_to_group_95_m={
            group: None if far_m is None else (far_m - 10.0, far_m + 10.0)
            for group, far_m in distances.items()
        },
    )


def point(
    *layers: LayerAnswer,
    overall: Overall = Overall.AGREE,
    confidence: Confidence = Confidence.MODERATE,
    strike_index: int | None = None,
) -> PointAnswer:
    holders = [one.holder for one in layers if one.holder is not None]
    return PointAnswer(
        point=HERE,
        basis=PointBasis.PLACE if strike_index is None else PointBasis.STRIKE,
        strike=strike_index,
        covariance_m2=((1.0, 0.0), (0.0, 1.0)),
        layers=layers,
        overall=overall,
        holder=holders[0] if holders and overall is Overall.AGREE else None,
        confidence=confidence,
        confidence_reason="made for a test",
    )


def control(of: ItemRecord, *points: PointAnswer) -> Finding:
    values = ControlValues(
        point=HERE,
        point_basis=PointBasis.PLACE,
        date="2015-09-30",
        groups=("isis",),
        layers=points[0].layers if points else (),
        overall=points[0].overall if points else Overall.NO_DATA,
        points=points,
    )
    written = to_json(values)
    if not isinstance(written, dict):
        raise TypeError(written)
    return finding("control", of, written)


def judged(
    *slots: Slot, items: Sequence[ItemRecord] = (), findings: Sequence[Finding] = ()
) -> tuple[Verdict, ...]:
    return judge(
        JudgedInputs(claims=(claim(*slots),), items=tuple(items), findings=tuple(findings))
    )


def part_of(verdicts: Sequence[Verdict], part: Part, *, of: str = "c1") -> Verdict:
    (verdict,) = [one for one in verdicts if one.part is part and one.claim == of]
    return verdict
