"""The provenance check: does what the file, its sidecars and its record state fit together?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from purport.checks.contract import Evidence, Need, SidecarSource, make_finding
from purport.checks.provenance._comparing import Rules, find_contradictions
from purport.checks.provenance._credentials import read_credentials
from purport.checks.provenance._exiftool import exiftool_version, read_by_exiftool
from purport.checks.provenance._gathering import Gathered, gather
from purport.checks.provenance._listing import (
    count_comparable,
    first_appearance,
    list_notes,
    list_statements,
)
from purport.checks.provenance._sidecars import Sidecar, parse_sidecar
from purport.checks.provenance.records import (
    Contradiction,
    CredentialState,
    ProvenanceAnswer,
    ProvenanceValues,
)
from purport.core.digests import JsonObject
from purport.core.findings import Finding
from purport.core.instants import format_utc
from purport.core.records import to_json
from purport.media import read_container, read_telemetry

__all__ = ["ProvenanceCheck"]

_EASY = (
    "Everything that a file states about itself is easily changed; what fits together can have "
    "been made to fit."
)
_NO_MANIFEST = (
    "The file carries no Content Credentials. Almost no footage does: this says nothing about it."
)
_UNKNOWN_SIGNER = (
    "Content Credentials that are valid show that nothing was changed since signing, not that what "
    "was signed is true, nor who the signer is."
)
_NOTHING_STATED = (
    "The file states neither time, place nor device, and nothing lies beside it to compare with."
)
_OFFLINE = (
    "Content Credentials that lie elsewhere are not fetched, and no certificate was looked up: "
    "nothing here goes to the network."
)


@lru_cache(maxsize=1)
def _exiftool() -> str | None:
    return exiftool_version()


@dataclass(frozen=True, kw_only=True)
class ProvenanceCheck:
    """Compares what the file, what lies beside it and what is recorded of it state.

    A video file states much about itself: when it was made and last changed, in several headers;
    which device and which programs wrote it; sometimes where; and, from drones and aircraft, where
    the sensor was at each moment. Files beside it (yt-dlp's info JSON, auto-archiver's records, a
    drone's subtitles) and the record of the case state when it was made public, collected and
    claimed to have been filmed. The check lists all of it with its source, and says where two
    statements cannot both be right, each with both sides, by how much they differ, and the
    explanations that need no ill will: a clock that was never set, another time zone, a platform
    that writes every file anew.

    Content Credentials (C2PA) are read and told in the specification's own words: well-formed,
    valid, trusted. A file without them is simply unknown; it is never held against it. The earliest
    recorded appearance says by when the footage existed.

    Nothing of this can show that footage is genuine, because everything that a file states about
    itself is easily changed. Names of people and serial numbers are not kept. Nothing is fetched
    from the network.
    """

    name: str = "provenance"
    version: str = "1"
    question: str = "Does what the file, its sidecars and its record state fit together?"
    needs: frozenset[Need] = frozenset({Need.MEDIA})
    uses: frozenset[Need] = frozenset(
        {
            Need.CLAIMED_PLACE,
            Need.COLLECTION,
            Need.DATE,
            Need.PUBLICATION,
            Need.SIDECARS,
        }
    )
    after: frozenset[str] = field(default_factory=frozenset)
    header_slack_s: float = 3600.0
    """How far headers of one file may differ, beyond its length. [s]"""
    place_m: float = 5_000.0
    """How far apart two places may be that one file states. [m]"""
    claimed_place_m: float = 30_000.0
    """How far a stated place may be from the one claimed, which names a town or district. [m]"""
    length_share: float = 0.03
    """Share by which two statements of a length may differ."""
    length_s: float = 2.0
    """The same in seconds; platforms round to whole ones. [s]"""
    trusted_signers: str | None = None
    """Certificates of those whose Content Credentials are trusted, PEM; None: nobody is known."""

    def parameters(self) -> JsonObject:
        """Return every parameter by name, and which ExifTool there is: it adds to what is read."""
        return {
            "header_slack_s": self.header_slack_s,
            "place_m": self.place_m,
            "claimed_place_m": self.claimed_place_m,
            "length_share": self.length_share,
            "length_s": self.length_s,
            "trusted_signers": self.trusted_signers,
            "exiftool": self.exiftool,
        }

    @property
    def exiftool(self) -> str | None:
        """Return the version of ExifTool; None when it is not installed."""
        return _exiftool()

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Compare what is stated of one item.

        Raises:
            UnreadableMediaError: The file cannot be read.
        """
        found = self._gather(evidence)
        rules = Rules(
            header_slack_s=self.header_slack_s,
            place_m=self.place_m,
            claimed_place_m=self.claimed_place_m,
            length_share=self.length_share,
            length_s=self.length_s,
        )
        contradictions = find_contradictions(found, rules)
        values = self._values(found, contradictions)
        answer, reason = _answer(found, contradictions)
        return [
            make_finding(
                self,
                evidence,
                answer=answer.value,
                reason=reason,
                values=cast("JsonObject", to_json(values)),
                limits=_limits(found),
                libraries=("av", "pyproj"),
            )
        ]

    def _gather(self, evidence: Evidence) -> Gathered:
        item = evidence.item
        extra = read_by_exiftool(evidence.path) if self.exiftool else ()
        return gather(
            item,
            evidence.date,
            probe=evidence.probe,
            facts=read_container(evidence.path, name=item.name),
            telemetry=read_telemetry(evidence.path, name=item.name),
            sidecars=[_read(sidecar) for sidecar in evidence.sidecars],
            credentials=read_credentials(
                evidence.path, name=item.name, trusted=self.trusted_signers
            ),
            extra=extra,
        )

    def _values(
        self, found: Gathered, contradictions: tuple[Contradiction, ...]
    ) -> ProvenanceValues:
        appeared = first_appearance(found)
        return ProvenanceValues(
            statements=list_statements(found),
            contradictions=contradictions,
            notes=list_notes(found),
            credentials=found.credentials,
            filmed_before_utc=None if appeared is None else format_utc(appeared.latest),
            filmed_before_basis=None if appeared is None else appeared.source,
            written_by=tuple(sorted({one.says for one in found.software})),
            rewritten=found.rewritten,
            structure=found.facts.structure,
            boxes=tuple(box.kind for box in found.facts.boxes),
            faults=found.facts.faults,
            withheld=found.withheld,
            exiftool=self.exiftool,
        )


def _read(sidecar: SidecarSource) -> Sidecar:
    return parse_sidecar(sidecar.name, sidecar.path.read_bytes())


def _answer(
    found: Gathered, contradictions: Sequence[Contradiction]
) -> tuple[ProvenanceAnswer, str]:
    if contradictions:
        kinds = sorted({one.kind.value.replace("_", " ") for one in contradictions})
        count = len(contradictions)
        found_words = (
            "1 contradiction was found" if count == 1 else f"{count} contradictions were found"
        )
        which = "It has" if count == 1 else "Each has"
        return (
            ProvenanceAnswer.CONTRADICTIONS_FOUND,
            f"{found_words}: {', '.join(kinds)}. {which} innocent explanations.",
        )
    comparable = count_comparable(found)
    if comparable == 0:
        return (
            ProvenanceAnswer.CANNOT_TELL,
            _NOTHING_STATED,
        )
    reason = (
        f"{comparable} statements of time, place, device or origin were compared; none contradicts "
        "another or what is recorded."
    )
    return ProvenanceAnswer.NO_CONTRADICTION_FOUND, reason


def _limits(found: Gathered) -> tuple[str, ...]:
    limits = [_EASY, _OFFLINE]
    if found.credentials.state is CredentialState.NONE:
        limits.append(_NO_MANIFEST)
    elif found.credentials.state in {CredentialState.VALID, CredentialState.TRUSTED}:
        limits.append(_UNKNOWN_SIGNER)
    if found.facts.structure == "other":
        limits.append("Of this format only what FFmpeg reads is known: its structure was not read.")
    return tuple(limits)
