"""A small case, sealed once, with two authorities of our own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.seals.authority import LocalAuthority, make_authority, two_authorities

from purport.casework import (
    Sealed,
    Workspace,
    collect_control,
    collect_item,
    collect_story,
    describe_case,
    judge_case,
    mark,
    seal_case,
)
from purport.core.digests import JsonObject
from purport.core.marks import MarkKind
from purport.seals import Authority, KeyRing, KnownParties, load_certificates

EXAMPLE = Path(__file__).parents[3] / "examples" / "harbour-road"


@dataclass(frozen=True, kw_only=True)
class SealedCase:
    """A sealed case and everything about it."""

    workspace: Path
    sealed: Sealed
    ring: KeyRing
    authorities: tuple[LocalAuthority, LocalAuthority]
    askable: tuple[Authority, Authority]
    stranger: LocalAuthority
    """An authority that nobody asked."""

    @property
    def bag(self) -> Path:
        return self.sealed.bag

    @property
    def known(self) -> KnownParties:
        roots = tuple(root for each in self.askable for root in each.roots)
        return KnownParties(keys=(self.sealed.key,), named_roots=roots)


def make_case(folder: Path) -> None:
    """Fill a workspace with a story, two clips, a layer and a mark; nothing is checked."""
    with Workspace.open(folder, create=True, agent="Mara Lindt") as workspace:
        describe_case(workspace, name="Harbour Road", date="2019-03-13")
        collect_story(workspace, EXAMPLE / "story.html")
        collect_control(workspace, EXAMPLE / "control.geojson")
        for name in ("command-post.mp4", "coordination-centre.mp4"):
            collect_item(workspace, EXAMPLE / "footage" / name)
        values: JsonObject = {"frame": 3, "pixel": [10.0, 20.0]}
        mark(
            workspace,
            item="command-post.mp4",
            kind=MarkKind.IMPACT,
            values=values,
            author="Mara Lindt",
        )
        judge_case(workspace)


@pytest.fixture(scope="session")
def sealed_case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SealedCase]:
    place = tmp_path_factory.mktemp("sealed")
    ring = KeyRing(place / "keys")
    make_case(place / "case")
    with two_authorities() as ((first, one), (second, other)):
        askable = (
            Authority(url=one, roots=load_certificates(first.root)),
            Authority(url=other, roots=load_certificates(second.root)),
        )
        with Workspace.open(place / "case", agent="Mara Lindt") as workspace:
            sealed = seal_case(
                workspace, place / "bag", keys=ring, authorities=askable, agent="Mara Lindt"
            )
        yield SealedCase(
            workspace=place / "case",
            sealed=sealed,
            ring=ring,
            authorities=(first, second),
            askable=askable,
            stranger=make_authority(place / "stranger", name="Harbour Time"),
        )
