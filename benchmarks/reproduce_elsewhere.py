"""Are the numbers of sealed cases found again elsewhere: from the bag's own lock file, on others?

    python benchmarks/reproduce_elsewhere.py --work /tmp/elsewhere
    python benchmarks/reproduce_elsewhere.py --work /tmp/elsewhere --bag BAG

Seals the bundled case and a case of three simulated clips (and takes further bags), removes their
workspaces, and for each environment builds a virtual environment from the bag's own lock file and
its own wheel, with an empty home and no variable of ours, and runs `purport reproduce` there:

- *as locked*: nothing may differ;
- *other processor*: the same versions, but OpenCV, NumPy and OpenBLAS are told to leave the
  routines of newer processors;
- *other versions*: other releases of the numerical libraries, named in `OTHER`.

Needs a package index. A bag that does not agree makes the exit code 1.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from exam_main_job import make_clip

from purport.simulate import render, write_reference

ROAD = Path(__file__).parents[1] / "examples" / "harbour-road"
FIRST_SEED = 5_150_000
"""Of three clips that belong to no exam."""
OTHER = (
    "opencv-python-headless==4.13.0.92",
    "numpy==2.3.5",
    "scipy==1.16.3",
    "skyfield==1.54",
    "pyproj==3.7.1",
    "rasterio==1.4.3",
)
ELDER: Mapping[str, str] = {
    "OPENCV_CPU_DISABLE": "AVX512-SKX,AVX2,FP16,AVX",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL "
    "AVX2 FMA3 F16C",
    "OPENBLAS_CORETYPE": "Nehalem",
}


def seal(work: Path, out: Path, *words: str | Path) -> Path:
    """Check a case and seal it, as a user would, and throw its workspace away."""
    case = work / "case"
    surroundings = {**os.environ, "PURPORT_KEYS": str(work / "keys")}
    for line in (("check", *words, "--workspace", case), ("seal", case, out)):
        _run(sys.executable, "-m", "purport.cli", *line, surroundings=surroundings)
    shutil.rmtree(case)
    return out


def bundled_case(work: Path) -> Path:
    """Seal the bundled case."""
    given = ("--items", ROAD / "items.csv", "--control", ROAD / "control.geojson")
    rest = ("--target-area", ROAD / "target.geojson", "--date", "2019-03-13")
    return seal(work, work / "bundled", ROAD / "story.html", *given, *rest)


def three_clips(work: Path) -> Path:
    """Seal a case of three clips, each over a place of its own."""
    made = work / "clips"
    made.mkdir(parents=True, exist_ok=True)
    rows = []
    for index in range(3):
        clip = make_clip(FIRST_SEED, index, None)
        video, ortho = made / f"clip-{index}.mp4", made / f"reference-{index}.tif"
        truth = render(clip.script, video)
        write_reference(clip.reference, ortho, look=clip.look)
        (target, *_) = truth.targets
        rows.append(
            {
                "file": video.name,
                "publisher": "Nobody",
                "published": "2019-03-14",
                "target_lon": target.longitude_deg,
                "target_lat": target.latitude_deg,
                "target_sd_m": 0.5,
                "reference": ortho.name,
            }
        )
    with (made / "items.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return seal(work, work / "three", "--items", made / "items.csv")


def environment(bag: Path, at: Path, others: Sequence[str]) -> Path:
    """Build a virtual environment as the bag says; return its purport."""
    if not at.is_dir():
        _run(sys.executable, "-m", "venv", at)
        pip = (at / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check")
        given = bag / "data" / "environment"
        (wheel,) = given.glob("purport-*.whl")
        _run(*pip, "-r", given / "requirements.txt")
        _run(*pip, "--no-deps", wheel)
        if others:
            _run(*pip, "--no-deps", *others)
    return at / "bin" / "purport"


def _run(*words: str | Path, surroundings: Mapping[str, str] | None = None) -> None:
    subprocess.run(  # noqa: S603 - ourselves and pip
        list(map(str, words)), check=True, env=surroundings, stdout=subprocess.DEVNULL
    )


def reproduce(program: Path, bag: Path, home: Path, extra: Mapping[str, str]) -> dict[str, Any]:
    """Run a bag again with nothing of this user's."""
    home.mkdir(parents=True, exist_ok=True)
    surroundings = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **extra}
    began = time.perf_counter()
    told = subprocess.run(  # noqa: S603 - purport
        [str(program), "reproduce", str(bag), "--json"],
        check=False,
        capture_output=True,
        text=True,
        env=surroundings,
        cwd=home,
    )
    if told.returncode not in {0, 1}:
        raise RuntimeError(told.stderr)
    return {**json.loads(told.stdout), "wall_s": round(time.perf_counter() - began, 1)}


def summarise(name: str, place: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce what `purport reproduce` said to what the page of figures needs."""
    differing = [
        (record["name"], difference)
        for record in said["records"]
        if isinstance(record, dict)  # one that is the same is given by its name alone
        for difference in record["differences"]
    ]
    outside = [(record, one["path"]) for record, one in differing if not one["within"]]
    return {
        "case": name,
        "environment": place,
        "numbers": said["numbers"],
        "identical": said["identical"],
        "agrees": said["agrees"],
        "differ": len(differing),
        "by_tolerance": Counter(one["tolerance"] for _, one in differing),
        "outside": len(outside),
        "outside_paths": [f"{record}: {path}" for record, path in outside[:40]],
        "causes": [f"{one['what']}: {one['sealed']} > {one['found']}" for one in said["causes"]],
        "wall_s": said["wall_s"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--bag", type=Path, action="append", default=[], help="a further bag")
    parser.add_argument("--out", type=Path, help="where the records go, a line of JSON each")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    made = {"bundled": bundled_case, "three": three_clips}
    bags = {
        name: work / name if (work / name).is_dir() else make(work) for name, make in made.items()
    }
    bags |= {bag.name: bag.resolve() for bag in arguments.bag}
    places: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
        "as locked": ((), {}),
        "other processor": ((), ELDER),
        "other versions": (OTHER, {}),
    }
    agreed = True
    for place, (others, extra) in places.items():
        at = work / ("venv-others" if others else "venv")
        for name, bag in bags.items():
            program = environment(bag, at, others)
            row = summarise(name, place, reproduce(program, bag, work / "home", extra))
            print(json.dumps(row), flush=True)
            agreed = agreed and row["agrees"]
            if arguments.out is not None:
                with arguments.out.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row) + os.linesep)
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
