"""Judged sheets in a workspace: preserved, judged with the rest of the case, open to review."""

from collections.abc import Sequence
from pathlib import Path

from purport.casework.collecting import collect_control
from purport.casework.judging import judge_case
from purport.casework.sheets.records import JudgedSheets
from purport.casework.workspace import Act, Workspace
from purport.core.casefile import StoryText
from purport.core.digests import Digest, JsonValue, digest_json
from purport.core.errors import InputError
from purport.core.findings import Finding
from purport.core.verdicts import Verdict
from purport.store import Outcome
from purport.verdicts import JudgingRules

__all__ = ["store_sheets"]

_CHECK = "sheet"


def store_sheets(
    workspace: Workspace,
    judged: JudgedSheets,
    *,
    files: Sequence[Path],
    control: Sequence[Path] = (),
    gazetteers: Sequence[Path] = (),
    rules: JudgingRules | None = None,
) -> tuple[Verdict, ...]:
    """Preserve sheets and what they were held against, and judge the case with them.

    The bytes go into the vault, the claims and findings on record; the verdicts on all claims of
    the workspace are proposed anew, so that a claim over many items ("exclusively") is judged over
    the rows as well.

    Returns:
        The verdicts as they stand: where a person has reviewed one, that person's.

    Raises:
        InputError: A file changed since it was judged; nothing of it is stored.
    """
    for path in control:
        collect_control(workspace, path)
    preserved = {workspace.vault.put_file(path) for path in (*files, *gazetteers)}
    for story in judged.case.stories:
        if story.document.digest not in preserved:
            raise InputError(
                story.document.name,
                "the file changed while it was being judged",
                remedy="Wait until nothing writes to it any more, then run the command again.",
            )
    outcomes = [_outcome(story, judged) for story in judged.case.stories]
    workspace.record(
        [*judged.case.stories, *judged.case.claims, *outcomes],
        Act(kind="collected", details={"bytes": sorted(preserved)}),
    )
    return judge_case(workspace, rules=rules)


def _outcome(story: StoryText, judged: JudgedSheets) -> Outcome:
    digest = story.document.digest
    claims = {claim.id for claim in judged.case.claims if claim.document == digest}
    findings = tuple(one for one in judged.case.findings if one.values["claim"] in claims)
    first: Finding = findings[0]
    inputs: list[JsonValue] = [list(pair) for pair in first.derivation.inputs]
    return Outcome(
        item=Digest(digest),
        check=_CHECK,
        version=first.version,
        parameters=digest_json(first.derivation.parameters),
        inputs=digest_json(inputs),
        findings=findings,
    )
