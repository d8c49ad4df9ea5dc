"""Records of captures that a bag of somebody else's brought: what cannot be read is withheld."""

import json

import pytest
from tests.unit.casework.test_sealing import capture_of

from purport.casework import Workspace
from purport.casework.captured import CAPTURE_FORMAT, captures_told, read_capture
from purport.casework.workspace import Act
from purport.store import Attachment, AttachmentKind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b"[]",
        json.dumps({"format": CAPTURE_FORMAT}).encode(),
        json.dumps({"format": CAPTURE_FORMAT, "url": 5, "media": 5}).encode(),
    ],
    ids=["nothing", "deep", "a list", "members lack", "members of other kinds"],
)
def test_a_record_that_cannot_be_read_is_told_as_withheld(
    workspace: Workspace, content: bytes
) -> None:
    digest = workspace.vault.put_bytes(content, name="capture.json")
    capture = Attachment(kind=AttachmentKind.CAPTURE, digest=digest, name="capture.json")
    workspace.record([capture], Act(kind="collected", details={"bytes": [digest]}))
    assert read_capture(workspace, capture) is None
    (told,) = captures_told(workspace).all
    assert told.digest == digest


def test_what_was_read_in_one_workspace_is_not_known_in_another(
    workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    capture_of(workspace, b"a film")
    (attempt,) = (one.record for one in workspace.store.live(Attachment))
    assert read_capture(workspace, attempt) is not None
    with Workspace.open(tmp_path_factory.mktemp("other") / "case", create=True) as other:
        assert read_capture(other, attempt) is None
