"""A part of the border under fire, always on; benchmarks/fuzz_media.py does 10,000 runs."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "fuzz_media.py"
BLOCKS, BLOCK = 4, 15


@pytest.fixture(scope="module")
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_media", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def seeds(fuzz: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made: list[Path] = fuzz.write_seeds(tmp_path_factory.mktemp("seeds"))
    assert len(made) >= 10
    return made


def test_the_seeds_themselves_are_read(fuzz: ModuleType, seeds: list[Path]) -> None:
    for seed in seeds:
        assert fuzz.read_everything(seed)["decode"] == "read", seed.name


@pytest.mark.parametrize("block", range(BLOCKS))
def test_mutated_files_are_read_or_refused(
    fuzz: ModuleType, seeds: list[Path], tmp_path: Path, block: int
) -> None:
    for number in range(block * BLOCK, (block + 1) * BLOCK):
        seed = seeds[number % len(seeds)]
        path = tmp_path / f"{number}{seed.suffix}"
        path.write_bytes(fuzz.mutate(seed.read_bytes(), number))
        told = fuzz.read_everything(path)
        broken = {door: what for door, what in told.items() if what.startswith(("bug", "escaped"))}
        assert broken == {}, (number, seed.name)


def test_a_mutation_is_the_same_each_time(fuzz: ModuleType, seeds: list[Path]) -> None:
    content = seeds[0].read_bytes()
    assert fuzz.mutate(content, 5) == fuzz.mutate(content, 5) != content
