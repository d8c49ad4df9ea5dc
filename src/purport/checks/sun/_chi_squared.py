"""The chi-squared distribution, by its special functions: all of scipy.stats takes long to load."""

from scipy.special import chdtrc, chdtri, gammaincinv

__all__ = ["chance_above", "quantile", "upper_quantile"]


def quantile(probability: float, freedom: int) -> float:
    """Return the value below which a chi-squared number lies with a probability.

    Examples:
        >>> round(quantile(0.95, 1), 3)
        3.841
    """
    return float(2.0 * gammaincinv(freedom / 2.0, probability))


def upper_quantile(probability: float, freedom: int) -> float:
    """Return the value above which a chi-squared number lies with a probability, however small."""
    return float(chdtri(freedom, probability))


def chance_above(value: float, freedom: int) -> float:
    """Return the probability that a chi-squared number lies above a value."""
    return float(chdtrc(freedom, value))
