"""Print every route of the case room as JSON; a program of its own, as Django is set up once."""

import json
import sys
from pathlib import Path

from django.urls import URLPattern, get_resolver

from purport.web.configuration import RoomSettings, configure_room


def main(folder: Path) -> None:
    """List name, pattern and right of each page, and method and path of each API operation."""
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
    sys.stdout.write(json.dumps({"pages": pages, "operations": operations}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
