"""Names of armed groups: which of them mean the same group, in a list and in running text.

One table serves both: the ledger finds the names in a story, and whatever compares groups does so
under the canonical name. Case, Unicode form, typographic apostrophes and hyphens never matter in a
list; in running text an abbreviation counts only in the capitals that tell it from a word.
"""

import re
import unicodedata

__all__ = ["NAMED_GROUPS", "canonical_group"]

# A spelling with a capital counts in running text only just so ("IS", never "is").
_SPELLINGS = {
    "isis": (
        *("ISIS", "ISIL", "IS", "I.S.", "Isis", "Isil", "ИГИЛ", "ИГ"),
        *("islamic state", "islamic state group", "исламское государство"),
        *("islamic state in iraq and syria", "islamic state of iraq and syria"),
        *("islamic state of iraq and al-sham", "islamic state of iraq and the levant"),
        *("daesh", "da'esh", "daish", "даиш"),
        *("داعش", "الدولة الإسلامية", "تنظيم الدولة", "تنظيم الدولة الإسلامية"),
    ),
    "jabhat al-nusra": (
        *("jabhat al-nusra", "jabhat al nusra", "al-nusra", "al nusra", "nusra"),
        *("al-nusra front", "al nusra front", "nusra front"),
        *("jabhat al-nusra front", "jabhat al nusra front"),
        *("جبهة النصرة", "джебхат ан-нусра"),
    ),
    "fsa": ("FSA", "free syrian army", "الجيش السوري الحر", "الجيش الحر", "ССА"),
    "al-qaeda": (
        *("al-qaeda", "al qaeda", "al-qa'eda", "al qa'eda"),
        *("al-qaida", "al qaida", "al-qa'ida", "al qa'ida", "al-qaeida", "al qaeida"),
    ),
    "hezbollah": ("hezbollah", "hezbullah", "hizbollah", "hizbullah"),
    "hamas": ("hamas",),
    "ypg": ("YPG", "people's protection units"),
    "sdf": ("SDF", "syrian democratic forces"),
    "pkk": ("PKK",),
    "taliban": ("taliban",),
}
# What lists call a group and running text does not, or not to be told from other words (January).
_IN_LISTS = {"isis": ("so-called islamic state",), "jabhat al-nusra": ("jan",)}
_APOSTROPHES = "'‘’ʼ`´"
_HYPHENS = "-‐‑‒–—"


def canonical_group(name: str) -> str:
    """Return the one name under which a group is compared; unknown names are case-folded.

    Examples:
        >>> canonical_group("Daesh"), canonical_group("داعش"), canonical_group("The Harbour Front")
        ('isis', 'isis', 'harbour front')
    """
    plain = _plain(name)
    return _CANONICAL.get(plain, plain)


def _plain(name: str) -> str:
    """Fold case and compatibility forms, spaces and typographic apostrophes and hyphens."""
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", name).casefold())
    folded = unicodedata.normalize("NFKC", once.casefold())
    folded = re.sub(f"[{_APOSTROPHES}]", "'", re.sub(f"[{_HYPHENS}]", "-", folded))
    return re.sub(r"^(the )+", "", " ".join(folded.split()))


def _in_text(spelling: str) -> str:
    """Write a spelling as a regular expression, its capitals as they stand."""
    form = re.escape(spelling).replace("'", f"[{_APOSTROPHES}]").replace(r"\-", f"[{_HYPHENS}]")
    return form if spelling == spelling.lower() else f"(?-i:{form})"


_CANONICAL = {
    _plain(spelling): group
    for table in (_SPELLINGS, _IN_LISTS)
    for group, spellings in table.items()
    for spelling in spellings
}
NAMED_GROUPS = re.compile(
    "|".join(
        _in_text(spelling)
        for spelling in sorted(
            (one for spellings in _SPELLINGS.values() for one in spellings),
            key=lambda one: (-len(one), one),
        )
    ),
    re.IGNORECASE,
)
"""Matches any listed name where running text has it, the longest that fits; no bounds of words."""
