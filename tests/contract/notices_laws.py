"""What events, notices and deliveries promise; a program of its own, as Django is set up once.

    python notices_laws.py WORKSPACE [DATABASE]

Each law gets a case of its own and people who follow it. Printed: JSON, for each law what broke it,
or nothing.
"""

import json
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from purport.core.notices import (
    Channel,
    DeliveryState,
    Event,
    EventKind,
    Hearing,
    MailPace,
    Parcel,
    PushAddress,
    QuietHours,
    Settled,
    TellingPlan,
    Wish,
)
from purport.readers.announcing import announce
from purport.readers.planning import USUAL_WISHES, plan_telling
from purport.store.readers import deliveries, following, people, pruning, telling

NOW = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(days=2)


@dataclass(frozen=True)
class Stage:
    """A case and the people of one law."""

    case: str

    def person(self, name: str, *, mail: bool = True, follows: str | None = "") -> int:
        """Somebody with a confirmed address who follows the case, or one claim of it."""
        from allauth.account.models import EmailAddress  # noqa: PLC0415 - set up by now
        from django.contrib.auth import get_user_model  # noqa: PLC0415 - same

        user = get_user_model().objects.create(username=f"{name} of {self.case}").pk
        if mail:
            EmailAddress.objects.create(
                user_id=user, email=f"{user}@example.org", verified=True, primary=True
            )
        if follows is not None:
            following.add_follow(user, self.case, follows, now=NOW - timedelta(hours=1))
        return int(user)

    def browser(self, user: int, name: str) -> None:
        """A browser of somebody's."""
        address = PushAddress(endpoint=f"https://push/{self.case}/{name}", p256dh="", auth="")
        deliveries.add_browser(user, address, now=NOW, most=10)

    def happens(self, kind: EventKind = EventKind.CORRECTION, **rest: Any) -> None:  # noqa: ANN401
        """Let something happen."""
        announce(self.case, kind, **{"event_id": "1", "at": NOW, **rest})

    def tell_all(self, now: datetime = NOW, most: int = 400) -> int:
        """Tell everybody; return how many looks at readers that took."""
        count = 0
        while telling.tell_some(planner(now), now=now, most=most) is not None:
            count += 1
        return count

    def told(self) -> Counter[int]:
        """Who has how many notices of the case."""
        from purport.store.readers.models import NoticeRow  # noqa: PLC0415 - set up by now

        rows = NoticeRow.objects.filter(event__case__key=self.case)
        return Counter(rows.values_list("user", flat=True))

    def states(self) -> Counter[str]:
        """How the deliveries of the case stand."""
        from purport.store.readers.models import DeliveryRow  # noqa: PLC0415 - set up by now

        rows = DeliveryRow.objects.filter(notice__event__case__key=self.case)
        return Counter(rows.values_list("state", flat=True))


def planner(now: datetime) -> Callable[[Event, Hearing], TellingPlan | None]:
    return lambda event, hearing: plan_telling(event, hearing, now)


def take(
    channel: Channel = Channel.MAIL,
    *,
    settled: tuple[Settled, ...] = (),
    owner: str = "me",
    now: datetime = SOON,
    most: int = 100,
) -> tuple[Parcel, ...]:
    return deliveries.hand_over(
        settled,
        owner=owner,
        channel=channel,
        now=now,
        read_since=now - timedelta(seconds=60),
        most=most,
    )


def sent(parcels: tuple[Parcel, ...]) -> tuple[Settled, ...]:
    return tuple(Settled(deliveries=one.deliveries, state=DeliveryState.SENT) for one in parcels)


def law_an_event_is_stored_once(stage: Stage) -> None:
    ana = stage.person("ana")
    assert announce(stage.case, EventKind.REPLY, event_id="9", to=ana, at=NOW)
    assert not announce(stage.case, EventKind.REPLY, event_id="9", to=ana, at=SOON)
    assert announce(stage.case, EventKind.COMMENT, event_id="9", at=NOW)
    stage.tell_all()
    assert stage.told() == {ana: 2}


def law_who_follows_hears_and_who_does_not_follow_does_not(stage: Stage) -> None:
    whole, claim, other = stage.person("a"), stage.person("b", follows="c1"), stage.person("c")
    stranger, elsewhere = stage.person("d", follows=None), stage.person("e", follows="c2")
    following.remove_follows(other, stage.case)
    stage.happens(EventKind.VERDICT_CHANGED, claim="c1")
    stage.tell_all()
    assert stage.told() == {whole: 1, claim: 1}
    stage.happens(EventKind.CORRECTION, event_id="2")
    stage.tell_all()
    assert stage.told() == {whole: 2, claim: 2, elsewhere: 1}
    assert stranger not in stage.told()


