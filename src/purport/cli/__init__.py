"""The command line: a door into casework that computes nothing.

Sub-commands are imported when they are called, so that `purport --version` and help stay fast.
"""

import sys
from typing import NoReturn

from purport.cli._exit_codes import EXIT_INTERRUPTED
from purport.cli._process import settle_process

__all__ = ["main"]


def main() -> NoReturn:
    """Run the command line and leave with its exit code, also when stopped while still loading."""
    settle_process()
    try:
        from purport.cli._main import main as run  # noqa: PLC0415 - an interrupt here is no crash

        run()
    except KeyboardInterrupt:
        sys.stderr.write("\npurport: interrupted; what was reported as stored is stored.\n")
        sys.exit(EXIT_INTERRUPTED)
