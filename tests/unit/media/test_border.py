"""The border: what a child process does to itself reaches nobody but as one clear error."""

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from purport.core.errors import ConsistencyError, UnavailableError, UnreadableMediaError
from purport.media import border, probe_media
from purport.media._errands import Ring
from purport.media._walls import _MACHINES, Limits, filter_program
from purport.media.border import PictureSeen, ask, ask_for_pictures, limits_for

HERE = Path(__file__).parent
SHAPE = (40, 60)


@pytest.fixture(scope="module")
def errands() -> Iterator[ModuleType]:
    """Give the errands, with a warden that finds them too."""
    sys.path.insert(0, str(HERE))
    before = border._wardens.pop(os.getpid(), None)
    if before is not None:
        before.close()
    import border_errands  # type: ignore[import-not-found]  # noqa: PLC0415 - on the path only here

    yield border_errands
    sys.path.remove(str(HERE))
    border._wardens.pop(os.getpid()).close()


def limits(**given: float) -> Limits:
    return replace(Limits(cpu_s=20, silence_s=20.0), **given)  # type: ignore[arg-type]


def own_warden() -> border._Warden:
    warden = border._warden()
    assert isinstance(warden, border._Warden)
    return warden


def pictures(
    function: Callable[..., None],
    *arguments: object,
    shape: tuple[int, ...] = SHAPE,
    tell: Callable[[str, int, str], None] = lambda *_: None,
) -> Iterator[PictureSeen]:
    return ask_for_pictures(
        function, *arguments, shape=shape, subject="c", tell=tell, limits=limits()
    )