def law_who_follows_case_and_claim_hears_once(stage: Stage) -> None:
    ana = stage.person("ana")
    following.add_follow(ana, stage.case, "c1", now=NOW - timedelta(hours=1))
    following.add_follow(ana, stage.case, "c1", now=NOW)
    stage.happens(EventKind.VERDICT_CHANGED, claim="c1")
    stage.tell_all()
    assert stage.told() == {ana: 1}
    assert sum(stage.states().values()) == 1


def law_who_did_it_and_who_follows_later_does_not_hear(stage: Stage) -> None:
    ana, ben, late = stage.person("ana"), stage.person("ben"), stage.person("late", follows=None)
    following.add_follow(late, stage.case, "", now=NOW + timedelta(seconds=1))
    stage.happens(EventKind.COMMENT, actor=ben)
    stage.tell_all()
    assert stage.told() == {ana: 1}


def law_what_is_for_one_is_told_to_one(stage: Stage) -> None:
    stage.person("ana")
    ben = stage.person("ben", follows=None)
    stage.happens(EventKind.EVIDENCE_ACCEPTED, to=ben)
    stage.tell_all()
    assert stage.told() == {ben: 1}


def law_many_are_told_in_batches_by_several_at_once_each_once(stage: Stage) -> None:
    from django.db import connection  # noqa: PLC0415 - set up by now

    users = [stage.person(f"p{number}") for number in range(60)]
    stage.happens()
    gate, faults = threading.Barrier(3, timeout=60), []

    def tell() -> None:
        try:
            gate.wait()
            while any(one < len(users) for one in (len(stage.told()),)):
                telling.tell_some(planner(NOW), now=NOW, most=7)
        except Exception as error:  # noqa: BLE001 - told below
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=tell) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    stage.tell_all()
    assert stage.told() == dict.fromkeys(users, 1)
    assert stage.states() == {"waiting": 60}


def law_a_batch_that_breaks_leaves_nothing_of_it(stage: Stage) -> None:
    users = [stage.person(f"p{number}") for number in range(6)]
    stage.happens()

    def breaking(event: Event, hearing: Hearing) -> TellingPlan | None:
        if hearing.user == users[4]:
            raise RuntimeError("killed")
        return plan_telling(event, hearing, NOW)

    assert telling.tell_some(breaking, now=NOW, most=3) == 3
    try:
        telling.tell_some(breaking, now=NOW, most=3)
    except RuntimeError:
        pass
    else:
        raise AssertionError("it did not break")
    assert stage.told() == dict.fromkeys(users[:3], 1)
    stage.tell_all()
    assert stage.told() == dict.fromkeys(users, 1)


