"""What must not slip out of a case, and how answers are searched for it in every spelling.

A staged case knows a place, an uploader and the people of the desk; a second one is not published
at all. Each secret is a *canary*: a pattern that is looked for in whatever an answer can be read
as.
"""

import gzip
import html
import json
import re
import shutil
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pypdfium2
from pyproj import Transformer

from purport.casework import Workspace, case_file, judge_case, review_verdict
from purport.casework.collecting import ItemDetails, describe_items
from purport.casework.copies import media_path
from purport.casework.filming import film_path, films_of, make_films
from purport.casework.publishing import EditionDraft, ask_for_edition, decide_edition
from purport.casework.workspace import Act
from purport.core.case import ClaimedPlace, ItemRecord, Publication
from purport.core.claims import Part
from purport.core.digests import Digest, digest_json
from purport.core.editions import Safety
from purport.core.findings import Derivation, Finding
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint
from purport.store import Entry
from purport.store.records import Outcome

KEY = "case"
LATITUDE, LONGITUDE = 36.483729, 37.918274
PLACES = {
    "claimed": (37.918274, 36.483729),
    "filmed": (37.918262, 36.483789),
    "impact": (37.918403, 36.483701),
}
PLUS_CODE = "8G8CFWM9+F8"
THREE_WORDS = "///quillword.heronword.weirword"
EASTING, NORTHING = Transformer.from_crs("EPSG:4326", "EPSG:32637", always_xy=True).transform(
    LONGITUDE, LATITUDE
)
GRID = f"37S CV {int(EASTING) % 100_000:05d} {int(NORTHING) % 100_000:05d}"
"""The place as a grid reference: column and row of its square are of no account to what covers."""
UPLOADER, CHANNEL, HOST = "Vera Quillcanary", "quillchannel", "canary-host.example"
URL = f"https://www.{HOST}/@{CHANNEL}/video/7313131313"
COLLECTOR = "Collector Quist"
SPELLINGS = (
    "36.483729, 37.918274",
    "37.918274 36.483729",
    "36.48, 37.92",
    "36,4837; 37,9183",
    "٣٦٫٤٨٣٧، ٣٧٫٩١٨٢",
    "36.4837N 37.9183E",
    "36°29′01.4″N 37°55′05.8″E",
    "36 29 01 N, 37 55 05 E",
    "N36 29.024 E37 55.096",
    "+36.483729+037.918274/",
    "lat=36.4837&lon=37.9183",
    "POINT(37.918274 36.483729)",
    "[37.918274,36.483729]",
    GRID,
    f"37S {int(EASTING)} {int(NORTHING)}",
    "geo:36.483729,37.918274",
    "https://www.google.com/maps/@36.483729,37.918274,17z",
    "https://maps.example/?ll=36.483729,37.918274",
    PLUS_CODE,
    THREE_WORDS,
)
"""The place as people write it."""
NAMED = (UPLOADER, f"@{CHANNEL}", f"https://{HOST}/@{CHANNEL}", URL, "noise.mp4", COLLECTOR)
"""The uploader as people write of them."""
POSITION_CANARIES: Mapping[str, str] = {
    "latitude": r"(?<!\d)36[.,٫·]48",
    "longitude": r"(?<!\d)37[.,٫·]9[12]",
    "latitude in minutes": r"(?<!\d)36\D{1,5}29\D{1,4}0?[01](?!\d)",
    "longitude in minutes": r"(?<!\d)37\D{1,5}55\D{1,4}0?[56](?!\d)",
    "easting": rf"(?<!\d){int(EASTING)}|(?<!\d){int(EASTING) % 100_000:05d}(?!\d)",
    "northing": rf"(?<!\d){int(NORTHING)}|(?<!\d){int(NORTHING) % 100_000:05d}(?!\d)",
    "plus code": re.escape(PLUS_CODE),
    "three words": r"quillword|heronword|weirword",
}
UPLOADER_CANARIES: Mapping[str, str] = {
    "uploader": r"quillcanary",
    "channel": CHANNEL,
    "host": re.escape(HOST),
    "address": r"7313131313",
    "file name": r"noise\.mp4",
    "collector": r"\bquist\b",
}
DESK_CANARIES: Mapping[str, str] = {
    "editor": "zoraeditor",
    "reviewer": "zyrareviewer",
    "moderator": "zelmoderator",
    "mail of the editor": r"zora@canary-mail\.example",
    "mail of a reader": r"quietreader@example\.org",
}
OTHER_TITLE, OTHER_WORDS = "Heron Weir at night", "the unheard ferry of Osprey Quay"
OTHER_CANARIES: Mapping[str, str] = {
    "title of the unpublished case": "heron weir",
    "words of the unpublished case": "osprey quay",
}


