"""Lines of the log that name their time in UTC."""

import logging
import time

__all__ = ["UtcFormatter"]


class UtcFormatter(logging.Formatter):
    """Writes times in UTC, wherever the server stands."""

    converter = staticmethod(time.gmtime)
