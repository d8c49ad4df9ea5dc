"""Simulated clips that defeat Purport, each with its picture and the answer that it gives.

    python benchmarks/failures.py            # prints what Purport answers
    python benchmarks/failures.py --write    # also writes docs/failures.md and its pictures

Each clip is short and changes one thing of a plain one that is answered rightly (the first). They
are chosen to fail, or to be refused: nothing follows from them about how often that happens, for
which there are the exams. What happened stands beside the answer, as the simulator knows it.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from purport.checks.contract import Evidence, ReferenceSource
from purport.checks.impacts import ImpactsCheck
from purport.checks.place import PlaceCheck
from purport.core.case import ItemRecord, Publication, Target
from purport.core.digests import digest_file
from purport.core.findings import Finding
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint, MapPoint, to_geographic
from purport.media import decode_pictures, probe_media
from purport.scene import analyse_scene
from purport.simulate import (
    Camera,
    Encoding,
    Ground,
    GroundStyle,
    Modality,
    Overlay,
    ReferenceLook,
    ReliefPlan,
    Script,
    Segment,
    Sensor,
    Strike,
    procedural_ground,
    render,
    write_reference,
)

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "failures.md"
PICTURES = ROOT / "docs" / "images" / "failures"
SEED = 31
SIZE_M = 330.0
GSD_M = 0.3
PICTURE_WIDTH_PX = 480

HEAD = """# What defeats it

<!-- Written by benchmarks/failures.py --write; change the script, not this page. -->

