"""A small case made by hand: two clips of a drawn town, an orthophoto, a story, all verdicts.

Everything is fictional; each frame says SYNTHETIC. The numbers follow from the drawing, so that
what the dossier draws can be compared with what was drawn into the footage.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

from purport.core.case import ClaimedPlace, ItemRecord, Publication, Target
from purport.core.casefile import CaseFile, CaseItem, CustodyEvent, Fault, MarkRecord, StoryText
from purport.core.claims import (
    Claim,
    Part,
    Polarity,
    Quantifier,
    QuoteType,
    Relation,
    RelationKind,
    Slot,
    SlotAttr,
    SourceDocument,
    Span,
)
from purport.core.digests import (
    Digest,
    JsonObject,
    JsonValue,
    digest_bytes,
    digest_file,
    digest_json,
)
from purport.core.findings import Derivation, Finding, NotRun
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint, MapPoint, to_geographic
from purport.core.ratings import Confidence, Rating, Stance, likelihood_of
from purport.core.verdicts import EvidenceLink, Verdict

CRS = "EPSG:32633"
GSD_M = 0.25
ORIGIN = (500_000.0, 5_000_000.0)
GROUND_SIZE = (1200, 900)
FRAME_SIZE = (480, 270)
FRAMES = 100
RATE = 10
CUT = 60
STRIKES = ((25, (255.0, 140.0)), (75, (200.0, 120.0)))
TARGET_GROUND_PX = (640.0, 470.0)

STORY = """Harbour Road strikes: what is said and what is shown

The Defence Office of Veldania said on Tuesday that its aircraft had hit eight targets of the \
Karst Brigade along Harbour Road in twenty strikes, and that a headquarters was destroyed.

“They are hitting everyone who stands against the council,” Mira Oste, the spokeswoman of the \
neighbouring republic, told the Evening Post. Foreign envoy Tam Reyl insisted that the strikes \
were aimed “exclusively” at the Karst Brigade.

In a blog post, the onlooker Jon Halder wrote that the bombs seemingly missed their target by \
several metres. The footage could not be independently verified.
"""

PAGE = """<!doctype html><html><head><title>Council: no headquarters there</title></head><body>
<nav>Get notifications</nav><article><p>The town council said that <em>no</em> headquarters &amp; \
no depot stood on <a href="#">Harbour Road</a>.</p></article></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMadeCase:
    """The case and where its bytes lie."""

    case: CaseFile
    paths: dict[Digest, Path]

    def path_of(self, digest: Digest) -> Path:
        return self.paths[digest]


def make_hand_made_case(folder: Path) -> HandMadeCase:
    """Draw the footage and the orthophoto into `folder` and write the case around them."""
    ground = draw_ground()
    reference = folder / "town.tif"
    write_reference(reference, ground)
    clip, second = folder / "harbour-road.mp4", folder / "second.mp4"
    write_clip(clip, ground, frames=range(FRAMES))
    write_clip(second, ground, frames=range(45, 57))
    digests = {path: digest_file(path) for path in (reference, clip, second)}
    case = write_case(digests[clip], digests[second], digests[reference])
    return HandMadeCase(case=case, paths={digest: path for path, digest in digests.items()})


