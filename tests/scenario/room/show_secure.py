"""Print what a room by https sends with a page; a program of its own: Django is set up once."""

import json
import sys
from pathlib import Path

from purport.web.configuration import RoomSettings, configure_room


def main(folder: Path) -> None:
    """Ask for the page as the server in front would, by http with a header."""
    configure_room(RoomSettings(workspace=folder, secure=True, hosts=("cases.example.org",)))
    from django.conf import settings  # noqa: PLC0415 - Django is set up by the line above
    from django.test import Client  # noqa: PLC0415 - same

    answer = Client().get(
        "/accounts/login/", HTTP_HOST="cases.example.org", HTTP_X_FORWARDED_PROTO="https"
    )
    cookies = {
        name: {key: one[key] for key in ("secure", "httponly", "samesite", "path", "domain")}
        for name, one in answer.cookies.items()
    }
    named = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME]
    secure = [
        settings.SESSION_COOKIE_SECURE,
        settings.CSRF_COOKIE_SECURE,
        settings.LANGUAGE_COOKIE_SECURE,
    ]
    told = {"headers": dict(answer.headers), "cookies": cookies, "named": named, "secure": secure}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