def spelled() -> str:
    """Everything that must not slip out, in one text."""
    return " — ".join((*(f"«{one}»" for one in SPELLINGS), *NAMED))


# ---- the staged case ---------------------------------------------------------------------------


def stage(folder: Path) -> str:
    """Give the checked case a place, an uploader and confirmed ratings; return a claim."""
    with Workspace.open(folder, agent="zoraeditor") as workspace:
        describe_items(workspace, _details())
        (item,) = (stored.record.digest for stored in workspace.store.live(ItemRecord))
        findings = [_place_finding(item), _impact_finding(item)]
        outcomes = [Entry(record=_outcome(item, one)) for one in findings]
        workspace.record(outcomes, Act(kind="analysed", subject=item))
        judge_case(workspace)
        proposed = case_file(workspace).verdicts
        told = {finding.id for finding in findings}
        where = next(one for one in proposed if {link.finding for link in one.links} >= told)
        authentic = next(one for one in proposed if one.part is Part.AUTHENTIC and one.links)
        for verdict in (where, authentic):
            review_verdict(
                workspace,
                claim=verdict.claim,
                part=verdict.part,
                author="zoraeditor",
                reason=f"I looked at it: {spelled()}",
            )
        return str(where.claim)


def publish(
    folder: Path, safety: Safety, *, number: int = 1, correction: str | None = None
) -> None:
    """Bring an edition out."""
    with Workspace.open(folder, agent="zoraeditor") as workspace:
        draft = EditionDraft(
            key=KEY,
            title="What fell, at 36.483729, 37.918274, by Vera Quillcanary",
            summary=f"It lies 9.0 m off. {spelled()}",
            safety=safety,
            correction=correction,
        )
        ask_for_edition(workspace, draft, author="zoraeditor")
        decide_edition(workspace, number, publish=True, author="zyrareviewer")


def film(folder: Path) -> None:
    """Make the film of the edition that stands, and put a clear one where one would be kept."""
    with Workspace.open(folder, agent="worker") as workspace:
        (veiled,) = films_of(workspace)  # a blurred edition has no clear one, whatever it asks for
        assert veiled.veiled
        assert make_films(workspace, KEY) == (1, ())
        clear = film_path(workspace, replace(veiled, veiled=False))
        shutil.copyfile(media_path(workspace, veiled.item), clear)


def items_of(folder: Path) -> tuple[Digest, ...]:
    """Return the items of the staged case."""
    with Workspace.open(folder, agent="zoraeditor") as workspace:
        return tuple(stored.record.digest for stored in workspace.store.live(ItemRecord))


def _details() -> ItemDetails:
    return ItemDetails(
        url=URL,
        collector=COLLECTOR,
        publication=Publication(
            published=parse_stated_time("2019-03-14T09:00:00Z"),
            basis="recorded by user",
            url=URL,
            publisher=UPLOADER,
        ),
        claimed_place=ClaimedPlace(
            name=f"Quarry Lane, {SPELLINGS[0]}",
            point=GeoPoint(longitude_deg=LONGITUDE, latitude_deg=LATITUDE),
        ),
    )


def _outcome(item: Digest, finding: Finding) -> Outcome:
    nothing = digest_json({})
    return Outcome(
        item=item,
        check=finding.check,
        version=finding.version,
        parameters=nothing,
        inputs=nothing,
        findings=(finding,),
    )


def _finding(item: Digest, check: str, answer: str, values: Mapping[str, Any]) -> Finding:
    return Finding(
        id="f" + digest_json([check, item, answer])[:12],
        check=check,
        version="1",
        item=item,
        answer=answer,
        reason=f"It lies there: {spelled()}",
        values=dict(values),
        limits=(f"It could lie elsewhere than {SPELLINGS[6]}.",),
        derivation=Derivation(inputs=(("media", item),), parameters={}, libraries=()),
    )


