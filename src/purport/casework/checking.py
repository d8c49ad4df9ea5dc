"""Running the checks: which, in what order, on what, and keeping what they find as it arrives.

Results do not depend on the order in which parallel work finishes, nor on earlier runs: an outcome
is keyed by what its check could see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import entry_points

from purport.casework.copies import attachment_path, scene_path
from purport.casework.fanning_out import Graph, compute
from purport.casework.guarding import Stopped, attempt
from purport.casework.holdings import (
    case_date,
    live_attachments,
    live_claims,
    live_items,
    named_groups,
)
from purport.casework.progress import Progress, quiet
from purport.casework.steps import (
    Answered,
    Job,
    Looked,
    Other,
    Question,
    ask,
    ask_from_record,
    is_long,
    look,
    look_ahead,
    reads_pictures_only,
    survey,
)
from purport.casework.workspace import Act, Workspace
from purport.checks.contract import (
    Check,
    ControlSource,
    Looks,
    LooksAhead,
    MatcherSource,
    Need,
    Prepares,
    ReferenceSource,
    SidecarSource,
    TerrainSource,
)
from purport.checks.provenance import ProvenanceCheck
from purport.core.case import ItemRecord
from purport.core.casefile import Fault, MarkRecord
from purport.core.digests import Digest, digest_json
from purport.core.errors import AbsentError, ConsistencyError, InputError
from purport.scene import SCENE_VERSION
from purport.store import Attachment, AttachmentKind, Survey

__all__ = [
    "RunSummary",
    "check_names",
    "discover_checks",
    "examine_item",
    "order_checks",
    "reference_sources",
    "run_checks",
    "terrain_sources",
]

_GROUP = "purport.checks"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run of the checks came to."""

    computed: int
    """Steps that had to be computed."""
    cached: int
    """Steps whose result was on record, or that lacked an input."""
    faults: tuple[Fault, ...]
    """What went wrong."""


def discover_checks() -> tuple[Check, ...]:
    """Return every registered check, each after those whose findings it reads.

    Raises:
        ConsistencyError: None is registered, two share a name, or they wait for each other.
    """
    return order_checks([entry.load()() for entry in entry_points(group=_GROUP)])


def check_names() -> tuple[str, ...]:
    """Return what every registered check is called; none is loaded for that."""
    return tuple(entry.name for entry in entry_points(group=_GROUP))


