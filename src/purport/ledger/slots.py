"""First fact slots of a claim: what can be checked in its content.

Works on visible characters; a rule that does not find its words leaves no slot.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from purport.core.claims import Polarity, Quantifier, SlotAttr
from purport.gazetteer import Candidate, NameMatch
from purport.ledger.amounts import Amount, find_amounts
from purport.ledger.groups import GroupMention, GroupNames
from purport.ledger.lexicon import COUNTRIES, country_of
from purport.ledger.shares import share_around, share_before
from purport.ledger.verification import UNESTABLISHED
from purport.ledger.weekdays import day_meant

__all__ = ["FoundSlot", "LookUp", "find_hedges", "find_slots"]

LookUp: TypeAlias = Callable[[str], tuple[Candidate, ...]]
"""Returns every place of a gazetteer that a name can mean."""

_STRIKES = re.compile(
    r"\s+(?:(?!of\b)\w+ ){0,2}?(?:(?:air ?|drone )?strikes|air ?strikes|"
    r"raids|air raids|sorties|attacks|"
    r"bombs|missiles|shells|rockets|bombings|strike|raid|airstrike)\b",
    re.IGNORECASE,
)
_TARGETS = re.compile(
    r"\s+(?:(?!of\b|strikes|raids)[\w'’-]+ ){0,3}?(?:targets?|positions?|sites?|facilities|"
    r"locations|buildings|objects|installations|posts|outposts|camps|bases)\b",
    re.IGNORECASE,
)
_LENGTHS_M = {
    "m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "km": 1000.0,
    "kilometre": 1000.0, "kilometres": 1000.0, "kilometer": 1000.0, "kilometers": 1000.0,
    "foot": 0.3048, "feet": 0.3048, "ft": 0.3048, "yard": 0.9144, "yards": 0.9144,
    "mile": 1609.344, "miles": 1609.344,
}  # fmt: skip
_LENGTH = re.compile(
    rf"[\s-]*(?:of )?({'|'.join(sorted(_LENGTHS_M, key=len, reverse=True))})\b", re.IGNORECASE
)
_MISS = re.compile(
    r"\b(?:miss(?:ed|es|ing)?\b|off[- ]target|wide of|"
    r"(?:fell|landed|came down|dropped) (?:short|wide)"
    r"|short of|far from|away from|nowhere near|failed to hit)",
    re.IGNORECASE,
)
_OUTCOMES = (
    ("missed", _MISS),
    (
        "destroyed",
        re.compile(
            r"\b(?:destroy(?:ed|s|ing)?|destruction of|obliterat\w+|demolish\w+|wiped out|"
            r"level?led|razed|annihilat\w+|eliminat(?:ed|ing|ion))\b",
            re.IGNORECASE,
        ),
    ),
    ("damaged", re.compile(r"\bdamag(?:ed|es|ing|e to)\b", re.IGNORECASE)),
    (
        "hit",
        re.compile(
            r"\b(?:hit|hits|hitting|struck|direct hits?|on target|found (?:its|their) mark)\b",
            re.IGNORECASE,
        ),
    ),
)
_TYPES = {
    "headquarters": r"headquarters|HQs?\b",
    "command post": r"command (?:post|point|centre|center)s?",
    "coordination centre": r"co-?ordination (?:centre|center|hub)s?",
    "ammunition depot": r"(?:ammunition|arms|weapons?|munitions?) "
    r"(?:depot|store|dump|cache|warehouse)s?",
    "fuel depot": r"(?:fuel|oil) (?:depot|store|tank)s?",
    "training camp": r"training camps?",
    "convoy": r"convoys?",
    "bridge": r"bridges?",
    "hospital": r"hospitals?|clinics?",
    "school": r"schools?",
    "market": r"market(?:place)?s?",
    "airfield": r"airfields?|air ?bases?|airports?",
    "warehouse": r"warehouses?",
    "workshop": r"workshops?|factor(?:y|ies)",
    "bunker": r"bunkers?|shelters?",
    "positions": r"positions?",
    "vehicles": r"vehicles?|tanks?|trucks?|boats?",
}
_TYPE = re.compile(
    "|".join(f"(?P<t{n}>\\b(?:{form})\\b)" for n, form in enumerate(_TYPES.values())), re.IGNORECASE
)
_WEAPON = re.compile(
    r"\b(?:(?:cluster|barrel|guided|unguided|dumb|smart|thermobaric|phosphorus|gravity|"
    r"bunker-buster) "
    r"(?:bomb|munition|shell)s?|(?:cruise |ballistic |guided )?missiles?|drones?|rockets?|"
    r"artillery|mortars?|sarin|chlorine|napalm|white phosphorus|"
    r"(?:weapons?|bombs?|missiles?) used|type of weapons?|"
    r"(?:which|what) weapons?|munitions?)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?P<where>(?:in|near|outside|around|over|at|above|inside|east|west|north|south|"
    r"(?:north|south)-?(?:east|west))(?: of)?(?: the)?"
    r"(?: (?:town|city|village|province|area|region|district|outskirts|suburb|north|south|east|"
    r"west|"
    r"centre|center|port|northern|southern|eastern|western|countryside|hills|coast|island)"
    r"(?: of| in)?(?: the)?)*) ?"
    r"(?P<name>(?:[\u0621-\u064a]{3,}|(?:(?:al|el|ar|as|ash|az|an|at|ad)-)?[A-Z][\w'’-]+"
    r"(?: (?:(?:al|el|ez|az|es|as|ash|ar|er|ed|et|at|ad|an|en)[- ])?[A-Z][\w'’-]+){0,3})"
    r"(?: (?:province|governorate|district|valley|region|city|countryside|harbour|island))?)"
)
_STRUCK = re.compile(
    r"\b(?:hit|hits|hitting|struck|bombed|bombing(?: of)?|targeted|targeting|"
    r"attacked|shelled|pounded|"
    r"(?:strikes?|raids?|attacks?|bombs) on)(?: the (?:town|city|village) of)? "
    r"(?P<name>(?:(?:al|el|ar|as|ash|az|an|at|ad)-)?[A-Z][\w'’-]+"
    r"(?: (?:(?:al|el|ez|az|es|as|ash|ar|er|ed|et|at|ad|an|en)[- ])?[A-Z][\w'’-]+){0,2})"
)
_AREA = re.compile(
    r" (?:province|governorate|district|valley|region|city|countryside|harbour|island)$"
)
_INSIDE = re.compile(r"^(?:in|at|inside|over|above)(?: the)?\b ?", re.IGNORECASE)
_NOT_PLACES = re.compile(
    r"^(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|January|February|March|April|"
    r"May|June|July|August|September|October|November|December|The|A|An|I|Mr|Mrs|Ms|Dr|UN|Nato|NATO)\b"
)
_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan\.|Feb\.|Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.)"
)
_WEEKDAYS = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_TIME = re.compile(
    rf"\b(?:(?:on )?(?:late |early )?{_WEEKDAYS}"
    r"(?: (?:morning|afternoon|evening|night))?|yesterday|today(?!['’]s)|overnight|"
    r"last (?:night|week|month|year)|"
    rf"(?:on )?\d{{1,2}} {_MONTHS}(?: \d{{4}})?|(?:on )?{_MONTHS} \d{{1,2}}(?!\d)(?:, \d{{4}})?|"
    rf"(?:in |since |during )?(?:late |early |mid-)?{_MONTHS} (?:19|20)\d\d|"
    r"(?:in|since|during) (?:19|20)\d\d|at (?:dawn|dusk|noon|midnight|midday)|"
    rf"since (?:dawn|{_WEEKDAYS}))"
    r"(?![\w])"
)
_EXCLUSIVE = re.compile(
    r"\b(?:exclusively|only|solely|purely|(?:nothing|none|nobody|no one|no-one) "
    r"(?:but|except|other than))\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:not|never|neither|nor|no(?! (?:one|body))|none|nobody|nothing|no one|without|n['’]t)\b"
    r"(?! (?:but|except|other than)\b)|n['’]t\b"
    r"|\b(?:any(?:thing|one|body)|every(?:thing|one|body)) (?:but|except)(?: for)?\b",
    re.IGNORECASE,
)
_ALL_TARGETS = re.compile(
    r"\b(?:the targets|all(?: of)?(?: the| its| our)? (?:targets|strikes|raids|attacks|bombs)|"
    r"(?:every|each) (?:target|strike|raid|attack|bomb))\b",
    re.IGNORECASE,
)
_TURN = re.compile(r"\b(?:but|instead|rather)\b|[;:]", re.IGNORECASE)
_NEGATION_REACH = 48
_OUTCOME_REACH = 40
_DENIED = re.compile(
    r"\b(?:groundless|baseless|unfounded|untrue|false|lies?|nonsense|fabricat\w+|fake|invented|"
    r"rubbish|absurd|wrong)\b",
    re.IGNORECASE,
)
_RUMOUR = re.compile(
    r"\b(?:rumou?rs?|claims?|reports?|allegations?|accusations?|suggestions?|talk)\b", re.IGNORECASE
)
_HITTING = re.compile(
    r"\b(?:hit|hits|hitting|struck|strikes?|striking|bomb(?:s|ed|ing)?|target(?:s|ed|ing)?|"
    r"attack(?:s|ed|ing)?|taking on|took on|destroy\w*|against|pound\w*|shell\w*|kill\w*|"
    r"fight(?:s|ing)?|are|were|is|was)\b",
    re.IGNORECASE,
)
_THINGS_AFTER = re.compile(
    r"['’]?s?\s+(?:\w+\s){0,1}?(?:positions?|targets?|fighters|militants|camps?|bases?|headquarters|HQ|"
    r"depots?|"
    r"strongholds?|convoys?|stores?|"
    r"(?:was|were|had been|has been|have been|being) (?:not )?(?:the ones? )?"
    r"(?:hit|struck|bombed|targeted|attacked))",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|seemingly|apparently|purportedly|allegedly|reportedly|supposedly|"
    r"possibly|probably|perhaps|likely|appears? to|appeared to|seems? to|seemed to|purports? to|"
    r"purported(?! to be)|"
    r"believed to|thought to|said to|is unclear|suggests?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSlot:
    """A slot in visible characters."""

    attr: SlotAttr
    """What it is about."""
    start: int
    """First character."""
    end: int
    """One past the last."""
    value: str | float | None = None
    """As in `Slot`."""
    range: tuple[float, float] | None = None
    """As in `Slot`."""
    vague: str | None = None
    """As in `Slot`."""
    unit: str | None = None
    """As in `Slot`."""
    polarity: Polarity = Polarity.AFFIRMED
    """As in `Slot`."""
    exclusive: bool = False
    """As in `Slot`."""
    quantifier: Quantifier | None = None
    """As in `Slot`."""
    basis: str | None = None
    """As in `Slot`."""
    places: tuple[str, ...] = ()
    """As in `Slot`."""


def find_slots(
    text: str,
    ranges: Sequence[tuple[int, int]],
    groups: GroupNames,
    *,
    denied: bool,
    published: str | None,
    look_up: LookUp | None = None,
) -> list[FoundSlot]:
    """Return the fact slots of a claim's content, in order of the text.

    Args:
        text: Visible text.
        ranges: The stretches of the content.
        groups: The groups of the story.
        denied: Whether the cue denies the content ("denied that …").
        published: Publication date of the story, ISO 8601; None when it states none.
        look_up: Finds places by name; None to look nothing up.
    """
    found: list[FoundSlot] = []
    for start, end in ranges:
        said = text[start:end].lower()
        flipped = denied != _is_called_false(text, start, end)
        if _holds(said, _COUNT_ROOTS):
            found.extend(_counts(text, start, end))
            found.extend(_miss_distances(text, start, end))
        named = list(_groups(text, (start, end), groups, flipped=flipped))
        spared = any(slot.polarity is Polarity.NEGATED for slot in named)
        found.extend(named)
        found.extend(
            slot
            for slot in _outcomes(text, (start, end), groups, flipped=flipped)
            if not (spared and slot.polarity is Polarity.NEGATED)  # "did not hit X but Y": who
        )
        if _holds(said, _TYPE_ROOTS):
            found.extend(_types(text, start, end))
        if _holds(said, _WEAPON_ROOTS):
            found.extend(_weapons(text, start, end))
        found.extend(_places(text, (start, end), groups, look_up))
        found.extend(_times(text, start, end, published))
        if _holds(said, _VERIFICATION_ROOTS):
            found.extend(_verification(text, start, end))
    return sorted(found, key=lambda slot: (slot.start, slot.end, slot.attr))


_COUNT_ROOTS = (
    "strike", "raid", "sortie", "attack", "bomb", "missile", "shell", "rocket", "target",
    "position", "site", "facilit", "location", "building", "object", "installation", "post",
    "camp", "base", "miss", "off", "wide", "short", "far", "away", "near",
)  # fmt: skip
_TYPE_ROOTS = (
    "headquarter", "hq", "command", "ordination", "depot", "store", "dump", "cache", "house",
    "tank", "camp", "convoy", "bridge", "hospital", "clinic", "school", "market", "airfield",
    "base", "airport", "workshop", "factor", "bunker", "shelter", "position", "vehicle", "truck",
    "boat",
)  # fmt: skip
_WEAPON_ROOTS = (
    "bomb", "munition", "shell", "missile", "drone", "rocket", "artillery", "mortar", "sarin",
    "chlorine", "napalm", "phosph", "weapon",
)  # fmt: skip
_OUTCOME_ROOTS = (
    "miss", "target", "wide", "short", "far from", "away", "near", "hit", "struck", "destr",
    "obliterat", "demolish", "wiped", "level", "razed", "annihilat", "eliminat", "damag", "mark",
)  # fmt: skip
_VERIFICATION_ROOTS = ("verif", "confirm", "authentic", "corrobor", "identif", "establish")
"""Parts of words without which a grammar cannot match: looking for them first is cheap."""


def _holds(said: str, roots: tuple[str, ...]) -> bool:
    return any(root in said for root in roots)


def find_hedges(text: str, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the words that weaken the commitment to what is said, in order."""
    return [match.span() for start, end in ranges for match in _HEDGE.finditer(text, start, end)]