def _place_finding(item: Digest) -> Finding:
    values = {
        "matched": True,
        "centre": list(PLACES["filmed"]),
        "covariance_m2": [[1.4, 0.3], [0.3, 0.9]],
        "homographies": [],
        "shots": [{"accepted": True, "frames_agreeing": 6}],
        "claimed_distance_m": 14.2,
        "claimed_distance_sd_m": 3.0,
    }
    return _finding(item, "place", "matches", values)


def _impact_finding(item: Digest) -> Finding:
    strike = {
        "onset_frame": 3,
        "onset_s": 0.3,
        "point_px": [80.0, 64.0],
        "point_sd_px": 2.5,
        "position": list(PLACES["impact"]),
        "position_covariance_m2": [[1.6, 0.4], [0.4, 1.1]],
        "offset_m": 9.0,
        "offset_68_m": [8.2, 9.8],
        "offset_95_m": [7.4, 10.6],
        "bearing_deg": 212.0,
        "same_strike_as": None,
        "cause": "flash",
        "p_inside": None,
        "offset_sd_m": 0.8,
    }
    values = {"strikes": [strike], "distinct_strikes": 1, "target_basis": "stated by user"}
    return _finding(item, "impacts", "measured", values)


# ---- searching ---------------------------------------------------------------------------------


def found_in(texts: Iterable[str], canaries: Mapping[str, str]) -> set[str]:
    """Return which canaries stand in any of the texts."""
    whole = "\n".join(_plain_digits(one) for one in texts)
    return {name for name, pattern in canaries.items() if re.search(pattern, whole, re.IGNORECASE)}


def readings(body: bytes, kind: str) -> Iterator[str]:
    """Give everything as which an answer's body can be read.

    Args:
        body: The body, as it came after the client undid the transfer's own compression.
        kind: Its media type.
    """
    if body[:2] == b"\x1f\x8b":
        yield from readings(gzip.decompress(body), kind)
    text = body.decode("utf-8", errors="replace")
    yield text
    if kind.startswith(("image/", "video/", "audio/", "application/octet-stream")):
        yield from _inside_media(body)
        return
    if kind.startswith("application/pdf"):
        yield from _inside_media(body)
        yield words_of_pdf(body)
        return
    unescaped = html.unescape(text)
    yield unescaped
    yield unquote(unescaped)
    yield re.sub(r"<[^>]*>", "", unescaped)  # a position with marks between its digits
    for block in (
        text,
        *re.findall(r'<script type="application/\w*\+?json"[^>]*>(.*?)</script>', text, re.DOTALL),
    ):
        try:
            told = json.loads(block)
        except ValueError:
            continue
        yield json.dumps(told, ensure_ascii=False)
        yield "\n".join(_strings(told))


def _strings(told: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(told, Mapping):
        for name, inner in told.items():
            yield str(name)
            yield from _strings(inner)
    elif isinstance(told, list):
        for inner in told:
            yield from _strings(inner)
    else:
        yield str(told)


def _inside_media(body: bytes) -> Iterator[str]:
    """Give what stands in the boxes, segments and chunks of a picture or film, packed or not."""
    for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
        yield body.decode(encoding, errors="ignore")
        yield body[1:].decode(encoding, errors="ignore")
    for start in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", body):
        try:
            yield zlib.decompressobj().decompress(body[start.start() :], 1 << 20).decode("latin-1")
        except zlib.error:
            continue


def words_of_pdf(body: bytes) -> str:
    """Return the words and the properties of a PDF, whose bytes name glyphs and not letters."""
    told = pypdfium2.PdfDocument(body)
    words = [one.get_textpage().get_text_range() for one in told]
    return "\n".join((*words, *map(str, told.get_metadata_dict().values())))


def jpeg_segments(content: bytes) -> set[int]:
    """Return the markers of the segments of a JPEG before its pixels."""
    assert content[:2] == b"\xff\xd8"
    markers, at = set(), 2
    while content[at] == 0xFF and content[at + 1] != 0xDA:
        markers.add(content[at + 1])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return markers


def _plain_digits(text: str) -> str:
    """Return a text with digits of every script as 0 to 9, and without what cannot be seen."""
    kept = []
    for one in unicodedata.normalize("NFKC", text):
        digit = unicodedata.decimal(one, None)
        if digit is not None:
            kept.append(str(digit))
        elif unicodedata.category(one) != "Cf":
            kept.append(one)
    return "".join(kept)
