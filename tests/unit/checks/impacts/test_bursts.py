"""What counts as a burst of its own, given what went on just before."""

from purport.checks.impacts._bursts import BurstHistory, Setting
from purport.checks.impacts._changes import Blob

PICTURE_PX = 320 * 180


def make_blob(strength: float, *, area_px: int = 400, peak: float = 90.0) -> Blob:
    return Blob(centre=(50.0, 50.0), area_px=area_px, strength=strength, peak=peak, label=1)


def after_burst(strength: float) -> BurstHistory:
    history = BurstHistory()
    history.add(make_blob(strength), 1.0)
    history.begin(make_blob(strength), 1.0)
    return history


def is_burst(history: BurstHistory, blob: Blob, now_s: float, setting: Setting) -> bool:
    return history.is_burst(blob, now_s, PICTURE_PX, setting=setting)


def test_on_quiet_ground_any_patch_may_be_a_burst() -> None:
    small = make_blob(300.0, area_px=12, peak=30.0)
    assert is_burst(BurstHistory(), small, 1.0, Setting.QUIET)


def test_fragments_thrown_by_a_burst_are_its_own() -> None:
    history = after_burst(50_000.0)
    fragment = make_blob(2_000.0, area_px=30)
    assert not is_burst(history, fragment, 1.1, Setting.QUIET)
    assert is_burst(history, fragment, 2.5, Setting.QUIET)


def test_a_burst_that_grows_is_measured_by_its_largest() -> None:
    history = after_burst(500.0)
    history.add(make_blob(50_000.0), 1.08)
    assert not is_burst(history, make_blob(2_000.0), 1.2, Setting.QUIET)


def test_two_strikes_at_once_do_not_hide_each_other() -> None:
    assert is_burst(after_burst(50_000.0), make_blob(2_000.0), 1.0, Setting.QUIET)


def test_in_smoke_only_what_outdoes_it_counts() -> None:
    history = after_burst(50_000.0)
    history.add(make_blob(9_000.0), 1.9)
    assert not is_burst(history, make_blob(20_000.0), 2.0, Setting.INSIDE)
    assert is_burst(history, make_blob(30_000.0), 2.0, Setting.INSIDE)
    assert not is_burst(history, make_blob(30_000.0, area_px=80), 2.0, Setting.INSIDE)
    assert not is_burst(history, make_blob(30_000.0, peak=40.0), 2.0, Setting.INSIDE)


def test_a_front_of_smoke_is_no_burst() -> None:
    history = after_burst(50_000.0)
    assert not is_burst(history, make_blob(5_000.0), 3.0, Setting.BESIDE)
    assert is_burst(history, make_blob(12_000.0), 3.0, Setting.BESIDE)
