"""The command line: a door into casework that computes nothing.

Sub-commands are imported when they are called, so that `purport --version` and help stay fast.
"""

from purport.cli._main import main

__all__ = ["main"]