def _is_called_false(text: str, start: int, end: int) -> bool:
    """Tell whether content has the form "rumours that … are groundless"."""
    rumour = _RUMOUR.search(text, start, min(end, start + 80))
    return rumour is not None and _DENIED.search(text, rumour.end(), end) is not None


_UNIT_NAMES = {
    "metre": "m", "metres": "m", "meter": "m", "meters": "m", "kilometre": "km",
    "kilometres": "km", "kilometer": "km", "kilometers": "km", "feet": "ft", "foot": "ft",
}  # fmt: skip


def _amount_slot(
    attr: SlotAttr, amount: Amount, end: int, *, factor: float = 1.0, unit: str = "1"
) -> FoundSlot:
    return FoundSlot(
        attr=attr,
        start=amount.start,
        end=end,
        value=None if amount.value is None else amount.value * factor,
        range=None
        if amount.range is None
        else (amount.range[0] * factor, amount.range[1] * factor),
        vague=amount.vague,
        unit=unit,
        quantifier=amount.quantifier,
    )


def _counts(text: str, start: int, end: int) -> Iterator[FoundSlot]:
    for amount in find_amounts(text, start, end):
        if match := _STRIKES.match(text, amount.end, end):
            yield _amount_slot(SlotAttr.STRIKE_COUNT, amount, match.end())
        elif not _LENGTH.match(text, amount.end, end) and (
            match := _TARGETS.match(text, amount.end, end)
        ):
            yield _amount_slot(SlotAttr.TARGET_COUNT, amount, match.end())


