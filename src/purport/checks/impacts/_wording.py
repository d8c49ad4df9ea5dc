"""The answer of the impacts check in words: the reason, and what cannot be excluded."""

from purport.checks.impacts.records import ImpactsAnswer, ImpactsValues, StrikeValues

__all__ = ["answer_of", "limits_of"]

_MOST_UNLINKED = 0.15
_FEWEST_FRAMES = 10
_TELLING_LEAN = 0.3
"""Displacement for each metre of height from which it is said."""
_LIMITS = (
    "A flash, blast or plume is seen, not its cause: bomb, shell, charge and secondary look alike.",
    "Strikes out of view, behind smoke, or at almost one place and time are not told apart.",
    "Made for footage from the air: people and things near the camera may look like strikes.",
    "Slow dust without a flash counts as a strike only where nothing else burns or smokes yet.",
    "Light and smoke above the ground appear displaced; the stated uncertainty includes that.",
)
_CROSSHAIR_LIMIT = "What a crosshair marks need not be what was aimed at."
_LENGTH_LIMIT = (
    "Where metres come from a known length, the ground is taken as flat; what lies higher or lower "
    "is not where it seems."
)


def answer_of(values: ImpactsValues) -> tuple[ImpactsAnswer, str]:
    """Return the answer with its reason."""
    answer, reason = _answer(values)
    count = len(values.began_before)
    if count == 0:
        return answer, reason
    noun = "patch of fire or smoke grows" if count == 1 else "patches of fire or smoke grow"
    return answer, (
        f"{reason} {count} {noun} from the first frames of a shot on: that began before it, and is "
        "not counted."
    )


def _answer(values: ImpactsValues) -> tuple[ImpactsAnswer, str]:
    if values.strikes:
        return ImpactsAnswer.STRIKES_FOUND, _describe(values)
    if values.frames_scanned < _FEWEST_FRAMES:
        return (
            ImpactsAnswer.CANNOT_TELL,
            (
                f"The footage has only {values.frames_scanned} frames, too few to tell a strike "
                "from a glint."
            ),
        )
    if values.frames_unlinked + values.frames_restless > _MOST_UNLINKED * values.frames_scanned:
        return ImpactsAnswer.CANNOT_TELL, _say_untold(values)
    return (
        ImpactsAnswer.NO_STRIKE_SEEN,
        (
            "No change was seen that appears at one spot of the ground from one moment to the next "
            "and stays."
        ),
    )


def _say_untold(values: ImpactsValues) -> str:
    """Say in how many frames no strike could be told, and why."""
    whole = f"of {values.frames_scanned} frames"
    moving = (
        "much of the picture moves against the rest all the time, as what stands near the camera, "
        "crowds and water do"
    )
    unlinked = f"{values.frames_unlinked} {whole} could not be held still on the ground"
    if not values.frames_restless:
        return f"{unlinked}, so a strike in them could not be told."
    if not values.frames_unlinked:
        return (
            f"In {values.frames_restless} {whole} {moving}, so a strike in them could not be told."
        )
    return (
        f"{unlinked}, and in {values.frames_restless} more {moving}, so a strike in them could not "
        "be told."
    )


def limits_of(values: ImpactsValues) -> tuple[str, ...]:
    """Return what the answer cannot exclude, by what was measured and how."""
    limits = list(_LIMITS)
    leans = [strike.lean_m for strike in values.strikes if strike.lean_m is not None]
    if leans and max(leans) >= _TELLING_LEAN:
        limits.append(
            "What stands above the ground seems displaced away from the camera, here by up to "
            f"{max(leans):.1f} m for each metre of height."
        )
    if any("crosshair" in (strike.target_basis or "") for strike in values.strikes):
        limits.append(_CROSSHAIR_LIMIT)
    if any("length" in (strike.scale_basis or "") for strike in values.strikes):
        limits.append(_LENGTH_LIMIT)
    return tuple(limits)


def _describe(values: ImpactsValues) -> str:
    count = values.distinct_strikes
    noun = "strike is" if count == 1 else "strikes are"
    sentences = [f"{count} distinct {noun} seen."]
    repeats = len(values.strikes) - count
    if repeats:
        again = "1 more shows" if repeats == 1 else f"{repeats} more show"
        sentences.append(f"{again} a strike seen before.")
    measured = [strike for strike in values.strikes if strike.offset_m is not None]
    if len(measured) == 1:
        sentences.append(_distance(measured[0]))
    if len(measured) > 1:
        sentences.append(
            f"{len(measured)} are measured against the target; the distances count from: "
            f"{values.target_basis}."
        )
    sentences.extend(_on_marks(values))
    for strike in values.strikes:
        for words in (strike.not_measured, strike.remedy):
            if words is not None and words not in sentences:
                sentences.append(words)
    return " ".join(sentences)


def _distance(strike: StrikeValues) -> str:
    low, high = strike.offset_95_m or (0.0, 0.0)
    metres = "" if strike.scale_basis == "map" else f"; the metres come from: {strike.scale_basis}"
    return (
        f"It lies {strike.offset_m:.1f} m from the target (95 % interval {low:.1f} to {high:.1f} "
        f"m); the distance counts from: {strike.target_basis}{metres}."
    )


def _on_marks(values: ImpactsValues) -> list[str]:
    """Say what people's marks confirm and replace."""
    marks = [strike.mark for strike in values.strikes if strike.mark is not None]
    sentences = []
    for said, told in ((True, "confirms"), (False, "replaces")):
        names = [f"{mark.mark} by {mark.author}" for mark in marks if mark.confirms is said]
        if names:
            sentences.append(f"A mark {told} the machine's point: {', '.join(names)}.")
    alone = [f"{mark.mark} by {mark.author}" for mark in marks if mark.confirms is None]
    if alone:
        sentences.append(f"Seen by a person alone: {', '.join(alone)}.")
    return [*sentences, *values.marks_not_used]
