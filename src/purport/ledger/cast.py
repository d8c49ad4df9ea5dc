"""The cast of a story: which words name the same claimant.

A name is always words of the text: the fullest mention. Pronouns go to the latest claimant of
their kind, surnames to the full name, a shorter name of a body to the fuller one of the same
country ("The Russian ministry" to "Russia's defence ministry"), a capital to the one state body of
its country that makes statements in the story, and footage to whoever published it.
"""

import re
from dataclasses import dataclass, field

from purport.ledger.lexicon import (
    CAPITALS,
    DETERMINERS,
    MEDIA,
    ORGANISATIONS,
    PEOPLE,
    STOPPERS,
    TITLES,
    country_of,
)
from purport.ledger.passages import Passage
from purport.ledger.sources import Range
from purport.ledger.wordlists import words

__all__ = ["NARRATOR", "Cast", "Member"]

NARRATOR = "narrator"
"""Claimant of the reporter's own statements."""

_STATE_BODIES = words(
    "ministry army military government forces command navy airforce kremlin pentagon"
)
_ROLES = PEOPLE | TITLES
_HONORIFICS = words("mr mrs ms miss dr sir lord lady prof")
_PERSONAL = frozenset({"he", "she"})
_MAX_APPOSITION = 12


@dataclass(slots=True)
class Member:
    """One claimant."""

    name: str
    """Fullest mention so far."""
    role: str | None
    """Role or organisation, as the text has it."""
    is_person: bool
    """Whether it is a single person with a name."""
    words: frozenset[str]
    """The words that tell it apart: lower case, without its country."""
    country: str | None
    """Key of its country; None when no mention says."""


