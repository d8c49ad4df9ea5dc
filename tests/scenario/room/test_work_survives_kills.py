"""Background work after `kill -9` of server, worker and all: taken up again, nothing twice."""

import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from purport.casework import Workspace

Room: TypeAlias = Any  # its class lives in a conftest

TAKEN_UP_WITHIN_S = 30.0
FINISHED_WITHIN_S = 240.0

pytestmark = pytest.mark.slow


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest) -> dict[str, str]:
    """Which database the room lies on."""
    if request.param == "sqlite":
        return {}
    return {"PURPORT_DATABASE": str(request.getfixturevalue("postgres_address"))}


def kill_all_of(folder: Path) -> int:
    """End every process that has to do with a workspace, as a power cut would; return how many."""
    killed = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in command and b"purport" in command:
            os.kill(int(entry.name), signal.SIGKILL)
            killed += 1
    return killed


def job_of(owner: Any, key: str) -> dict[str, Any]:  # noqa: ANN401 - a person
    """Return the newest job of a case by the API."""
    response = owner.get(f"/api/v1/cases/{key}/work")
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()[0]
    return answer


def wait_for(owner: Any, key: str, wanted: Any, within_s: float) -> dict[str, Any]:  # noqa: ANN401
    """Wait until the newest job is as wanted."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        job = job_of(owner, key)
        if wanted(job):
            return job
        time.sleep(0.2)
    pytest.fail(f"not within {within_s} s: {job_of(owner, key)}")


def test_killed_work_is_taken_up_again_and_no_step_is_lost_or_doubled(
    serve_room: Room, tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = tmp_path / "room"
    with serve_room(folder, environment=environment) as room:
        owner = room.owner()
        location = owner.post("/example").headers["location"]
        key = location.rstrip("/").rsplit("/", 1)[-1]
        assert owner.post(f"/cases/{key}/work/ask", {"kind": "check"}).status_code == 302
        job = wait_for(owner, key, lambda job: job["done"] >= 3, FINISHED_WITHIN_S)
        assert kill_all_of(folder) >= 3
    began = time.monotonic()
    with serve_room(folder, environment=environment) as room:
        owner = room.owner()
        again = wait_for(
            owner,
            key,
            lambda job: job["state"] == "running" and job["attempts"] > 1 and job["stage"],
            TAKEN_UP_WITHIN_S,
        )
        assert time.monotonic() - began < TAKEN_UP_WITHIN_S
        assert again["id"] == job["id"]
        done = wait_for(owner, key, lambda job: job["state"] == "done", FINISHED_WITHIN_S)
        assert done["attempts"] == 2
        assert done["outcome"]["cached"] > 0
    with Workspace.open(
        folder, writing=False, database=environment.get("PURPORT_DATABASE"), case=key
    ) as workspace:
        steps = Counter(
            (event.subject, str(event.details["step"]))
            for event in workspace.store.custody()
            if event.kind == "analysed"
        )
        workspace.store.verify()
    assert len(steps) == 16
    assert set(steps.values()) == {1}


def test_work_that_is_stopped_ends_soon_and_can_be_asked_for_again(
    serve_room: Room, tmp_path: Path
) -> None:
    with serve_room(tmp_path / "room") as room:
        owner = room.owner()
        key = owner.post("/example").headers["location"].rstrip("/").rsplit("/", 1)[-1]
        owner.post(f"/cases/{key}/work/ask", {"kind": "check"})
        job = wait_for(owner, key, lambda job: job["state"] == "running", FINISHED_WITHIN_S)
        assert owner.post(f"/cases/{key}/work/{job['id']}/cancel").status_code == 302
        wait_for(owner, key, lambda job: job["state"] == "cancelled", TAKEN_UP_WITHIN_S)
        assert owner.post(f"/cases/{key}/work/{job['id']}/cancel").status_code == 409
        owner.post(f"/cases/{key}/work/ask", {"kind": "dossier"})
        wait_for(owner, key, lambda job: job["state"] == "done", FINISHED_WITHIN_S)
        assert owner.get(f"/cases/{key}/dossier").status_code == 200
