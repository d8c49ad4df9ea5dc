"""What a user can do: open a case, add, check, mark, judge, verify, report."""

from purport.casework.checking import RunSummary, discover_checks, run_checks
from purport.casework.collecting import (
    ItemDetails,
    collect_control,
    collect_item,
    collect_reference,
    collect_story,
    describe_case,
)
from purport.casework.copies import media_path, reference_path
from purport.casework.job import (
    CheckOutcome,
    CheckRequest,
    check_case,
    parse_point,
    parse_publication,
)
from purport.casework.judging import judge_case, mark, review_verdict
from purport.casework.progress import Progress, quiet
from purport.casework.reading import case_file
from purport.casework.reporting import write_case_dossier
from purport.casework.sheet import SheetRow, collect_sheet, load_sheet
from purport.casework.verifying import Verification, verify_workspace
from purport.casework.workspace import Workspace

__all__ = [
    "CheckOutcome",
    "CheckRequest",
    "ItemDetails",
    "Progress",
    "RunSummary",
    "SheetRow",
    "Verification",
    "Workspace",
    "case_file",
    "check_case",
    "collect_control",
    "collect_item",
    "collect_reference",
    "collect_sheet",
    "collect_story",
    "describe_case",
    "discover_checks",
    "judge_case",
    "load_sheet",
    "mark",
    "media_path",
    "parse_point",
    "parse_publication",
    "quiet",
    "reference_path",
    "review_verdict",
    "run_checks",
    "verify_workspace",
    "write_case_dossier",
]
