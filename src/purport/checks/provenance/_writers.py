"""Who wrote the file: names of software and devices, and since when they can have existed.

Dates are those from which no file can be older that carries the name, chosen on the early side.

References:
    FFmpeg, libavformat/version_major.h in its history (first commits of each major version).
    Apple, release history of iOS (first public betas, June of each year). Android, release history
    (first developer previews). Standards: H.264 May 2003, HEVC April 2013, VP9 June 2013, AV1 March
    2018.
"""

import re
from datetime import UTC, datetime

__all__ = ["format_earliest", "is_rewriter", "norm_make", "software_earliest"]

_LAVF_SINCE = {
    52: (2008, 1), 53: (2011, 1), 54: (2012, 1), 55: (2013, 1), 56: (2014, 6), 57: (2015, 6),
    58: (2017, 9), 59: (2021, 3), 60: (2023, 1), 61: (2024, 1), 62: (2025, 1),
}  # fmt: skip
_LAVF = re.compile(r"\bLavf(\d{2})\.\d+\.\d+")
_IOS_NUMBERED_BY_YEAR = 26
_IOS = re.compile(r"^(\d{1,2})\.\d+(?:\.\d+)?$")
_ANDROID_SINCE = {5: 2014, 6: 2015, 7: 2016, 8: 2017, 9: 2018, 10: 2019, 11: 2020, 12: 2021,
                  13: 2022, 14: 2023, 15: 2024, 16: 2024}  # fmt: skip
_CODECS_SINCE = {
    "avc1": (2003, 5), "avc3": (2003, 5), "hvc1": (2013, 1), "hev1": (2013, 1), "av01": (2018, 3),
    "vp09": (2013, 6), "V_VP9": (2013, 6), "V_AV1": (2018, 3), "V_VP8": (2010, 5),
    "V_MPEG4/ISO/AVC": (2003, 5), "V_MPEGH/ISO/HEVC": (2013, 1),
}  # fmt: skip
_REWRITERS = re.compile(
    r"\bLavf|\bLavc|ffmpeg|handbrake|mencoder|gpac|mp4box|mp4v2|mkvmerge|libebml|shotcut|kdenlive"
    r"|openshot|virtualdub|avidemux|premiere|adobe|after effects|media encoder|final cut|imovie"
    r"|davinci|resolve|vegas|mainconcept|compressor|transmageddon|google inc|youtube|twitter|vork"
    r"|facebook|instagram|whatsapp|telegram|tiktok|capcut|inshot|videolan|vlc|bento4|shaka"
    r"|isom-writer|quicktime player|losslesscut|camtasia|obs-|obs studio|gstreamer|mediainfo"
    r"|^VideoHandler$|^SoundHandler$",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"apple|iphone|samsung|huawei|xiaomi|oneplus|google|pixel|sony|canon|nikon|panasonic|gopro|dji"
    r"|fujifilm|olympus|motorola|nokia|lg|oppo|vivo|honor|parrot|autel",
    re.IGNORECASE,
)
_SAME = {"iphone": "apple", "pixel": "google"}


def is_rewriter(text: str) -> bool:
    """Tell whether this names software that writes other devices' footage anew.

    Examples:
        >>> is_rewriter("Lavf58.29.100"), is_rewriter("Core Media Video")
        (True, False)
    """
    return _REWRITERS.search(text) is not None


def norm_make(text: str) -> str:
    """Return a maker's name as it can be compared.

    Examples:
        >>> norm_make("Apple Inc."), norm_make("samsung SM-G991B")
        ('apple', 'samsung')
    """
    match = _MAKES.search(text)
    if match is None:
        return " ".join(text.lower().split())
    name = match.group(0).lower()
    return _SAME.get(name, name)


def software_earliest(key: str, text: str) -> datetime | None:
    """Return since when software of this name can have existed; None when that is not known.

    Args:
        key: Name of the tag: a bare number is a version of iOS only where Apple writes it.
        text: What the tag says.

    Examples:
        >>> software_earliest("encoder", "Lavf58.29.100").year
        2017
        >>> software_earliest("com.apple.quicktime.software", "17.1.2").year
        2023
    """
    match = _LAVF.search(text)
    if match is not None:
        return _month(_LAVF_SINCE.get(int(match.group(1))))
    name = key.lower()
    apple = (
        _IOS.match(text.strip()) if "apple.quicktime.software" in name or name == "©swr" else None
    )
    if apple is not None:
        major = int(apple.group(1))
        if major >= _IOS_NUMBERED_BY_YEAR:
            return _month((2000 + major - 1, 6))
        return _month((2006 + major, 6)) if 4 <= major <= 18 else None  # noqa: PLR2004 - known ones
    if name == "com.android.version" and text.strip().split(".")[0].isdigit():
        year = _ANDROID_SINCE.get(int(text.strip().split(".")[0]))
        return None if year is None else _month((year, 1))
    return None


def format_earliest(codec: str) -> datetime | None:
    """Return since when a way of coding can have existed; None when that is not known."""
    return _month(_CODECS_SINCE.get(codec))


def _month(since: tuple[int, int] | None) -> datetime | None:
    return None if since is None else datetime(since[0], since[1], 1, tzinfo=UTC)
