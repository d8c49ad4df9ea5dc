"""Words as XML 1.0 can hold them."""

import re

__all__ = ["words_in_xml"]

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def words_in_xml(text: str) -> str:
    r"""Leave out the control characters that no XML document can hold (XML 1.0, section 2.2).

    Examples:
        >>> words_in_xml("a\x00b")
        'ab'
    """
    return _UNFIT.sub("", text)
