import pytest

from purport.core.digests import Digest
from purport.reports.readings import EditReading, MatchReading, StrikeReading
from purport.reports.timelines import draw_timeline

ITEM = Digest("a" * 64)


def edit(kind: str, start_s: float, end_s: float) -> EditReading:
    return EditReading(kind=kind, start_s=start_s, end_s=end_s, strength=None, innocent=())


def strike(onset_s: float) -> StrikeReading:
    return StrikeReading(
        number=1,
        onset_frame=0,
        onset_s=onset_s,
        point_px=(0.0, 0.0),
        point_frame=0,
        point_sd_px=1.0,
        position=None,
        covariance_m2=None,
        offset_m=None,
        offset_68_m=None,
        offset_95_m=None,
        bearing_deg=None,
        same_strike_as=None,
        p_inside=None,
        budget_m=(),
    )


def test_draw_timeline_divides_the_item_at_its_cuts() -> None:
    edits = [edit("cut", 4.0, 4.0), edit("cut", 9.0, 9.0)]
    shots = draw_timeline(10.0, edits=edits, matches=(), strikes=(), item=ITEM).lanes[0].bars
    assert [(bar.start, bar.start + bar.width) for bar in shots] == [
        pytest.approx((0.0, 0.4)),
        pytest.approx((0.4, 0.9)),
        pytest.approx((0.9, 1.0)),
    ]


def test_draw_timeline_puts_each_kind_into_its_lane() -> None:
    edits = [edit("freeze", 1, 2), edit("black", 2, 3), edit("repeat", 3, 4), edit("speed", 5, 6)]
    match = MatchReading(start_s=6, end_s=7, other=ITEM, other_start_s=0, other_end_s=1, exact=None)
    lanes = draw_timeline(10.0, edits=edits, matches=[match], strikes=[strike(8)], item=ITEM).lanes
    held = {lane.name: len(lane.bars) for lane in lanes}
    assert held == {
        "Shots": 1,
        "Frozen": 1,
        "Black": 1,
        "Other edits": 1,
        "Repeats and reuse": 2,
        "Strikes": 1,
    }


@pytest.mark.parametrize("duration_s", [0.04, 1.0, 13.3, 600.0, 7200.0])
def test_draw_timeline_stays_inside_and_visible(duration_s: float) -> None:
    made = draw_timeline(
        duration_s,
        edits=[edit("freeze", duration_s, duration_s)],
        matches=(),
        strikes=[strike(duration_s)],
        item=ITEM,
    )
    bars = [bar for lane in made.lanes for bar in lane.bars]
    assert all(bar.start >= 0 and bar.start + bar.width <= 1 + 1e-9 for bar in bars)
    assert min(bar.width for bar in bars) >= 0.003
    assert 1 <= len(made.ticks) <= 8
    assert made.ticks[0].text == "0:00"


def test_draw_timeline_names_another_item() -> None:
    match = MatchReading(
        start_s=6, end_s=7, other=Digest("b" * 64), other_start_s=0, other_end_s=1, exact=True
    )
    lanes = draw_timeline(10.0, edits=(), matches=[match], strikes=(), item=ITEM).lanes
    assert (
        lanes[-1].bars[0].title == "0:06.00 to 0:07.00 is also 0:00.00 to 0:01.00 of another item"
    )
