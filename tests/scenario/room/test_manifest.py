"""What lets a home screen keep the readers' pages."""

import re
import struct
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n"


def test_the_readers_pages_can_be_installed(serve_room: Callable[..., Any], tmp_path: Path) -> None:
    name = 'Портовый "пульт" </script>'
    with serve_room(tmp_path / "room", "--publisher", name) as room:
        stranger = room.stranger()
        page = stranger.get("/published/").text
        linked = re.search(r'<link rel="manifest" href="([^"]+)">', page)
        assert linked is not None
        got = stranger.get(linked.group(1))
        assert got.status_code == HTTPStatus.OK
        assert got.headers["content-type"] == "application/manifest+json; charset=utf-8"
        told = got.json()
        assert told["name"] == name
        assert told["display"] == "standalone"
        assert stranger.get(told["start_url"]).status_code == HTTPStatus.OK
        assert told["start_url"].startswith(told["scope"])
        assert {one["purpose"] for one in told["icons"]} == {"any", "maskable"}
        touch = re.search(r'<link rel="apple-touch-icon" href="([^"]+)">', page)
        assert touch is not None
        sizes = {one["src"]: one["sizes"] for one in told["icons"]} | {touch.group(1): "180x180"}
        for source, size in sizes.items():
            picture = stranger.get(source)
            assert picture.headers["content-type"] == "image/png", source
            assert picture.content.startswith(PNG)
            wide, high = struct.unpack(">II", picture.content[16:24])
            assert f"{wide}x{high}" == size
