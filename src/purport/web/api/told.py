"""How the API says what was wrong."""

from ninja import Schema

__all__ = ["FAULTS", "Told"]


class Told(Schema):
    """What was wrong, and what to do."""

    subject: str
    fault: str
    remedy: str


FAULTS: dict[int, type[Schema]] = dict.fromkeys(
    (400, 401, 403, 404, 409, 410, 422, 500, 503, 507), Told
)
"""What every question may be answered with instead: `response={200: ..., **FAULTS}`."""
