"""What a user can do: open a case, add, check, mark, judge, verify, report.

Each name is imported when it is first asked for, so that a command that only reads a workspace
does not wait for what the checks need.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from purport.casework.archives import ArchiveKind, CollectedArchive, collect_archive
    from purport.casework.asking import ModelChoice, ModelReport
    from purport.casework.capturing import CaptureChoice, Captured, capture_url, captures_of
    from purport.casework.checking import RunSummary, check_names, discover_checks, run_checks
    from purport.casework.claims import ask_for_claims
    from purport.casework.collecting import (
        ItemDetails,
        collect_control,
        collect_item,
        collect_matcher,
        collect_reference,
        collect_story,
        collect_target_area,
        collect_terrain,
        collect_trusted_signers,
        describe_case,
        describe_items,
    )
    from purport.casework.copies import cached_scene, media_path, reference_path
    from purport.casework.copying import Copied, copy_workspace
    from purport.casework.describing import describe_item, item_with_version
    from purport.casework.example import open_example
    from purport.casework.exporting import case_exports
    from purport.casework.finding import ITEMS_A_PAGE, FoundItems, find_items
    from purport.casework.fixity import Condition, FixityFault, FixityReport, check_fixity
    from purport.casework.frame_pictures import frame_picture, poster
    from purport.casework.frame_tables import FrameTable, frame_table, item_probe
    from purport.casework.importing import import_bag
    from purport.casework.inspecting import UploadKind, inspect_apart
    from purport.casework.job import CheckOutcome, CheckRequest, check_case
    from purport.casework.jobs import ask_for_work
    from purport.casework.judging import judge_case
    from purport.casework.making import Making, MakingState, PlayableMaker
    from purport.casework.opening_bags import open_verified, verify_bag
    from purport.casework.options import parse_date, parse_point, parse_publication
    from purport.casework.playing import (
        MediaType,
        Watchable,
        Way,
        make_playable,
        media_type,
        playable_path,
        watchable,
    )
    from purport.casework.progress import Progress, quiet
    from purport.casework.reading import case_file
    from purport.casework.reporting import dossier_path, write_case_dossier
    from purport.casework.reproducing import Reproduction, reproduce_bag
    from purport.casework.reviewing import mark, review_verdict, verify_publishable
    from purport.casework.room import CaseRoom, list_cases, room_database
    from purport.casework.sealing import Sealed, seal_case
    from purport.casework.sheet import SheetRow, collect_sheet, load_sheet
    from purport.casework.verifying import Verification, verify_workspace
    from purport.casework.watching import item_of, player_view, shown_over
    from purport.casework.working import work
    from purport.casework.workspace import Workspace

__all__ = [
    "ITEMS_A_PAGE",
    "ArchiveKind",
    "CaptureChoice",
    "Captured",
    "CaseRoom",
    "CheckOutcome",
    "CheckRequest",
    "CollectedArchive",
    "Condition",
    "Copied",
    "FixityFault",
    "FixityReport",
    "FoundItems",
    "FrameTable",
    "ItemDetails",
    "Making",
    "MakingState",
    "MediaType",
    "ModelChoice",
    "ModelReport",
    "PlayableMaker",
    "Progress",
    "Reproduction",
    "RunSummary",
    "Sealed",
    "SheetRow",
    "UploadKind",
    "Verification",
    "Watchable",
    "Way",
    "Workspace",
    "ask_for_claims",
    "ask_for_work",
    "cached_scene",
    "capture_url",
    "captures_of",
    "case_exports",
    "case_file",
    "check_case",
    "check_fixity",
    "check_names",
    "collect_archive",
    "collect_control",
    "collect_item",
    "collect_matcher",
    "collect_reference",
    "collect_sheet",
    "collect_story",
    "collect_target_area",
    "collect_terrain",
    "collect_trusted_signers",
    "copy_workspace",
    "describe_case",
    "describe_item",
    "describe_items",
    "discover_checks",
    "dossier_path",
    "find_items",
    "frame_picture",
    "frame_table",
    "import_bag",
    "inspect_apart",
    "item_of",
    "item_probe",
    "item_with_version",
    "judge_case",
    "list_cases",
    "load_sheet",
    "make_playable",
    "mark",
    "media_path",
    "media_type",
    "open_example",
    "open_verified",
    "parse_date",
    "parse_point",
    "parse_publication",
    "playable_path",
    "player_view",
    "poster",
    "quiet",
    "reference_path",
    "reproduce_bag",
    "review_verdict",
    "room_database",
    "run_checks",
    "seal_case",
    "shown_over",
    "verify_bag",
    "verify_publishable",
    "verify_workspace",
    "watchable",
    "work",
    "write_case_dossier",
]

_MODULES = {
    "ArchiveKind": "archives",
    "CaptureChoice": "capturing",
    "Captured": "capturing",
    "CaseRoom": "room",
    "CheckOutcome": "job",
    "CheckRequest": "job",
    "CollectedArchive": "archives",
    "Condition": "fixity",
    "Copied": "copying",
    "FixityFault": "fixity",
    "FixityReport": "fixity",
    "FoundItems": "finding",
    "ITEMS_A_PAGE": "finding",
    "FrameTable": "frame_tables",
    "ItemDetails": "collecting",
    "Making": "making",
    "MakingState": "making",
    "MediaType": "playing",
    "ModelChoice": "asking",
    "ModelReport": "asking",
    "PlayableMaker": "making",
    "Progress": "progress",
    "Reproduction": "reproducing",
    "RunSummary": "checking",
    "Sealed": "sealing",
    "SheetRow": "sheet",
    "UploadKind": "inspecting",
    "Verification": "verifying",
    "Watchable": "playing",
    "Way": "playing",
    "Workspace": "workspace",
    "ask_for_claims": "claims",
    "ask_for_work": "jobs",
    "cached_scene": "copies",
    "capture_url": "capturing",
    "captures_of": "capturing",
    "case_file": "reading",
    "check_case": "job",
    "check_names": "checking",
    "collect_archive": "archives",
    "case_exports": "exporting",
    "check_fixity": "fixity",
    "collect_control": "collecting",
    "collect_item": "collecting",
    "collect_matcher": "collecting",
    "collect_reference": "collecting",
    "collect_sheet": "sheet",
    "collect_story": "collecting",
    "collect_target_area": "collecting",
    "collect_terrain": "collecting",
    "collect_trusted_signers": "collecting",
    "copy_workspace": "copying",
    "describe_case": "collecting",
    "describe_item": "describing",
    "describe_items": "collecting",
    "discover_checks": "checking",
    "dossier_path": "reporting",
    "find_items": "finding",
    "frame_picture": "frame_pictures",
    "frame_table": "frame_tables",
    "import_bag": "importing",
    "inspect_apart": "inspecting",
    "item_of": "watching",
    "item_probe": "frame_tables",
    "item_with_version": "describing",
    "judge_case": "judging",
    "list_cases": "room",
    "load_sheet": "sheet",
    "make_playable": "playing",
    "mark": "reviewing",
    "media_path": "copies",
    "media_type": "playing",
    "open_example": "example",
    "open_verified": "opening_bags",
    "parse_date": "options",
    "parse_point": "options",
    "parse_publication": "options",
    "playable_path": "playing",
    "player_view": "watching",
    "poster": "frame_pictures",
    "quiet": "progress",
    "reference_path": "copies",
    "reproduce_bag": "reproducing",
    "review_verdict": "reviewing",
    "room_database": "room",
    "run_checks": "checking",
    "seal_case": "sealing",
    "shown_over": "watching",
    "verify_bag": "opening_bags",
    "verify_publishable": "reviewing",
    "verify_workspace": "verifying",
    "watchable": "playing",
    "work": "working",
    "write_case_dossier": "reporting",
}


if not TYPE_CHECKING:  # so that a name that does not exist still fails in the type checker

    def __getattr__(name: str) -> object:
        """Import a public name on first use."""
        if name not in _MODULES:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