def _miss_distances(text: str, start: int, end: int) -> Iterator[FoundSlot]:
    if _MISS.search(text, start, end) is None:
        return
    for amount in find_amounts(text, start, end):
        if match := _LENGTH.match(text, amount.end, end):
            said = match.group(1).lower()
            factor = _LENGTHS_M[said]
            if amount.vague is not None:
                factor, unit = 1.0, _UNIT_NAMES.get(said, said.rstrip("s"))
            else:
                unit = "m"
            yield _amount_slot(
                SlotAttr.MISS_DISTANCE, amount, match.end(), factor=factor, unit=unit
            )


def _groups(
    text: str, bounds: tuple[int, int], groups: GroupNames, *, flipped: bool
) -> Iterator[FoundSlot]:
    for mention in groups.find(text, *bounds):
        if not _is_target(text, mention, bounds):
            continue
        denied = _is_negated(text, mention.start, bounds[0])
        denied = denied or _NEGATED_AFTER.match(text, mention.end, bounds[1]) is not None
        negated = denied != flipped
        yield FoundSlot(
            attr=SlotAttr.TARGET_GROUP,
            start=mention.start,
            end=mention.end,
            value=mention.value,
            polarity=Polarity.NEGATED if negated else Polarity.AFFIRMED,
            exclusive=not negated and _is_exclusive(text, mention, bounds),
            quantifier=_group_quantifier(text, mention, bounds),
        )


