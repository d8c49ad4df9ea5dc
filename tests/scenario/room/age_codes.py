"""Let the codes that a room mailed be older; a program of its own, as Django is set up once."""

import sys
from pathlib import Path

from purport.web.configuration import RoomSettings, configure_room

CODE = "account_email_verification_code"


def main(folder: Path, seconds: float) -> None:
    """Take seconds off the time at which every session asked for its code."""
    configure_room(RoomSettings(workspace=folder, beside=True))
    from django.contrib.sessions.backends.db import (  # noqa: PLC0415 - Django is set up by the line above
        SessionStore,
    )
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - same

    for one in Session.objects.all():
        session = SessionStore(session_key=one.session_key)
        if CODE in session:
            session[CODE] = {**session[CODE], "at": session[CODE]["at"] - seconds}
            session.save()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
