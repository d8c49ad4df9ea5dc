"""Published cases, for anybody: pages and files that hold what `readers_view` leaves, no more."""

from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from purport.casework.filming import Film, film_path
from purport.casework.frame_pictures import readers_picture
from purport.casework.printing import printed
from purport.casework.publishing import ReadersEdition
from purport.casework.watching import item_of
from purport.casework.workspace import Workspace
from purport.core.casefile import CaseFile
from purport.core.digests import Digest, JsonObject
from purport.core.errors import AbsentError, InputError
from purport.core.instants import format_utc
from purport.reports.published import (
    FeedEntry,
    claim_reviews,
    is_plain,
    may_be_clear,
    media_reviews,
    places_as_geojson,
    places_as_kml,
    places_as_timemap,
    ratings_as_csv,
    write_feed,
)
from purport.store.readers.evidence import credits_of
from purport.web.access import reading_of
from purport.web.apps import room
from purport.web.byte_ranges import ServedFile, serve_bytes
from purport.web.pages.discussion import talk_of

__all__ = [
    "case",
    "claim",
    "clear_film",
    "document",
    "feed",
    "film",
    "geojson",
    "kml",
    "paper",
    "picture",
    "published",
    "ratings",
    "timemap",
]

_CASES_A_PAGE = 30
_PICTURE_KEPT_S = 300


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def published(request: HttpRequest) -> HttpResponse:
    """List the published cases, the latest edition first."""
    latest = sorted(_standing_cases(), key=lambda one: one[1].published_utc, reverse=True)
    page = Paginator(latest, _CASES_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "readers/cases.html", {"cases": page, "publisher": _publisher()})


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def case(request: HttpRequest, key: str) -> HttpResponse:
    """Show a case; one that was taken back says why and nothing else."""
    edition = _edition(key)
    shown = {"key": key, "edition": edition, "publisher": _publisher()}
    if edition.document is None:
        return render(request, "readers/withdrawn.html", shown, status=HTTPStatus.GONE)
    talk = talk_of(reading_of(request, key, edition))
    linked = media_reviews(
        edition.document,
        url=request.build_absolute_uri(reverse("published_case", args=[key])),
        publisher=_publisher(),
        published=format_utc(edition.published_utc),
    )
    return render(
        request,
        "readers/case.html",
        {
            **shown,
            **talk,
            "linked": linked,
            "case": edition.document,
            "films": _films(key, edition),
            "contributors": credits_of(key),
        },
    )


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def claim(request: HttpRequest, key: str, claim: str) -> HttpResponse:
    """Show one claim with its confirmed ratings, and say the same as ClaimReview."""
    edition, told = _standing(key)
    claims: list[JsonObject] = told["claims"]  # type: ignore[assignment]  # JSON
    found = next((one for one in claims if one["id"] == claim), None)
    if found is None:
        raise AbsentError(claim, "there is no such published claim", remedy="Look at the case.")
    url = request.build_absolute_uri(reverse("published_claim", args=[key, claim]))
    shown = {
        "key": key,
        "edition": edition,
        "case": told,
        "claim": found,
        "findings": {one["id"]: one for one in told["findings"]},  # type: ignore[union-attr,index,call-overload]  # JSON
        "publisher": _publisher(),
        "linked": claim_reviews(
            found,
            url=url,
            publisher=_publisher(),
            published=format_utc(edition.published_utc),
        ),
    }
    talk = talk_of(reading_of(request, key, edition), claim=claim)
    return render(request, "readers/claim.html", {**shown, **talk})


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def document(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Return what readers see as `purport.published/1`."""
    return JsonResponse(_standing(key)[1], json_dumps_params={"ensure_ascii": False})


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def geojson(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Return the places that are public as GeoJSON."""
    told = places_as_geojson(_standing(key)[1])
    return JsonResponse(told, content_type="application/geo+json")


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def kml(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Return the places that are public as KML."""
    told = places_as_kml(_standing(key)[1])
    return HttpResponse(told, content_type="application/vnd.google-earth.kml+xml")


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def timemap(request: HttpRequest, key: str) -> HttpResponse:
    """Return the places that are public as events of TimeMap."""
    url = request.build_absolute_uri(reverse("published_case", args=[key]))
    told = places_as_timemap(_standing(key)[1], url=url)
    return JsonResponse(told, safe=False, json_dumps_params={"ensure_ascii": False})


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def ratings(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Return the confirmed ratings as a table."""
    answer = HttpResponse(ratings_as_csv(_standing(key)[1]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}-ratings.csv"'
    return answer


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def picture(request: HttpRequest, key: str, digest: str) -> HttpResponse:  # noqa: ARG001 - Django's
    """Return a still of an item; blurred and grey unless it is fit for everybody by now."""
    _, told = _standing(key)
    answer = HttpResponse(
        _still(_workspace(key), room().outline(key), _item(told, digest)), content_type="image/jpeg"
    )
    answer["Cache-Control"] = f"public, max-age={_PICTURE_KEPT_S}"
    return answer


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def film(request: HttpRequest, key: str, digest: str) -> HttpResponseBase:
    """Give the film of an item; grey and blurred unless it is fit for everybody by now."""
    edition, told = _standing(key)
    shown = _item(told, digest)
    veiled = not is_plain(shown, datetime.now(UTC))
    return _played(request, _film(told, edition, shown, veiled=veiled))


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def clear_film(request: HttpRequest, key: str, digest: str) -> HttpResponseBase:
    """Give the clear film of an item, where the desk lets readers have it behind a warning."""
    edition, told = _standing(key)
    shown = _item(told, digest)
    if not may_be_clear(shown, datetime.now(UTC)):
        raise AbsentError(digest, "is not shown clear", remedy="Look at the case.")
    return _played(request, _film(told, edition, shown, veiled=False))


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def paper(request: HttpRequest, key: str) -> HttpResponse:
    """Return what an anonymous reader sees of the case as PDF, in the reader's language."""
    edition, told = _standing(key)
    workspace, outline = _workspace(key), room().outline(key)
    pieces: dict[str, bytes] = {}
    for item in _items(told):
        with suppress(InputError):  # footage that cannot be decoded has no still
            pieces[f"{item['sha256']}.jpg"] = _still(workspace, outline, item)
    claims: list[JsonObject] = told["claims"]  # type: ignore[assignment]  # JSON
    shown = {
        "case": told,
        "edition": edition,
        "publisher": _publisher(),
        "url": request.build_absolute_uri(reverse("published_case", args=[key])),
        "claims": [
            {
                **one,
                "url": request.build_absolute_uri(
                    reverse("published_claim", args=[key, one["id"]])
                ),
            }
            for one in claims
        ],
        "pictured": {name.removesuffix(".jpg") for name in pieces},
    }
    html = render_to_string("readers/paper.html", shown)
    content = printed(workspace, html, pieces)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{key}-{edition.number}.pdf"'
    return answer


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def feed(request: HttpRequest) -> HttpResponse:
    """Return the feed of cases and corrections."""
    entries = [
        FeedEntry(
            url=request.build_absolute_uri(reverse("published_case", args=[key])),
            number=edition.number,
            title=str(shown["title"]),
            summary=str(shown["correction"] or shown["summary"]),
            published=edition.published_utc,
        )
        for key, edition in _standing_cases()
        if (shown := edition.document) is not None
    ]
    told = write_feed(
        entries,
        title=f"{_publisher()}: cases",
        publisher=_publisher(),
        home=request.build_absolute_uri(reverse("published")),
        feed=request.build_absolute_uri(reverse("feed")),
    )
    return HttpResponse(told, content_type="application/atom+xml")


def _items(told: JsonObject) -> list[JsonObject]:
    items: list[JsonObject] = told["items"]  # type: ignore[assignment]  # JSON
    return items


def _item(told: JsonObject, digest: str) -> JsonObject:
    found = next((one for one in _items(told) if one["sha256"] == digest), None)
    if found is None:
        raise AbsentError(digest, "is no published item", remedy="Look at the case.")
    return found


def _film(told: JsonObject, edition: ReadersEdition, shown: JsonObject, *, veiled: bool) -> Film:
    item = Digest(str(shown["sha256"]))
    return Film(key=str(told["key"]), edition=edition.number, item=item, veiled=veiled)


def _workspace(key: str) -> Workspace:
    return room().case(key, agent="readers")


def _played(request: HttpRequest, film: Film) -> HttpResponseBase:
    path = film_path(_workspace(film.key), film)
    if not path.is_file():
        raise AbsentError(film.item, "its film is not made yet", remedy="Come back in a while.")
    served = ServedFile(
        path=path,
        name=f"{film.key}-{film.item[:12]}.mp4",
        media_type="video/mp4",
        tag=f"{film.key}-{path.stem}",
    )
    return serve_bytes(request, served)


def _films(key: str, edition: ReadersEdition) -> dict[str, str]:
    """Return what can be played: "plain", "veiled", or "asked" (clear on a second click)."""
    told, now = edition.document or {}, datetime.now(UTC)
    workspace = _workspace(key)

    def is_made(item: JsonObject, *, veiled: bool) -> bool:
        return film_path(workspace, _film(told, edition, item, veiled=veiled)).is_file()

    found: dict[str, str] = {}
    for item in _items(told):
        plain = is_plain(item, now)
        if not is_made(item, veiled=not plain):
            continue
        asked = may_be_clear(item, now) and is_made(item, veiled=False)
        found[str(item["sha256"])] = "plain" if plain else "asked" if asked else "veiled"
    return found


def _still(workspace: Workspace, outline: CaseFile, shown: JsonObject) -> bytes:
    """Return the still of an item, plain only when it is fit for everybody by now."""
    plain = is_plain(shown, datetime.now(UTC))
    item = item_of(outline, str(shown["sha256"]))
    return readers_picture(workspace, item, plain=plain)


def _publisher() -> str:
    return str(settings.PURPORT_PUBLISHER)


def _standing_cases() -> list[tuple[str, ReadersEdition]]:
    """Return the published cases that were not withdrawn, by key."""
    shown = room().published(datetime.now(UTC)).items()
    return [(key, edition) for key, edition in shown if edition.document is not None]


def _edition(key: str) -> ReadersEdition:
    found = room().published_case(key, datetime.now(UTC))
    if found is None:
        raise AbsentError(key, "no such case is published", remedy="Look at the published cases.")
    return found


def _standing(key: str) -> tuple[ReadersEdition, JsonObject]:
    edition = _edition(key)
    if edition.document is None:
        raise AbsentError(key, "was withdrawn", remedy="Its page says why.")
    return edition, edition.document
