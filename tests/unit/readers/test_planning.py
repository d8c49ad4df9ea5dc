"""Who hears of an event by which way, and when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from purport.core.notices import Event, EventKind, Hearing, MailPace, QuietHours, Wish
from purport.readers.planning import USUAL_WISHES, plan_telling, wish_for
from purport.readers.quiet_hours import is_quiet

NOW = datetime(2026, 11, 27, 9, 20, 30, tzinfo=UTC)
EVENT = Event(
    id="e",
    case="case",
    kind=EventKind.VERDICT_CHANGED,
    claim="c1",
    subject="",
    actor=7,
    actor_name="ana",
    to=None,
    body={},
    created=NOW,
)
HEARING = Hearing(
    user=1, wishes={}, zone="UTC", quiet=None, has_mail=True, browsers=(5,), leaving=False
)
wishes = st.builds(Wish, in_app=st.booleans(), mail=st.sampled_from(MailPace), push=st.booleans())
hearings = st.builds(
    Hearing,
    user=st.just(1),
    wishes=st.dictionaries(st.sampled_from(EventKind), wishes),
    zone=st.sampled_from(["UTC", "Asia/Damascus", "America/New_York"]),
    quiet=st.none()
    | st.builds(QuietHours, from_min=st.integers(0, 1439), to_min=st.integers(0, 1439)),
    has_mail=st.booleans(),
    browsers=st.sampled_from([(), (5,), (5, 6)]),
    leaving=st.booleans(),
)
instants = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001 - same
    timezones=st.just(UTC),
)


@given(hearings, st.sampled_from(EventKind), instants)
def test_nothing_goes_out_in_quiet_hours_or_before_it_happened(
    hearing: Hearing, kind: EventKind, now: datetime
) -> None:
    plan = plan_telling(replace(EVENT, kind=kind), hearing, now)
    if plan is None:
        return
    for dispatch in (plan.mail, plan.push):
        if dispatch is not None:
            assert now <= dispatch.due <= now + timedelta(days=3)
            assert not is_quiet(dispatch.due, hearing.quiet, hearing.zone)


@given(hearings, instants)
def test_a_correction_stands_in_the_list_of_everybody_who_is_told_anything(
    hearing: Hearing, now: datetime
) -> None:
    plan = plan_telling(replace(EVENT, kind=EventKind.CORRECTION), hearing, now)
    assert (plan is None) == hearing.leaving
    assert plan is None or plan.listed


@given(hearings, st.sampled_from(EventKind), instants)
def test_nobody_is_told_by_a_way_that_they_did_not_choose(
    hearing: Hearing, kind: EventKind, now: datetime
) -> None:
    plan = plan_telling(replace(EVENT, kind=kind), hearing, now)
    wish = wish_for(kind, hearing.wishes)
    if plan is not None:
        assert plan.listed == wish.in_app
        assert (plan.mail is not None) == (wish.mail is not MailPace.NONE and hearing.has_mail)
        assert (plan.push is not None) == (wish.push and bool(hearing.browsers))


def test_who_did_it_and_who_is_leaving_are_not_told() -> None:
    assert plan_telling(EVENT, replace(HEARING, user=7), NOW) is None
    assert plan_telling(EVENT, replace(HEARING, leaving=True), NOW) is None


def paced(pace: MailPace, **changes: object) -> tuple[datetime, str]:
    wish = Wish(in_app=False, mail=pace, push=False)
    hearing = replace(HEARING, wishes={EventKind.VERDICT_CHANGED: wish}, **changes)  # type: ignore[arg-type]
    plan = plan_telling(EVENT, hearing, NOW)
    assert plan is not None
    assert plan.mail is not None
    return plan.mail.due, plan.mail.group


def test_how_soon_mails_go_out() -> None:
    assert paced(MailPace.AT_ONCE) == (NOW, "")
    assert paced(MailPace.HOURLY) == (
        datetime(2026, 11, 27, 10, tzinfo=UTC),
        "hourly 2026-11-27T10:00",
    )
    due, group = paced(MailPace.DAILY, zone="America/New_York")
    assert due.astimezone(ZoneInfo("America/New_York")).hour == 8
    assert group == "daily 2026-11-27T13:00"


def test_what_waits_for_the_end_of_quiet_hours_goes_in_one_mail() -> None:
    quiet = QuietHours(from_min=9 * 60, to_min=12 * 60)
    assert paced(MailPace.AT_ONCE, quiet=quiet) == (
        datetime(2026, 11, 27, 12, tzinfo=UTC),
        "quiet 2026-11-27T12:00",
    )


def test_wishes_hold_only_where_something_was_chosen() -> None:
    chosen = {EventKind.COMMENT: Wish(in_app=False, mail=MailPace.DAILY, push=True)}
    assert wish_for(EventKind.COMMENT, chosen) == chosen[EventKind.COMMENT]
    assert wish_for(EventKind.REPLY, chosen) == USUAL_WISHES[EventKind.REPLY]
