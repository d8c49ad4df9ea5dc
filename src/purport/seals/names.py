"""Names of files in a bag: which may stand there, and which could mean two things.

A bag is unpacked on other people's machines. A name that leaves the bag, that another system reads
as another path, or that some file systems take for its twin, has no place in a sealed one.
"""

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["fold_name", "name_fault", "name_warning", "twins", "visible"]

_LONGEST_PART = 255
_LONGEST_PATH = 4096
_DRIVE = re.compile(r"^[A-Za-z]:")
_VARIABLE = re.compile(r"^(%[^%/]+%|\$[A-Za-z_{(]|~)")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE)
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini", "._.ds_store"})
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MOVING = _HIDDEN - {"Cf"}


def name_fault(path: str) -> str | None:
    """Tell why a path may not stand in any bag; None when it may.

    Args:
        path: As a manifest or archive has it, parts separated by slashes.

    Examples:
        >>> name_fault("data/a.txt")
        >>> name_fault("data/../../etc/passwd")
        'leaves the bag by ".."'
    """
    faults = (
        (not path, "is empty"),
        (len(path.encode(errors="surrogatepass")) > _LONGEST_PATH, "is too long"),
        (path.startswith("/"), "is an absolute path"),
        ("\\" in path, "holds a backslash, which some systems take for a separator"),
        (_DRIVE.match(path) is not None, "names a drive"),
        (_VARIABLE.match(path) is not None, "begins with what a shell would replace"),
        ("\0" in path, "holds a NUL"),
        (".." in path.split("/"), 'leaves the bag by ".."'),
        ("" in path.split("/") or "." in path.split("/"), "has an empty or dot part"),
    )
    return next((words for holds, words in faults if holds), None)


def name_warning(path: str) -> str | None:
    """Tell why a path could be read otherwise elsewhere; None when it could not.

    Examples:
        >>> name_warning("data/aux.txt")
        'is reserved on some systems'
    """
    parts = path.split("/")
    doubts = (
        (any(_RESERVED.match(part) for part in parts), "is reserved on some systems"),
        (any(part[-1:] in {".", " "} for part in parts), "ends in a dot or blank"),
        (any(len(part.encode(errors="replace")) > _LONGEST_PART for part in parts), "is too long"),
        (":" in path, "holds a colon, which names a stream on some systems"),
        (
            any(unicodedata.category(letter) in _HIDDEN for letter in path),
            "holds letters that are not seen",
        ),
        (parts[-1].lower() in _SYSTEM_FILES, "is a file that systems leave behind by themselves"),
    )
    return next((words for holds, words in doubts if holds), None)


def twins(paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Find paths that some file systems take for one: by case, or by how letters are composed.

    Returns:
        Pairs of an earlier path and a later one, folders counted too.

    Examples:
        >>> twins(["data/a.txt", "data/A.txt"])
        (('data/A.txt', 'data/a.txt'),)
    """
    first: dict[str, str] = {}
    found = []
    for path in sorted(set(_with_folders(paths))):
        folded = fold_name(path)
        if folded in first:
            found.append((first[folded], path))
        else:
            first[folded] = path
    return tuple(found)


def _with_folders(paths: Iterable[str]) -> Iterable[str]:
    for path in paths:
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            yield "/".join(parts[:end])


def fold_name(path: str) -> str:
    """Return what names have in common that some file systems take for one."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def visible(text: str) -> str:
    r"""Return a stranger's words on one line, without what a terminal would obey.

    Examples:
        >>> visible("a case\nSigned by: a key that you named")
        'a case�Signed by: a key that you named'
    """
    return "".join("\ufffd" if unicodedata.category(one) in _MOVING else one for one in text)