class TestAsk:
    def test_an_answer_comes_back_whole(self, errands: ModuleType) -> None:
        value = {"a": [1, 2.5, None, "é" * 200_000], "b": True}
        assert ask(errands.answer, value, subject="clip") == value

    def test_no_answer_is_none(self, errands: ModuleType) -> None:
        assert ask(errands.say_nothing, subject="clip") is None

    @pytest.mark.parametrize(("errand", "name"), [("crash", "SIGSEGV"), ("abort", "SIGABRT")])
    def test_a_crash_is_one_clear_error(self, errands: ModuleType, errand: str, name: str) -> None:
        with pytest.raises(UnreadableMediaError, match=name) as caught:
            ask(getattr(errands, errand), subject="clip.mp4", limits=limits())
        assert caught.value.subject == "clip.mp4"
        assert "re-encoded" in caught.value.remedy
        assert ask(errands.answer, 1, subject="clip") == 1

    def test_leaving_without_a_word_is_an_error(self, errands: ModuleType) -> None:
        with pytest.raises(UnreadableMediaError, match="without an answer"):
            ask(errands.leave, subject="clip", limits=limits())

    def test_silence_ends_it(self, errands: ModuleType) -> None:
        begun = time.monotonic()
        with pytest.raises(UnreadableMediaError, match=r"no sign.*0\.3 s"):
            ask(errands.sleep, 60.0, subject="clip", limits=limits(silence_s=0.3))
        assert time.monotonic() - begun < 50.0

    def test_who_gives_signs_of_life_may_work_for_long(self, errands: ModuleType) -> None:
        allowed = limits(silence_s=6.0)
        assert ask(errands.work_for_long, 3.5, subject="clip", limits=allowed) == "done"

    def test_too_much_processor_time_ends_it(self, errands: ModuleType) -> None:
        with pytest.raises(UnreadableMediaError, match="too long"):
            ask(errands.spin, subject="clip", limits=limits(cpu_s=1, silence_s=60.0))

    def test_too_much_memory_ends_it(self, errands: ModuleType) -> None:
        with pytest.raises(UnreadableMediaError, match=r"more memory.*256 MiB"):
            ask(errands.grow, subject="clip", limits=limits(memory_bytes=256 << 20))

    def test_too_long_an_answer_ends_it(self, errands: ModuleType) -> None:
        with pytest.raises(UnreadableMediaError, match="answers with more"):
            ask(errands.answer, "x" * 400_000, subject="clip", limits=limits(output_bytes=100_000))

    def test_a_refusal_keeps_its_words_and_gets_our_name(self, errands: ModuleType) -> None:
        with pytest.raises(UnreadableMediaError, match="shows nothing") as caught:
            ask(errands.refuse, subject="given.mp4", limits=limits())
        assert (caught.value.subject, caught.value.remedy) == ("given.mp4", "Collect it again.")

    def test_what_the_system_refuses_is_told(self, errands: ModuleType, tmp_path: Path) -> None:
        with pytest.raises(UnreadableMediaError, match="No such file"):
            ask(errands.system_error, tmp_path / "absent", subject="clip", limits=limits())

    def test_a_relative_path_starts_where_we_are(
        self, errands: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask(errands.answer, 1, subject="clip")
        (tmp_path / "clip.mp4").write_bytes(b"123")
        monkeypatch.chdir(tmp_path)
        assert ask(errands.system_error, Path("clip.mp4"), subject="clip") == 3

    @pytest.mark.parametrize("errand", ["stumble", "stumble_on_purpose"])
    def test_our_own_bug_is_told_as_ours(self, errands: ModuleType, errand: str) -> None:
        with pytest.raises(ConsistencyError, match=r"Error: .*border_errands\.py, line"):
            ask(getattr(errands, errand), subject="clip", limits=limits())

    @pytest.mark.parametrize("errand", ["speak_nonsense", "speak_broken_json"])
    def test_nonsense_is_not_believed(self, errands: ModuleType, errand: str) -> None:
        with pytest.raises(UnreadableMediaError, match="nonsense"):
            ask(getattr(errands, errand), subject="clip", limits=limits())

    def test_an_answer_that_is_no_record_is_not_believed(self) -> None:
        assert border.believe(lambda: int("5"), subject="clip") == 5
        with pytest.raises(UnreadableMediaError, match="nonsense"):
            border.believe(lambda: int("five"), subject="clip")

    def test_a_killed_child_does_not_stop_the_others(self, errands: ModuleType) -> None:
        with pytest.raises(UnreadableMediaError, match="memory runs out") as caught:
            ask(errands.kill_itself, subject="clip", limits=limits())
        assert "run again" in caught.value.remedy

    def test_a_killed_warden_is_replaced(self, errands: ModuleType) -> None:
        warden = own_warden()
        os.kill(warden._process.pid, signal.SIGKILL)
        warden._process.wait()
        assert ask(errands.answer, 2, subject="clip") == 2

    def test_a_warden_that_was_lent_serves_another_process(self, errands: ModuleType) -> None:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            2, mp_context=context, initializer=border.borrow, initargs=(border.lend(),)
        ) as pool:
            found = list(pool.map(errands.ask_who_is_above, range(6)))
        assert set(found) == {own_warden()._process.pid}

    def test_a_lent_warden_that_is_gone_is_replaced(self, errands: ModuleType) -> None:
        own = border._wardens.pop(os.getpid())
        lent, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        other.close()
        border.borrow(lent)
        assert ask(errands.answer, 4, subject="clip") == 4
        border._wardens.pop(os.getpid()).close()
        border._wardens[os.getpid()] = own

    def test_a_warden_killed_meanwhile_is_told(self, errands: ModuleType) -> None:
        line = border._Line(errands.sleep, (60.0,), subject="clip", limits=limits())
        warden = own_warden()
        os.kill(warden._process.pid, signal.SIGKILL)
        with pytest.raises(UnavailableError, match="process that reads media ended"):
            line.receive()
        line.close()
        warden._process.wait()
        assert ask(errands.answer, 3, subject="clip") == 3


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
class TestWalls:
    def test_nothing_but_reading_works_inside(self, errands: ModuleType, tmp_path: Path) -> None:
        path = tmp_path / "clip.mp4"
        path.write_bytes(b"12345")
        told = ask(errands.tell_what_is_refused, path, subject="clip", limits=limits())
        assert told == {"worked": [], "reads": 5}
        assert [each.name for each in tmp_path.iterdir()] == ["clip.mp4"]

    def test_nothing_of_the_warden_or_of_other_errands_is_open(self, errands: ModuleType) -> None:
        with contextlib.closing(
            border._Line(errands.sleep, (600.0,), subject="other", limits=limits())
        ):
            told = ask(errands.tell_what_is_open, subject="clip", limits=limits())
        assert told.count("/dev/null") == 3
        assert told.count("socket") == 1
        assert len(told) == 4

    def test_threads_can_be_started(self, errands: ModuleType) -> None:
        assert ask(errands.use_threads, subject="clip", limits=limits()) == [0, 1, 2, 3]

    def test_passwords_of_the_environment_stay_here(
        self, errands: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PURPORT_DATABASE", "postgresql://user:secret@host/db")
        border._wardens.pop(os.getpid()).close()
        told = ask(errands.tell_environment, subject="clip", limits=limits())
        assert "secret" not in str(told)
        assert told["OPENBLAS_NUM_THREADS"] == "1"

    @pytest.mark.parametrize("machine", sorted(_MACHINES))
    def test_every_jump_of_the_filter_lands_inside(self, machine: str) -> None:
        program = filter_program(_MACHINES[machine], 42)
        assert len(program) < 4096
        for place, (code, when, unless, _) in enumerate(program):
            if code & 0x07 == 0x05:
                assert place + 1 + max(when, unless) < len(program)
        assert program[-1][0] == 0x06

    def test_the_record_says_which_walls_stood(self, video: Callable[..., Path]) -> None:
        assert probe_media(video()).walls == ("limits", "system calls")


class TestPictures:
    def test_they_come_in_order_with_what_was_wrong(self, errands: ModuleType) -> None:
        told: list[tuple[str, int, str]] = []
        coming = pictures(errands.send_pictures, 200, SHAPE, tell=lambda *fault: told.append(fault))
        assert next(coming)[1:] == (0, 10, 0, None)
        assert [pts for _, pts, *_ in coming] == [10 * index for index in range(1, 200)]
        assert told == [("corrupt_frame", 1, "odd")]

    @pytest.mark.parametrize("kept", [3, 15, 60, 200])
    def test_pictures_that_are_kept_never_change(self, errands: ModuleType, kept: int) -> None:
        """However many are held, no slot is written again under them."""
        held: list[np.ndarray[Any, Any]] = []
        for picture, *_ in pictures(errands.send_pictures, 200, (700, 900), shape=(700, 900)):
            assert not picture.flags.writeable
            held.append(picture[::7, ::5])
            del held[:-kept]
        assert [int(part[0, 0]) for part in held] == [
            index % 256 for index in range(200 - kept, 200)
        ]
        assert all((part == part[0, 0]).all() for part in held)

    def test_pictures_outlive_their_child(self, errands: ModuleType) -> None:
        coming = pictures(errands.send_forever, SHAPE)
        picture, *_ = next(coming)
        coming.close()  # type: ignore[attr-defined]
        assert picture.sum() == 0

    def test_a_crash_half_way_is_told_after_what_came(self, errands: ModuleType) -> None:
        coming = pictures(errands.send_then_crash, SHAPE)
        assert [next(coming)[1] for _ in range(3)] == [0, 1, 2]
        with pytest.raises(UnreadableMediaError, match="SIGABRT"):
            next(coming)

    def test_hanging_up_ends_a_child_that_does_not_listen(self, errands: ModuleType) -> None:
        line = border._Line(errands.sleep, (600.0,), subject="c", limits=limits())
        line.close()
        warden = own_warden()._process.pid
        deadline = time.monotonic() + 60
        while _children(warden) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert _children(warden) == []

    def test_an_answer_in_place_of_pictures_is_nonsense(self, errands: ModuleType) -> None:
        with pytest.raises(UnreadableMediaError, match="nonsense"):
            list(pictures(errands.answer, 1))

    @pytest.mark.parametrize(
        ("size", "slots"), [(1, 64), (1 << 20, 8), (8 << 20, 6), (100 << 20, 4)]
    )
    def test_large_pictures_get_few_slots(self, size: int, slots: int) -> None:
        assert border._slots_for(size) == slots
        assert Ring(shape=(size,), slots=slots).batch * 2 + 2 <= max(slots, 4)


def test_long_files_may_take_long() -> None:
    assert limits_for(0).cpu_s == 600
    assert limits_for(10_000_000).cpu_s == 1600
    assert limits_for(0).silence_s == 120.0
    assert limits_for(10 << 30).silence_s > 500.0


def _children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()
