"""Texture that is lost behind smoke of the ground's own tone."""

import numpy as np

from purport.checks.impacts._structure import find_lost_texture

GENERATOR = np.random.default_rng(4)
GROUND = np.kron(GENERATOR.integers(60, 180, (45, 80)), np.ones((4, 4))).astype(np.uint8)
VALID = np.ones(GROUND.shape, dtype=np.bool_)


def test_smoke_of_the_grounds_own_tone_is_seen() -> None:
    smoked = GROUND.copy()
    smoked[60:120, 100:200] = 120
    lost = find_lost_texture(GROUND, smoked, VALID)
    assert lost[70:110, 110:190].mean() > 0.9
    assert lost[:50].mean() < 0.02


def test_gain_and_exposure_lose_no_texture() -> None:
    darker = (GROUND * 0.5 + 20).astype(np.uint8)
    assert not find_lost_texture(GROUND, darker, VALID).any()


def test_what_is_not_seen_is_not_lost() -> None:
    hidden = VALID.copy()
    hidden[:, 100:200] = False
    smoked = np.full_like(GROUND, 120)
    assert not find_lost_texture(GROUND, smoked, hidden)[:, 100:200].any()