def draw_ground() -> NDArray[np.uint8]:
    """Draw a town from above (h, w, 3)."""
    generator = np.random.default_rng(7)
    width, height = GROUND_SIZE
    noise = np.zeros((height, width), np.float32)
    for scale in (4, 16, 64):
        coarse = generator.normal(0, 1, (height // scale + 2, width // scale + 2))
        noise += cv2.resize(coarse.astype(np.float32), (width, height)) * 9
    ground = np.clip(np.dstack([noise + 88, noise + 120, noise + 128]), 0, 255).astype(np.uint8)
    cv2.line(ground, (0, 520), (width, 380), (150, 155, 160), 34)
    cv2.line(ground, (430, 0), (520, height), (150, 155, 160), 22)
    for _ in range(90):
        x, y = generator.integers(0, width), generator.integers(0, height)
        w, h = generator.integers(18, 60, 2)
        shade = tuple(int(value) for value in generator.integers(90, 230, 3))
        cv2.rectangle(ground, (int(x), int(y)), (int(x + w), int(y + h)), shade, -1)
        cv2.rectangle(ground, (int(x), int(y)), (int(x + w), int(y + h)), (60, 60, 60), 1)
    return ground


def write_reference(path: Path, ground: NDArray[np.uint8]) -> None:
    height, width = ground.shape[:2]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=width,
        height=height,
        count=3,
        dtype="uint8",
        crs=CRS,
        transform=Affine(GSD_M, 0.0, ORIGIN[0], 0.0, -GSD_M, ORIGIN[1]),
        compress="jpeg",
    ) as target:
        target.write(np.moveaxis(ground[:, :, ::-1], 2, 0))


def to_ground_px(frame: int) -> NDArray[np.float64]:
    """Return the homography from the frame's pixels to the orthophoto's (3, 3)."""
    shift = frame * 0.8 if frame < CUT else 90 + frame * 0.5
    return np.array([[0.85, 0.10, 380 + shift], [-0.06, 0.95, 330.0], [0.0, 2e-4, 1.0]])


def between_frames(start: int, end: int, pixel: tuple[float, float]) -> tuple[float, float]:
    """Return where a pixel of one frame lies in another."""
    ground = to_ground_px(start) @ np.array([*pixel, 1.0])
    x, y, scale = np.linalg.solve(to_ground_px(end), ground)
    return float(x / scale), float(y / scale)


def to_map(frame: int) -> NDArray[np.float64]:
    """Return the homography from the frame's pixels to easting and northing (3, 3)."""
    half = GSD_M / 2  # the orthophoto's transform counts from pixel corners
    geo = np.array(
        [[GSD_M, 0, ORIGIN[0] + half], [0, -GSD_M, ORIGIN[1] - half], [0, 0, 1.0]], dtype=np.float64
    )
    return np.asarray(geo @ to_ground_px(frame), dtype=np.float64)


def write_clip(path: Path, ground: NDArray[np.uint8], *, frames: range) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height = FRAME_SIZE
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "20", "preset": "ultrafast"}
        for index in frames:
            picture = draw_frame(ground, index)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def draw_frame(ground: NDArray[np.uint8], index: int) -> NDArray[np.uint8]:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpPerspective(ground, to_ground_px(index), FRAME_SIZE, flags=flags)
    for onset, pixel in STRIKES:
        age = index - onset
        if 0 <= age < 14 and (onset >= CUT) == (index >= CUT):
            shade = 255 - 9 * age
            x, y = between_frames(onset, index, pixel)
            cv2.circle(picture, (round(x), round(y)), 6 + 3 * age, (shade, shade, shade), -1)
    cv2.line(picture, (225, 135), (255, 135), (255, 255, 255), 1)
    cv2.line(picture, (240, 120), (240, 150), (255, 255, 255), 1)
    cv2.putText(picture, "SYNTHETIC", (8, 262), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
    return np.asarray(picture, dtype=np.uint8)


def project(frame: int, pixel: tuple[float, float]) -> MapPoint:
    east, north, scale = to_map(frame) @ np.array([*pixel, 1.0])
    return MapPoint(easting_m=float(east / scale), northing_m=float(north / scale), crs=CRS)


def lonlat(point: MapPoint) -> list[float]:
    position = to_geographic(point)
    return [position.longitude_deg, position.latitude_deg]


def target_point() -> MapPoint:
    x, y = TARGET_GROUND_PX
    half = GSD_M / 2
    return MapPoint(
        easting_m=ORIGIN[0] + half + GSD_M * x, northing_m=ORIGIN[1] - half - GSD_M * y, crs=CRS
    )


def target_outline() -> tuple[GeoPoint, ...]:
    centre = target_point()
    corners = ((-6, -4), (6, -4), (6, 4), (-6, 4))
    return tuple(
        to_geographic(
            MapPoint(
                easting_m=centre.easting_m + east, northing_m=centre.northing_m + north, crs=CRS
            )
        )
        for east, north in corners
    )


# ---- findings ------------------------------------------------------------------------------


def make(  # noqa: PLR0917 - one row of a table
    check: str, item: Digest, answer: str, reason: str, values: JsonObject
) -> Finding:
    derivation = Derivation(
        inputs=(("media", item),), parameters={"limit": 3.0}, libraries=(("numpy", "2.0"),), seed=1
    )
    limits = ("Moving shadows and smoke could hide small changes.",)
    return Finding(
        id="f" + digest_json([check, item, answer, values])[:12],
        check=check,
        version="1.0",
        item=item,
        answer=answer,
        reason=reason,
        values=values,
        limits=limits,
        derivation=derivation,
    )


def edits_values() -> JsonObject:
    return {
        "edits": [
            edit("cut", 6.0, 6.0, 8.1, 60, 60, ["A change of camera", "A trimmed wait"]),
            edit("freeze", 3.9, 4.4, 2.2, 39, 44, ["A stalled recorder"]),
            edit("repeat", 8.5, 9.5, 1.6, 85, 95, ["A replay, as news footage has them"]),
            edit("overlay", 0.0, 10.0, 5.0, 0, 99, ["Symbology of the recording system"]),
            edit("silence", 0.0, 10.0, None, 0, 99, ["Published without sound"]),
        ],
        "overlay_fraction": 0.021,
    }


def edit(  # noqa: PLR0917 - one row of a table
    kind: str,
    start_s: float,
    end_s: float,
    strength: float | None,
    first: int,
    last: int,
    innocent: list[str],
) -> JsonObject:
    return {
        "kind": kind,
        "start_s": start_s,
        "end_s": end_s,
        "strength": strength,
        "start_frame": first,
        "end_frame": last,
        "innocent": innocent,
    }


def place_values() -> JsonObject:
    centre = project(30, (240.0, 135.0))
    frames = (*range(0, CUT, 5), *range(CUT, FRAMES, 5))
    return {
        "matched": True,
        "centre": lonlat(centre),
        "covariance_m2": [[1.4, 0.3], [0.3, 0.9]],
        "homographies": [
            {"frame": frame, "to_map": to_map(frame).tolist(), "crs": CRS} for frame in frames
        ],
        "claimed_distance_m": 14.2,
        "inliers": 143,
    }


def strike(index: int, *, same_as: int | None = None) -> JsonObject:
    onset, pixel = STRIKES[index]
    point, target = project(onset, pixel), target_point()
    east, north = point.easting_m - target.easting_m, point.northing_m - target.northing_m
    # From the nearest point of the outline, 12 m by 8 m.
    east, north = np.sign(east) * max(abs(east) - 6, 0), np.sign(north) * max(abs(north) - 4, 0)
    offset = float(np.hypot(east, north))
    return {
        "onset_frame": onset,
        "onset_s": onset / RATE,
        "point_px": list(pixel),
        "point_sd_px": 2.5,
        "position": lonlat(point),
        "position_covariance_m2": [[1.6, 0.4], [0.4, 1.1]],
        "offset_m": offset,
        "offset_68_m": [max(offset - 1.2, 0.0), offset + 1.3],
        "offset_95_m": [max(offset - 2.3, 0.0), offset + 2.6],
        "bearing_deg": float(np.degrees(np.arctan2(east, north)) % 360),
        "same_strike_as": same_as,
        "p_inside": 0.03,
        "budget_m": {"point in the picture": 0.6, "registration": 0.8, "relief": 0.5},
    }


def impacts_values() -> JsonObject:
    return {
        "strikes": [strike(0), strike(1)],
        "distinct_strikes": 2,
        "target_basis": "outline stated by user",
    }


def control_values() -> JsonObject:
    return {
        "point": place_values()["centre"],
        "point_basis": "centre of the registered footage",
        "date": "2031-05-06",
        "layers": [
            {
                "name": "Atlas of Veldania",
                "publisher": "Fictional Atlas Office",
                "definition": "who administers the town",
                "date": "2031-05-01",
                "holder": "Town Council",
                "age_days": 5,
                "distance_to_group_m": {"karst_brigade": 4_300.0},
                "p_inside": 0.99,
            }
        ],
        "overall": "agree",
    }


def origin_values() -> JsonObject:
    return {
        "statements": [
            {
                "topic": "place",
                "source": "tag location",
                "says": "12.0, 36.0",
                "earliest_utc": None,
                "latest_utc": None,
                "point": [36.0, 12.0],
                "length_s": None,
            }
        ],
        "contradictions": [
            {
                "kind": "created_after_publication",
                "one": {"source": "header mvhd, creation", "says": "2031-06-01T00:00:00Z"},
                "other": {"source": "recorded publication", "says": "2031-05-07"},
                "apart": "at least 23 days",
                "innocent": ["The camera's clock was not set."],
            }
        ],
        "notes": ["The file carries the name of software that writes footage anew."],
        "credentials": {"state": "none", "manifests": 0},
        "filmed_before_utc": "2031-05-08T11:59:59Z",
        "filmed_before_basis": "recorded publication",
        "written_by": ["Lavf60.3.100"],
        "rewritten": True,
        "structure": "iso",
        "boxes": ["ftyp", "moov", "mdat"],
        "faults": [],
        "withheld": 1,
        "exiftool": None,
    }


def findings(clip: Digest, second: Digest) -> tuple[Finding, ...]:
    again: JsonObject = {
        "item": clip,
        "start_s": 8.5,
        "end_s": 9.5,
        "other": clip,
        "other_start_s": 7.5,
        "other_end_s": 8.5,
        "exact": False,
        "distance_bits": 3,
    }
    unknown: JsonObject = {
        "matched": None,
        "centre": None,
        "covariance_m2": None,
        "homographies": [],
    }
    return (
        make("edits", clip, "edited", "One cut and one repeated stretch.", edits_values()),
        make("reuse", clip, "repeated", "One second is shown twice.", {"matches": [again]}),
        make("place", clip, "claimed_place", "The ground is that of the photo.", place_values()),
        make("impacts", clip, "measured", "Two strikes were located.", impacts_values()),
        make("control", clip, "other_holder", "All layers name the council.", control_values()),
        make("provenance", clip, "contradictions_found", "One contradiction.", origin_values()),
        make("edits", second, "none_found", "No edit was found.", {"edits": []}),
        make("place", second, "cannot_tell", "Too little structure was matched.", unknown),
    )


# ---- claims --------------------------------------------------------------------------------


def span(text: str, exact: str) -> Span:
    start = text.index(exact)
    return Span(start=start, end=start + len(exact), exact=exact)


def write_story() -> StoryText:
    text = STORY
    document = SourceDocument(
        digest=digest_bytes(text.encode()),
        name="story.txt",
        media_type="text/plain",
        encoding="utf-8",
        encoding_basis="valid UTF-8",
        title="Harbour Road strikes: what is said and what is shown",
        published="2031-05-07",
        main_text=tuple(span(text, block) for block in text.strip().split("\n\n")),
    )
    return StoryText(document=document, text=text)


def write_page() -> StoryText:
    block = PAGE[PAGE.index("<p>") + 3 : PAGE.index("</p>")]
    document = SourceDocument(
        digest=digest_bytes(PAGE.encode()),
        name="council.html",
        media_type="text/html",
        encoding="utf-8",
        encoding_basis="meta charset",
        title="Council: no headquarters there",
        published=None,
        main_text=(span(PAGE, block),),
    )
    return StoryText(document=document, text=PAGE)


def claims() -> tuple[Claim, ...]:
    story, page = write_story(), write_page()
    text, digest = story.text, story.document.digest
    office = Claim(
        id="c000000000001",
        document=digest,
        claimant="Defence Office of Veldania",
        claimant_role=None,
        quote_type=QuoteType.INDIRECT,
        source=(span(text, "The Defence Office of Veldania"),),
        cue=(span(text, "said on Tuesday that"),),
        content=(
            span(
                text,
                "its aircraft had hit eight targets of the Karst Brigade along Harbour "
                "Road in twenty strikes, and that a headquarters was destroyed",
            ),
        ),
        slots=(
            Slot(attr=SlotAttr.TARGET_COUNT, span=span(text, "eight targets"), value=8.0, unit="1"),
            Slot(
                attr=SlotAttr.STRIKE_COUNT,
                span=span(text, "twenty strikes"),
                range=(20.0, float("inf")),
                unit="1",
                quantifier=Quantifier.AT_LEAST,
            ),
            Slot(
                attr=SlotAttr.TARGET_GROUP, span=span(text, "Karst Brigade"), value="karst_brigade"
            ),
            Slot(
                attr=SlotAttr.PLACE, span=span(text, "Harbour Road in twenty"), value="Harbour Road"
            ),
            Slot(attr=SlotAttr.OUTCOME, span=span(text, "destroyed"), value="destroyed"),
        ),
    )
    oste = Claim(
        id="c000000000002",
        document=digest,
        claimant="Mira Oste",
        claimant_role="spokeswoman of the neighbouring republic",
        quote_type=QuoteType.DIRECT,
        source=(span(text, "Mira Oste"),),
        cue=(span(text, "told"),),
        content=(span(text, "They are hitting everyone who stands against the council"),),
        addressee=span(text, "the Evening Post"),
        slots=(
            Slot(
                attr=SlotAttr.TARGET_GROUP,
                span=span(text, "everyone who stands against the council"),
                value="everyone who stands against the council",
                quantifier=Quantifier.ALL,
            ),
        ),
        relations=(
            Relation(
                kind=RelationKind.CONTRADICTS,
                other="c000000000003",
                attr=SlotAttr.TARGET_GROUP,
                reason="“everyone” and “exclusively” cannot both hold.",
            ),
        ),
    )
    reyl = Claim(
        id="c000000000003",
        document=digest,
        claimant="Tam Reyl",
        claimant_role="Foreign envoy",
        quote_type=QuoteType.MIXED,
        source=(span(text, "Tam Reyl"),),
        cue=(span(text, "insisted that"),),
        content=(span(text, "the strikes were aimed “exclusively” at the Karst Brigade"),),
        slots=(
            Slot(
                attr=SlotAttr.TARGET_GROUP,
                span=span(text, "at the Karst Brigade"),
                value="karst_brigade",
                exclusive=True,
            ),
        ),
        relations=(
            Relation(
                kind=RelationKind.CONTRADICTS,
                other="c000000000002",
                attr=SlotAttr.TARGET_GROUP,
                reason="“everyone” and “exclusively” cannot both hold.",
            ),
        ),
    )
    halder = Claim(
        id="c000000000004",
        document=digest,
        claimant="Jon Halder",
        claimant_role="onlooker",
        quote_type=QuoteType.INDIRECT,
        source=(span(text, "the onlooker Jon Halder"),),
        cue=(span(text, "wrote that"),),
        content=(span(text, "the bombs seemingly missed their target by several metres"),),
        medium=span(text, "In a blog post"),
        hedges=(span(text, "seemingly"),),
        slots=(
            Slot(attr=SlotAttr.OUTCOME, span=span(text, "missed"), value="missed"),
            Slot(
                attr=SlotAttr.MISS_DISTANCE,
                span=span(text, "several metres"),
                vague="several",
                unit="m",
            ),
        ),
        relations=(
            Relation(
                kind=RelationKind.QUALIFIES,
                other="c000000000001",
                attr=SlotAttr.OUTCOME,
                reason="A miss by metres qualifies “destroyed”.",
            ),
        ),
    )
    council = Claim(
        id="c000000000005",
        document=page.document.digest,
        claimant="Town council",
        claimant_role=None,
        quote_type=QuoteType.INDIRECT,
        source=(span(PAGE, "The town council"),),
        cue=(span(PAGE, "said that"),),
        content=(
            span(
                PAGE,
                '<em>no</em> headquarters &amp; no depot stood on <a href="#">Harbour Road</a>',
            ),
        ),
        slots=(
            Slot(
                attr=SlotAttr.TARGET_TYPE,
                span=span(PAGE, "headquarters &amp;"),
                value="headquarters",
                polarity=Polarity.NEGATED,
            ),
        ),
    )
    return (office, oste, reyl, halder, council)


# ---- verdicts ------------------------------------------------------------------------------


def verdicts(found: tuple[Finding, ...]) -> tuple[Verdict, ...]:
    by_check = {finding.check: finding.id for finding in reversed(found)}
    office, halder, reyl = "c000000000001", "c000000000004", "c000000000003"
    rated = {
        (office, Part.WHERE): (Rating.SUPPORTED, 0.97, "place", Stance.SUPPORTS),
        (office, Part.WHO): (Rating.CONTRADICTED, 0.04, "control", Stance.CONTRADICTS),
        (office, Part.WHAT): (Rating.PARTLY_SUPPORTED, 0.5, "impacts", Stance.SUPPORTS),
        (office, Part.HOW_MANY): (Rating.UNPROVEN, None, "impacts", Stance.CONTRADICTS),
        (office, Part.AUTHENTIC): (Rating.PARTLY_SUPPORTED, None, "edits", Stance.CONTRADICTS),
        (reyl, Part.WHO): (Rating.CONTRADICTED, 0.04, "control", Stance.CONTRADICTS),
        (halder, Part.WHAT): (Rating.SUPPORTED, 0.93, "impacts", Stance.SUPPORTS),
    }
    return tuple(
        verdict(claim.id, part, rated.get((claim.id, part)), by_check)
        for claim in claims()
        for part in Part
    )


def verdict(
    claim: str,
    part: Part,
    rated: tuple[Rating, float | None, str, Stance] | None,
    by_check: dict[str, str],
) -> Verdict:
    links: tuple[EvidenceLink, ...] = ()
    if rated is None:
        rating, probability = Rating.NOT_CHECKABLE, None
        because = "The claim says nothing that footage of this kind could show."
    else:
        rating, probability, check, stance = rated
        because = f"The check {check} bears on it."
        links = (
            EvidenceLink(
                finding=by_check[check], claim=claim, part=part, stance=stance, reason=because
            ),
        )
    return Verdict(
        claim=claim,
        part=part,
        rating=rating,
        likelihood=None if probability is None else likelihood_of(probability),
        probability=probability,
        confidence=Confidence.LOW if rated is None else Confidence.MODERATE,
        confidence_reason="one clip, and one orthophoto",
        because=(because,),
        links=links,
        tried=("Registering the clip to the orthophoto.",) if rated else (),
        impossible=("The second clip has no recorded publication.",),
        would_change=("A second recording from another side.",),
    )


# ---- the case ------------------------------------------------------------------------------


def custody(*subjects: Digest) -> tuple[CustodyEvent, ...]:
    events: list[CustodyEvent] = []
    kinds = ["collected"] * len(subjects) + ["analysed", "judged"]
    previous = Digest("0" * 64)
    for sequence, kind in enumerate(kinds):
        body: dict[str, JsonValue] = {"sequence": sequence, "kind": kind, "previous": previous}
        events.append(
            CustodyEvent(
                sequence=sequence,
                kind=kind,
                subject=subjects[sequence] if sequence < len(subjects) else None,
                agent="purport check",
                tool_version="purport 0.1.0",
                occurred_utc=datetime(2031, 5, 8, 9, 0, tzinfo=UTC) + timedelta(seconds=sequence),
                details={},
                previous=previous,
                digest=digest_json(body),
            )
        )
        previous = events[-1].digest
    return tuple(events)


def write_case(clip: Digest, second: Digest, reference: Digest) -> CaseFile:
    found = findings(clip, second)
    container: JsonObject = {"container": "mov,mp4", "bit_rate": 400_000, "creation_time": None}
    centre = to_geographic(target_point())
    record = ItemRecord(
        digest=clip,
        name="harbour-road.mp4",
        size_bytes=123_456,
        url="https://example.org/clip",
        collector="A. Collector",
        retrieved=parse_stated_time("2031-05-08T09:00Z"),
        publication=Publication(
            published=parse_stated_time("2031-05-06"),
            basis="items sheet",
            publisher="Defence Office",
        ),
        claimed_place=ClaimedPlace(name="Harbour Road", point=centre),
        claimed_time=parse_stated_time("2031-05-06"),
        target=Target(outline=target_outline(), standard_uncertainty_m=1.0),
        references=(reference,),
    )
    bare = ItemRecord(digest=second, name="second.mp4", size_bytes=4_567, references=(reference,))
    mark = MarkRecord(
        id="m0123456789ab",
        item=clip,
        kind="impact",
        values={"frame": 25, "pixel": [256.0, 141.0]},
        author="Reviewer One",
        placed_utc=datetime(2031, 5, 8, 10, 0, tzinfo=UTC),
        note="Centre of the flash.",
    )
    return CaseFile(
        name="Harbour Road",
        date=parse_stated_time("2031-05-06"),
        stories=(write_story(), write_page()),
        items=(
            CaseItem(record=record, duration_s=10.0, frames=FRAMES, container=container),
            CaseItem(record=bare, duration_s=1.2, frames=12, container=container),
        ),
        claims=claims(),
        findings=found,
        not_run=(
            NotRun(
                check="impacts",
                item=second,
                missing=("a recorded publication: give --published DATE[,URL]",),
            ),
        ),
        marks=(mark,),
        verdicts=verdicts(found),
        faults=(
            Fault(
                subject="broken.mp4",
                kind="UnreadableMediaError",
                fault="is empty",
                remedy="Collect it again.",
            ),
        ),
        custody=custody(clip, second, reference),
        synthetic=True,
        notice="The place, the people and the events are fictional.",
    )


def bare_case() -> CaseFile:
    """A case in which nothing was given but its name."""
    none: tuple[()] = ()
    return CaseFile(
        name="Empty",
        date=None,
        stories=none,
        items=none,
        claims=none,
        findings=none,
        not_run=none,
        marks=none,
        verdicts=none,
        faults=none,
        custody=none,
    )


def story_only_case() -> CaseFile:
    """A story without footage."""
    document = write_story()
    own = tuple(claim for claim in claims() if claim.document == document.document.digest)
    return CaseFile(
        name="Story",
        date=None,
        stories=(document,),
        items=(),
        claims=own,
        findings=(),
        not_run=(NotRun(check="place", item=None, missing=("footage",)),),
        marks=(),
        verdicts=tuple(verdict(claim.id, part, None, {}) for claim in own for part in Part),
        faults=(),
        custody=(),
    )
