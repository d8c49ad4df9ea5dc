"""What the command line tells the shell; `docs/command-line.md` explains each to users."""

__all__ = [
    "EXIT_BUG",
    "EXIT_FAIL_ON",
    "EXIT_INPUT",
    "EXIT_INTEGRITY",
    "EXIT_INTERRUPTED",
    "EXIT_UNAVAILABLE",
]

EXIT_FAIL_ON = 1
EXIT_INPUT = 3
EXIT_INTEGRITY = 4
EXIT_UNAVAILABLE = 5
EXIT_BUG = 70
EXIT_INTERRUPTED = 130
