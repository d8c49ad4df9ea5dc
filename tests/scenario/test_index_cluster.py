"""A cluster of two workers on this machine, one of which is killed half-way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from purport.casework.indexing import add_to_index, list_videos
from purport.checks.reuse import Archive

pytest.importorskip("distributed")
COUNT = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import av  # noqa: PLC0415

    made = tmp_path_factory.mktemp("videos")
    for seed in range(COUNT):
        random = np.random.default_rng(seed)
        picture = np.kron(random.integers(30, 220, (50, 80)), np.ones((6, 6))).astype(np.uint8)
        with av.open(str(made / f"{seed:02d}.mp4"), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
            stream.options = {"preset": "ultrafast", "threads": "1"}
            for x in range(40):
                cut = np.ascontiguousarray(picture[x : x + 180, 2 * x : 2 * x + 320])
                frame = av.VideoFrame.from_ndarray(cut, format="gray").reformat(format="yuv420p")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return made


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers; yield the address and the workers."""
    told = tmp_path / "scheduler.json"
    own = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    scheduler = subprocess.Popen(
        [
            *own,
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(told),
        ]
    )
    running = [scheduler]
    try:
        until = time.monotonic() + 60
        while not told.is_file() and time.monotonic() < until:
            time.sleep(0.1)
        workers = [
            subprocess.Popen(
                [
                    *(sys.executable, "-m", "distributed.cli.dask_worker"),
                    *("--scheduler-file", str(told), "--nthreads", "1", "--no-nanny"),
                    *("--no-dashboard", "--local-directory", str(tmp_path / f"worker-{number}")),
                ]
            )
            for number in range(2)
        ]
        running += workers
        import json  # noqa: PLC0415

        yield json.loads(told.read_text())["address"], workers
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of a library that meets a killed worker
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    folder: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, workers = cluster
    killed: list[int] = []

    def kill_half_way(stage: str, *, done: int, total: int, label: str) -> None:
        del stage, label
        if done >= total // 2 and not killed:
            killed.append(workers[0].pid)
            os.kill(workers[0].pid, signal.SIGKILL)

    summary = add_to_index(
        tmp_path / "index", list_videos([folder]), cluster=address, progress=kill_half_way
    )
    assert killed
    assert (summary.added, summary.items, summary.faults) == (COUNT, COUNT, ())
    names = [Path(item.name).name for item in Archive(tmp_path / "index").items]
    assert names == [f"{number:02d}.mp4" for number in range(COUNT)]
    alone = add_to_index(tmp_path / "alone", list_videos([folder]), workers=1)
    assert alone.segments == summary.segments
    for name in ("pictures/codes.bin", "places/codes.bin", "seconds.bin", "index.json"):
        assert (tmp_path / "index" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
