"""What is shown again is found with its seconds; what only looks alike is not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from purport.checks.reuse import Archive, Found, Rules, VideoPrint, print_video
from purport.checks.reuse._tracing import Candidate, Pairing
from purport.checks.reuse.aligning import verify
from purport.core.digests import digest_bytes
from purport.media import probe_media

Films = dict[str, Path]
Search = Callable[..., list[Found]]


@pytest.fixture(scope="module")
def asked(films: Films) -> Callable[[str], VideoPrint]:
    kept: dict[str, VideoPrint] = {}

    def ask(name: str) -> VideoPrint:
        if name not in kept:
            path = films[name]
            kept[name] = print_video(path, probe=probe_media(path), asking=True)
        return kept[name]

    return ask


@pytest.fixture(scope="module")
def search(
    films: Films, asked: Callable[[str], VideoPrint], tmp_path_factory: pytest.TempPathFactory
) -> Search:
    archives: dict[tuple[str, ...], Archive] = {}

    def look(name: str, *among: str, made: VideoPrint | None = None) -> list[Found]:
        if among not in archives:
            archive = archives[among] = Archive(tmp_path_factory.mktemp("index"))
            for other in among:
                path = films[other]
                archive.keep_print(
                    digest_bytes(other.encode()), print_video(path, probe=probe_media(path))
                )
            archive.add([(digest_bytes(other.encode()), other) for other in among])
        return archives[among].search(made or asked(name), Rules())

    return look


@pytest.mark.parametrize(
    ("name", "mirrored", "inverted", "speed"),
    [
        ("part", False, False, 1.0),
        ("mirrored", True, False, 1.0),
        ("negative", False, True, 1.0),
        ("cropped", False, False, 1.0),
        ("boxed", False, False, 1.0),
        ("logo", False, False, 1.0),
        ("inset", False, False, 1.0),
        ("fast", False, False, 2.0),
    ],
)
def test_a_changed_part_is_found_with_its_seconds(
    search: Search, name: str, *, mirrored: bool, inverted: bool, speed: float
) -> None:
    (found,) = search(name, "whole", "elsewhere")
    assert found.item.name == "whole"
    stretch = found.stretch
    assert (stretch.mirrored, stretch.inverted) == (mirrored, inverted)
    assert stretch.speed == pytest.approx(speed, rel=0.02)
    assert stretch.other_start_s == pytest.approx(3.04, abs=0.2)
    assert stretch.other_end_s == pytest.approx(8.0, abs=0.2)


def test_a_crop_is_placed_where_it_was_cut(search: Search) -> None:
    (found,) = search("cropped", "whole", "elsewhere")
    left, top, right, bottom = found.stretch.part
    scale = (found.stretch.other_part[2] - found.stretch.other_part[0]) / (right - left)
    shift = found.stretch.other_part[0] - scale * left
    assert scale == pytest.approx(254 / 320, abs=0.01)
    assert shift == pytest.approx(66 / 320, abs=0.01)
    assert 0.0 <= top < bottom <= 1.0


def test_a_match_within_an_inset_is_placed_in_the_whole_picture(
    search: Search, asked: Callable[[str], VideoPrint]
) -> None:
    made = asked("inset")
    ((box, _),) = made.insets
    nothing = [
        replace(one, points=one.points[:0], descriptors=one.descriptors[:0])
        for one in made.features
    ]
    blank = replace(
        made,
        features=tuple(nothing),
        mirrored=tuple(nothing),
        structure=np.zeros_like(made.structure),
    )
    (found,) = search("inset", "whole", "elsewhere", made=blank)
    left, top, right, bottom = found.stretch.part
    assert box.left - 0.01 <= left < right <= box.right + 0.01
    assert box.top - 0.01 <= top < bottom <= box.bottom + 0.01
    assert found.stretch.other_start_s == pytest.approx(3.04, abs=0.2)


def test_the_ends_of_an_embedded_part_are_found(search: Search) -> None:
    (found,) = search("embedded", "whole", "elsewhere")
    assert found.stretch.start_s == pytest.approx(30 / 12.5, abs=0.4)
    assert found.stretch.end_s == pytest.approx(92 / 12.5, abs=0.4)
    assert found.stretch.other_start_s == pytest.approx(3.04, abs=0.4)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("whole", "other_flight"),
        ("whole", "again"),
        ("whole", "elsewhere"),
        ("still", "still_again"),
        ("black", "black"),
        ("black", "whole"),
    ],
)
def test_what_only_looks_alike_matches_nothing(search: Search, name: str, other: str) -> None:
    assert search(name, other) == []


@pytest.fixture(scope="module")
def pairing(films: Films, asked: Callable[[str], VideoPrint]) -> Pairing:
    whole = print_video(films["whole"], probe=probe_media(films["whole"]))
    return Pairing(asking=asked("part"), kept=whole)


GUESS = Candidate(lag_s=3.3, speed=1.05, mirrored=False, negative=False, start_s=0.0, end_s=4.96)


def test_a_rough_guess_is_made_exact(pairing: Pairing) -> None:
    stretch = verify(pairing, GUESS, Rules())
    assert stretch is not None
    assert stretch.other_start_s == pytest.approx(3.04, abs=0.05)
    assert stretch.speed == pytest.approx(1.0, abs=0.005)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(shortest_s=6.0),
        Rules(spread_px=(0.0, 0.0, 0.0)),
        Rules(least_alike=1.0),
        Rules(jitter=0.0),
        Rules(unlike_elsewhere=0.0),
        Rules(doubt=0.0),
        Rules(fewest_keys=99),
        Rules(least_change=9.0),
    ],
)
def test_every_rule_can_refuse(pairing: Pairing, rules: Rules) -> None:
    assert verify(pairing, GUESS, rules) is None
