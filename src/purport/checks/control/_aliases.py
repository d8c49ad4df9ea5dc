"""Names of armed groups: which of them mean the same group."""

import re
import unicodedata

__all__ = ["canonical_group"]

_ALIASES = {
    "isis": (
        "isis",
        "isil",
        "is",
        "i.s.",
        "daesh",
        "da'esh",
        "daish",
        "islamic state",
        "islamic state group",
        "islamic state in iraq and syria",
        "islamic state of iraq and syria",
        "islamic state of iraq and al-sham",
        "islamic state of iraq and the levant",
        "so-called islamic state",
        "داعش",
        "الدولة الإسلامية",
        "تنظيم الدولة",
        "تنظيم الدولة الإسلامية",
        "игил",
        "иг",
        "исламское государство",
        "даиш",
    ),
    "jabhat al-nusra": (
        "jabhat al-nusra",
        "al-nusra",
        "al nusra",
        "nusra",
        "nusra front",
        "al-nusra front",
        "jan",
        "جبهة النصرة",
        "джебхат ан-нусра",
    ),
    "fsa": ("fsa", "free syrian army", "الجيش السوري الحر", "الجيش الحر", "сса"),
}


def _plain(name: str) -> str:
    """Fold case and compatibility forms, spaces and typographic apostrophes and hyphens."""
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", name).casefold())
    folded = unicodedata.normalize("NFKC", once.casefold())
    folded = re.sub(r"[‘’ʼ`´]", "'", re.sub(r"[‐‑‒–—]", "-", folded))
    return re.sub(r"^(the )+", "", " ".join(folded.split()))


_CANONICAL = {_plain(alias): group for group, names in _ALIASES.items() for alias in names}


def canonical_group(name: str) -> str:
    """Return the one name under which a group is compared; unknown names are case-folded.

    Examples:
        >>> canonical_group("Daesh"), canonical_group("داعش"), canonical_group("The Harbour Front")
        ('isis', 'isis', 'harbour front')
    """
    plain = _plain(name)
    return _CANONICAL.get(plain, plain)
