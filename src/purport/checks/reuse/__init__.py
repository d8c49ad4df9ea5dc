"""The same seconds in other items of the workspace, or twice in one."""

from purport.checks.reuse.aligning import Rules, SharedStretch
from purport.checks.reuse.check import INDEX_FOLDER, ReuseCheck
from purport.checks.reuse.hash_lists import (
    HashList,
    ListMatch,
    compare_with_list,
    format_hash,
    parse_hash_list,
)
from purport.checks.reuse.index.archive import Archive, Found, Kept
from purport.checks.reuse.prints import VideoPrint, load_print, print_video, save_print
from purport.checks.reuse.records import (
    OtherView,
    ReuseAnswer,
    ReuseKind,
    ReuseMatch,
    ReuseValues,
)
from purport.checks.reuse.tmk import TmkMatch, find_near, is_tmk, parse_tmk
from purport.checks.reuse.views import ViewRelation

__all__ = [
    "INDEX_FOLDER",
    "Archive",
    "Found",
    "HashList",
    "Kept",
    "ListMatch",
    "OtherView",
    "ReuseAnswer",
    "ReuseCheck",
    "ReuseKind",
    "ReuseMatch",
    "ReuseValues",
    "Rules",
    "SharedStretch",
    "TmkMatch",
    "VideoPrint",
    "ViewRelation",
    "compare_with_list",
    "find_near",
    "format_hash",
    "is_tmk",
    "load_print",
    "parse_hash_list",
    "parse_tmk",
    "print_video",
    "save_print",
]
