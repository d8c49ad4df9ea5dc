"""The members that judging reads by name stand in the checks' own records under those names."""

from dataclasses import fields

import pytest

from purport.checks.edits.records import Edit, EditsValues
from purport.checks.impacts import ImpactsValues, StrikeValues
from purport.checks.place import PlaceValues, ShotEvidence
from purport.checks.reuse.records import ReuseMatch, ReuseValues

READ = {
    PlaceValues: {"matched", "claimed_distance_m", "claimed_distance_sd_m", "shots"},
    ShotEvidence: {"accepted", "frames_agreeing"},
    ImpactsValues: {"strikes", "target_basis"},
    StrikeValues: {
        "onset_s",
        "cause",
        "position",
        "offset_m",
        "offset_68_m",
        "offset_95_m",
        "p_inside",
        "same_strike_as",
    },
    EditsValues: {"edits"},
    Edit: {"kind", "start_s", "end_s"},
    ReuseValues: {"matches"},
    ReuseMatch: {
        "start_s",
        "end_s",
        "other",
        "other_start_s",
        "exact",
        "distance_bits",
    },
}


@pytest.mark.parametrize("record", READ)
def test_members(record: type) -> None:
    assert READ[record] <= {field.name for field in fields(record)}