def _is_target(text: str, mention: GroupMention, bounds: tuple[int, int]) -> bool:
    if _THINGS_AFTER.match(text, mention.end, min(bounds[1] + 40, len(text))):
        return True
    before = text[max(bounds[0], mention.start - 70) : mention.start]
    return _HITTING.search(before) is not None and not re.search(r"\bby (?:the )?$", before)


def _group_quantifier(
    text: str, mention: GroupMention, bounds: tuple[int, int]
) -> Quantifier | None:
    before = text[bounds[0] : mention.start]
    if mention.universal or _ALL_TARGETS.search(before):
        return Quantifier.ALL
    share = share_before(text, bounds[0], mention.start)
    if share is not None and share is not Quantifier.ALL:
        return share
    if re.search(r"\bsome\b[^,;]{0,30}$", before, re.IGNORECASE):
        return Quantifier.SOME
    return None


_NEGATED_AFTER = re.compile(
    r"['’]?s?(?: \w+)? (?:was|were|is|are|had|has|have) not\b", re.IGNORECASE
)


def _is_negated(text: str, at: int, low: int) -> bool:
    before = text[max(low, at - _NEGATION_REACH) : at]
    matches = list(_NEGATION.finditer(before))
    if not matches:
        return False
    return _TURN.search(before, matches[-1].end()) is None


