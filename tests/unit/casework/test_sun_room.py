"""What the sun check found, in the form in which it is drawn; and who sees where marks count."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from purport.casework.sun_room import SunTold, sun_told
from purport.checks.contract import Evidence
from purport.checks.sun import SunCheck, SunValues
from purport.core.case import ItemRecord
from purport.core.casefile import CaseFile, MarkRecord
from purport.core.digests import Digest, JsonValue
from purport.core.findings import Finding
from purport.core.instants import parse_stated_time
from purport.core.marks import MarkKind
from purport.core.records import from_json

if TYPE_CHECKING:
    from purport.media import Probe
    from purport.scene import Scene

ITEM = ItemRecord(digest=Digest("a" * 64), name="clip.mp4", size_bytes=1)
DAMASCUS = (36.3, 33.5)
CAPE_TOWN = (18.4, -33.9)


def ask(
    at: tuple[float, float], *, azimuth_deg: float, date: str | None, ratio: float | None = None
) -> Finding:
    values: dict[str, JsonValue] = {
        "azimuth_deg": azimuth_deg,
        "azimuth_sd_deg": 1.0,
        "position": list(at),
    }
    if ratio is not None:
        values |= {"height_ratio": ratio, "height_ratio_sd": 0.05}
    mark = MarkRecord(
        id="m1",
        item=ITEM.digest,
        kind=MarkKind.SHADOW_AZIMUTH,
        values=values,
        author="Ada",
        placed_utc=datetime(2026, 11, 27, tzinfo=UTC),
    )
    (finding,) = SunCheck().run(
        Evidence(
            item=ITEM,
            path=Path("clip.mp4"),
            probe=cast("Probe", None),
            load_scene=lambda: cast("Scene", None),
            marks=(mark,),
            date=None if date is None else parse_stated_time(date),
        )
    )
    return finding


def told(finding: Finding) -> SunTold:
    found = sun_told(case_of(finding), ITEM.digest)
    assert found is not None
    return found


def case_of(*findings: Finding) -> CaseFile:
    return CaseFile(
        name="A case",
        date=None,
        stories=(),
        items=(),
        claims=(),
        findings=findings,
        not_run=(),
        marks=(),
        verdicts=(),
        faults=(),
        custody=(),
    )


@pytest.fixture(scope="module")
def morning() -> Finding:
    return ask(DAMASCUS, azimuth_deg=300.0, date="2015-09-30T07:00:00Z")


def test_the_spans_are_the_findings_own(morning: Finding) -> None:
    values, found = from_json(SunValues, morning.values), told(morning)
    wanted = [*values.intervals_95, *values.intervals_68]
    assert [one.level for one in found.spans] == ["95 %"] * len(values.intervals_95) + [
        "68 %"
    ] * len(values.intervals_68)
    for one, span in zip(found.spans, wanted, strict=True):
        assert datetime.fromtimestamp(one.seconds[0], UTC).isoformat()[:19] == span.start_utc[:19]
        assert datetime.fromtimestamp(one.seconds[1], UTC).isoformat()[:19] == span.end_utc[:19]
        assert span.start_utc[11:16] in one.words[0]


def test_the_suns_way_crosses_the_opposite_of_the_shadow_within_the_span(
    morning: Finding,
) -> None:
    found = told(morning)
    (shadow,) = found.shadows
    assert shadow.sun_azimuth_deg == pytest.approx(120.0)
    assert (shadow.mark, shadow.sd_deg, shadow.used) == ("m1", 1.0, True)
    (low, high) = next(one.seconds for one in found.spans if one.level == "68 %")
    crossing = np.interp(shadow.sun_azimuth_deg, found.azimuths_deg, found.seconds)
    assert low < crossing < high
    assert found.claimed_second == datetime(2015, 9, 30, 7, tzinfo=UTC).timestamp()


def test_the_way_is_not_cut_in_two_on_either_half_of_the_earth(morning: Finding) -> None:
    south = told(ask(CAPE_TOWN, azimuth_deg=240.0, date="2015-09-30"))
    for found in (told(morning), south):
        assert len(found.seconds) == len(found.azimuths_deg) == len(found.elevations_deg) > 50
        assert max(abs(b - a) for a, b in pairwise(found.azimuths_deg)) < 30.0
    assert min(south.azimuths_deg) < -45.0
    assert south.shadows[0].sun_azimuth_deg == pytest.approx(60.0)


def test_over_a_month_days_are_told_in_place_of_a_way() -> None:
    found = told(ask(DAMASCUS, azimuth_deg=300.0, date="2015-09", ratio=0.8))
    assert found.spans == ()
    assert found.seconds == ()
    assert found.days
    first = datetime.fromtimestamp(found.days[0].second, UTC)
    assert (first.year, first.hour, first.minute) == (2015, 0, 0)
    assert all(0.0 <= a <= b <= 24.5 for one in found.days for a, b in one.spans_95)
    assert found.seasons[0][0] == first.date().isoformat()


def test_before_the_check_nothing_is_told(morning: Finding) -> None:
    assert sun_told(case_of(), ITEM.digest) is None
    assert sun_told(case_of(replace(morning, check="place")), ITEM.digest) is None
    assert sun_told(case_of(morning), "b" * 64) is None


def test_marks_that_could_not_be_measured_are_told_with_the_reason() -> None:
    mark = MarkRecord(
        id="m2",
        item=ITEM.digest,
        kind=MarkKind.SHADOW_TIP,
        values={"frame": 0, "pixel": [1.0, 2.0]},
        author="Ada",
        placed_utc=datetime(2026, 11, 27, tzinfo=UTC),
    )
    (finding,) = SunCheck().run(
        Evidence(
            item=ITEM,
            path=Path("clip.mp4"),
            probe=cast("Probe", None),
            load_scene=lambda: cast("Scene", None),
            marks=(mark,),
        )
    )
    found = told(finding)
    assert found.answer == "cannot_tell"
    assert any("m2" in words for words in found.unused)
    assert found.shadows == ()
    assert found.spans == ()
