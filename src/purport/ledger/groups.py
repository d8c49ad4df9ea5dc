"""Who is said to have been hit: groups by alias, by description, or as the story names them.

Groups that nobody has listed are learned from the story itself: the name in "Harbour Front
positions" or "fighters of the Harbour Front" is a group wherever it stands again.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from purport.core.groups import NAMED_GROUPS, canonical_group
from purport.ledger.wordlists import words

__all__ = ["GroupMention", "GroupNames", "is_described", "learn_groups"]

_THINGS = (
    r"positions?|targets?|fighters|militants|camps?|bases?|headquarters|hq|depots?|strongholds?|"
    r"convoys?|hideouts?|trenches|troops|gunmen|vehicles|outposts?|compounds?|checkpoints?|"
    r"stores?|storehouses?|warehouses?|facilities|bunkers?|commanders?|ground|territory"
)
_NAME = r"(?:[A-Z][\w'’-]*)(?:\s(?:of\s(?:the\s)?)?[A-Z][\w'’-]*){0,4}"
_LEARNED = (
    re.compile(rf"\b(?P<name>{_NAME})(?:['’]s?)?\s(?:{_THINGS})\b"),
    re.compile(
        rf"\b(?:{_THINGS})\s(?:of|belonging to|held by|controlled by|run by)\s(?:the\s)?"
        rf"(?P<name>{_NAME})"
    ),
)
_MAX_LEARNED = 40
_NOT_GROUPS = words(
    "the a an but however its their in on at after before when while russian us american "
    "syrian turkish british french israeli iranian saudi western russia syria no all some "
    "many both these those more new old two three four five six seven eight nine ten he she "
    "it they what which several enemy military civilian rebel suspected alleged key other "
    "said that this his her our such any one our ground air northern southern eastern"
)
_DESCRIBED = re.compile(
    r"(?P<rebels>(?:(?:anti|pro)-[\w’'-]+ |(?:US|U\.S\.|American|Western|Turkish|foreign|[A-Z]\w+)"
    r"-backed |moderate |armed |other |Syrian )*"
    r"(?:rebels|insurgents|(?:opposition|rebel) (?:fighters?|forces|groups?|positions?)|"
    r"(?:the |armed )?opposition(?! to)))\b"
    r"|(?P<backed>(?:forces|groups?|fighters|rebels|units|militias?|factions?|people) "
    r"(?:that (?:are|were) )?(?:supported|backed|trained|armed|funded) by (?:the )?[\w.’'-]+)"
    r"|(?P<militias>(?:town|local|village|tribal|pro-government|allied) "
    r"(?:militias?|militiamen|fighters|defence units))"
    r"|(?P<rest>(?:the )?(?:whole |entire )?rest of the "
    r"(?:country|nation|opposition|island|region|people)"
    r"(?: (?:that|who|which)(?:['’]s| is| are|) ?\w+(?: \w+)?)?"
    r"|(?:everyone|everybody|anyone|all those|all) "
    r"(?:who|that) (?:fights?|opposes?|resists?|(?:is|are) fighting)"
    r"(?: (?:the )?[\w-]+(?: (?-i:[A-Z])\w+)?)?)"
    r"|(?P<people>(?:unarmed |innocent )?"
    r"(?:civilians|fishermen|farmers|villagers|residents|families))\b",
    re.IGNORECASE,
)


_ROOTS = (
    "rebel", "insurgent", "opposition", "supported", "backed", "trained", "armed", "funded",
    "militia", "fighters", "defence units", "rest of", "everyone", "everybody", "anyone", "all ",
    "civilian", "fishermen", "farmers", "villagers", "residents", "families",
)  # fmt: skip
"""Parts of words without which no description can match: looking for them first is cheap."""


@dataclass(frozen=True, slots=True)
class GroupMention:
    """A group in a text."""

    start: int
    """First character."""
    end: int
    """One past the last."""
    value: str
    """Its canonical name."""
    universal: bool
    """Whether it means everybody of a kind ("the whole rest of the country")."""


@dataclass(frozen=True, slots=True)
class GroupNames:
    """The named groups of a story."""

    form: re.Pattern[str]
    """Matches any of their names."""
    values: Mapping[str, str]
    """Canonical value of each name that the story taught, by the name in lower case."""

    def find(self, text: str, start: int, end: int) -> Iterator[GroupMention]:
        """Yield mentions of groups, named ones first."""
        taken: list[tuple[int, int]] = []
        for match in self.form.finditer(text, start, end):
            taken.append(match.span())
            yield GroupMention(*match.span(), self._value(match.group()), universal=False)
        said = text[start:end].lower()
        described = any(root in said for root in _ROOTS)
        for match in _DESCRIBED.finditer(text, start, end) if described else ():
            if not any(a < match.end() and match.start() < b for a, b in taken):
                universal = match.group("rest") is not None
                yield GroupMention(*match.span(), _described(match), universal=universal)

    def _value(self, name: str) -> str:
        plain = " ".join(name.split()).casefold()
        return self.values.get(plain) or canonical_group(name)


def learn_groups(text: str) -> GroupNames:
    """Return the groups that can be told in a story, with their initials as aliases."""
    names: dict[str, None] = {}
    for form in _LEARNED:
        for match in form.finditer(text):
            name = _strip(match.group("name"))
            if name and not NAMED_GROUPS.fullmatch(name):
                names[name] = None
    kept = list(names)[:_MAX_LEARNED]
    values = {name.casefold(): name.casefold() for name in kept}
    for name in tuple(kept):
        short = "".join(word[0] for word in name.split() if word[0].isupper() and word[0].isalnum())
        if len(short) > 1 and re.search(rf"\b{short}\b", text):
            values[short.casefold()] = name.casefold()
            kept.append(short)
    parts = [rf"(?-i:{re.escape(name)})" for name in sorted(kept, key=lambda n: (-len(n), n))]
    names_form = "|".join((*parts, NAMED_GROUPS.pattern))
    form = re.compile(rf"(?<![\w-])(?:{names_form})(?![\w])", re.IGNORECASE)
    return GroupNames(form, values)


def _strip(name: str) -> str:
    words = name.removesuffix("'s").removesuffix("’s").split()
    while words and words[0].lower() in _NOT_GROUPS:
        words = words[1:]
    joined = " ".join(words)
    return joined if len(joined) > 1 and joined.lower() not in _NOT_GROUPS else ""


def is_described(value: str) -> bool:
    """Tell whether a canonical value is a description rather than a name ("anti-Assad rebels")."""
    return _DESCRIBED.fullmatch(value) is not None


def _described(match: re.Match[str]) -> str:
    text = " ".join(match.group().casefold().replace("’", "'").split())
    text = _POSITIONS.sub(lambda found: _OF_POSITIONS[found[1]], text)
    return text.removeprefix("the ")


_POSITIONS = re.compile(r"\b(rebel|opposition) (?:fighters?|forces|groups?|positions?)\Z")
_OF_POSITIONS = {"rebel": "rebels", "opposition": "opposition"}