def order_checks(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Order checks by what they come after, then by name.

    Raises:
        ConsistencyError: There is none, two share a name, or they wait for each other.
    """
    by_name = {check.name: check for check in checks}
    if not checks or len(by_name) < len(checks):
        fault = "two checks share a name" if checks else "no check is registered"
        raise ConsistencyError(_GROUP, fault, remedy="Install purport again.")
    waits = {name: sorted(by_name[name].after & by_name.keys()) for name in sorted(by_name)}
    try:
        names = tuple(TopologicalSorter(waits).static_order())
    except CycleError as error:
        raise ConsistencyError(
            _GROUP, f"checks wait for each other: {error.args[1]}", remedy="Remove one of them."
        ) from error
    return tuple(by_name[name] for name in names)


def run_checks(
    workspace: Workspace,
    *,
    checks: Sequence[Check] | None = None,
    workers: int | None = None,
    progress: Progress = quiet,
) -> RunSummary:
    """Run every check that the inputs allow on every item, and store what comes of it.

    Args:
        workspace: Where.
        checks: Which; None for all that are registered.
        workers: Processes; None for one a core, 1 for this process alone.
        progress: Is told of every step.

    Raises:
        StorageFullError: The disk is full; what was stored before is whole.
        IntegrityError: Preserved bytes were altered.
    """
    ordered = discover_checks() if checks is None else order_checks(checks)
    ordered = _told_whom_to_trust(ordered, workspace)
    run = _Run(workspace, ordered, progress)
    graph = run.plan()
    run.prepare(graph)
    compute(graph, workers=workers, items=len(run.jobs), beside=run.beside, finished=run.keep)
    return run.summary()


def _told_whom_to_trust(checks: Sequence[Check], workspace: Workspace) -> tuple[Check, ...]:
    """Give the workspace's lists of trusted signers to the provenance check, if it has none."""
    lists = [
        attachment_path(workspace, one).read_text(encoding="utf-8", errors="replace")
        for one in live_attachments(workspace, AttachmentKind.TRUSTED_SIGNERS)
    ]
    if not lists:
        return tuple(checks)
    signers = "\n".join(lists)
    return tuple(
        replace(check, trusted_signers=signers)
        if isinstance(check, ProvenanceCheck) and check.trusted_signers is None
        else check
        for check in checks
    )


def examine_item(workspace: Workspace, digest: Digest) -> Survey:
    """Go over one item's frames, so that they can be shown and points placed on them.

    Raises:
        AbsentError: The case has no such item.
        InputError: Its frames cannot be read.
    """
    job = next((job for job in _jobs(workspace) if job.item.digest == digest), None)
    if job is None:
        raise AbsentError(
            digest[:12], "there is no such item", remedy="Look at the case's footage."
        )
    found = survey(job)
    if isinstance(found, Stopped):
        raise found.error
    workspace.record([found], _analysed(found.item, "survey"))
    if found.fault is not None:
        raise InputError(found.fault.subject, found.fault.fault, remedy=found.fault.remedy)
    return found


class _Run:
    """One run over all items of a workspace."""

    def __init__(self, workspace: Workspace, checks: Sequence[Check], progress: Progress) -> None:
        self.jobs = {job.item.digest: job for job in _jobs(workspace)}
        self._workspace = workspace
        self._checks = checks
        self._progress = progress
        self.beside: set[str] = set()
        """Steps of a single long item that a second process may do meanwhile."""
        self._surveys: dict[Digest, Survey] = {}
        self._outcomes: dict[tuple[Digest, str], Answered] = {}
        self._computed = 0

    def plan(self) -> Graph:
        """Take from the record what is there; return the steps that are left."""
        graph: dict[str, tuple[object, ...]] = {}
        known = {stored.record.item: stored.record for stored in self._workspace.store.live(Survey)}
        for digest, job in self.jobs.items():
            on_record = known.get(digest)
            if on_record and on_record.version == SCENE_VERSION and on_record.fault is None:
                self._surveys[digest] = on_record
            else:
                graph[_survey_key(digest)] = (survey, job)
        for job in self.jobs.values():
            for check in self._checks:
                self._plan_check(graph, check, job)
        if len(self.jobs) == 1:
            self._plan_beside(graph, *self.jobs.values())
        return graph

    def _plan_beside(self, graph: dict[str, tuple[object, ...]], job: Job) -> None:
        """Choose what of a long item can be done while other checks are at work."""
        keys = {_check_key(job.item.digest, check.name): check for check in self._checks}
        waiting = {key: check for key, check in keys.items() if key in graph}
        if not waiting or not is_long(job):
            return
        for key, check in waiting.items():
            _, question, surveys, _ = graph[key]
            if isinstance(check, LooksAhead) and _survey_key(job.item.digest) in graph:
                self._plan_look(graph, key, (look_ahead, question))
            elif isinstance(check, Looks) and check.after:
                self._plan_look(graph, key, (look, question, surveys))
        if self.beside:
            return  # they take longer than what is left for this process
        self.beside.update(key for key, check in waiting.items() if reads_pictures_only(check))

    def _plan_look(
        self, graph: dict[str, tuple[object, ...]], key: str, step: tuple[object, ...]
    ) -> None:
        before = f"look for {key}"
        graph[before] = step
        graph[key] = (*graph[key], before)
        self.beside.add(before)

    def prepare(self, graph: Graph) -> None:
        """Do in advance, in this process, what takes long and serves several items.

        A fault here is left to the check itself, which meets it again and says so.
        """
        for job in self.jobs.values():
            for check in self._checks:
                if isinstance(check, Prepares) and _check_key(job.item.digest, check.name) in graph:
                    stopped = attempt(job.item.name, partial(self._prepare, check, job))
                    if isinstance(stopped, Stopped):
                        raise stopped.error

    def _prepare(self, check: Prepares, job: Job) -> None:
        def tell(what: str, share: float) -> None:
            self._progress("prepare", done=round(100 * share), total=100, label=what)

        check.prepare(job.item, job.references, cache=job.cache, progress=tell)

    def keep(self, key: str, result: object) -> None:
        """Store what a step came to; called here, as steps finish.

        Raises:
            PurportError: The step ran into something that stops the whole run.
        """
        if isinstance(result, Stopped):
            raise result.error
        if isinstance(result, Survey):
            self._surveys[result.item] = result
            self._workspace.record([result], _analysed(result.item, "survey"))
            self._computed += 1
        elif isinstance(result, Answered):
            self._keep_answer(result)
        elif isinstance(result, Looked):
            return
        else:
            raise ConsistencyError(key, f"a step returned {result!r}", remedy="Report this bug.")
        self._tell(key)

    def summary(self) -> RunSummary:
        """Return what the run came to, items and checks in their order."""
        surveys = [self._surveys[digest] for digest in self.jobs]
        outcomes = [
            self._outcomes[digest, check.name].outcome
            for digest in self.jobs
            for check in self._checks
        ]
        faults = [
            *(part.fault for part in surveys if part.fault is not None),
            *(part.fault for part in outcomes if part.fault is not None),
        ]
        total = len(surveys) + len(outcomes)
        return RunSummary(
            computed=self._computed, cached=total - self._computed, faults=tuple(faults)
        )

    def _plan_check(self, graph: dict[str, tuple[object, ...]], check: Check, job: Job) -> None:
        digest = job.item.digest
        looked_at = check.needs | check.uses
        others = [other.digest for other in job.others] if Need.ITEMS in looked_at else []
        surveys: list[object] = [
            self._surveys.get(one, _survey_key(one)) for one in (digest, *others)
        ]
        earlier: list[object] = [
            self._outcomes.get((digest, other.name), _check_key(digest, other.name))
            for other in self._checks
            if other.name in check.after
        ]
        known = self._workspace.store.outcomes(
            (digest, check.name),
            version=check.version,
            parameters=digest_json(check.parameters()),
        )
        question = Question(check=check, job=job, known=known)
        whole = [part for part in surveys if isinstance(part, Survey)]
        before = [part.outcome for part in earlier if isinstance(part, Answered)]
        if len(whole) == len(surveys) and len(before) == len(earlier):
            answered = ask_from_record(question, whole, before)
            if answered is not None:
                self._keep_answer(answered)
                return
        graph[_check_key(digest, check.name)] = (ask, question, surveys, earlier)

    def _keep_answer(self, answered: Answered) -> None:
        outcome = answered.outcome
        self._outcomes[outcome.item, outcome.check] = answered
        self._computed += answered.computed
        self._workspace.record([outcome], _analysed(outcome.item, outcome.check))

    def _tell(self, key: str) -> None:
        step, _, digest = key.partition(" of ")
        total = len(self.jobs) * (1 + len(self._checks))
        self._progress(
            "analyse",
            done=len(self._surveys) + len(self._outcomes),
            total=total,
            label=f"{self.jobs[Digest(digest)].item.name}: {step}",
        )


def _jobs(workspace: Workspace) -> list[Job]:
    items = live_items(workspace)
    others = [_other(workspace, item) for item in items]
    references = reference_sources(workspace)
    terrains = terrain_sources(workspace)
    matchers = [
        MatcherSource(digest=model.digest, path=attachment_path(workspace, model))
        for model in live_attachments(workspace, AttachmentKind.MATCHER)
    ]
    marks = [stored.record for stored in workspace.store.live(MarkRecord)]
    control = tuple(
        ControlSource(digest=layer.digest, path=workspace.working_copy(layer.digest, layer.name))
        for layer in live_attachments(workspace, AttachmentKind.CONTROL)
    )
    date = case_date(workspace)
    groups = named_groups(live_claims(workspace))
    return [
        Job(
            item=item,
            path=own.path,
            scene=own.scene,
            references=tuple(references[digest] for digest in item.references),
            terrain=None if item.terrain is None else terrains[item.terrain],
            matcher=matchers[-1] if matchers else None,
            marks=tuple(mark for mark in marks if mark.item == item.digest),
            cache=workspace.cache,
            control=control,
            date=item.claimed_time or date,
            groups=groups,
            sidecars=_sidecars(workspace, item),
            others=tuple(other for other in others if other.digest != item.digest),
        )
        for item, own in zip(items, others, strict=True)
    ]


def _other(workspace: Workspace, item: ItemRecord) -> Other:
    return Other(
        digest=item.digest,
        name=item.name,
        path=workspace.working_copy(item.digest, item.name),
        scene=scene_path(workspace, item.digest),
    )


def _sidecars(workspace: Workspace, item: ItemRecord) -> tuple[SidecarSource, ...]:
    return tuple(
        SidecarSource(name=name, digest=digest, path=workspace.working_copy(digest, name))
        for name, digest in item.sidecars
    )


def reference_sources(workspace: Workspace) -> Mapping[Digest, ReferenceSource]:
    """Return the orthophotos by the digest under which items name them."""
    return {
        attachment.digest: ReferenceSource(
            digest=_digest_with_companions(attachment),
            path=attachment_path(workspace, attachment),
            accuracy_m=attachment.accuracy_m,
        )
        for attachment in live_attachments(workspace, AttachmentKind.REFERENCE)
    }


def terrain_sources(workspace: Workspace) -> Mapping[Digest, TerrainSource]:
    """Return the models of heights by the digest under which items name them."""
    return {
        attachment.digest: TerrainSource(
            digest=_digest_with_companions(attachment),
            path=attachment_path(workspace, attachment),
            accuracy_m=attachment.accuracy_m,
        )
        for attachment in live_attachments(workspace, AttachmentKind.TERRAIN)
    }


def _digest_with_companions(attachment: Attachment) -> Digest:
    if not attachment.companions:
        return attachment.digest
    return digest_json([attachment.digest, *(digest for _, digest in attachment.companions)])


def _analysed(item: Digest, step: str) -> Act:
    return Act(kind="analysed", subject=item, details={"step": step})


def _survey_key(item: Digest) -> str:
    return f"survey of {item}"


def _check_key(item: Digest, check: str) -> str:
    return f"{check} of {item}"
