"""Sealing: a case as a bag that a stranger can check without Purport, and run again with it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import cast

from purport import __version__
from purport.casework.captured import read_capture
from purport.casework.checking import discover_checks
from purport.casework.exporting import case_exports
from purport.casework.holdings import live_items
from purport.casework.progress import Progress, quiet
from purport.casework.reading import case_file
from purport.casework.reporting import write_case_dossier
from purport.casework.verifying import names_of
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest, JsonObject, canonical_json, digest_bytes
from purport.core.errors import ConsistencyError, DigestMismatchError, InputError
from purport.core.instants import format_utc
from purport.core.records import to_json
from purport.core.schemas import schema_of
from purport.reports import case_document, case_schema
from purport.seals import (
    CLOCK_SLACK,
    Authority,
    BagWriter,
    Evidence,
    KeyRing,
    PublicKey,
    SealStatement,
    build_wheel,
    describe_environment,
    layout,
    lock_lines,
    readme_text,
    request_token,
    system_roots,
    verify_token,
    wheel_name,
    write_chain,
    write_row,
)
from purport.store import Attachment, AttachmentKind
from purport.vault import translate_storage_faults, verify_chain

__all__ = ["Sealed", "seal_case"]

_SUFFIXES = frozenset(
    [
        ".aac",
        ".avi",
        ".csv",
        ".geojson",
        ".htm",
        ".html",
        ".jpeg",
        ".jpg",
        ".json",
        ".jsonl",
        ".kml",
        ".md",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpg",
        ".onnx",
        ".png",
        ".srt",
        ".tif",
        ".tiff",
        ".ts",
        ".txt",
        ".wav",
        ".webm",
        ".xhtml",
        ".pem",
        ".tsr",
        ".bin",
        ".tfw",
        ".wld",
        ".wacz",
        ".warc",
        ".zip",
    ]
)
"""Endings that evidence keeps in the bag, so that a reader can open it; others have none."""
_WEB_ARCHIVES = frozenset({AttachmentKind.ARCHIVE, AttachmentKind.ATTEMPT, AttachmentKind.CAPTURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A bag that was made."""

    bag: Path
    """Its folder."""
    manifest: Digest
    """SHA-256 of its payload manifest, which the time stamps are of."""
    key: Digest
    """Fingerprint of the key that signed."""
    stamps: tuple[tuple[str, datetime], ...]
    """Authority and time of each stamp."""


def seal_case(
    workspace: Workspace,
    out: Path,
    *,
    keys: KeyRing,
    authorities: Sequence[Authority] = (),
    media: bool = True,
    agent: str = "purport",
    progress: Progress = quiet,
) -> Sealed:
    """Seal a case as it stands.

    Args:
        workspace: The case, open for writing.
        out: Folder of the bag; made, appears whole or not at all.
        keys: Whose key signs; the first is made now.
        authorities: Who is asked for a time stamp; only a digest is sent to them.
        media: Whether footage itself goes into the bag, and pictures of it into the dossier; else
            its digests alone.
        agent: Who seals, as the statement names it.
        progress: Is told of every step.

    Raises:
        InputError: Something is already at `out`.
        IntegrityError: The workspace is not whole; nothing is sealed.
        UnavailableError: An authority does not answer; nothing is sealed.
        StorageFullError: There is no room.
    """
    verify_chain(workspace.store.custody())
    workspace.store.verify()
    with translate_storage_faults(out.name):
        writer = BagWriter(out.absolute())
        try:
            sealing = _Sealing(workspace, writer, media=media, progress=progress)
            sealed = sealing.run(keys, authorities, agent=agent)
        finally:
            writer.abandon()
    details: JsonObject = {
        "what": "sealed bag",
        "key": sealed.key,
        "stamps": [[name, format_utc(time)] for name, time in sealed.stamps],
        "media": media,
    }
    workspace.record([], Act(kind="exported", subject=sealed.manifest, details=details))
    return sealed


