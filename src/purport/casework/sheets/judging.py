"""Judging sheets: work done by hand elsewhere, row by row, without any footage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from purport.casework.sheets._cells import TableRow, read_csv_cells, read_json_cells
from purport.casework.sheets._claims import claim_of_row
from purport.casework.sheets._columns import ReadRow, columns_of, read_row
from purport.casework.sheets._origins import origin_of
from purport.casework.sheets.records import JudgedSheets, SheetSummary
from purport.checks.control import ControlCheck, Rules, load_control
from purport.core.casefile import CaseFile, StoryText
from purport.core.claims import SHEET_BASIS, Claim, Part, SourceDocument
from purport.core.digests import Digest, digest_bytes, digest_file
from purport.core.errors import InputError, SeveralFaultsError, UnreadableSheetError
from purport.core.findings import Finding
from purport.core.instants import StatedTime, parse_stated_time
from purport.core.verdicts import Verdict
from purport.gazetteer import PhraseReach, load_gazetteer
from purport.verdicts import (
    JudgedInputs,
    JudgingRules,
    RowFacts,
    Surroundings,
    establish_facts,
    form_finding,
    judge,
    tally_groups,
    tally_places,
)

__all__ = ["judge_sheets", "read_sheet"]

_REMEDY = "The columns are explained in docs/sheets.md."
Verdicts = Mapping[tuple[str, Part], Verdict]
_RECORDS = ("cases", "records", "items", "incidents")


def judge_sheets(
    files: Sequence[Path],
    *,
    control: Sequence[Path] = (),
    gazetteers: Sequence[Path] = (),
    date: str | None = None,
    rules: JudgingRules | None = None,
) -> JudgedSheets:
    """Judge every row of some sheets.

    Args:
        files: CSV tables, or JSON files with a record a row.
        control: Layers or assertions of control.
        gazetteers: More places than those that come with Purport.
        date: A date for rows that state none.
        rules: The numbers on which a rating can turn; None for the usual ones.

    Raises:
        UnreadableSheetError: A sheet cannot be read.
        SeveralFaultsError: Several of its rows are faulty; each is named.
        UnreadableControlError: A layer cannot be read.
        InputError: The date cannot be read, a gazetteer is faulty, or a sheet is given twice.
    """
    around, inputs = _surroundings(control, gazetteers)
    default_time = _parse_date(date)
    sheets: list[_Read] = []
    for path in files:
        sheets.append(_read_whole(path, around, inputs, default_time))
        if len({one.story.document.digest for one in sheets}) < len(sheets):
            raise InputError(path.name, "is given twice", remedy="Give each sheet once.")
    claims = tuple(claim for sheet in sheets for claim in sheet.claims)
    findings = tuple(finding for sheet in sheets for finding in sheet.findings)
    verdicts = judge(JudgedInputs(claims=claims, findings=findings, rules=rules or JudgingRules()))
    by_part = {(one.claim, one.part): one for one in verdicts}
    case = CaseFile(
        name=", ".join(path.stem for path in files),
        date=default_time,
        stories=tuple(sheet.story for sheet in sheets),
        items=(),
        claims=claims,
        findings=findings,
        not_run=(),
        marks=(),
        verdicts=verdicts,
        faults=(),
        custody=(),
    )
    return JudgedSheets(
        case=case,
        sheets=tuple(_summarise(sheet, by_part) for sheet in sheets),
        unplaced=tuple(one for layer in around.layers for one in layer.unplaced),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A sheet with what its rows claim and what follows from them."""

    story: StoryText
    columns: tuple[str, ...]
    claims: tuple[Claim, ...]
    facts: tuple[RowFacts, ...]
    findings: tuple[Finding, ...]