Simulated clips that Purport cannot answer, or answers wrongly, each with a picture of it, what
happened, and what Purport said. Every clip but the first, which is answered rightly, changes one
thing. They were chosen for their difficulty; how often each kind occurs is another question, and
the exams in [benchmarks](benchmarks.md) speak to it.
`python benchmarks/failures.py --write` makes this page from a run.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A clip, and what is to be known of it."""

    name: str
    title: str
    happened: str
    remedy: str
    script: Script
    mapped: Ground
    look: ReferenceLook = field(default_factory=lambda: ReferenceLook(gsd_m=0.4, seed=SEED))
    shown_s: float = 1.3


def ground(*, sun_deg: float = 140.0, season: float = 0.5) -> Ground:
    """Make the place that nearly all clips show."""
    return procedural_ground(SEED, size_m=SIZE_M, gsd_m=0.2, sun_azimuth_deg=sun_deg, season=season)


def plain() -> Failure:
    """Return the clip that is answered rightly."""
    filmed = ground()
    east, north = filmed.centre
    camera = Camera(
        aim=(east, north),
        gsd_m=GSD_M,
        obliquity_deg=30.0,
        heading_deg=40.0,
        drift_mps=(1.5, 0.5),
        jitter_px=0.8,
        seed=SEED,
        sensor=Sensor(saturation_frames=2),
    )
    script = Script(
        ground=filmed,
        cameras=(camera,),
        edit=(Segment(duration_s=3.0),),
        strikes=(Strike(time_s=1.0, place=(east + 6.0, north + 4.0), size_m=6.0, seed=SEED),),
        targets=((east, north),),
        encoding=Encoding(crf=24),
        seed=SEED,
    )
    return Failure(
        name="plain",
        title="The plain clip",
        happened="One strike, 7.2 m from the target, filmed from 30° off the vertical.",
        remedy="Nothing to do.",
        script=script,
        mapped=ground(sun_deg=170.0, season=0.4),
    )


def _with_camera(base: Failure, **changes: object) -> Script:
    (camera,) = base.script.cameras
    return replace(base.script, cameras=(replace(camera, **changes),))  # type: ignore[arg-type]


def featureless(base: Failure) -> Failure:
    """Film sand, on which nothing can be told apart."""
    picture = cv2.GaussianBlur(base.script.ground.picture, (0, 0), 60)
    grain = np.random.default_rng(SEED).normal(0.0, 3.0, picture.shape[:2])
    bare = np.clip(picture + cv2.GaussianBlur(grain, (0, 0), 2.0)[..., None], 0, 255)
    sand = replace(base.script.ground, picture=bare.astype(np.uint8))
    return replace(
        base,
        name="sand",
        title="Sand",
        happened="The right place, but neither film nor orthophoto shows anything to hold on to.",
        remedy="Control points placed by a person, or a wider view of the same moment.",
        script=replace(base.script, ground=sand),
        mapped=sand,
    )


def coarse(base: Failure) -> Failure:
    """Give an orthophoto that is far too coarse."""
    return replace(
        base,
        name="coarse",
        title="An orthophoto of 6 m to a pixel",
        happened="The right place; one pixel of the orthophoto is as large as a house.",
        remedy="An orthophoto of a metre to a pixel, or better.",
        look=ReferenceLook(gsd_m=6.0, seed=SEED),
    )


def mirrored(base: Failure) -> Failure:
    """Publish the clip mirrored."""
    flipped = replace(
        base.script.ground,
        picture=np.ascontiguousarray(base.script.ground.picture[:, ::-1]),
    )
    return replace(
        base,
        name="mirrored",
        title="Mirrored footage",
        happened="The right place, but left and right were exchanged before it was published.",
        remedy="Find the original; mirrored footage is not placed.",
        script=replace(base.script, ground=flipped),
    )


def together(base: Failure) -> Failure:
    """Let two strikes land side by side in the same instant."""
    (strike,) = base.script.strikes
    east, north = strike.place
    other = replace(strike, place=(east + 3.0, north), seed=SEED + 1)
    return replace(
        base,
        name="together",
        title="Two strikes in one flash",
        happened="Two strikes, 3 m apart, in the same frame.",
        remedy="Footage from another angle, or pictures of the ground afterwards.",
        script=replace(base.script, strikes=(strike, other)),
    )


def smoke(base: Failure) -> Failure:
    """Let the second strike land in the smoke of the first."""
    (strike,) = base.script.strikes
    east, north = strike.place
    first = replace(strike, size_m=14.0, smoke_s=12.0, wind_mps=(0.0, 0.0))
    second = replace(strike, time_s=2.0, size_m=2.5, place=(east + 1.0, north), seed=SEED + 1)
    return replace(
        base,
        name="smoke",
        title="A strike behind smoke",
        happened="A small second strike a second after the first, in the midst of its smoke.",
        remedy="Infrared footage, or footage from upwind.",
        script=replace(base.script, strikes=(first, second), edit=(Segment(duration_s=3.6),)),
        shown_s=2.12,
    )


def beneath(base: Failure) -> Failure:
    """Let the strike land beneath burnt-in graphics."""
    east, north = base.script.targets[0]
    (strike,) = base.script.strikes
    return replace(
        base,
        name="beneath",
        title="Beneath the crosshair",
        happened="A small strike exactly beneath the arms of a burnt-in crosshair.",
        remedy="The interval is wider for it; a version without graphics would narrow it.",
        script=replace(
            base.script,
            strikes=(replace(strike, place=(east + 1.5, north + 0.8), size_m=2.2),),
            overlay=Overlay(crosshair=True, symbology=True, clock=True),
        ),
    )


def displaced(base: Failure) -> Failure:
    """Give an orthophoto that is not where it says it is."""
    return replace(
        base,
        name="displaced",
        title="An orthophoto that is not where it says",
        happened="The strike is 7.2 m from the target. The orthophoto is 5 m off and states 0.3 m.",
        remedy="A second orthophoto: what they say is compared. An accuracy that was measured.",
        look=replace(base.look, shift_m=(4.0, 3.0)),
    )


def street(base: Failure) -> Failure:
    """Let the strike hit a street of a town of tall houses, seen from the side."""
    town = procedural_ground(
        8,
        size_m=SIZE_M,
        gsd_m=0.2,
        style=GroundStyle.TOWN,
        relief=ReliefPlan(building_height_m=(9.0, 14.0)),
    )
    east, north = town.centre
    camera = replace(base.script.cameras[0], aim=(east, north), obliquity_deg=55.0)
    script = replace(
        base.script,
        ground=town,
        cameras=(camera,),
        strikes=(replace(base.script.strikes[0], place=(east + 6.0, north + 4.0)),),
        targets=((east, north),),
    )
    return replace(
        base,
        name="street",
        title="A street between tall houses",
        happened="One strike on a street, 7.2 m from the target, seen from 55° off the vertical.",
        remedy="Heights of the surface (--terrain), or footage from nearer to straight above.",
        script=script,
        mapped=town,
    )


def pale_dust(base: Failure) -> Failure:
    """Let the strike raise nothing but dust of the ground's own tone."""
    (strike,) = base.script.strikes
    quiet = replace(strike, flash=0.0, fire=0.0, smoke_tone=1.0, smoke_heat=0.0, size_m=3.0)
    return replace(
        base,
        name="dust",
        title="A little dust and no flash",
        happened="One small strike that raises dust as bright as the ground, and no flash.",
        remedy="A person has to look; pictures of the ground afterwards.",
        script=replace(base.script, strikes=(quiet,)),
    )


