"""Links are as uncertain as the copy's compression makes them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from purport.checks.impacts._linking import with_links_by_compression
from purport.media import Probe, probe_media
from purport.scene import Scene, analyse_scene
from purport.simulate import Camera, plain_script, procedural_ground, render


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, Probe]:
    ground = procedural_ground(3, size_m=120.0, gsd_m=0.5)
    camera = Camera(aim=ground.centre, gsd_m=0.5, drift_mps=(2.0, 0.0))
    script = replace(plain_script(ground, camera, duration_s=0.6), width_px=160, height_px=120)
    path: Path = tmp_path_factory.mktemp("filmed") / "clip.mp4"
    render(script, path)
    probe = probe_media(path)
    return analyse_scene(path, probe=probe), probe


@pytest.mark.parametrize(("bits", "factor"), [(0.03, 1.0), (0.12, 0.5), (1.0, 0.5), (0.005, 1.5)])
def test_a_poorer_copy_has_less_certain_links(
    filmed: tuple[Scene, Probe], bits: float, factor: float
) -> None:
    scene, probe = filmed
    pixels = scene.frames * scene.width_px * scene.height_px
    sized = replace(probe, size_bytes=round(bits * pixels / 8.0))
    found = with_links_by_compression(scene, sized).link_sd_px
    np.testing.assert_allclose(found, factor * scene.link_sd_px, rtol=0.01)
    assert scene.link_sd_px.max() > 0.0
