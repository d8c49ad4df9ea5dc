"""Forms about a media item: what is known of it, as people write it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from purport.casework import ItemDetails, parse_date, parse_point
from purport.core.case import ClaimedPlace, ItemRecord, Publication, Target
from purport.core.errors import InputError
from purport.core.positions import GeoPoint

__all__ = ["DetailsForm", "details_of", "initial_of", "tell_beside"]


class DetailsForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """What is known of a media item beside its bytes; an empty field reads "not recorded"."""

    published = forms.CharField(
        label=_("When was it made public?"),
        required=False,
        max_length=40,
        help_text=_("2015-09-30, or with a time. Without it no impact is measured."),
    )
    publisher = forms.CharField(label=_("By whom?"), required=False, max_length=200)
    published_url = forms.URLField(
        label=_("Where?"), required=False, max_length=2000, assume_scheme="https"
    )
    url = forms.URLField(
        label=_("Where did you get it from?"),
        required=False,
        max_length=2000,
        assume_scheme="https",
    )
    collector = forms.CharField(label=_("Who collected it?"), required=False, max_length=200)
    claimed_time = forms.CharField(
        label=_("When is it said to have been filmed?"), required=False, max_length=40
    )
    claimed_place = forms.CharField(
        label=_("Where is it said to have been filmed?"), required=False, max_length=300
    )
    claimed_point = forms.CharField(
        label=_("The same as longitude, latitude"), required=False, max_length=60
    )
    target = forms.CharField(
        label=_("Where is its target said to be? (longitude, latitude)"),
        required=False,
        max_length=60,
    )
    target_sd_m = forms.FloatField(
        label=_("How well is that known? (standard uncertainty, metres)"),
        required=False,
        min_value=0.0,
        max_value=1e6,
    )


def details_of(form: DetailsForm, *, target: Target | None = None) -> ItemDetails | None:
    """Return what a valid form says; None when a field says what cannot be, told beside it.

    Args:
        form: The form.
        target: The stated target where the form gives none (an outline).
    """
    said: Mapping[str, Any] = form.cleaned_data
    read: dict[str, Any] = {}
    for name, parse in (
        ("published", lambda text: parse_date("published", text)),
        ("claimed_time", lambda text: parse_date("claimed_time", text)),
        ("claimed_point", parse_point),
        ("target", parse_point),
    ):
        if said[name]:
            try:
                read[name] = parse(said[name])
            except InputError as error:
                tell_beside(form, name, error)
    if (said["publisher"] or said["published_url"]) and not said["published"]:
        form.add_error("published", _("Say when, or leave the publisher and address empty."))
    if form.errors:
        return None
    place = read.get("claimed_point")
    return ItemDetails(
        url=said["url"] or None,
        collector=said["collector"] or None,
        publication=_publication(said, read),
        claimed_place=(
            ClaimedPlace(name=said["claimed_place"] or None, point=place)
            if said["claimed_place"] or place
            else None
        ),
        claimed_time=read.get("claimed_time"),
        target=(
            Target(point=read["target"], standard_uncertainty_m=said["target_sd_m"] or 0.0)
            if "target" in read
            else target
        ),
    )


def initial_of(record: ItemRecord) -> Mapping[str, object]:
    """Return what a form shows of what is recorded."""
    publication, place = record.publication, record.claimed_place
    return {
        "published": publication.published.stated if publication else "",
        "publisher": (publication.publisher or "") if publication else "",
        "published_url": (publication.url or "") if publication else "",
        "url": record.url or "",
        "collector": record.collector or "",
        "claimed_time": record.claimed_time.stated if record.claimed_time else "",
        "claimed_place": (place.name or "") if place else "",
        "claimed_point": _pair(place.point) if place else "",
        "target": _pair(record.target.point) if record.target else "",
        "target_sd_m": record.target.standard_uncertainty_m if record.target else None,
    }


def tell_beside(form: forms.Form, field: str | None, error: InputError) -> None:
    """Tell an error beside the field that caused it."""
    form.add_error(field, f"{error.fault}. {error.remedy}" if field else str(error))


def _publication(said: Mapping[str, Any], read: Mapping[str, Any]) -> Publication | None:
    if "published" not in read:
        return None
    return Publication(
        published=read["published"],
        basis="recorded by user",
        url=said["published_url"] or None,
        publisher=said["publisher"] or None,
    )


def _pair(point: GeoPoint | None) -> str:
    return "" if point is None else f"{point.longitude_deg:.8f}, {point.latitude_deg:.8f}"
