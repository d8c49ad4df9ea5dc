"""ClaimReview for search engines and other desks: one for each confirmed part of a claim.

References:
    schema.org, ClaimReview, Claim and Rating (version 29).
"""

from collections.abc import Mapping
from typing import Any

from purport.core.digests import JsonObject, JsonValue

__all__ = ["claim_reviews"]

_CONTEXT = "https://schema.org"


def claim_reviews(
    claim: Mapping[str, Any], *, url: str, publisher: str, published: str
) -> JsonObject:
    """Write a claim's confirmed ratings as a JSON-LD graph of ClaimReviews.

    The six parts of a claim are rated apart (`reviewAspect`), and no scale of numbers is made up:
    the rating is given in words (`alternateName`).

    Args:
        claim: A claim of what readers see.
        url: Address of its page.
        publisher: Who publishes the review.
        published: When, ISO 8601.
    """
    said: dict[str, JsonValue] = {
        "@type": "Claim",
        "text": claim["words"],
        "author": {"@type": "Thing", "name": claim["claimant"]},
    }
    told = claim["told_in"]
    if told["title"]:
        appearance: dict[str, JsonValue] = {"@type": "CreativeWork", "name": told["title"]}
        if told["published"]:
            appearance["datePublished"] = told["published"]
        said["appearance"] = appearance
    return {
        "@context": _CONTEXT,
        "@graph": [
            _review(verdict, claim, said, url=url, publisher=publisher, published=published)
            for verdict in claim["verdicts"]
        ],
    }


def _review(
    verdict: Mapping[str, Any],
    claim: Mapping[str, Any],
    said: JsonObject,
    *,
    url: str,
    publisher: str,
    published: str,
) -> JsonObject:
    return {
        "@type": "ClaimReview",
        "@id": f"{url}#{verdict['part']}",
        "url": url,
        "datePublished": verdict["confirmed_utc"] or published,
        "author": {"@type": "Organization", "name": publisher},
        "claimReviewed": claim["words"],
        "reviewAspect": verdict["part"].replace("_", " "),
        "reviewBody": " ".join(verdict["because"]),
        "itemReviewed": said,
        "reviewRating": {"@type": "Rating", "alternateName": verdict["rating"]},
    }