class _Sealing:
    """One bag in the making."""

    def __init__(
        self, workspace: Workspace, writer: BagWriter, *, media: bool, progress: Progress
    ) -> None:
        self._workspace = workspace
        self._writer = writer
        self._media = media
        self._progress = progress

    def run(self, keys: KeyRing, authorities: Sequence[Authority], *, agent: str) -> Sealed:
        """Write everything, in the order in which one thing depends on another."""
        self._dossier()
        events = self._workspace.store.custody()
        records = self._records(events)
        evidence = self._evidence(events)
        self._environment()
        now = self._workspace.now()
        if authorities:
            _require_past(events, now)
        key = keys.current(now)
        statement = SealStatement(
            format=layout.FORMAT,
            case=case_file(self._workspace).name,
            agent=agent,
            tool_version=f"purport {__version__}",
            sealed_utc=now,
            key=key.fingerprint,
            custody_events=len(events),
            custody_head=verify_chain(events),
            records=records,
            evidence=evidence,
            authorities=tuple(each.url for each in authorities),
        )
        self._writer.add(layout.STATEMENT_FILE, _pretty(to_json(statement)))
        self._writer.add(layout.README_FILE, readme_text(statement, media=self._media).encode())
        manifest = self._writer.write_manifests()
        stamps = self._stamp(manifest, authorities, after=now)
        self._sign(keys, key, statement)
        bag = self._writer.finish()
        return Sealed(
            bag=bag, manifest=digest_bytes(manifest), key=key.fingerprint, stamps=tuple(stamps)
        )

    def _dossier(self) -> None:
        """Write the dossier first: that it was made stands in the custody chain."""
        self._tell("dossier", 0)
        path = self._writer.root / layout.DOSSIER_FILE
        path.parent.mkdir(parents=True)
        write_case_dossier(self._workspace, out=path, pictures=self._media)
        self._writer.adopt(layout.DOSSIER_FILE)

    def _records(self, events: Sequence[CustodyEvent]) -> int:
        self._tell("records", 1)
        kinds = self._workspace.store.tables()
        lines: dict[str, list[str]] = defaultdict(list)
        for row in self._workspace.store.rows():
            lines[row.table].append(write_row(row))
        for table, kind in sorted(kinds.items()):
            self._writer.add(f"{layout.RECORDS}{table}.jsonl", "".join(lines[table]).encode())
            self._writer.add(
                f"{layout.SCHEMAS}{table}.schema.json", _pretty(_row_schema(schema_of(kind)))
            )
        custody = "".join(canonical_json(to_json(event)) + "\n" for event in events)
        self._writer.add(layout.CUSTODY_FILE, custody.encode())
        for name, kind in (("custody", CustodyEvent), ("seal", SealStatement)):
            self._writer.add(f"{layout.SCHEMAS}{name}.schema.json", _pretty(schema_of(kind)))
        case = case_file(self._workspace)
        self._writer.add(layout.CASE_FILE, _pretty(case_document(case, dossier=None)))
        self._writer.add(f"{layout.SCHEMAS}case.schema.json", _pretty(case_schema()))
        for name, content in case_exports(self._workspace, case).items():
            self._writer.add(f"{layout.EXPORTS}{name}", content)
        return sum(map(len, lines.values()))

    def _evidence(self, events: Sequence[CustodyEvent]) -> tuple[Evidence, ...]:
        """Copy every preserved file, digested on the way."""
        names = dict(chain(names_of(self._workspace.store), _names_in(events)))
        withheld = set() if self._media else set(_with_media(self._workspace))
        preserved = sorted(self._workspace.store.preserved())
        stated = []
        for number, digest in enumerate(preserved):
            name = names.get(digest, digest)
            self._progress("seal", done=number, total=len(preserved), label=name)
            size = self._workspace.vault.size_of(digest)
            file = None if digest in withheld else self._copy(digest, name)
            stated.append(Evidence(digest=digest, size_bytes=size, name=name, file=file))
        return tuple(stated)

    def _copy(self, digest: Digest, name: str) -> str:
        suffix = Path(name).suffix.lower()
        path = f"{layout.EVIDENCE}{digest}{suffix if suffix in _SUFFIXES else ''}"
        with self._workspace.vault.open(digest) as source:
            found = self._writer.add(path, source)
        if found["sha256"] != digest:
            raise DigestMismatchError(
                name,
                f"the preserved bytes were altered: their digest is {found['sha256']}, recorded "
                f"was {digest}",
                remedy="Restore the file from a backup; nothing was sealed.",
            )
        return path

    def _environment(self) -> None:
        self._tell("environment", 2)
        environment = describe_environment()
        checks = {
            check.name: {
                "version": check.version,
                "question": check.question,
                "parameters": check.parameters(),
            }
            for check in discover_checks()
        }
        described = {**cast("JsonObject", to_json(environment)), "checks": checks}
        self._writer.add(layout.ENVIRONMENT_FILE, _pretty(described))
        self._writer.add(layout.LOCK_FILE, lock_lines(environment).encode())
        self._writer.add(f"data/environment/{wheel_name()}", build_wheel())

    def _stamp(
        self, manifest: bytes, authorities: Sequence[Authority], *, after: datetime
    ) -> Iterator[tuple[str, datetime]]:
        stamps = []
        trusted = system_roots() if any(not each.roots for each in authorities) else ()
        for number, authority in enumerate(authorities, 1):
            self._tell(authority.url, 3)
            answer = request_token(authority, manifest)
            token, path = verify_token(
                answer,
                manifest,
                chain=authority.roots,
                trusted=authority.roots or trusted,
                file=authority.url,
            )
            if not token.trusted:
                raise InputError(
                    authority.url,
                    f"its chain ends at {token.root}, which neither you nor this system trusts",
                    remedy="Give its root, from its own pages: --tsa URL,ROOT.pem.",
                )
            if abs(token.time_utc - after) > CLOCK_SLACK:
                raise InputError(
                    authority.url,
                    f"states {format_utc(token.time_utc)}, this machine {format_utc(after)}",
                    remedy="Set this machine's clock, or name another authority.",
                )
            self._writer.add(layout.token_file(number), answer)
            self._writer.add(layout.chain_file(number), write_chain(path))
            stamps.append((token.authority, token.time_utc))
        return iter(stamps)

    def _sign(self, keys: KeyRing, key: PublicKey, statement: SealStatement) -> None:
        self._writer.add(layout.KEY_FILE, key.pem.encode())
        self._writer.add(layout.KEYS_FILE, _pretty(to_json(keys.public_keys())))
        signed = self._writer.write_tag_manifests(
            (
                ("Source-Organization", statement.agent),
                ("External-Description", f"Case sealed by Purport: {statement.case}"),
                ("External-Identifier", f"sha256:{statement.custody_head}"),
                ("Bagging-Date", statement.sealed_utc.date().isoformat()),
                ("Bag-Software-Agent", statement.tool_version),
            )
        )
        self._writer.add(layout.SIGNATURE_FILE, keys.sign(signed, key=key))

    def _tell(self, label: str, done: int) -> None:
        self._progress("seal", done=done, total=4, label=label)