def _read_whole(
    path: Path,
    around: Surroundings,
    inputs: tuple[tuple[str, Digest], ...],
    default_time: StatedTime | None,
) -> _Read:
    story, rows, columns = read_sheet(path, default_time=default_time)
    document = story.document.digest
    claims = tuple(claim_of_row(row, document) for row in rows)
    facts = tuple(
        establish_facts(claim.id, row.stated, around)
        for claim, row in zip(claims, rows, strict=True)
    )
    own = (("sheet", document), *inputs)
    findings = tuple(form_finding(one, around, own) for one in facts)
    return _Read(story=story, columns=columns, claims=claims, facts=facts, findings=findings)


def read_sheet(
    path: Path, *, default_time: StatedTime | None = None
) -> tuple[StoryText, tuple[ReadRow, ...], tuple[str, ...]]:
    """Read a sheet as a document, its rows, and its columns.

    Raises:
        UnreadableSheetError: It cannot be read, or one row is faulty.
        SeveralFaultsError: Several rows are faulty.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSheetError(
            path.name, f"cannot be read ({error})", remedy="Save it as CSV or JSON in UTF-8."
        ) from error
    is_json = text.lstrip()[:1] in {"{", "["}
    try:
        if is_json:
            table = read_json_cells(text, _RECORDS)
            names = tuple(dict.fromkeys(name for row in table for name in row.cells))
        else:
            names, table = read_csv_cells(text)
    except ValueError as error:
        raise UnreadableSheetError(path.name, str(error), remedy=_REMEDY) from error
    document = SourceDocument(
        digest=digest_bytes(content),
        name=path.name,
        media_type="application/json" if is_json else "text/csv",
        encoding="utf-8",
        encoding_basis="byte order mark" if content[:3] == b"\xef\xbb\xbf" else "valid UTF-8",
        title=None,
        published=None,
        main_text=(),
        main_text_basis=SHEET_BASIS,
    )
    rows = _read_rows(path, table, default_time)
    return StoryText(document=document, text=text), rows, names


def _read_rows(
    path: Path, table: Sequence[TableRow], default_time: StatedTime | None
) -> tuple[ReadRow, ...]:
    rows: list[ReadRow] = []
    faults: list[UnreadableSheetError] = []
    for row in table:
        try:
            rows.append(read_row(row, sheet=path.name, default_time=default_time))
        except ValueError as error:
            faults.append(UnreadableSheetError(path.name, str(error), remedy=_REMEDY))
    if not faults and not rows:
        faults = [UnreadableSheetError(path.name, "it has no rows", remedy=_REMEDY)]
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise SeveralFaultsError.collect(path.name, faults)
    return tuple(rows)


def _surroundings(
    control: Sequence[Path], gazetteers: Sequence[Path]
) -> tuple[Surroundings, tuple[tuple[str, Digest], ...]]:
    """Load what rows are held against, with the digests of the files."""
    gazetteer = load_gazetteer(*gazetteers)
    check = ControlCheck()
    around = Surroundings(
        gazetteer=gazetteer,
        layers=tuple(
            layer for path in control for layer in load_control(path, gazetteer=gazetteer)
        ),
        reach=PhraseReach(),
        control_rules=Rules(
            max_age_days=check.max_age_days,
            decided_probability=check.decided_probability,
            town_radius_m=check.town_radius_m,
        ),
    )
    files = [("control", path) for path in control] + [("gazetteer", path) for path in gazetteers]
    return around, tuple((kind, digest_file(path)) for kind, path in files)


def _parse_date(text: str | None) -> StatedTime | None:
    if text is None:
        return None
    try:
        return parse_stated_time(text)
    except ValueError as error:
        raise InputError("date", str(error), remedy="Write it as 2015-10.") from error


def _summarise(sheet: _Read, verdicts: Verdicts) -> SheetSummary:
    return SheetSummary(
        document=sheet.story.document.digest,
        name=sheet.story.document.name,
        origin=origin_of(sheet.columns),
        claims=tuple(row.claim for row in sheet.facts),
        places=tally_places(sheet.facts, verdicts),
        groups=tally_groups(sheet.facts, verdicts),
        unread=columns_of(iter(sheet.columns)),
    )
