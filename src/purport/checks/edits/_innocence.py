"""What may explain a sign without anybody's wish to deceive, by kind."""

from purport.checks.edits.records import EditKind

__all__ = ["CLOCK_EXPLANATIONS", "EXPLANATIONS"]

EXPLANATIONS: dict[EditKind, tuple[str, ...]] = {
    EditKind.CADENCE: (
        "A recorder or platform that writes at another rate than the camera films repeats frames.",
        "A screen recording shows each picture of a slower video more than once.",
    ),
    EditKind.CROP: (
        "Editors enlarge a part of the picture so that viewers can see it.",
        "A camera that zooms in its electronics enlarges the picture, symbols and all.",
    ),
    EditKind.DISSOLVE: ("Editors join shots by letting one turn into the other.",),
    EditKind.DROP: (
        "A transmission or a recorder under load loses frames.",
        "A camera that is turned very fast, or whose stabiliser lets go, moves the view at once.",
        "Editors shorten footage; nothing need be hidden by it.",
    ),
    EditKind.FADE: ("A fade is a common way to join two shots or to begin and end a video.",),
    EditKind.LOOP: (
        "Publishing tools repeat short videos in a loop.",
        "Editors show a moment again so that viewers can see it; it should then count once.",
    ),
    EditKind.REVERSE: (
        "Publishing tools play short videos forwards and backwards.",
        "Editors show a moment again so that viewers can see it.",
    ),
    EditKind.SLOW_MOTION: (
        "Editors slow down a moment so that viewers can see it.",
        "A camera that films faster for a while gives slow motion by itself.",
        "An operator may have slowed a pan down and sped it up again.",
    ),
    EditKind.SOUND_CHANGE: (
        "A camera that switches its microphone or its noise suppression changes the background.",
        "An engine was started or stopped, or a door or window opened or shut.",
        "Editors lay music or speech over a passage.",
    ),
    EditKind.SOUND_LOOP: (
        "Publishing tools repeat a sound to fill the length of a video.",
        "Recorded sound (an announcement, music with samples) was played where the camera was.",
    ),
}

CLOCK_EXPLANATIONS = (
    "Editors slow down a moment so that viewers can see it.",
    "A camera that films faster for a while gives slow motion by itself.",
    "What ticks may be a counter of something else that took more time, such as a direction.",
)
"""The same of slow motion that a burnt-in clock tells."""
