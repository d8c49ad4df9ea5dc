"""A sealed bag is checked by tools of others alone, by the four lines of docs/sealing.md."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from tests.unit.seals.conftest import SealedCase
from tests.unit.seals.forging import flip

from purport.seals import check_bag

DOCS = Path(__file__).parents[3] / "docs" / "sealing.md"
BAGIT = f"{sys.executable} -m bagit"


def four_lines() -> list[str]:
    """Read the lines from the page, so that they can't differ from it."""
    text = DOCS.read_text(encoding="utf-8")
    block = re.search(r"<!-- four lines -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert block is not None
    return block[1].replace("\\\n", " ").strip().splitlines()


def run(line: str, bag: Path) -> subprocess.CompletedProcess[str]:
    command = re.sub(r"^bagit\.py", BAGIT, line)
    return subprocess.run(  # noqa: S602 - the lines are meant for a shell
        command,
        shell=True,
        cwd=bag,
        check=False,
        capture_output=True,
        text=True,
    )


def test_there_are_four() -> None:
    tools = [line.split()[0] for line in four_lines()]
    assert tools == ["sha256sum", "bagit.py", "openssl", "openssl"]


@pytest.mark.parametrize("number", range(4))
def test_each_line_takes_the_bag(number: int, sealed_case: SealedCase) -> None:
    done = run(four_lines()[number], sealed_case.bag)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("number", "victim"),
    [
        (0, "data/custody.jsonl"),
        (1, "data/custody.jsonl"),
        (2, "manifest-sha256.txt"),
        (3, "tagmanifest-sha256.txt"),
    ],
)
def test_each_line_refuses_a_changed_one(
    number: int, victim: str, sealed_case: SealedCase, tmp_path: Path
) -> None:
    bag = tmp_path / "bag"
    shutil.copytree(sealed_case.bag, bag)
    flip(bag / victim)
    assert run(four_lines()[number], bag).returncode != 0


def test_every_line_of_records_follows_its_schema(sealed_case: SealedCase) -> None:
    import json  # noqa: PLC0415 - for this test alone

    data = sealed_case.bag / "data"
    held = [*(data / "records").glob("*.jsonl"), data / "custody.jsonl"]
    lines = 0
    for path in held:
        schema = json.loads((data / f"schemas/{path.stem}.schema.json").read_bytes())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for line in path.read_text(encoding="utf-8").splitlines():
            validator.validate(json.loads(line))
            lines += 1
    assert lines > 50


def test_a_bag_is_plain_bagit(sealed_case: SealedCase) -> None:
    bag = check_bag(sealed_case.bag)
    assert (bag.faults, bag.warnings, bag.version) == ([], (), (1, 0))