@dataclass(slots=True)
class Cast:
    """The claimants of a story, in order of appearance."""

    text: str
    """Visible text, which the tokens slice."""
    told: str
    """The story alone, where full names are looked up."""
    members: list[Member] = field(default_factory=list)
    """Everybody, in order of appearance."""
    latest: list[Member] = field(default_factory=list)
    """Who spoke, the latest first."""
    owners: list[Member] = field(default_factory=list)
    """Who published the footage that the story is about."""

    def narrator(self, byline: str | None) -> Member:
        """Return the reporter."""
        known = next((member for member in self.members if member.name == NARRATOR), None)
        if known is None:
            known = Member(NARRATOR, byline, is_person=False, words=frozenset(), country=None)
            self.members.append(known)
        return known

    def introduce(self, passage: Passage, phrase: Range) -> Member:
        """Return the member that a phrase names, a new one when nobody fits."""
        words = [passage.tokens[index] for index in range(*phrase)]
        if len(words) == 1 and words[0].lower in {"he", "she", "it", "they"}:
            member = self._of_pronoun(words[0].lower) or self._new_plain(passage, phrase)
        else:
            member = self._of_name(passage, phrase)
        self.latest = [member, *(other for other in self.latest[:20] if other is not member)]
        return member

    def own_footage(self, passage: Passage, phrase: Range) -> Member:
        """Record who published the footage that the story is about."""
        member = self._of_name(passage, phrase)
        if member not in self.owners:
            self.owners.append(member)
        return member

    def of_footage(self, passage: Passage, phrase: Range) -> Member:
        """Return who stands behind "video": the named or the only publisher, else the footage."""
        named = _without_media(passage, phrase)
        if named is not None:
            return self._of_name(passage, named)
        if len(self.owners) == 1:
            return self.owners[0]
        return self._new_plain(passage, phrase)

    def _of_pronoun(self, word: str) -> Member | None:
        people = word in _PERSONAL
        spoken = [member for member in self.latest if member.name != NARRATOR]
        if word == "they":
            return spoken[0] if spoken else None
        same = next((member for member in spoken if member.is_person is people), None)
        if same is None and people:
            return next((member for member in spoken if _is_single_role(member)), None)
        if same is None and len(self.owners) == 1:
            return self.owners[0]
        return same

    def _of_name(self, passage: Passage, phrase: Range) -> Member:
        name, role = _split_role(passage, phrase)
        if name is None and (named := _named_after(passage, phrase)) is not None:
            name, role = named, _joined(passage, phrase)
        if name is not None:
            return self._person(passage, name, role or _apposition(passage, phrase))
        single = passage.lower(phrase[0]) if phrase[1] - phrase[0] == 1 else ""
        if single in CAPITALS and (body := self._state_body(country_of(single))) is not None:
            return body
        surname = passage.tokens[phrase[0]].text if single else ""
        if surname[:1].isupper() and (known := self._by_surname(surname)) is not None:
            return known
        return self._by_role(passage, phrase) or self._body(passage, phrase)

    def _by_role(self, passage: Passage, phrase: Range) -> Member | None:
        """Return the only named person so far whose role "the minister" takes up."""
        head = passage.lower(phrase[1] - 1)
        plain = not any(passage.tokens[at].is_capitalised for at in range(phrase[0] + 1, phrase[1]))
        if passage.lower(phrase[0]) != "the" or not plain or head not in _ROLES:
            return None
        told = {passage.lower(at) for at in range(phrase[0] + 1, phrase[1])}
        holders = [
            member
            for member in self.members
            if member.is_person and member.role and told <= set(member.role.lower().split())
        ]
        return holders[0] if len(holders) == 1 else None

    def _state_body(self, country: str) -> Member | None:
        bodies = [
            member
            for member in self.members
            if member.country == country and member.words & _STATE_BODIES and not member.is_person
        ]
        return bodies[0] if len(bodies) == 1 else None

    def _by_surname(self, surname: str) -> Member | None:
        plain = surname.removesuffix("'s").removesuffix("’s")
        return next(
            (
                member
                for member in reversed(self.members)
                if member.is_person and member.name.split()[-1] == plain
            ),
            None,
        )

    def _person(self, passage: Passage, name: Range, role: str | None) -> Member:
        text = _text(passage, name, self.text)
        known = next((member for member in self.members if member.name == text), None)
        known = known or self._by_surname(text.split()[-1])
        if known is None:
            full = text if " " in text else self._full_name(text)
            known = Member(full, role, is_person=True, words=frozenset(), country=None)
            self.members.append(known)
        if len(text.split()) > len(known.name.split()):
            known.name = text
        known.role = known.role or role
        return known

    def _full_name(self, surname: str) -> str:
        form = re.compile(rf"\b((?:[A-Z][\w'’-]+ ){{1,3}}){re.escape(surname)}\b")
        for match in form.finditer(self.told):
            words = [
                word for word in match.group().split() if word.lower() not in _ROLES | DETERMINERS
            ]
            if len(words) > 1:
                return " ".join(words)
        return surname

    def _body(self, passage: Passage, phrase: Range) -> Member:
        kept = _without_determiner(passage, phrase)
        text = _text(passage, kept, self.text)
        words, country = _signature(passage, kept)
        for member in self.members:
            if not member.is_person and _same_body(member, words, country):
                if len(words) > len(member.words):
                    member.name, member.words = text, words
                member.country = member.country or country
                return member
        fuller = self._full_body(text)
        made = Member(fuller, None, is_person=False, words=words, country=country)
        self.members.append(made)
        return made

    def _full_body(self, name: str) -> str:
        """Return "Harbour Observatory for Rights" for "Observatory" when the story has it."""
        if " " in name or not name[:1].isupper() or name.lower() not in ORGANISATIONS - PEOPLE:
            return name
        form = re.compile(
            rf"\b(?:[A-Z][\w-]+ ){{1,3}}{re.escape(name)}(?: (?:for|of)(?: [A-Z]\w+)+)?"
            rf"|\b{re.escape(name)} (?:for|of)(?: [A-Z]\w+)+"
        )
        found = [match.group().removeprefix("The ") for match in form.finditer(self.told)]
        return max(found, key=len, default=name)

    def _new_plain(self, passage: Passage, phrase: Range) -> Member:
        return self._body(passage, phrase)


def _text(passage: Passage, phrase: Range, text: str) -> str:
    return " ".join(
        text[passage.tokens[phrase[0]].start : passage.tokens[phrase[1] - 1].end].split()
    )


def _split_role(passage: Passage, phrase: Range) -> tuple[Range | None, str | None]:
    """Split "foreign minister Sergei Lavrov" into name and role; no name for bodies."""
    first, end = phrase
    start = end
    while start > first and (
        _may_be_name(passage, start - 1) or _is_initial(passage, start - 1, first)
    ):
        start -= 1
    if start == end:
        return _leading_name(passage, phrase)
    name = (start, end)
    while start - 2 >= first and passage.tokens[start - 1].text == ".":  # "Mr." before a name
        start -= 1
    led = start > first and passage.lower(start - 1) in _ROLES
    if (
        not led and end - start in {2, 3} and start > first
    ):  # "the coordinator for relief Ilse Varga"
        led = any(passage.lower(at) in PEOPLE for at in range(first, start))
    if led:
        titled = passage.lower(start - 1) in _HONORIFICS and start - 1 == first
        return name, None if titled else _joined(passage, (first, start))
    is_plain = start == first and end - start in {2, 3}
    if is_plain and not _is_body(passage, name):
        return name, None
    return _leading_name(passage, phrase)


