"""Words in which nobody can read a position, a distance or a direction.

Coverage goes before reading well: a figure that is covered without need costs a reader little, a
position that is told may cost somebody their house.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from urllib.parse import parse_qsl, unquote, urlsplit

__all__ = [
    "COVERED_MEASURE",
    "COVERED_NAME",
    "COVERED_POSITION",
    "bare_host",
    "cover_measures",
    "cover_names",
    "cover_positions",
    "handles_in",
    "withhold_names",
]

COVERED_NAME = "[name withheld]"
"""What stands where somebody was named who is not to be."""
COVERED_POSITION = "[position withheld]"
"""What stands where a position stood."""
COVERED_MEASURE = "[measure withheld]"
"""What stands where a distance or a direction stood."""

_DEGREE = "[°º˚]"
_MINUTE = "['′’‘ʹ´]"
_SECOND = "(?:[\"″”“ʺ]|''|′′)"
_HEMISPHERE = r"(?:(?:North|South|East|West|[NSEWСЮВЗ])(?![^\W\d_]))"
_DECIMALS = r"[-+−–]?\d{1,3}[.,٫．]\d{2,}"
_MAP_SITES = (
    r"(?:maps\.app\.goo\.gl|goo\.gl/maps|w3w\.co|what3words\.com|osm\.org|wikimapia\.org|"
    r"(?:www\.)?openstreetmap\.org|(?:www\.)?google\.[a-z.]+/maps)"
)
_MAP_QUESTION = r"(?:@|[?&#/](?:q|ll|mlat|mlon|lat|lon|lng|map|cp|sll|center|query|pin|at)=)"
_DEGREES_MINUTES = (
    rf"{_HEMISPHERE}?\s*\d{{1,3}}\s*{_DEGREE}\s*\d{{1,2}}(?:[.,]\d+)?\s*{_MINUTE}"
    rf"(?:\s*\d{{1,2}}(?:[.,]\d+)?\s*{_SECOND})?\s*{_HEMISPHERE}?"
)
_TWO_DEGREES = (
    rf"(?:lat(?:itude)?\W{{0,3}})?{_DECIMALS}\s*{_DEGREE}?\s*{_HEMISPHERE}?"
    rf"(?:\s*[,;/|،؛、]\s*|\s+(?:and\s+|и\s+|و\s*)?|(?=[-+−]))(?:lon(?:g(?:itude)?)?\W{{0,3}})?"
    rf"{_DECIMALS}\s*{_DEGREE}?\s*{_HEMISPHERE}?"
)
_WIND_LETTER = r"(?-i:[NSEWСЮВЗ])(?![^\W\d_])"
_MINUTES_APART = r"\d{1,3}[ -]\d{2}(?:[ -]\d{2}(?:[.,]\d+)?|[.,]\d+)"
_WITHOUT_SIGNS = (
    rf"\b{_MINUTES_APART}\s?{_WIND_LETTER}",
    rf"\b(?-i:[NSEW])\s?{_MINUTES_APART}\b",
    r"\b\d{4}(?:\d{2})?(?:[.,]\d+)?\s?[NS]\W{0,3}\d{5}(?:\d{2})?(?:[.,]\d+)?\s?[EW]\b",
    (
        r"\d{1,3}\s*(?:degrees?|deg\b|градус\w*|درجة)\W{1,5}(?:and\s|и\s|و\s?)?"
        r"\d{1,2}(?:[.,]\d+)?\s*(?:minutes?|min\b|минут\w*|دقيقة)"
        r"(?:\W{1,5}(?:and\s|и\s|و\s?)?\d{1,2}(?:[.,]\d+)?\s*(?:seconds?|sec\b|секунд\w*|ثانية))?"
    ),
)
"""Degrees with minutes as receivers, pilots and people in words write them."""
_DATE = r"(?-i:\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (?:19|20)\d{2}\b)"
_MGRS = (
    rf"\b(?!{_DATE})"
    r"\d{1,2}\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?"
    r"(?:\d{5}\s?\d{5}|\d{4}\s?\d{4}|\d{3}\s?\d{3}|\d{2}\s?\d{2})\b"
)
_UTM = (
    r"\b(?:\d{1,2}\s?[C-HJ-NP-X]?\s+)?\d{6}(?:[.,]\d+)?\s*m?\s*E?[\s,;]+"
    r"\d{7}(?:[.,]\d+)?\s*m?\s*N?\b"
)
_POSITIONS = (
    rf"(?:https?://|www\.)\S*{_MAP_QUESTION}\S*",
    rf"(?:https?://)?{_MAP_SITES}\S*",
    r"geo:[-+\d.,;a-z=]+",
    r"(?:///|what3words\W{1,3}|w3w\W{1,3})[^\W\d_]+\.[^\W\d_]+\.[^\W\d_]+",
    _DEGREES_MINUTES,
    *_WITHOUT_SIGNS,
    _TWO_DEGREES,
    rf"{_DECIMALS}\s*{_DEGREE}?\s*{_HEMISPHERE}\b",
    rf"{_DECIMALS}\s*{_DEGREE}",
    r"(?:lat|lon|long|lng|latitude|longitude|широта|долгота)\W{0,3}[-+−]?\d+(?:[.,]\d+)?",
    _MGRS,
    _UTM,
    r"\b[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b",
    r"geohash\W{0,3}[0-9b-hjkmnp-z]{5,12}",
)
_POSITION = re.compile("|".join(f"(?:{one})" for one in _POSITIONS), re.IGNORECASE)

_NUMBER = r"\d[\d.,٫]*(?:\s?(?:to|–|-|—|до|bis)\s?\d[\d.,٫]*)?"
_LENGTH = (
    r"(?:m|km|cm|metres?|meters?|kilometres?|kilometers?|ft|feet|foot|yards?|yd|miles?|mi|nmi|"
    r"м|км|метр(?:а|ов|ах)?|километр(?:а|ов|ах)?|متر(?:ا|اً)?|أمتار|كم|كيلومتر(?:ات)?)"
)
_WIND = (
    r"(?:(?:north|south)(?:[ -]?(?:north|south))?[ -]?(?:east|west)?(?:ern|wards?|er(?:ly))?|"
    r"(?:east|west)(?:[ -]?(?:north|south)[ -]?(?:east|west))?(?:ern|wards?|er(?:ly))?)"
)
_MEASURES = (
    rf"{_NUMBER}\s?{_LENGTH}\b",
    rf"(?:bearing|azimuth|heading|азимут)\W{{0,3}}(?:of\s)?{_NUMBER}",
    rf"{_NUMBER}\s?(?:{_DEGREE}|degrees?\b|deg\b|градус\w*)",
    rf"\b(?:to the |due )?{_WIND}(?= (?:of|from) (?:the |its |that )?(?:stated |claimed )?target)",
    rf"\b(?:to the |due ){_WIND}\b",
)
_MEASURE = re.compile("|".join(f"(?:{one})" for one in _MEASURES), re.IGNORECASE)

_BEFORE_NAMES = frozenset(
    {"c", "channel", "channels", "id", "author", "profile", "s", "u", "user", "users"}
)
_NO_NAMES = _BEFORE_NAMES | {
    "embed", "live", "p", "photo", "post", "posts", "reel", "shorts", "status", "video", "videos",
    "watch",
}  # fmt: skip
_SITES_OF_ACCOUNTS = frozenset(
    {
        "bsky.app", "dailymotion.com", "facebook.com", "fb.com", "instagram.com", "ok.ru",
        "rumble.com", "t.me", "telegram.me", "threads.net", "tiktok.com", "twitter.com",
        "vimeo.com", "vk.com", "x.com", "youtube.com",
    }
)  # fmt: skip
"""Sites at which the first word of a path is the name of an account."""
_POST = re.compile(r"(?=[^\d]*\d)[\w-]{6,}")
_LEAST_HANDLE = 4
_CASES_KEPT = 256
_SHORT = 5


def cover_positions(text: str) -> str:
    """Cover everything in a text that reads as a position on the ground.

    Decimal degrees, degrees with minutes, MGRS, UTM, plus codes, three words, geo addresses and
    addresses of maps, in digits of any script.

    Examples:
        >>> cover_positions("It lies at 36.2012, 37.1343, by the bakery.")
        'It lies at [position withheld], by the bakery.'
    """
    return _POSITION.sub(COVERED_POSITION, text)


def cover_measures(text: str) -> str:
    """Cover positions, and distances, bearings and directions from a target too.

    Examples:
        >>> cover_measures("It lies 9.0 m from the target (95 % interval 7.4 to 10.6 m).")
        'It lies [measure withheld] from the target (95 % interval [measure withheld]).'
    """
    return _MEASURE.sub(COVERED_MEASURE, cover_positions(text))


def handles_in(address: str) -> tuple[str, ...]:
    """Return the words of an address by which an uploader or their post can be found again.

    The name of an account or a channel ("t.me/NAME/12", "/@NAME", "/channel/NAME") and the number
    of a post ("?v=dQw4w9WgXcQ"); of other addresses no word of their path.

    Examples:
        >>> handles_in("https://t.me/quarry_watch/7313")
        ('quarry_watch',)
        >>> handles_in("https://www.youtube.com/watch?v=dQw4w9WgXcQ")
        ('dQw4w9WgXcQ',)
    """
    parts = urlsplit(address)
    pieces = [unquote(piece) for piece in parts.path.split("/") if piece]
    found = [piece.removeprefix("@") for piece in pieces if piece.startswith("@")]
    found += [after for before, after in pairwise(pieces) if before.casefold() in _BEFORE_NAMES]
    if bare_host(address) in _SITES_OF_ACCOUNTS:
        found += [piece for piece in pieces if piece.casefold() not in _NO_NAMES][:1]
    numbers = [*pieces, *(value for _, value in parse_qsl(parts.query))]
    found += [one for one in numbers if _POST.fullmatch(one)]
    return tuple(dict.fromkeys(one for one in found if len(one) >= _LEAST_HANDLE))


def bare_host(address: str) -> str:
    """Return the site of an address without what stands before it for telephones and habit.

    Examples:
        >>> bare_host("https://www.example.org/a")
        'example.org'
    """
    host = (urlsplit(address).hostname or "").casefold()
    return re.sub(r"^(?:www|m|mobile)\.(?=.*\.)", "", host)


def _as_told(name: str) -> str:
    """Return what finds a name; a short word stands alone, so that "news" is not in "newspaper"."""
    escaped = re.escape(name)
    return escaped if len(name) > _SHORT else rf"(?<!\w){escaped}(?!\w)"


def cover_names(names: Mapping[str, str]) -> Callable[[str], str]:
    """Return what puts other words in the place of names, the longest first, whatever their case.

    Args:
        names: What stands for each; empty names are passed over.

    Examples:
        >>> cover_names({"bridge.mp4": "Item 1"})("Strike 1 in bridge.mp4")
        'Strike 1 in Item 1'
    """
    known = {name.casefold(): other for name, other in names.items() if name.strip()}
    if not known:
        return str
    longest = sorted(known, key=len, reverse=True)
    pattern = re.compile("|".join(map(_as_told, longest)), re.IGNORECASE)

    def covered(text: str) -> str:
        return pattern.sub(lambda found: known.get(found.group().casefold(), found.group()), text)

    return covered


@lru_cache(maxsize=_CASES_KEPT)
def withhold_names(names: tuple[str, ...]) -> Callable[[str], str]:
    """Return what covers names wherever they are said; made once for the names of a case."""
    return cover_names(dict.fromkeys(names, COVERED_NAME))
