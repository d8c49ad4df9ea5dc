"""What a sealed case says of the machine on which it was checked."""

import re
from pathlib import Path

import pytest

from purport.seals.environment import _stated_model, describe_environment

LOCK = Path(__file__).parents[3] / "requirements" / "runtime.txt"

VIRTUAL = """\
processor\t: 0
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: {model}
model name\t: AMD EPYC
stepping\t: 1

processor\t: 1
model\t\t: 99
"""


def test_generations_of_one_name_are_told_apart() -> None:
    older, newer = (_stated_model(VIRTUAL.format(model=model)) for model in (1, 17))
    assert older == "AMD EPYC, cpu family 25, model 1, stepping 1"
    assert newer != older


def test_an_arm_processor_has_numbers_for_a_name() -> None:
    said = _stated_model("processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n")
    assert said == "CPU implementer 0x41, CPU part 0xd0c"


def test_routines_that_are_left_belong_to_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENCV_CPU_DISABLE", raising=False)
    whole = describe_environment().processor
    monkeypatch.setenv("OPENCV_CPU_DISABLE", "AVX2")
    assert describe_environment().processor == f"{whole}, OPENCV_CPU_DISABLE=AVX2"


def test_all_that_the_lock_file_has_is_named_also_what_an_extra_of_a_package_brings() -> None:
    named = {name for name, _ in describe_environment().packages}
    locked = set(
        re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    )
    extras = {name for name, _ in describe_environment().optional}
    assert "lxml-html-clean" in named  # asked for as lxml[html_clean]
    assert named == locked - extras
