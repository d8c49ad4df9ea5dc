"""Clips over hills, laid on the map without and with heights of the ground.

    python benchmarks/hills.py 402 417 422 428 432

Each number is a development question of part `ellipses` of the exam of place and impacts, filmed
over rolling ground of 12 m from the lowest to the highest point, which the flat ground of the exam
is not. The place check runs without and with a terrain model (2 m, exact, stated as good to
0.2 m); then, as the impacts check does, 16 lines of sight are followed from the plane to the
ground of that model. What is printed is how far the points lie from the true ones.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from exam_place_impacts_ask import _evidence
from exam_place_impacts_mix import Part, Question, make_question

from purport.checks.contract import TerrainSource
from purport.checks.impacts._ground import ShotMap
from purport.checks.impacts._lifting import signed_lean
from purport.checks.impacts._surface import Surface, _meet, read_surface
from purport.checks.place import PlaceCheck
from purport.checks.place._relief import find_lean
from purport.core.digests import digest_file
from purport.core.homographies import GroundHomography
from purport.core.records import from_json
from purport.media import probe_media
from purport.scene import analyse_scene
from purport.simulate import Relief, render, write_reference, write_terrain
from purport.simulate._relief import HeightField, rolling_terrain

_RELIEF_M, _LENGTH_M = 12.0, 90.0
_SHARES = np.linspace(0.15, 0.85, 4)
_HEIGHTS_M = np.arange(_RELIEF_M, -_RELIEF_M, -0.02)


def try_question(index: int) -> None:
    """Film a question over hills and print its errors without and with heights."""
    question = _over_hills(make_question("dev", Part.ELLIPSES, index), index)
    terrain = question.script.ground.relief.terrain
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        video, ortho, model = (folder / each for each in ("clip.mp4", "map.tif", "heights.tif"))
        truth = render(question.script, video)
        scene = analyse_scene(video, probe=probe_media(video))
        write_reference(question.reference, ortho, look=question.look)
        write_terrain(question.script.ground, model, gsd_m=2.0)
        source = TerrainSource(digest=digest_file(model), path=model, accuracy_m=0.2)
        evidence = _evidence(question, truth, scene, video=video, ortho=ortho)
        for label, given in (("without", None), ("with", source)):
            (place,) = PlaceCheck().run(replace(evidence, terrain=given))
            if not place.values["ground"]:
                print(index, label, place.answer)
                continue
            stretch = place.values["ground"][0]
            to_map = np.array(truth.frames[stretch["anchor"]].to_map)
            homography = from_json(GroundHomography, stretch["homography"])
            size = (question.script.width_px, question.script.height_px)
            shot_map = ShotMap(anchor=stretch["anchor"], homography=homography)
            surface = read_surface(source, shot_map, size=size)
            shift = np.array(question.look.shift_m)
            errors = [
                np.hypot(*(_stated(homography, surface, pixel) - place_m - shift))
                for pixel, place_m in _true_points(homography, to_map, terrain, size)
            ]
            print(
                f"{index} {label} heights, {question.script.cameras[0].obliquity_deg:.0f} deg: "
                f"median {np.median(errors):.2f} m, largest {np.max(errors):.2f} m",
                flush=True,
            )


def _over_hills(question: Question, index: int) -> Question:
    ground = question.script.ground
    terrain = rolling_terrain(
        index,
        west_m=ground.west_m,
        north_m=ground.north_m,
        side_m=ground.picture.shape[0] * ground.gsd_m,
        relief_m=_RELIEF_M,
        length_m=_LENGTH_M,
    )
    hilly = replace(ground, relief=Relief(terrain=terrain))
    return replace(question, script=replace(question.script, ground=hilly))


def _true_points(
    homography: GroundHomography, to_map: np.ndarray, terrain: HeightField, size: Sequence[int]
) -> list[tuple[tuple[float, float], np.ndarray]]:
    """Return pixels and where their true lines of sight first meet the hills."""
    back = np.eye(3)
    back[:2, 2] = -np.array(homography.origin_m)
    matrix = back @ to_map @ np.linalg.inv(np.array(homography.normalisation))
    matrix = matrix / matrix[2, 2]
    lean = find_lean(matrix, np.zeros((8, 8)))
    pixels = [(x, y) for x in _SHARES * (size[0] - 1) for y in _SHARES * (size[1] - 1)]
    if lean is None:
        return []
    found = []
    for pixel in pixels:
        x, y, w = to_map @ np.array([*pixel, 1.0])
        flat = np.array([x / w, y / w])
        along = lean.at((flat + back[:2, 2])[None], matrix[:2, 2])[0]
        points = flat - _HEIGHTS_M[:, None] * along
        reached = terrain.at(points[:, 0], points[:, 1]) >= _HEIGHTS_M
        found.append((pixel, points[int(np.argmax(reached))]))
    return found


def _stated(
    homography: GroundHomography, surface: Surface | None, pixel: tuple[float, float]
) -> np.ndarray:
    """Return where the checks put a pixel: from the plane along the line of sight."""
    point = homography.project(pixel, pixel_covariance=np.zeros((2, 2)))
    flat = np.array([point.easting_m, point.northing_m])
    lean = signed_lean(homography, pixel)
    height = None if lean is None or surface is None else _meet(surface, flat, lean)
    return flat if height is None else flat - lean * height


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=int, nargs="+")
    cv2.setNumThreads(1)
    for number in parser.parse_args().questions:
        try_question(number)
