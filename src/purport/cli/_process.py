"""How the process is set up before anything large is loaded: threads of algebra, memory kept."""

import ctypes
import os

__all__ = ["settle_process"]

_SETTINGS = {
    # NumPy's matrices are small here: threads that wait for each other took half of the time, and
    # changed last digits. It is read once, when NumPy is loaded.
    "OPENBLAS_NUM_THREADS": "1",
    # OpenCV's threads would wait for work by turning round thousands of times, on cores that other
    # threads of ours could use: a tenth of the time of a check on two cores.
    "OPENCV_THREAD_POOL_ACTIVE_WAIT_MAIN": "0",
    "OPENCV_THREAD_POOL_ACTIVE_WAIT_WORKER": "0",
    # Read by the C library when a worker process starts; this process is told below.
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
}
_PARAMETERS = {"MALLOC_MMAP_THRESHOLD_": -3, "MALLOC_TRIM_THRESHOLD_": -1}
"""M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of glibc's malloc.h."""


def settle_process() -> None:
    """Set up this process and those that it starts; what the user has set stays.

    Pictures of up to 4 MiB come out of memory that is kept, so that its pages need not be mapped
    again for each; larger ones go back at once, so that they don't add up. Only glibc is told.
    """
    ours = {name: value for name, value in _SETTINGS.items() if name not in os.environ}
    os.environ.update(ours)
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is None:
        return
    for name, parameter in _PARAMETERS.items():
        if name in ours:
            tell(parameter, int(ours[name]))
