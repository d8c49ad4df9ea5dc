"""Taking things in: footage, stories, maps and control layers from the browser."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django import forms
from django.contrib import messages
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from purport.casework import (
    UploadKind,
    Workspace,
    ask_for_work,
    collect_control,
    collect_item,
    collect_reference,
    collect_story,
    collect_target_area,
    collect_terrain,
    inspect_apart,
)
from purport.casework.jobs import CHECK
from purport.core.case import Target
from purport.core.casefile import StoryText
from purport.core.errors import InputError
from purport.web.access import Right, Visit, for_members
from purport.web.details_forms import DetailsForm, details_of, tell_beside
from purport.web.uploads import kept_apart

__all__ = ["add"]

_PASTED = "pasted.txt"
TakenT = TypeVar("TakenT")


class SeveralFilesInput(forms.ClearableFileInput):  # type: ignore[misc]  # Django ships no types
    """A file field that takes several files."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):  # type: ignore[misc]  # Django ships no types
    """Several files, each checked as one."""

    widget = SeveralFilesInput

    def clean(self, data: object, initial: object = None) -> list[UploadedFile]:
        """Return the files."""
        each = data if isinstance(data, list | tuple) else [data]
        return [
            super(SeveralFiles, self).clean(one, initial) for one in each if one or self.required
        ]


class FootageForm(DetailsForm):
    """A video with what is known of it."""

    file = forms.FileField(label=gettext_lazy("Video"), max_length=1000)
    beside = SeveralFiles(
        label=gettext_lazy("Files about it"),
        required=False,
        help_text=gettext_lazy("What yt-dlp, auto-archiver or a drone wrote beside it."),
    )
    target_area = forms.FileField(
        label=gettext_lazy("Outline of its target (GeoJSON)"), required=False
    )
    field_order = ("file", "published", "publisher", "published_url")


class StoryForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """A news page or text: a file, or pasted words."""

    file = forms.FileField(label=gettext_lazy("Saved page or text"), required=False)
    text = forms.CharField(
        label=gettext_lazy("or the words themselves"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    encoding = forms.CharField(
        label=gettext_lazy("Encoding"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Only when the file does not say it itself (windows-1251)."),
    )

    def clean(self) -> dict[str, object]:
        """Refuse neither and both."""
        said: dict[str, object] = super().clean()
        if bool(said.get("file")) == bool(said.get("text")):
            self.add_error("file", _("Give a file, or paste the words."))
        return said


class MapForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """An orthophoto or heights of the place claimed."""

    files = SeveralFiles(label=gettext_lazy("GeoTIFF, or PNG or JPEG with its world file"))
    heights = forms.BooleanField(
        label=gettext_lazy("It holds heights of the ground"), required=False
    )
    accuracy_m = forms.FloatField(
        label=gettext_lazy("Stated standard uncertainty, metres"),
        required=False,
        min_value=0.0,
        max_value=1e5,
    )


class ControlForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """Who held what when."""

    file = forms.FileField(label=gettext_lazy("Territorial control (GeoJSON)"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """One of the forms of the page."""

    title: str
    form: type[forms.Form]
    take: Callable[[Visit, forms.Form], str | None]
    """Takes in what the form gives; returns what to say, or None when a field is at fault."""


@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.CHANGE)
def add(visit: Visit) -> HttpResponse:
    """Show the forms; take in what one of them sends, and ask for the checks to be run."""
    request = visit.request
    chosen = request.POST.get("section", "")
    bound = {
        name: section.form(
            *((request.POST, request.FILES) if name == chosen else ()), auto_id=f"{name}_%s"
        )
        for name, section in _SECTIONS.items()
    }
    if request.method == "POST" and chosen not in _SECTIONS:
        raise InputError("section", f"{chosen!r} is none", remedy="Reload the page.")
    if chosen and bound[chosen].is_valid():
        said = _SECTIONS[chosen].take(visit, bound[chosen])
        if said is not None:
            ask_for_work(visit.room, visit.key, CHECK, agent=visit.agent)
            messages.success(request, said)
            return _gone_on(visit)
    shown = {
        "visit": visit,
        "case": visit.front().file,
        "tab": "add",
        "sections": [
            {"name": name, "title": _(section.title), "form": bound[name], "open": name == chosen}
            for name, section in _SECTIONS.items()
        ],
    }
    return render(request, "room/add.html", shown, status=422 if chosen else 200)


def _gone_on(visit: Visit) -> HttpResponse:
    """Go on to the case; a script that sent the form is told where, so that it can show the way."""
    if "X-Upload" not in visit.request.headers:
        return redirect("case", visit.key)
    return HttpResponse(status=204, headers={"X-Location": reverse("case", args=[visit.key])})


def _take_footage(visit: Visit, form: forms.Form) -> str | None:
    workspace, said = visit.workspace(), form.cleaned_data
    target = _target_area(visit, form)
    details = None if form.errors else details_of(form, target=target)
    if details is None:
        return None
    with kept_apart(visit.room, [said["file"], *said["beside"]]) as (path, *beside):
        try:
            record = collect_item(workspace, path, details=details, sidecars=beside)
        except InputError as error:
            tell_beside(form, "file", error)
            return None
    return str(_("%(name)s is preserved.") % {"name": record.name})


def _target_area(visit: Visit, form: forms.Form) -> Target | None:
    """Preserve an outline, where one is given."""
    file = form.cleaned_data["target_area"]
    if not file:
        return None
    outline = _taken(
        visit, form, "target_area", UploadKind.TARGET_AREA, [file], collect_target_area
    )
    return None if outline is None else Target(outline=outline)


def _take_story(visit: Visit, form: forms.Form) -> str | None:
    said = form.cleaned_data
    encoding = said["encoding"] or None
    if said["file"]:
        taken = _taken(
            visit,
            form,
            "file",
            UploadKind.STORY,
            [said["file"]],
            lambda workspace, path: collect_story(workspace, path, encoding=encoding),
            encoding=encoding,
        )
    else:
        pasted = ContentFile(said["text"].encode(), name=_PASTED)
        taken = _taken(visit, form, "text", UploadKind.STORY, [pasted], _collect_pasted)
    if taken is None:
        return None
    said_of = _("%(name)s is preserved, and its claims were read.")
    return str(said_of % {"name": taken.document.name})


def _take_map(visit: Visit, form: forms.Form) -> str | None:
    said = form.cleaned_data
    kind = UploadKind.TERRAIN if said["heights"] else UploadKind.REFERENCE
    collect = collect_terrain if said["heights"] else collect_reference
    taken = _taken(
        visit,
        form,
        "files",
        kind,
        sorted(said["files"], key=lambda file: -file.size),
        lambda workspace, path: collect(workspace, path, accuracy_m=said["accuracy_m"]),
    )
    return (
        None if taken is None else _("The map is preserved; items without one of their own use it.")
    )


def _take_control(visit: Visit, form: forms.Form) -> str | None:
    file = form.cleaned_data["file"]
    taken = _taken(visit, form, "file", UploadKind.CONTROL, [file], collect_control)
    return None if taken is None else str(_("%(name)s is preserved.") % {"name": file.name})


def _collect_pasted(workspace: Workspace, path: Path) -> StoryText:
    return collect_story(workspace, path, encoding="utf-8")


def _taken(  # noqa: PLR0917 - all that is said of one upload
    visit: Visit,
    form: forms.Form,
    field: str,
    kind: UploadKind,
    files: Sequence[UploadedFile],
    collect: Callable[[Workspace, Path], TakenT],
    encoding: str | None = None,
) -> TakenT | None:
    """Look into a file apart, then take it in; None when it cannot be, told beside its field."""
    with kept_apart(visit.room, files) as (path, *_beside):
        try:
            inspect_apart(kind, path, encoding=encoding)
            return collect(visit.workspace(), path)
        except InputError as error:
            tell_beside(form, field, error)
            return None


_SECTIONS: Mapping[str, _Section] = {
    "footage": _Section(title="Footage", form=FootageForm, take=_take_footage),
    "story": _Section(title="A story with claims", form=StoryForm, take=_take_story),
    "map": _Section(title="An orthophoto or heights", form=MapForm, take=_take_map),
    "control": _Section(title="Who held what when", form=ControlForm, take=_take_control),
}
