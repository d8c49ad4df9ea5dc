"""The command line: a door into casework that computes nothing.

Sub-commands are imported when they are called, so that `purport --version` and help stay fast.
"""

import os
import sys
from typing import NoReturn

from purport.cli._exit_codes import EXIT_INTERRUPTED

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line and leave with its exit code, also when stopped while still loading."""
    # Its matrices are small: threads that wait for each other took half of the time, and changed
    # last digits. NumPy reads this once, when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from purport.cli._main import main as run  # noqa: PLC0415 - an interrupt here is no crash

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\npurport: interrupted; what was reported as stored is stored.\n")
        sys.exit(EXIT_INTERRUPTED)
