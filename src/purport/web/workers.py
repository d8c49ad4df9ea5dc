"""The worker processes that a server keeps going."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

__all__ = ["Workers"]

_WAIT_S = 5.0
_AGAIN_AFTER_S = 2.0


class Workers:
    """Worker processes; one that ends is started again. Use as a context manager.

    Args:
        folder: The workspace's folder.
        database: Address of a PostgreSQL database; None for the file in the folder.
        count: How many.
    """

    def __init__(self, folder: Path, *, database: str | None, count: int) -> None:
        self._command = [sys.executable, "-m", "purport.cli", "work", "-w", str(folder)]
        self._command += ["--parent", str(os.getpid())]
        self._environment = {**os.environ, **({"PURPORT_DATABASE": database} if database else {})}
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_going, daemon=True, name=f"worker {number}")
            for number in range(count)
        ]

    def __enter__(self) -> Self:
        """Start them."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop them; what they were at is taken up again by whoever serves the room next."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2 * _WAIT_S)

    def _keep_going(self) -> None:
        while not self._stop.is_set():
            process = subprocess.Popen(self._command, env=self._environment)  # noqa: S603 - ourselves
            while process.poll() is None and not self._stop.wait(0.2):
                pass
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=_WAIT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            self._stop.wait(_AGAIN_AFTER_S)
