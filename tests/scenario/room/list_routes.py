"""Print every route of the case room as JSON; a program of its own, as Django is set up once."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from purport.web.configuration import RoomSettings, configure_room


def main(folder: Path) -> None:
    """List name, pattern and right of each page, method and path of each API operation, and all.

    All (`every`) are the addresses of every pattern there is, those of packages too, with
    `%(name)s` where a value goes.
    """
    configure_room(RoomSettings(workspace=folder))
    from purport.web.api import api  # noqa: PLC0415 - Django is set up by the line above

    pages = [
        {
            "name": pattern.name,
            "path": str(pattern.pattern),
            "right": getattr(pattern.callback, "right", None),
        }
        for pattern in get_resolver().url_patterns
        if isinstance(pattern, URLPattern)
    ]
    operations = [
        {"method": method.upper(), "path": path}
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    ]
    every = sorted(set(addresses(get_resolver().url_patterns)))
    sys.stdout.write(json.dumps({"pages": pages, "operations": operations, "every": every}))


def addresses(patterns: Iterable[Any], before: str = "") -> Iterator[str]:
    """Give the address of each pattern, with all that stands before it."""
    for pattern in patterns:
        for piece, _ in normalize(pattern.pattern.regex.pattern):
            if isinstance(pattern, URLResolver):
                yield from addresses(pattern.url_patterns, before + piece)
            else:
                yield f"/{before}{piece}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
