"""Burnt-in graphics, among them the SYNTHETIC band that every frame carries."""

import math
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._script import Overlay

__all__ = [
    "BAND_TEXT",
    "band_height_px",
    "draw_band",
    "draw_caption",
    "draw_instrument_overlay",
    "draw_logo",
]

BAND_TEXT = "SYNTHETIC - MADE BY PURPORT FOR TESTING - NOT REAL FOOTAGE"
"""What the band says."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)
_SMALLEST_BAND_PX = 12


def band_height_px(height_px: int) -> int:
    """Return the height of the SYNTHETIC band at the top of the picture. [px]"""
    return max(_SMALLEST_BAND_PX, round(0.055 * height_px))


def draw_band(picture: NDArray[np.uint8]) -> None:
    """Write the SYNTHETIC band into a picture."""
    height, width = picture.shape[:2]
    band = band_height_px(height)
    cv2.rectangle(picture, (0, 0), (width - 1, band - 1), _BLACK, cv2.FILLED)
    text = BAND_TEXT if width >= 24 * band else "SYNTHETIC"
    scale = 1.0
    (length, tall), _ = cv2.getTextSize(text, _FONT, scale, 1)
    scale = min(0.62 * band / tall, 0.96 * width / length)
    (length, tall), _ = cv2.getTextSize(text, _FONT, scale, 1)
    place = ((width - length) // 2, (band + tall) // 2)
    cv2.putText(picture, text, place, _FONT, scale, _WHITE, 1, cv2.LINE_AA)


def draw_instrument_overlay(
    picture: NDArray[np.uint8], overlay: Overlay, *, clock: str, time_s: float, heading_deg: float
) -> None:
    """Draw what the camera burns in: crosshair, clock, symbology.

    Args:
        picture: Picture to draw into.
        overlay: What to draw.
        clock: What the clock shows at scene time 0, hours:minutes:seconds.
        time_s: Scene time. [s]
        heading_deg: Grid azimuth to which the top of the picture points. [deg]
    """
    height, width = picture.shape[:2]
    if overlay.crosshair:
        _draw_crosshair(picture)
    if overlay.clock:
        text = _clock_text(clock, time_s)
        _write(picture, text, (width - round(0.24 * width), height - round(0.04 * height)))
    if overlay.gate:
        _draw_gate(picture, time_s=time_s)
    if overlay.symbology:
        _draw_symbology(picture, time_s=time_s, heading_deg=heading_deg)


def draw_logo(picture: NDArray[np.uint8], text: str) -> None:
    """Draw a channel's logo at the lower left."""
    height = picture.shape[0]
    scale = height / 600.0
    (length, tall), _ = cv2.getTextSize(text, _FONT, scale, 1)
    corner = (round(0.02 * height), height - round(0.03 * height))
    low = (corner[0] + length + tall, corner[1] - 2 * tall)
    cv2.rectangle(picture, corner, low, (150, 60, 20), cv2.FILLED)
    place = (corner[0] + tall // 2, corner[1] - tall // 2)
    cv2.putText(picture, text, place, _FONT, scale, _WHITE, 1, cv2.LINE_AA)


def draw_caption(picture: NDArray[np.uint8], text: str, *, time_s: float) -> None:
    """Draw a text that runs along the lower edge, as it stands at an output time."""
    height, width = picture.shape[:2]
    scale = height / 500.0
    (length, tall), _ = cv2.getTextSize(text, _FONT, scale, 1)
    top = height - round(0.03 * height) - 2 * tall
    cv2.rectangle(picture, (0, top), (width - 1, top + 2 * tall), (40, 20, 20), cv2.FILLED)
    run = (0.15 * width * time_s + 0.6 * width) % (width + length)
    place = (round(width - run), top + round(1.5 * tall))
    cv2.putText(picture, text, place, _FONT, scale, _WHITE, 1, cv2.LINE_AA)


def _clock_text(start: str, time_s: float) -> str:
    begun = datetime.strptime(start, "%H:%M:%S")  # noqa: DTZ007 - a clock face, not an instant
    shown = begun + timedelta(seconds=time_s)
    return f"{shown:%H:%M:%S}.{shown.microsecond // 100_000}"


def _write(picture: NDArray[np.uint8], text: str, place: tuple[int, int]) -> None:
    scale = picture.shape[0] / 800.0
    below = (place[0] + 1, place[1] + 1)
    cv2.putText(picture, text, below, _FONT, scale, _BLACK, 1, cv2.LINE_AA)
    cv2.putText(picture, text, place, _FONT, scale, _WHITE, 1, cv2.LINE_AA)


def _draw_crosshair(picture: NDArray[np.uint8]) -> None:
    height, width = picture.shape[:2]
    x, y = (width - 1) // 2, (height - 1) // 2
    gap, arm = round(0.03 * height), round(0.12 * height)
    for ahead, aside in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        start = (x + ahead * gap, y + aside * gap)
        end = (x + ahead * arm, y + aside * arm)
        cv2.line(picture, start, end, _BLACK, 3)
        cv2.line(picture, start, end, _WHITE, 1)


def _draw_gate(picture: NDArray[np.uint8], *, time_s: float) -> None:
    """Draw tracking brackets that wander and change their size."""
    height, width = picture.shape[:2]
    x = width / 2 + 0.10 * width * math.sin(0.9 * time_s + 0.4)
    y = height / 2 + 0.12 * height * math.sin(1.3 * time_s + 1.1)
    reach = height * (0.09 + 0.025 * math.sin(0.7 * time_s))
    for across in (-1, 1):
        for along in (-1, 1):
            corner = (round(x + across * reach), round(y + along * reach))
            aside = (round(corner[0] - across * 0.5 * reach), corner[1])
            down = (corner[0], round(corner[1] - along * 0.5 * reach))
            for colour, thickness in ((_BLACK, 3), (_WHITE, 1)):
                cv2.line(picture, corner, aside, colour, thickness)
                cv2.line(picture, corner, down, colour, thickness)


def _draw_symbology(picture: NDArray[np.uint8], *, time_s: float, heading_deg: float) -> None:
    height, width = picture.shape[:2]
    inset, leg = round(0.12 * height), round(0.06 * height)
    for right in (False, True):
        for low in (False, True):
            x = width - 1 - inset if right else inset
            y = height - 1 - inset if low else inset
            across, along = (-leg if right else leg), (-leg if low else leg)
            cv2.line(picture, (x, y), (x + across, y), _WHITE, 1)
            cv2.line(picture, (x, y), (x, y + along), _WHITE, 1)
    middle = (width - inset, round(0.28 * height))
    north = -math.radians(heading_deg)
    tip = (
        round(middle[0] + 0.045 * height * math.sin(north)),
        round(middle[1] - 0.045 * height * math.cos(north)),
    )
    cv2.arrowedLine(picture, middle, tip, _WHITE, 1, cv2.LINE_AA, tipLength=0.35)
    _write(picture, f"HDG {heading_deg % 360.0:05.1f}", (inset, round(0.16 * height)))
    _write(picture, f"T+{time_s:05.1f}", (inset, round(0.21 * height)))
