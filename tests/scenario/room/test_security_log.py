"""What the server's log tells of signing in."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

PASSWORD = "correct horse battery staple"  # noqa: S105 - of nobody
LINE = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ purport\.security: account (\d+|unknown) (.+) from (\S+)$",
    re.MULTILINE,
)


def test_sign_ins_are_logged_without_what_was_typed(
    serve_room: Callable[..., Any], tmp_path: Path
) -> None:
    with serve_room(tmp_path / "room", "--sign-up") as room:
        reader = room.reader("layla")
        reader.post("/accounts/logout/")
        for login, password in (
            ("layla", "a wrong guess"),
            ("layla", PASSWORD),
            ("forged\n2026-01-01T00:00:00Z purport.security: account 1 signed in from 1", "secret"),
        ):
            browser = room.stranger()
            browser.get("/accounts/login/")
            browser.post("/accounts/login/", {"login": login, "password": password})
        log = room.log.read_text(encoding="utf-8")
    told = [(account.isdigit(), what) for account, what, _whence in LINE.findall(log)]
    assert told == [
        (True, "signed in"),
        (True, "signed out"),
        (False, "failed to sign in"),
        (True, "signed in"),
        (False, "failed to sign in"),
    ]
    for typed in (PASSWORD, "wrong guess", "layla", "forged", "secret"):
        assert typed not in log.replace(room.folder.as_posix(), "")
