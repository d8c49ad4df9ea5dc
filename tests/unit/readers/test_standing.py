"""Trust follows from what the desk found, and can fall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.core.discussion import TrustRecord
from purport.readers.standing import Standing, flag_weight, standing_of, trust_score

COUNTS = st.integers(0, 50)
RECORDS = st.builds(
    TrustRecord,
    accepted=COUNTS,
    misleading=COUNTS,
    hidden=COUNTS,
    flags_upheld=COUNTS,
    flags_dismissed=COUNTS,
)


@pytest.mark.parametrize(
    ("record", "standing"),
    [
        (TrustRecord(), Standing.USUAL),
        (TrustRecord(accepted=1), Standing.TRUSTED),
        (TrustRecord(flags_upheld=50), Standing.USUAL),
        (TrustRecord(accepted=1, hidden=1), Standing.USUAL),
        (TrustRecord(accepted=2, hidden=1), Standing.TRUSTED),
        (TrustRecord(hidden=3), Standing.WATCHED),
        (TrustRecord(misleading=1), Standing.WATCHED),
        (TrustRecord(accepted=3, misleading=2), Standing.WATCHED),
        (TrustRecord(flags_dismissed=5), Standing.WATCHED),
    ],
)
def test_standing(record: TrustRecord, standing: Standing) -> None:
    assert standing_of(record) is standing


@given(RECORDS)
def test_nobody_is_trusted_without_accepted_evidence(record: TrustRecord) -> None:
    if standing_of(record) is Standing.TRUSTED:
        assert record.accepted > 0


@given(RECORDS)
def test_one_more_misleading_offer_never_helps(record: TrustRecord) -> None:
    worse = TrustRecord(
        accepted=record.accepted,
        misleading=record.misleading + 1,
        hidden=record.hidden,
        flags_upheld=record.flags_upheld,
        flags_dismissed=record.flags_dismissed,
    )
    assert trust_score(worse) < trust_score(record)
    order = [Standing.WATCHED, Standing.USUAL, Standing.TRUSTED]
    assert order.index(standing_of(worse)) <= order.index(standing_of(record))


def test_flags_of_the_watched_weigh_nothing() -> None:
    assert flag_weight(Standing.WATCHED) == 0.0
    assert flag_weight(Standing.TRUSTED) > flag_weight(Standing.USUAL) > 0.0
