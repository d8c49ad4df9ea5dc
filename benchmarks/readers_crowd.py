"""Write readers with sessions, and comments, into the database of a served workspace.

    python benchmarks/readers_crowd.py FOLDER DATABASE READERS COMMENTS

Prints the keys of the sessions. A program of its own, as Django is set up once a process.
"""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from purport.casework import CaseRoom
from purport.web.configuration import RoomSettings, configure_room

ANSWERED = 0.5
WORDS = (
    *("the", "road", "north", "of", "market", "hall", "was", "closed"),
    *("that", "week", "and", "smoke", "rose", "behind", "it"),
)


def main(folder: Path, database: str | None, readers: int, comments: int) -> None:
    """Write them."""
    settings = RoomSettings(workspace=folder, database=database)
    with CaseRoom.open(folder, database=database, set_up=lambda: configure_room(settings)):
        users = people(readers)
        talk(users, comments)
        sys.stdout.write(json.dumps([session_of(user) for user in users]))


def people(readers: int) -> list[object]:
    """Make accounts that are a month old."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs Django
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 - needs Django

    model, password = get_user_model(), make_password(None)
    joined = datetime.now(UTC) - timedelta(days=30)
    model.objects.bulk_create(
        [
            model(username=f"reader{n}", password=password, date_joined=joined)
            for n in range(readers)
        ]
    )
    return list(model.objects.filter(username__startswith="reader").order_by("pk"))


def talk(users: list[object], comments: int) -> None:
    """Make comments over two months, half of them answers."""
    from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django
    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    rng = random.Random(7)
    cases = list(CaseRow.objects.filter(key__startswith="read").order_by("pk"))
    began = datetime.now(UTC) - timedelta(days=62)
    rows: list[object] = []
    threads: dict[int, list[object]] = {case.pk: [] for case in cases}
    for number in range(comments):
        case = cases[number % len(cases)]
        known = threads[case.pk]
        parent = rng.choice(known) if known and rng.random() < ANSWERED else None
        identifier = UUID(int=rng.getrandbits(128)).hex
        row = CommentRow(
            id=identifier,
            case=case,
            author=rng.choice(users),
            parent_id=None if parent is None else parent.pk,  # type: ignore[attr-defined]
            thread=identifier if parent is None else parent.thread,  # type: ignore[attr-defined]
            anchor="case",
            body=" ".join(rng.choice(WORDS) for _ in range(rng.randint(8, 60))) + ".",
            state="shown",
            created=began + timedelta(minutes=number * 8),
        )
        known.append(row)
        rows.append(row)
    CommentRow.objects.bulk_create(rows, batch_size=500)


def session_of(user: object) -> str:
    """Sign somebody in; return the key of the session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415 - needs Django
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - needs Django

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)  # type: ignore[attr-defined]
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()  # type: ignore[attr-defined]
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3]), int(sys.argv[4]))
