import os
import subprocess
import sys

CODE = """
import os
from purport.cli._process import settle_process
settle_process()
print(os.environ["OPENBLAS_NUM_THREADS"], os.environ["MALLOC_MMAP_THRESHOLD_"])
"""


def _settled(**environment: str) -> list[str]:
    unset = {"OPENBLAS_NUM_THREADS", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(
        command, env=kept | environment, check=True, capture_output=True, text=True
    )
    return done.stdout.split()


def test_algebra_runs_in_one_thread_and_pictures_stay_in_kept_memory() -> None:
    assert _settled() == ["1", str(4 * 1024 * 1024)]


def test_what_the_user_has_set_stays() -> None:
    assert _settled(OPENBLAS_NUM_THREADS="3", MALLOC_MMAP_THRESHOLD_="99999") == ["3", "99999"]
