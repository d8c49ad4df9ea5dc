"""Files with known statements, and the check asked about them."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from purport.checks.contract import Evidence, SidecarSource
from purport.checks.provenance import ProvenanceCheck, ProvenanceValues
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.core.findings import Finding
from purport.core.records import from_json
from purport.media import probe_media
from purport.scene import Scene

BENCHMARKS = Path(__file__).parents[4] / "benchmarks"


def _no_scene() -> Scene:
    message = "the provenance check asked for pictures"
    raise AssertionError(message)


@pytest.fixture(scope="session")
def mix() -> ModuleType:
    """Give the files of the provenance benchmark."""
    spec = importlib.util.spec_from_file_location(
        "provenance_mix", BENCHMARKS / "provenance_mix.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["provenance_mix"] = module
    spec.loader.exec_module(module)
    return module


Ask = Callable[..., tuple[Finding, ProvenanceValues]]


@pytest.fixture
def ask() -> Ask:
    """Run the check on a file with what is recorded of it."""

    def run(
        path: Path,
        item: ItemRecord | None = None,
        *,
        sidecars: tuple[Path, ...] = (),
        trusted: str | None = None,
    ) -> tuple[Finding, ProvenanceValues]:
        record = item or ItemRecord(
            digest=digest_file(path), name=path.name, size_bytes=path.stat().st_size
        )
        evidence = Evidence(
            item=record,
            path=path,
            probe=probe_media(path),
            load_scene=_no_scene,
            date=record.claimed_time,
            sidecars=tuple(
                SidecarSource(name=one.name, digest=digest_file(one), path=one) for one in sidecars
            ),
        )
        (finding,) = ProvenanceCheck(trusted_signers=trusted).run(evidence)
        return finding, from_json(ProvenanceValues, finding.values)

    return run
