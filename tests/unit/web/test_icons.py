"""The icons in the package are what scripts/make-icons draws."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).parents[3]
ICONS = ROOT / "src" / "purport" / "web" / "static" / "icons"
SAFE_SHARE = 0.8
"""Share of a maskable icon's side that every system shows (W3C, Web Application Manifest)."""


def picture(path: Path) -> Any:  # noqa: ANN401 - an array of pixels
    """Return a picture's pixels, as whole numbers that can be subtracted."""
    read = cv2.imread(str(path))
    assert read is not None, path
    return read.astype(int)


def test_icons_are_those_of_the_script(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "make-icons", tmp_path], check=True)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted(path.name for path in ICONS.iterdir())
    for name in names:
        fresh, kept = picture(tmp_path / name), picture(ICONS / name)
        assert fresh.shape == kept.shape
        assert int(np.abs(fresh - kept).max()) <= 1, name


def test_nothing_of_the_sign_is_cut_off_by_a_round_mask() -> None:
    drawn = picture(ICONS / "maskable-512.png")
    side = drawn.shape[0]
    rows, columns = np.nonzero(np.abs(drawn - drawn[0, 0]).sum(axis=2) > 0)
    assert rows.size > 0
    far = np.hypot(rows - (side - 1) / 2, columns - (side - 1) / 2).max()
    assert far <= SAFE_SHARE * side / 2
