"""ClaimReview and MediaReview for search engines and other desks.

One ClaimReview for each confirmed part of a claim, and one MediaReview for each item of which the
published findings say what was done to it.

References:
    schema.org, ClaimReview, Claim, Rating, MediaReview and MediaManipulationRatingEnumeration.
"""

from collections.abc import Mapping
from typing import Any

from purport.core.digests import JsonObject, JsonValue

__all__ = ["claim_reviews", "media_reviews"]

_CONTEXT = "https://schema.org"
_CATEGORIES = {
    "Original": "OriginalMediaContent",
    "Decontextualized": "DecontextualizedContent",
    "EditedOrCropped": "EditedOrCroppedContent",
    "Transformed": "TransformedContent",
    "Staged": "StagedContent",
    "SatireOrParody": "SatireOrParodyContent",
}
"""Members of schema.org's enumeration, by our words for them."""


def claim_reviews(
    claim: Mapping[str, Any], *, url: str, publisher: str, published: str
) -> JsonObject:
    """Write a claim's confirmed ratings as a JSON-LD graph of ClaimReviews.

    The six parts of a claim are rated apart (`reviewAspect`), and no scale of numbers is made up:
    the rating is given in words (`alternateName`). An author has to be a person or an organization:
    whoever has a role is taken for a person, all others for organizations.

    Args:
        claim: A claim of what readers see.
        url: Address of its page.
        publisher: Who publishes the review.
        published: When, ISO 8601.
    """
    said: dict[str, JsonValue] = {
        "@type": "Claim",
        "text": claim["words"],
        "author": {
            "@type": "Person" if claim["claimant_role"] else "Organization",
            "name": claim["claimant"],
        },
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


def media_reviews(
    document: Mapping[str, Any], *, url: str, publisher: str, published: str
) -> JsonObject:
    """Write what was done to the items of a case as a JSON-LD graph of MediaReviews.

    Items of which no published finding says anything have none: that nothing was found does not
    make footage original.

    Args:
        document: What readers see of the case.
        url: Address of the case's page.
        publisher: Who publishes the review.
        published: When, ISO 8601.
    """
    return {
        "@context": _CONTEXT,
        "@graph": [
            _media_review(item, word, url=url, publisher=publisher, published=published)
            for item in document["items"]
            for word in item["authenticity"]
        ],
    }


def _media_review(
    item: Mapping[str, Any], word: str, *, url: str, publisher: str, published: str
) -> JsonObject:
    reviewed: dict[str, JsonValue] = {
        "@type": "VideoObject",
        "name": item["name"],
        "sha256": item["sha256"],
    }
    if item["url"]:
        reviewed["contentUrl"] = item["url"]
    if item["first_published"]:
        reviewed["uploadDate"] = item["first_published"]
    return {
        "@type": "MediaReview",
        "@id": f"{url}#media-{item['sha256'][:12]}-{word}",
        "url": url,
        "datePublished": published,
        "author": {"@type": "Organization", "name": publisher},
        "mediaAuthenticityCategory": f"{_CONTEXT}/{_CATEGORIES[word]}",
        "itemReviewed": reviewed,
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