def _require_past(events: Sequence[CustodyEvent], now: datetime) -> None:
    """A stamp on events that are yet to come would look as if it were dated back."""
    latest = max(events, key=lambda event: event.occurred_utc)
    if latest.occurred_utc > now + CLOCK_SLACK:
        raise InputError(
            f"custody event {latest.sequence}",
            f"states {format_utc(latest.occurred_utc)}, this machine {format_utc(now)}",
            remedy="Set this machine's clock. Where it was ahead when the event was recorded, seal "
            "without time stamps, or once that time has come.",
        )


def _with_media(workspace: Workspace) -> Iterator[Digest]:
    """Name what holds footage or pictures of it: items, web archives and pictures of pages.

    A film that a capture brought is preserved also where it became no item: one that cannot be
    read, or that of a capture that failed.
    """
    for item in live_items(workspace):
        yield item.digest
    for stored in workspace.store.live(Attachment):
        if stored.record.kind in _WEB_ARCHIVES:
            yield stored.record.digest
            pictures = [d for name, d in stored.record.companions if not name.endswith(".json")]
            yield from pictures
            capture = read_capture(workspace, stored.record)
            if capture is not None:
                yield from (digest for _, digest in capture.media)


def _names_in(events: Iterable[CustodyEvent]) -> Iterator[tuple[Digest, str]]:
    """Name preserved files that events alone name."""
    for event in events:
        names = event.details.get("names")
        if isinstance(names, dict):
            yield from ((Digest(str(digest)), str(name)) for digest, name in names.items())


def _row_schema(record: JsonObject) -> JsonObject:
    """Describe a line of a table: the record, and its place among the rows."""
    digest = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
    definitions = record["$defs"]
    if not isinstance(definitions, dict):
        raise ConsistencyError("schema", "has no definitions", remedy="Report this bug.")
    return {
        "$schema": record["$schema"],
        "type": "object",
        "properties": {
            "digest": {
                **digest,
                "description": "SHA-256 of the canonical JSON of [table, key, SHA-256 of the "
                "record's canonical JSON, withdrawn, supersedes]",
            },
            "key": {"type": "string", "description": "tells the records of a table apart"},
            "supersedes": {"anyOf": [digest, {"type": "null"}]},
            "withdrawn": {"type": "boolean"},
            "record": {"$ref": record["$ref"]},
        },
        "required": ["digest", "key", "supersedes", "withdrawn", "record"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _pretty(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return f"{text}\n".encode()
