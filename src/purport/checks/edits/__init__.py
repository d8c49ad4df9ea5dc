"""Signs of editing by time code: cuts, freezes, repeats, black, silence, overlays."""

from purport.checks.edits.check import EditsCheck
from purport.checks.edits.records import (
    Edit,
    EditKind,
    EditsAnswer,
    EditsValues,
    Sound,
    TimeGap,
    Timing,
)

__all__ = [
    "Edit",
    "EditKind",
    "EditsAnswer",
    "EditsCheck",
    "EditsValues",
    "Sound",
    "TimeGap",
    "Timing",
]
