"""Working copies whose bytes are not there: told by the item's name, whoever asks for them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.noise import write_noise

from purport.casework import Workspace, collect_item, frame_picture, frame_table, media_path
from purport.casework.frame_tables import item_probe
from purport.core.digests import Digest
from purport.core.errors import GoneError
from purport.reports import PictureForm


@pytest.mark.parametrize(
    "ask",
    [
        media_path,
        item_probe,
        frame_table,
        lambda workspace, digest: frame_picture(workspace, digest, 0, PictureForm.JPEG),
    ],
    ids=["bytes", "container", "times", "picture"],
)
def test_an_item_whose_bytes_are_gone_is_named(
    workspace: Workspace, tmp_path: Path, ask: Callable[[Workspace, Digest], object]
) -> None:
    item = collect_item(workspace, write_noise(tmp_path / "clip.mp4"))
    kept = workspace.vault.local_copy(item.digest)
    kept.rename(tmp_path / "elsewhere")
    with pytest.raises(GoneError, match=rf"^clip\.mp4: its bytes \(SHA-256 {item.digest}\)"):
        ask(workspace, item.digest)
    (tmp_path / "elsewhere").rename(kept)
    assert media_path(workspace, item.digest).read_bytes() == kept.read_bytes()