def law_of_many_that_reach_for_parcels_each_gets_others(stage: Stage) -> None:
    from django.db import connection  # noqa: PLC0415 - set up by now

    for number in range(40):
        stage.person(f"p{number}")
    stage.happens()
    stage.tell_all()
    gate, got = threading.Barrier(4, timeout=60), list[int]()

    def reach(owner: str) -> None:
        gate.wait()
        settled: tuple[Settled, ...] = ()
        while parcels := take(owner=owner, settled=settled, most=3):
            got.extend(one for parcel in parcels for one in parcel.deliveries)
            settled = sent(parcels)
        connection.close()

    threads = [threading.Thread(target=reach, args=(f"w{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 40, len(got)
    assert stage.states() == {"sent": 40}


def law_what_a_dead_sender_had_is_in_doubt_and_never_sent_again(stage: Stage) -> None:
    for number in range(5):
        stage.person(f"p{number}")
    stage.happens()
    stage.tell_all()
    lost = take(owner="dead", most=2)
    assert len(lost) == 2
    assert len(take(owner="alive", now=LATER)) == 3
    assert take(owner="other", now=LATER) == ()
    lease = timedelta(minutes=5)
    assert deliveries.give_up_on_the_dead(now=SOON + timedelta(minutes=4), lease=lease) == 0
    assert deliveries.give_up_on_the_dead(now=SOON + timedelta(minutes=6), lease=lease) == 2
    assert take(owner="other", now=LATER) == ()
    assert stage.states() == {"unknown": 2, "sending": 3}


def law_what_failed_waits_for_its_time(stage: Stage) -> None:
    stage.person("ana")
    stage.happens()
    stage.tell_all()
    (parcel,) = take()
    assert parcel.attempts == 1
    due = SOON + timedelta(minutes=4)
    again = Settled(
        deliveries=parcel.deliveries, state=DeliveryState.WAITING, due=due, fault="busy " * 200
    )
    assert take(settled=(again,)) == ()
    assert take(now=due - timedelta(seconds=1)) == ()
    (parcel,) = take(now=due)
    assert parcel.attempts == 2


def law_nobody_settles_what_another_holds(stage: Stage) -> None:
    stage.person("ana")
    stage.happens()
    stage.tell_all()
    parcels = take(owner="me")
    take(owner="other", settled=sent(parcels))
    assert stage.states() == {"sending": 1}


def law_a_group_goes_in_one_mail_without_what_was_seen(stage: Stage) -> None:
    ana = stage.person("ana")
    following.set_wishes(
        ana,
        {EventKind.COMMENT: Wish(in_app=True, mail=MailPace.HOURLY, push=False)},
    )
    for number in range(3):
        stage.happens(EventKind.COMMENT, event_id=f"{number}")
    stage.tell_all()
    assert take() == ()
    first = telling.notices_of(ana)[-1]
    from purport.store.readers.models import NoticeRow  # noqa: PLC0415 - set up by now

    NoticeRow.objects.filter(pk=first.id).update(seen=NOW)
    (parcel,) = take(now=NOW + timedelta(hours=1), most=1)
    assert len(parcel.events) == 2
    assert stage.states() == {"skipped": 1, "sending": 2}


def law_quiet_hours_are_kept(stage: Stage) -> None:
    ana = stage.person("ana")
    quiet = QuietHours(from_min=12 * 60, to_min=14 * 60)
    following.set_habits(ana, following.Habits(zone="Etc/GMT-1", quiet=quiet))  # 13:30 there
    stage.happens()
    stage.tell_all()
    assert take(now=NOW + timedelta(minutes=29)) == ()
    (parcel,) = take(now=NOW + timedelta(minutes=30))
    assert parcel.user == ana


def law_nothing_is_pushed_about_what_is_read(stage: Stage) -> None:
    ana, ben = stage.person("ana", mail=False), stage.person("ben", mail=False)
    stage.browser(ana, "a")
    stage.browser(ben, "b")
    stage.browser(ben, "b2")
    following.note_reading(ana, stage.case, now=SOON - timedelta(seconds=50))
    following.note_reading(ben, stage.case, now=SOON - timedelta(seconds=70))
    stage.happens()
    stage.tell_all()
    pushes = take(Channel.PUSH)
    assert {(one.user, one.browser is not None) for one in pushes} == {(ben, True)}
    assert len(pushes) == 2
    assert stage.states() == {"skipped": 1, "sending": 2}


def law_a_browser_that_is_gone_is_forgotten_and_others_are_not(stage: Stage) -> None:
    ana = stage.person("ana", mail=False)
    stage.browser(ana, "a")
    stage.browser(ana, "b")
    stage.happens()
    stage.tell_all()
    first, second = take(Channel.PUSH)
    gone = Settled(
        deliveries=first.deliveries, state=DeliveryState.FAILED, browser_is_gone=True, fault="410"
    )
    take(Channel.PUSH, settled=(gone, *sent((second,))))
    assert deliveries.browsers_of(ana) == 1
    assert stage.states() == {"sent": 1}


def law_a_browser_is_of_one_account_and_an_account_has_so_many(stage: Stage) -> None:
    ana, ben = stage.person("ana"), stage.person("ben")
    stage.browser(ana, "shared")
    stage.browser(ben, "shared")
    assert (deliveries.browsers_of(ana), deliveries.browsers_of(ben)) == (0, 1)
    for number in range(12):
        stage.browser(ben, f"{number}")
    assert deliveries.browsers_of(ben) == 10
    deliveries.remove_browser(ana, f"https://push/{stage.case}/11")
    assert deliveries.browsers_of(ben) == 10


def law_stopped_mails_stop_those_that_wait(stage: Stage) -> None:
    ana = stage.person("ana")
    stage.happens()
    stage.tell_all()
    deliveries.stop_mails(ana, USUAL_WISHES)
    assert take() == ()
    stage.happens(event_id="2")
    stage.tell_all()
    assert take() == ()
    assert stage.told() == {ana: 2}
    assert stage.states() == {"skipped": 1}


def law_whoever_is_leaving_or_has_left_is_told_nothing(stage: Stage) -> None:
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - set up by now

    from purport.store.readers.people import leave  # noqa: PLC0415 - same

    ana, ben = stage.person("ana"), stage.person("ben")
    leave(ana, LATER)
    stage.happens()
    stage.tell_all()
    assert stage.told() == {ben: 1}
    get_user_model().objects.get(pk=ben).delete()
    assert take() == ()
    assert stage.states() == {}


def law_what_was_seen_is_counted(stage: Stage) -> None:
    ana = stage.person("ana")
    for number in range(3):
        stage.happens(event_id=f"{number}")
    stage.tell_all()
    assert people.surroundings_of(ana).unseen == 3
    telling.mark_seen(ana, now=NOW, case="another")
    assert people.surroundings_of(ana).unseen == 3
    telling.mark_seen(ana, now=NOW, case=stage.case)
    assert people.surroundings_of(ana).unseen == 0
    listed = telling.notices_of(ana, most=2)
    assert [one.seen for one in listed] == [NOW, NOW]
    assert len(telling.notices_of(ana, before=listed[-1].id)) == 1


def law_what_was_told_long_ago_is_forgotten(stage: Stage) -> None:
    from purport.store.readers.models import EventRow, NoticeRow  # noqa: PLC0415 - set up by now

    ana, ben = stage.person("ana"), stage.person("ben", mail=False)
    stage.happens(EventKind.REPLY, event_id="r", to=ana)
    stage.happens(EventKind.COMMENT, event_id="c")
    stage.happens(EventKind.CORRECTION)
    stage.tell_all()
    assert stage.told() == {ana: 3, ben: 2}
    assert pruning.forget_told(NOW) == 0  # not older than that
    # what waits to go out stays, and the event with it
    assert pruning.forget_told(SOON) == 4  # three notices and an event
    assert stage.told() == {ana: 2}
    parcels = take(now=LATER)
    assert pruning.forget_told(SOON) == 0
    take(settled=sent(parcels), now=LATER, most=0)
    # what was seen only lately stays
    telling.mark_seen(ana, now=LATER)
    assert pruning.forget_told(SOON) == 0
    NoticeRow.objects.filter(user=ana).update(seen=NOW)
    assert pruning.forget_told(SOON) == 3
    assert (stage.told(), stage.states()) == ({}, {})
    kept = EventRow.objects.filter(case__key=stage.case)
    assert set(kept.values_list("kind", flat=True)) == {EventKind.CORRECTION.value}
    # an edition is not announced anew, now that nobody has a notice of it
    assert not announce(stage.case, EventKind.CORRECTION, event_id="1", at=NOW)
    stage.tell_all()
    assert stage.told() == {}


def law_what_not_everybody_was_told_of_is_kept(stage: Stage) -> None:
    people = [stage.person(f"p{number}", mail=False) for number in range(3)]
    stage.happens(EventKind.COMMENT)
    telling.tell_some(planner(NOW), now=NOW, most=2)
    assert pruning.forget_told(LATER) == 0
    stage.tell_all()
    assert stage.told() == dict.fromkeys(people, 1)
    assert pruning.forget_told(LATER, most=2) == 2
    assert pruning.forget_told(LATER, most=2) == 2
    assert pruning.forget_told(LATER) == 0


def laws() -> Mapping[str, Callable[[Stage], None]]:
    """Return the laws by name."""
    return {name: law for name, law in globals().items() if name.startswith("law_")}


def main(folder: Path, database: str | None) -> None:
    """Hold the store to each law."""
    from purport.web.configuration import RoomSettings, configure_room  # noqa: PLC0415 - slow

    configure_room(RoomSettings(workspace=folder, database=database))
    from purport.store import CaseShelf  # noqa: PLC0415 - set up by now
    from purport.store.readers.models import DeliveryRow, EventRow  # noqa: PLC0415 - same

    shelf = CaseShelf(subject="database")
    shelf.bring_up_to_date()
    told = {}
    for number, (name, law) in enumerate(laws().items()):
        EventRow.objects.all().delete()
        DeliveryRow.objects.all().delete()
        shelf.add(f"case{number}")
        try:
            law(Stage(f"case{number}"))
            told[name] = ""
        except Exception:  # noqa: BLE001 - told to the test
            told[name] = traceback.format_exc()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
