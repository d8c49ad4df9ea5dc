"""The whole job: from a story and its footage to a verdict for each part of each claim."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from purport.casework.asking import ModelChoice, ModelReport
from purport.casework.checking import run_checks
from purport.casework.claims import ask_for_claims
from purport.casework.collecting import (
    ItemDetails,
    collect_control,
    collect_item,
    collect_reference,
    collect_story,
    collect_target_area,
    collect_terrain,
    describe_case,
    describe_items,
)
from purport.casework.guarding import fault_of
from purport.casework.holdings import live_items
from purport.casework.judging import judge_case
from purport.casework.progress import Progress, quiet
from purport.casework.reading import case_file
from purport.casework.reporting import write_case_dossier
from purport.casework.sheet import collect_sheet
from purport.casework.workspace import Act, Workspace
from purport.core.case import Publication, Target, ViewHint
from purport.core.casefile import CaseFile, Fault, StoryText
from purport.core.digests import Digest, JsonObject
from purport.core.errors import InputError, SeveralFaultsError
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint
from purport.media import get_ready
from purport.reports import case_document
from purport.store import Entry, InputFault
from purport.verdicts import JudgingRules

__all__ = ["CheckOutcome", "CheckRequest", "check_case"]

_STORY_BASIS = "dated story given with the footage"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRequest:
    """What is to be checked; any of story and footage may be absent.

    Without story, footage and sheet it is what the workspace already holds.
    """

    workspace: Path
    """Folder of the workspace; made when it does not exist."""
    story: Path | None = None
    """A saved news page or text."""
    footage: tuple[Path, ...] = ()
    """Videos."""
    items_sheet: Path | None = None
    """CSV with a row for each video and what is known of it."""
    references: tuple[Path, ...] = ()
    """Orthophotos of the place claimed."""
    reference_accuracy_m: float | None = None
    """Their stated horizontal standard uncertainty. [m]"""
    terrain: Path | None = None
    """Heights of the ground there."""
    terrain_accuracy_m: float | None = None
    """Their stated vertical standard uncertainty. [m]"""
    view_hint: ViewHint | None = None
    """What is roughly known of the camera."""
    control: tuple[Path, ...] = ()
    """Territorial control layers."""
    target: GeoPoint | None = None
    """Where the target is said to be; not together with `target_area`."""
    target_area: Path | None = None
    """GeoJSON outline of the target."""
    target_sd_m: float = 0.0
    """Circular standard uncertainty of the stated target. [m]"""
    date: str | None = None
    """The date claimed."""
    published: Publication | None = None
    """Where and when the footage was made public."""
    model: ModelChoice | None = None
    """The language model that is asked about the story; None for the rules alone."""
    encoding: str | None = None
    """Encoding of the story, when it does not say so itself."""
    name: str | None = None
    """Name of the case; None for the workspace folder's."""
    notice: str | None = None
    """A line for every page of the dossier."""
    agent: str = "purport"
    """Who acts, as the custody chain names it."""
    workers: int | None = None
    """Processes for the items; None for one a core."""
    dossier: bool = True
    """Whether to write the dossier."""
    database: str | None = None
    """Address of a PostgreSQL database; None for the file in the workspace."""
    case: str | None = None
    """Key of a case that was made in the case room; None for the workspace's first."""
    vault: str | None = None
    """Address of an S3 store for the files of a new workspace; None for a folder in it."""
    rules: JudgingRules | None = None
    """The numbers on which a rating can turn; None for the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutcome:
    """What came of it."""

    case: CaseFile
    """The case as it stands."""
    document: JsonObject
    """The `purport.case/1` document."""
    dossier: Path | None
    """The dossier; None when none was asked for."""
    computed: int
    """Steps that had to be computed."""
    cached: int
    """Steps whose result was on record, or that lacked an input."""
    asked: ModelReport | None = None
    """What came of asking a language model; None when none was asked."""


def check_case(request: CheckRequest, *, progress: Progress = quiet) -> CheckOutcome:
    """Preserve all inputs, extract the claims, run the checks, judge, and write the dossier.

    Args:
        request: What to check.
        progress: Is told how far it has come.

    Returns:
        The case as it stands; footage that could not be read is listed in `case.faults`.

    Raises:
        InputError: An input cannot be used, or no footage given can be.
        WorkspaceBusyError: Another process is working in the workspace.
        StorageFullError: The disk is full; what was stored before is whole.
        IntegrityError: Preserved bytes were altered.
    """
    get_ready()  # the process that reads media starts while the workspace is opened
    with Workspace.open(
        request.workspace,
        create=_gives_something(request),
        agent=request.agent,
        database=request.database,
        case=request.case,
        vault=request.vault,
    ) as workspace:
        asked = _collect(workspace, request, progress)
        _require_something(workspace)
        summary = run_checks(workspace, workers=request.workers, progress=progress)
        progress("judge", done=0, total=1, label="verdicts")
        judge_case(workspace, rules=request.rules)
        progress("judge", done=1, total=1, label="verdicts")
        dossier = _report(workspace, request, progress)
        case = case_file(workspace)
    return CheckOutcome(
        case=case,
        document=case_document(case, dossier=dossier),
        dossier=dossier,
        computed=summary.computed,
        cached=summary.cached,
        asked=asked,
    )


def _gives_something(request: CheckRequest) -> bool:
    return bool(request.story or request.footage or request.items_sheet)


def _require_something(workspace: Workspace) -> None:
    if not live_items(workspace) and not workspace.store.live(StoryText):
        raise InputError(
            "check", "there is nothing to check", remedy="Give a story, footage, or an items sheet."
        )


def _collect(workspace: Workspace, request: CheckRequest, progress: Progress) -> ModelReport | None:
    """Take in everything, and record what was wrong with footage that could not be read."""
    target = _target(workspace, request)
    describe_case(workspace, name=request.name, date=request.date, notice=request.notice)
    story = asked = None
    if request.story is not None:
        progress("read", done=0, total=1, label=request.story.name)
        story = collect_story(workspace, request.story, encoding=request.encoding)
        if request.model is not None:
            asked = ask_for_claims(workspace, story, request.model)
        progress("read", done=1, total=1, label=request.story.name)
    for layer in request.control:
        collect_control(workspace, layer)
    details = ItemDetails(
        publication=request.published,
        target=target,
        references=tuple(
            collect_reference(workspace, path, accuracy_m=request.reference_accuracy_m)
            for path in request.references
        ),
        terrain=_terrain(workspace, request),
        view_hint=request.view_hint,
    )
    if request.footage or request.items_sheet:
        dated = replace(details, publication=request.published or _publication_by(story))
        _record_faults(workspace, _collect_footage(workspace, request, dated, progress))
    else:
        describe_items(workspace, details)
    return asked


def _collect_footage(
    workspace: Workspace, request: CheckRequest, defaults: ItemDetails, progress: Progress
) -> tuple[Fault, ...]:
    """Collect videos and sheet; one that cannot be read does not stop the others.

    Raises:
        InputError: None of them can be read.
    """
    errors: list[InputError] = []
    collected = 0
    for done, path in enumerate(request.footage):
        progress("collect", done=done, total=len(request.footage), label=path.name)
        try:
            collect_item(workspace, path, details=defaults)
            collected += 1
        except InputError as error:
            errors.append(error)
        progress("collect", done=done + 1, total=len(request.footage), label=path.name)
    faults = [fault_of(error.subject, error) for error in errors]
    if request.items_sheet is not None:
        items, refused = collect_sheet(workspace, request.items_sheet, defaults=defaults)
        collected += len(items)
        faults.extend(refused)
    if collected == 0 and faults:
        all_errors = [InputError(f.subject, f.fault, remedy=f.remedy) for f in faults]
        if len(faults) == 1:
            raise errors[0] if errors else all_errors[0]
        raise SeveralFaultsError.collect("footage", all_errors)
    return tuple(faults)


def _record_faults(workspace: Workspace, faults: Sequence[Fault]) -> None:
    """Record what could not be taken in this time, and withdraw what could not the last time."""
    fresh = {fault.subject for fault in faults}
    gone = [
        Entry(record=stored.record, withdrawn=True)
        for stored in workspace.store.live(InputFault)
        if stored.record.fault.subject not in fresh
    ]
    entries = [*(InputFault(fault=fault) for fault in faults), *gone]
    if entries:
        workspace.record(entries, Act(kind="recorded"))


def _report(workspace: Workspace, request: CheckRequest, progress: Progress) -> Path | None:
    if not request.dossier:
        return None
    progress("report", done=0, total=1, label="dossier")
    dossier = write_case_dossier(workspace)
    progress("report", done=1, total=1, label="dossier")
    return dossier


def _terrain(workspace: Workspace, request: CheckRequest) -> Digest | None:
    if request.terrain is None:
        return None
    return collect_terrain(workspace, request.terrain, accuracy_m=request.terrain_accuracy_m)


def _target(workspace: Workspace, request: CheckRequest) -> Target | None:
    if request.target is not None and request.target_area is not None:
        raise InputError(
            "target", "a point and an area are given", remedy="Give one of --target, --target-area."
        )
    if request.target_area is not None:
        outline = collect_target_area(workspace, request.target_area)
        return Target(outline=outline, standard_uncertainty_m=request.target_sd_m)
    if request.target is not None:
        return Target(point=request.target, standard_uncertainty_m=request.target_sd_m)
    return None


def _publication_by(story: StoryText | None) -> Publication | None:
    """A dated story given with the footage says that the footage was public by then."""
    if story is None or story.document.published is None:
        return None
    return Publication(published=parse_stated_time(story.document.published), basis=_STORY_BASIS)