def ruined_by_compression(base: Failure) -> Failure:
    """Compress until little is left."""
    filmed = _with_camera(
        base,
        sensor=Sensor(modality=Modality.BLACK_HOT, noise_sd=9.0, blur_px=2.5, saturation_frames=2),
        obliquity_deg=62.0,
    )
    return replace(
        base,
        name="compressed",
        title="Unsharp, oblique, and compressed to blocks",
        happened="The right place from 62° off the vertical in noisy black-hot infrared at CRF 46.",
        remedy="An earlier, better copy of the clip; control points placed by a person.",
        script=replace(filmed, encoding=Encoding(crf=46)),
    )


VARIATIONS: tuple[Callable[[Failure], Failure], ...] = (
    featureless,
    coarse,
    mirrored,
    ruined_by_compression,
    together,
    smoke,
    beneath,
    pale_dust,
    displaced,
    street,
)


def answer(failure: Failure, folder: Path) -> tuple[Finding, Finding, np.ndarray]:
    """Render a clip and return the findings of place and impacts with a picture of it."""
    video, ortho = folder / f"{failure.name}.mp4", folder / f"{failure.name}.tif"
    render(failure.script, video)
    write_reference(failure.mapped, ortho, look=failure.look)
    probe = probe_media(video)
    scene = analyse_scene(video, probe=probe)
    item = ItemRecord(
        digest=digest_file(video),
        name=video.name,
        size_bytes=video.stat().st_size,
        publication=Publication(published=parse_stated_time("2019-03-14"), basis="simulated"),
        target=Target(point=_geographic(failure)),
    )
    evidence = Evidence(
        item=item,
        path=video,
        probe=probe,
        load_scene=lambda: scene,
        references=(ReferenceSource(digest=digest_file(ortho), path=ortho, accuracy_m=0.3),),
    )
    (place,) = PlaceCheck().run(evidence)
    (impacts,) = ImpactsCheck().run(replace(evidence, earlier=(place,)))
    shown = min(round(failure.shown_s * float(failure.script.rate)), scene.frames - 1)
    (picture,) = decode_pictures(video, probe=probe, indices=[shown])
    return place, impacts, picture.bgr


def _geographic(failure: Failure) -> GeoPoint:
    east, north = failure.script.targets[0]
    return to_geographic(MapPoint(easting_m=east, northing_m=north, crs=failure.script.ground.crs))


def in_words(failure: Failure, place: Finding, impacts: Finding) -> str:
    """Return the part of the page that is about one clip."""
    return f"""
## {failure.title}

![{failure.title}](images/failures/{failure.name}.jpg)

- **What happened.** {failure.happened}
- **Place:** `{place.answer}`. {place.reason}
- **Impacts:** `{impacts.answer}`. {impacts.reason}
- **What would help.** {failure.remedy}
"""


def main() -> None:
    """Run all clips; with --write make the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/failures.md")
    options = parser.parse_args()
    base = plain()
    parts = [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        for failure in (base, *(vary(base) for vary in VARIATIONS)):
            place, impacts, picture = answer(failure, Path(folder))
            part = in_words(failure, place, impacts)
            print(part, flush=True)
            parts.append(part)
            if options.write:
                PICTURES.mkdir(parents=True, exist_ok=True)
                height = round(picture.shape[0] * PICTURE_WIDTH_PX / picture.shape[1])
                small = cv2.resize(
                    picture, (PICTURE_WIDTH_PX, height), interpolation=cv2.INTER_AREA
                )
                target = PICTURES / f"{failure.name}.jpg"
                cv2.imwrite(str(target), small, [cv2.IMWRITE_JPEG_QUALITY, 82])
    if options.write:
        PAGE.write_text("".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
