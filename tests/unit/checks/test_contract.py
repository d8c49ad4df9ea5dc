"""The contract's own functions; every check is run against it in tests/contract."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from purport.checks.contract import (
    ControlSource,
    Evidence,
    Need,
    ReferenceSource,
    make_finding,
    parameters_of,
)
from purport.core.case import ItemRecord, Target
from purport.core.digests import Digest, JsonObject, digest_bytes
from purport.core.findings import Finding
from purport.core.positions import GeoPoint
from purport.media import Probe
from purport.scene import Scene


@dataclass(frozen=True)
class EchoCheck:
    """Answers the length of the name."""

    name: str = "echo"
    version: ClassVar[str] = "1"
    question: str = "How long is the name?"
    needs: frozenset[Need] = frozenset({Need.MEDIA})
    uses: frozenset[Need] = frozenset({Need.TARGET})
    after: frozenset[str] = frozenset()
    factor: int = 1

    def parameters(self) -> JsonObject:
        return parameters_of(self)

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        length = len(evidence.item.name)
        return [
            make_finding(
                self,
                evidence,
                answer="long" if length > 3 else "cannot_tell",
                reason="counted",
                values={"length": length},
                limits=["none"],
                libraries=["numpy"],
            )
        ]


def no_scene() -> Scene:
    raise LookupError("nothing here looks at pixels")


def evidence() -> Evidence:
    probe = Probe(
        container="mp4",
        duration_s=1.0,
        size_bytes=4,
        bit_rate=None,
        creation_time=None,
        tags=(),
        streams=(),
        video=0,
    )
    item = ItemRecord(digest=digest_bytes(b"item"), name="clip.mp4", size_bytes=4)
    return Evidence(item=item, path=Path("clip.mp4"), probe=probe, load_scene=no_scene)


def run(given: Evidence) -> Finding:
    (finding,) = EchoCheck().run(given)
    return finding


def test_the_same_inputs_give_the_same_identifier() -> None:
    assert run(evidence()) == run(evidence())
    assert run(evidence()).id.startswith("f")


def test_an_identifier_follows_from_the_inputs_that_the_check_can_see() -> None:
    target = Target(point=GeoPoint(longitude_deg=1.0, latitude_deg=2.0))
    plain = evidence()
    with_target = replace(plain, item=replace(plain.item, target=target))
    with_control = replace(plain, control=(ControlSource(digest=Digest("0" * 64), path=Path("c")),))
    assert run(with_target).id != run(plain).id
    assert run(with_control).id == run(plain).id
    assert dict(run(plain).derivation.inputs) == {"media": plain.item.digest}


def test_the_derivation_names_libraries_and_parameters() -> None:
    derivation = run(evidence()).derivation
    assert derivation.parameters == {"factor": 1}
    assert [name for name, _ in derivation.libraries] == ["numpy"]


def test_parameters_are_all_fields_but_those_that_name_the_check() -> None:
    assert parameters_of(EchoCheck(factor=2)) == {"factor": 2}


def test_absent_inputs_have_no_digest() -> None:
    digests = evidence().input_digests()
    assert digests[Need.MEDIA] is not None
    assert {need for need, digest in digests.items() if digest is None} == set(Need) - {Need.MEDIA}


def test_a_references_stated_accuracy_is_part_of_its_digest() -> None:
    source = ReferenceSource(digest=Digest("1" * 64), path=Path("r.tif"))
    plain = replace(evidence(), references=(source,)).input_digests()[Need.REFERENCE]
    stated = replace(evidence(), references=(replace(source, accuracy_m=2.0),)).input_digests()[
        Need.REFERENCE
    ]
    assert plain != stated


def test_earlier_findings_are_found_by_check() -> None:
    given = replace(evidence(), earlier=(run(evidence()),))
    assert given.earlier_finding("echo") == run(evidence())
    assert given.earlier_finding("place") is None
    with pytest.raises(LookupError):
        given.load_scene()
