"""Offsets as curves: the finding's own probabilities, and only where there are any."""

from typing import Any

from purport.casework.offset_curves import offset_curves
from purport.core.casefile import CaseFile
from purport.core.digests import Digest
from purport.core.findings import Derivation, Finding

ITEM = Digest("a" * 64)


def strike(**change: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {
        "onset_frame": 25,
        "onset_s": 2.5,
        "point_px": [1.0, 2.0],
        "point_sd_px": 2.5,
        "position": [15.0, 45.0],
        "offset_m": 9.0,
        "offset_68_m": [8.2, 9.8],
        "offset_95_m": [7.4, 10.6],
        "bearing_deg": 70.0,
        "same_strike_as": None,
        "p_inside": None,
        "p_farther_m": [[6.0, 1.0], [9.0, 0.5], [12.0, 0.0]],
        **change,
    }


def case(*strikes: dict[str, Any], check: str = "impacts") -> CaseFile:
    finding = Finding(
        id="f1",
        check=check,
        version="1",
        item=ITEM,
        answer="strikes_found",
        reason="",
        values={"strikes": strikes},
        limits=(),
        derivation=Derivation(inputs=(), parameters={}, libraries=()),
    )
    return CaseFile(
        name="A case",
        date=None,
        stories=(),
        items=(),
        claims=(),
        findings=(finding,),
        not_run=(),
        marks=(),
        verdicts=(),
        faults=(),
        custody=(),
    )


def test_a_curve_is_the_findings_own() -> None:
    (curve,) = offset_curves(case(strike()), ITEM)
    assert (curve.number, curve.offset_m, curve.offset_95_m) == (1, 9.0, (7.4, 10.6))
    assert curve.distances_m == (6.0, 9.0, 12.0)
    assert curve.p_farther == (1.0, 0.5, 0.0)


def test_strikes_without_an_offset_or_shown_again_have_none() -> None:
    told = offset_curves(
        case(
            strike(offset_m=None, p_farther_m=None),
            strike(),
            strike(same_strike_as=1),
            strike(p_farther_m=None),
        ),
        ITEM,
    )
    assert [one.number for one in told] == [2]


def test_only_the_items_own_impacts_count() -> None:
    assert offset_curves(case(strike()), "b" * 64) == ()
    assert offset_curves(case(strike(), check="reuse"), ITEM) == ()
