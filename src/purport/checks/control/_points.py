"""Which points to ask about: what earlier checks located, read from their documented values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from purport.checks.contract import Evidence
from purport.checks.control.records import PointBasis
from purport.core.positions import GeoPoint, Matrix2

__all__ = ["AskedPoint", "located_points"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPoint:
    """A located point with its uncertainty."""

    point: GeoPoint
    """Where it is."""
    covariance_m2: Matrix2
    """Covariance, east and north (2, 2). [m²]"""
    basis: PointBasis
    """What it is."""
    strike: int | None
    """Index among the strikes of the impacts finding; None for the place."""
    names_town: bool = False
    """Whether the point stands for a whole town by its name: a list of towns, whose statements are
    about whole towns too, is then asked about the town's own point."""


def located_points(evidence: Evidence) -> tuple[AskedPoint, ...]:
    """Return each distinct strike that was located, else the middle of the place, else nothing."""
    return _strikes(evidence) or _place(evidence)


def _strikes(evidence: Evidence) -> tuple[AskedPoint, ...]:
    finding = evidence.earlier_finding("impacts")
    strikes = cast("Sequence[Mapping[str, Any]]", finding.values["strikes"] if finding else ())
    return tuple(
        AskedPoint(
            point=_point(strike["position"]),
            covariance_m2=_matrix(strike["position_covariance_m2"]),
            basis=PointBasis.STRIKE,
            strike=index,
        )
        for index, strike in enumerate(strikes)
        if strike["same_strike_as"] is None
        and strike["position"] is not None
        and strike["position_covariance_m2"] is not None
    )


def _place(evidence: Evidence) -> tuple[AskedPoint, ...]:
    finding = evidence.earlier_finding("place")
    values = cast("Mapping[str, Any]", finding.values if finding else {"matched": None})
    if values["matched"] is not True or values["centre"] is None or values["covariance_m2"] is None:
        return ()
    return (
        AskedPoint(
            point=_point(values["centre"]),
            covariance_m2=_matrix(values["covariance_m2"]),
            basis=PointBasis.PLACE,
            strike=None,
        ),
    )


def _point(pair: Sequence[float]) -> GeoPoint:
    longitude, latitude = pair
    return GeoPoint(longitude_deg=longitude, latitude_deg=latitude)


def _matrix(rows: Sequence[Sequence[float]]) -> Matrix2:
    (east_east, east_north), (north_east, north_north) = rows
    return ((east_east, east_north), (north_east, north_north))