def _is_exclusive(text: str, mention: GroupMention, bounds: tuple[int, int]) -> bool:
    before = text[max(bounds[0], mention.start - 40) : mention.start]
    after = text[mention.end : min(bounds[1], mention.end + 25)]
    return bool(_EXCLUSIVE.search(before)) or bool(
        re.match(r"[^,.;]*\b(?:only|alone|exclusively)\b", after)
    )


def _outcomes(
    text: str, bounds: tuple[int, int], groups: GroupNames, *, flipped: bool
) -> Iterator[FoundSlot]:
    exclusive = any(
        _is_target(text, mention, bounds) and _is_exclusive(text, mention, bounds)
        for mention in groups.find(text, *bounds)
    )
    missed = _MISS.search(text, *bounds) is not None
    for value, form in _OUTCOMES if _holds(text[slice(*bounds)].lower(), _OUTCOME_ROOTS) else ():
        if value == "hit" and (exclusive or missed):
            continue  # "exclusively hit X" says who was hit; "failed to hit" is a miss
        for match in form.finditer(text, *bounds):
            if _EXCLUSIVE.search(text, max(bounds[0], match.start() - 16), match.start()):
                continue
            low = max(bounds[0], match.start() - _OUTCOME_REACH)
            low = max(low, text.rfind(",", low, match.start()) + 1)
            negated = _is_negated(text, match.start(), low) != flipped
            yield FoundSlot(
                attr=SlotAttr.OUTCOME,
                start=match.start(),
                end=match.end(),
                value=value,
                polarity=Polarity.NEGATED if negated else Polarity.AFFIRMED,
                quantifier=share_around(text, bounds, match.span()),
            )


