import subprocess
import sys

import pytest

import purport.casework


def test_every_public_name_can_be_had() -> None:
    assert all(hasattr(purport.casework, name) for name in purport.casework.__all__)
    assert len(set(purport.casework.__all__)) == len(purport.casework.__all__)


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'aim'"):
        _ = purport.casework.aim  # type: ignore[attr-defined]  # the point of the test


def test_reading_a_workspace_waits_for_no_vision_library() -> None:
    code = (
        "import sys; from purport.casework import Workspace, case_file, mark, verify_workspace\n"
        "sys.exit(bool({'av', 'cv2', 'dask', 'rasterio', 'trafilatura'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
