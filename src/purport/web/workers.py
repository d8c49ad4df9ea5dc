"""The processes that a server keeps going beside it: workers, and those that tell readers."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

__all__ = ["Workers"]

_WAIT_S = 5.0
_AGAIN_AFTER_S = 2.0


class Workers:
    """Processes of the command line; one that ends is started again. Use as a context manager.

    Args:
        folder: The workspace's folder.
        commands: The command of each, with its options.
        environment: What they are told beside what this process was.
    """

    def __init__(
        self, folder: Path, commands: Sequence[Sequence[str]], *, environment: Mapping[str, str]
    ) -> None:
        own = ["-w", str(folder), "--parent", str(os.getpid())]
        self._environment = {**os.environ, **environment}
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._keep_going,
                args=([sys.executable, "-m", "purport.cli", *command, *own],),
                daemon=True,
                name=f"{command[0]} {number}",
            )
            for number, command in enumerate(commands)
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

    def _keep_going(self, command: Sequence[str]) -> None:
        while not self._stop.is_set():
            process = subprocess.Popen(command, env=self._environment)  # noqa: S603 - ourselves
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
