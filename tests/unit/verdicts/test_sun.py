"""What shadows say of a claimed time."""

import pytest

from purport.core.digests import JsonObject, digest_bytes
from purport.core.findings import Derivation, Finding
from purport.core.instants import parse_stated_time
from purport.core.ratings import Confidence
from purport.verdicts._instances import Holds
from purport.verdicts._sun import sun_instances

ITEM = digest_bytes(b"clip")


def finding(answer: str, *states: str, claimed: str | None = "2015-09-30T09:15Z") -> Finding:
    values: JsonObject = {"claimed": claimed, "shadows": [{"state": state} for state in states]}
    return Finding(
        id="f-sun",
        check="sun",
        version="1",
        item=ITEM,
        answer=answer,
        reason="It lies 2 h after.",
        values=values,
        limits=(),
        derivation=Derivation(inputs=(), parameters={}, libraries=()),
    )


@pytest.mark.parametrize(
    ("answer", "states", "holds", "confidence"),
    [
        ("outside", ("used",), Holds.OPEN, Confidence.LOW),
        ("outside", ("used", "odd_one_out"), Holds.OPEN, Confidence.LOW),
        ("outside", ("used", "used"), Holds.NO, Confidence.LOW),
        ("outside", ("used", "used", "used", "odd_one_out"), Holds.NO, Confidence.MODERATE),
        ("inside", ("used", "used", "used"), Holds.OPEN, Confidence.MODERATE),
    ],
)
def test_only_shadows_that_agree_contradict(
    answer: str, states: tuple[str, ...], holds: Holds, confidence: Confidence
) -> None:
    time = parse_stated_time("2015-09-30T12:15+03:00")  # the same instant
    (one,) = sun_instances(time, [finding(answer, *states)], {ITEM: "clip.mp4"})
    assert (one.holds, one.confidence, one.subject) == (holds, confidence, "clip.mp4")


def test_nothing_is_said_of_another_time_or_without_an_answer() -> None:
    time = parse_stated_time("2015-09-30")
    outside, silent = (
        finding("outside", "used", "used"),
        finding("cannot_tell", claimed="2015-09-30"),
    )
    unclaimed = finding("times_found", "used", claimed=None)
    assert not list(sun_instances(time, [outside, silent, unclaimed], {}))