def _types(text: str, start: int, end: int) -> Iterator[FoundSlot]:
    names = tuple(_TYPES)
    for match in _TYPE.finditer(text, start, end):
        name = names[int((match.lastgroup or "t0")[1:])]
        yield FoundSlot(attr=SlotAttr.TARGET_TYPE, start=match.start(), end=match.end(), value=name)


def _weapons(text: str, start: int, end: int) -> Iterator[FoundSlot]:
    for match in _WEAPON.finditer(text, start, end):
        said = " ".join(match.group().lower().split())
        vague = said if re.search(r"weapon|munitions?$|used$", said) else None
        yield FoundSlot(
            attr=SlotAttr.WEAPON, start=match.start(), end=match.end(),
            value=None if vague else said.rstrip("s"), vague=vague,
        )  # fmt: skip


def _places(
    text: str, bounds: tuple[int, int], groups: GroupNames, look_up: LookUp | None
) -> Iterator[FoundSlot]:
    taken: list[tuple[int, int]] = []
    for match in _PLACE.finditer(text, *bounds):
        name = match.group("name")
        if _is_no_place(name, groups):
            continue
        taken.append(match.span())
        where = _INSIDE.sub("", match.group("where"))
        yield FoundSlot(
            attr=SlotAttr.PLACE, start=match.start(), end=match.end(),
            value=" ".join(f"{where} {name}".replace("’s", "").split()),
            places=_identifiers(name, look_up, spelled=False),
        )  # fmt: skip
    for match in _STRUCK.finditer(text, *bounds) if look_up is not None else ():
        start, end = match.span("name")
        listed = _identifiers(match["name"], look_up, spelled=True)
        if listed and not any(a < end and start < b for a, b in taken):
            yield FoundSlot(
                attr=SlotAttr.PLACE, start=start, end=end, value=match["name"], places=listed
            )


def _is_no_place(name: str, groups: GroupNames) -> bool:
    named = groups.form.fullmatch(name) is not None or name.casefold() in groups.values
    return named or _NOT_PLACES.match(name) is not None


def _identifiers(name: str, look_up: LookUp | None, *, spelled: bool) -> tuple[str, ...]:
    """Return the identifiers of every place that a name can mean; a country is none of them."""
    plain = _AREA.sub("", name).removesuffix("’s").removesuffix("'s")
    if look_up is None or country_of(plain) in COUNTRIES:
        return ()
    return tuple(
        candidate.place.id
        for candidate in look_up(plain)
        if not spelled or candidate.match is NameMatch.SPELLED
    )


def _times(text: str, start: int, end: int, published: str | None) -> Iterator[FoundSlot]:
    for match in _TIME.finditer(text, start, end):
        said = " ".join(match.group().split()).removeprefix("on ")
        meant = day_meant(said, text[start : match.start()], published)
        yield FoundSlot(
            attr=SlotAttr.TIME, start=match.start(), end=match.end(),
            value=meant.value if meant else said, basis=meant.basis if meant else None,
        )  # fmt: skip


def _verification(text: str, start: int, end: int) -> Iterator[FoundSlot]:
    for match in UNESTABLISHED.finditer(text, start, end):
        yield FoundSlot(
            attr=SlotAttr.VERIFICATION_STATUS, start=match.start(),
            end=match.end(), value="unverified",
        )  # fmt: skip
