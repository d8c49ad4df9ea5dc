"""Lists of words written as a sentence."""

__all__ = ["word_sequence", "words"]


def words(text: str) -> frozenset[str]:
    """Return the words of a text as a set.

    Examples:
        >>> sorted(words("said says say"))
        ['said', 'say', 'says']
    """
    return frozenset(text.split())


def word_sequence(text: str) -> tuple[str, ...]:
    """Return the words of a text in order.

    Examples:
        >>> word_sequence("zero one two")
        ('zero', 'one', 'two')
    """
    return tuple(text.split())
