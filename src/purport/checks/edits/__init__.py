"""Signs of editing by time code: cuts, freezes, repeats, black, silence, overlays."""

from purport.checks.edits.check import EditsCheck
from purport.checks.edits.records import (
    Coding,
    Edit,
    EditKind,
    EditsAnswer,
    EditsValues,
    Graphics,
    Sound,
    TimeGap,
    Timing,
    Trace,
    TraceKind,
)

__all__ = [
    "Coding",
    "Edit",
    "EditKind",
    "EditsAnswer",
    "EditsCheck",
    "EditsValues",
    "Graphics",
    "Sound",
    "TimeGap",
    "Timing",
    "Trace",
    "TraceKind",
]
