"""Small workspaces, videos and checks to try casework on."""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cloudpickle  # type: ignore[import-untyped]  # it ships no types
import pytest
from tests.noise import write_noise

from purport.casework import Workspace
from purport.checks.contract import Evidence, Need, ReferenceSource, make_finding
from purport.core.case import ItemRecord
from purport.core.digests import JsonObject
from purport.core.findings import Finding

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # so that workers can run our checks

STORY = (
    "Raid on the harbour road\n\n30 September 2015\n\n"
    'The harbour ministry said that it had destroyed eight militia targets. "Not one bomb missed," '
    "said spokesman Arno Velt. A fisherman said the bombs missed by several metres.\n"
)


@dataclass(frozen=True, kw_only=True)
class FakeCheck:
    """A check that writes down that it ran, and answers from what it can see."""

    name: str = "fake"
    version: str = "1"
    question: str = "Did it run?"
    needs: frozenset[Need] = frozenset({Need.MEDIA})
    uses: frozenset[Need] = frozenset()
    after: frozenset[str] = frozenset()
    setting: int = 1
    diary: Path | None = None
    breaks_on: str | None = None
    kills: bool = False

    def parameters(self) -> JsonObject:
        return {"setting": self.setting}

    def run(self, evidence: Evidence) -> list[Finding]:
        if self.diary is not None:
            with self.diary.open("a") as diary:
                diary.write(f"{self.name} on {evidence.item.name}\n")
        if self.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        if evidence.item.name == self.breaks_on:
            message = "this check is broken"
            raise RuntimeError(message)
        values: JsonObject = {
            "frames": evidence.load_scene().frames,
            "earlier": [finding.check for finding in evidence.earlier],
            "others": [other.load_scene().frames for other in evidence.items],
            "groups": list(evidence.groups),
            "references": [source.path.name for source in evidence.references],
            "control": [layer.path.name for layer in evidence.control],
            "date": evidence.date.stated if evidence.date else None,
        }
        return [
            make_finding(
                self, evidence, answer="ran", reason="it ran", values=values, limits=("all",)
            )
        ]


@dataclass(frozen=True, kw_only=True)
class FakeLooker(FakeCheck):
    """A check that looks first, and says which process did so."""

    stumbles: bool = False

    def look(self, evidence: Evidence) -> int:
        if self.stumbles:
            message = "it saw nothing"
            raise RuntimeError(message)
        return os.getpid() + 0 * evidence.load_scene().frames

    def run(self, evidence: Evidence) -> list[Finding]:
        if self.diary is not None:
            with self.diary.open("a") as diary:
                diary.write(f"looked in {evidence.looked}, ran in {os.getpid()}\n")
        return FakeCheck.run(self, evidence)


@dataclass(frozen=True, kw_only=True)
class FakeScout(FakeCheck):
    """A check that does something before the footage is analysed, and says which process did."""

    stumbles: bool = False

    def look_ahead(self, item: ItemRecord, references: Sequence[ReferenceSource]) -> int:
        if self.stumbles:
            message = f"nothing ahead of {item.name} in {len(references)} references"
            raise RuntimeError(message)
        return os.getpid()

    def run(self, evidence: Evidence) -> list[Finding]:
        if self.diary is not None:
            with self.diary.open("a") as diary:
                diary.write(f"scouted in {evidence.looked}, ran in {os.getpid()}\n")
        return FakeCheck.run(self, evidence)


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "case"


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    with Workspace.open(folder, create=True, agent="tester", clock=Clock()) as opened:
        yield opened


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "clip.mp4", *, seed: int = 0, frames: int = 12) -> Path:
        return write_noise(tmp_path / name, seed=seed, frames=frames)

    return make


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY, encoding="utf-8")
    return path
