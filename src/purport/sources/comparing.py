"""What differs between two captures of one address, in words."""

from collections.abc import Iterator

from purport.sources.records import CaptureRecord

__all__ = ["differences"]

_SHOWN = 5


def differences(before: CaptureRecord, now: CaptureRecord) -> tuple[str, ...]:
    """Tell what differs from an earlier capture of the same address.

    Args:
        before: The earlier one.
        now: The later one.

    Returns:
        A line each; none when the page, its words and its films are the same. Parts that were
        added or went away are counted, for pages load other advertisements each time.
    """
    return tuple(_differences(before, now))


def _differences(before: CaptureRecord, now: CaptureRecord) -> Iterator[str]:
    if before.state != now.state:
        yield f"it was {_word(before)}, and is {_word(now)}"
    if before.final_url != now.final_url:
        yield f"it led to {before.final_url}, and leads to {now.final_url}"
    old, new = _page(before), _page(now)
    if old != new:
        yield (
            f"its status was {old[0]}, and is {new[0]}"
            if old[0] != new[0]
            else (f"its bytes differ ({old[2]:,} before, {new[2]:,} now)")
        )
    if before.title != now.title:
        yield f"its title was {before.title!r}, and is {now.title!r}"
    if before.text_sha256 != now.text_sha256:
        yield "its words differ" + _by_browser(before, now)
    had, has = dict(before.media), dict(now.media)
    gone = sorted(set(had.values()) - set(has.values()))
    come = sorted(set(has.values()) - set(had.values()))
    names = {digest: name for name, digest in (*before.media, *now.media)}
    for digest in gone[:_SHOWN]:
        yield f"the film {names[digest]} ({digest[:12]}) is no longer there"
    for digest in come[:_SHOWN]:
        yield f"the film {names[digest]} ({digest[:12]}) is new"


def _by_browser(before: CaptureRecord, now: CaptureRecord) -> str:
    """Say so where the difference may come of how they were captured."""
    had, has = (record.screenshot is not None for record in (before, now))
    if had == has:
        return ""
    return " (a browser ran its scripts this time)" if has else " (no browser took part this time)"


def _word(record: CaptureRecord) -> str:
    return "not there" if record.state is None else record.state.value.replace("_", " ")


def _page(record: CaptureRecord) -> tuple[int | None, str, int]:
    """Return status, digest and length of the page itself."""
    for each in record.exchanges:
        if each.url == record.final_url:
            return each.status, each.sha256, each.body_bytes
    return None, "", 0
