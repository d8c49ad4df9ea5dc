"""Sheets of claims: read, judged and tallied without footage; imports from other tools' exports."""

from purport.casework.sheets.judging import judge_sheets, read_sheet
from purport.casework.sheets.records import JudgedSheets, SheetSummary
from purport.casework.sheets.reporting import sheet_document, write_sheet_dossier
from purport.casework.sheets.storing import store_sheets

__all__ = [
    "JudgedSheets",
    "SheetSummary",
    "judge_sheets",
    "read_sheet",
    "sheet_document",
    "store_sheets",
    "write_sheet_dossier",
]