def _is_initial(passage: Passage, index: int, first: int) -> bool:
    """Tell whether a stop belongs to an initial inside a name ("John F. Reke")."""
    if passage.tokens[index].text != "." or index - 1 <= first:
        return False
    before = passage.tokens[index - 1].text
    return len(before) == 1 and before.isupper()


def _named_after(passage: Passage, phrase: Range) -> Range | None:
    """Return the name in "its defence minister, Ilse Varga,"; None when no name follows."""
    start = phrase[1] + 1
    if passage.lower(phrase[1]) != "," or passage.lower(phrase[1] - 1) not in _ROLES:
        return None
    while passage.lower(start) in TITLES:
        start += 1
    end = start
    while end < len(passage.tokens) and _may_be_name(passage, end):
        end += 1
    return (start, end) if end > start and passage.lower(end) == "," else None


def _leading_name(passage: Passage, phrase: Range) -> tuple[Range | None, str | None]:
    """Split "Hadi Abdullah a Syrian activist" into name and role."""
    first, end = phrase
    stop = first
    while stop < end and _may_be_name(passage, stop):
        stop += 1
    follows = passage.lower(stop) if stop < end else ""
    if stop - first in {2, 3, 4} and follows in _ROLES | {"a", "an", "the"}:
        return (first, stop), _joined(passage, (stop, end))
    return None, None


def _may_be_name(passage: Passage, index: int) -> bool:
    token = passage.tokens[index]
    known = _ROLES | ORGANISATIONS | MEDIA | DETERMINERS | STOPPERS | CAPITALS
    return token.is_capitalised and token.lower not in known and not token.lower.endswith("'s")


def _is_body(passage: Passage, name: Range) -> bool:
    words = [passage.tokens[index].text for index in range(*name)]
    acronyms = any(word.isupper() and len(word) > 1 for word in words)
    return acronyms or country_of(words[0]) in {"us", "uk", "russia", "syria"}


def _joined(passage: Passage, phrase: Range) -> str | None:
    first, end = phrase
    while first < end and passage.lower(first) in DETERMINERS:
        first += 1
    joined = ""
    for index in range(first, end):
        token = passage.tokens[index]
        gap = " " if joined and token.start > passage.tokens[index - 1].end else ""
        joined += gap + token.text
    return joined or None


def _apposition(passage: Passage, phrase: Range) -> str | None:
    """Read the role from ", founder of …," after a name."""
    start = phrase[1] + 1
    if passage.lower(phrase[1]) != ",":
        return None
    head = range(start, min(start + _MAX_APPOSITION, len(passage.tokens)))
    if not any(passage.lower(index) in PEOPLE for index in head[:6]):
        return None
    end = next((at for at in head if passage.tokens[at].text in {",", "."}), None)
    return _joined(passage, (start, end)) if end is not None else None


def _without_determiner(passage: Passage, phrase: Range) -> Range:
    first, end = phrase
    while first < end - 1 and passage.lower(first) in {"the", "a", "an"}:
        first += 1
    return first, end


def _without_media(passage: Passage, phrase: Range) -> Range | None:
    """Return "the ministry" of "the ministry's video"; None when footage alone is named."""
    kept = [index for index in range(*phrase) if passage.lower(index) not in MEDIA | DETERMINERS]
    named = [
        index
        for index in kept
        if (passage.tokens[index].is_capitalised and index not in passage.starts)
        or passage.lower(index) in ORGANISATIONS
    ]
    return (kept[0], kept[-1] + 1) if named else None


def _signature(passage: Passage, phrase: Range) -> tuple[frozenset[str], str | None]:
    words: set[str] = set()
    country: str | None = None
    for index in range(*phrase):
        token = passage.tokens[index]
        if not token.is_word or token.lower in DETERMINERS | {"of", "for", "and", "in", "at"}:
            continue
        if token.is_capitalised and phrase[1] - phrase[0] > 1 and country is None:
            follows = passage.lower(index + 1) in _STATE_BODIES | {"defence", "defense", "foreign"}
            known = country_of(token.lower) != token.lower.removesuffix("'s")
            if follows or known or token.lower.endswith("'s"):
                country = country_of(token.lower)
                continue
        words.add(token.lower.removesuffix("'s").replace("defense", "defence"))
    return frozenset(words), country


def _same_body(member: Member, words: frozenset[str], country: str | None) -> bool:
    if not words or not member.words:
        return member.words == words and member.country == country
    if country is not None and member.country is not None and country != member.country:
        return False
    if words == member.words:
        return country == member.country or country is None or member.country is None
    return (words < member.words or member.words < words) and bool(
        words & member.words & (_STATE_BODIES | ORGANISATIONS)
    )


def _is_single_role(member: Member) -> bool:
    return bool(member.words & PEOPLE) and not any(
        word.endswith("s") for word in member.words & PEOPLE
    )
