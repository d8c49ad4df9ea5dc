import errno
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest

from purport.core.casefile import CaseFile, Fault
from purport.core.claims import Part
from purport.core.digests import Digest
from purport.core.errors import StorageFullError
from purport.core.ratings import ReviewState
from purport.reports import write_dossier
from purport.reports.claim_views import CaseIndex, view_claims, view_matrix
from purport.reports.methods import explain_checks, registered_checks

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path


class Page(HTMLParser):
    """What a reader meets: text, links, headings, pictures inside and outside of reveals."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.hrefs: list[str] = []
        self.external: list[str] = []
        self.headings: list[int] = []
        self.pictures: dict[bool, list[str]] = {True: [], False: []}
        self.depth = 0
        self.scripts = 0
        self.words: list[str] = []
        self.unnamed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "details" and (self.depth or "reveal" in found.get("class", "")):
            self.depth += 1
        self.scripts += tag == "script"
        if "id" in found:
            self.ids.append(found["id"])
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            self.headings.append(int(tag[1]))
        if tag == "image":
            self.pictures[self.depth > 0].append(found["href"])
        elif tag == "a":
            self.hrefs.append(found["href"])
        if tag == "svg" and found.get("role") == "img" and not found.get("aria-label"):
            self.unnamed.append(tag)
        for name in ("src", "href", "xlink:href", "action", "poster", "srcset"):
            if not found.get(name, "#").startswith(("#", "data:")):
                self.external.append(found[name])

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def write(hand_made: HandMade, case: CaseFile, out: Path) -> Page:
    path = write_dossier(
        case, media_path=hand_made.path_of, reference_path=hand_made.path_of, out=out
    )
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(hand_made: HandMade, tmp_path_factory: pytest.TempPathFactory) -> Page:
    return write(hand_made, hand_made.case, tmp_path_factory.mktemp("out") / "dossier.html")


def test_write_dossier_loads_nothing_and_runs_nothing(page: Page) -> None:
    assert page.external == []
    assert page.scripts == 0


def test_write_dossier_anchors_all_lead_somewhere(page: Page) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert {href.removeprefix("#") for href in page.hrefs} <= set(page.ids)


def test_write_dossier_headings_descend_one_step_at_a_time(page: Page) -> None:
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(after - before <= 1 for before, after in steps)


def test_write_dossier_names_every_picture(page: Page) -> None:
    assert page.unnamed == []
    assert page.pictures[True]


def test_write_dossier_keeps_clear_graphic_pictures_inside_reveals(page: Page) -> None:
    assert len(page.pictures[True]) == 4 + 1  # from the first strike on, and the unexamined clip
    assert set(page.pictures[True]).isdisjoint(page.pictures[False])


def test_write_dossier_shows_each_claim_with_six_parts(page: Page, hand_made: HandMade) -> None:
    for number in range(1, len(hand_made.case.claims) + 1):
        assert {f"claim-{number}-{part.value.replace('_', '-')}" for part in Part} <= set(page.ids)


@pytest.mark.parametrize(
    "words",
    [
        "SYNTHETIC",
        "The place, the people and the events are fictional.",
        "proposed, not reviewed",
        "There is no overall score.",
        "Contradicted",
        "cannot be true together with",
        "not recorded",
        "4.7 m",
        "Position claimed: 12.9 m south-east of the position found",
        "Orthophoto with 0.25 m to a pixel; its accuracy is not stated.",
        (
            "publish no earlier than 72 h after the footage was first published, which by what is "
            "recorded is 2031-05-10 11:59 UTC"
        ),
        "Moving shadows and smoke could hide small changes.",
        "5 days before the date",
        "broken.mp4 is empty",
        "a recorded publication: give --published DATE[,URL]",
        "was not examined for strikes, so every frame is blurred",
        "purport verify",
        "by Reviewer One",
        "Created after publication",
        "2031-06-01T00:00:00Z header mvhd, creation",
        "almost no footage carries any, and nothing follows from that",
        "2031-05-08 11:59:59 UTC (recorded publication)",
    ],
)
def test_write_dossier_says(page: Page, words: str) -> None:
    assert words in page.text


def test_write_dossier_is_deterministic(hand_made: HandMade, tmp_path: Path) -> None:
    write(hand_made, hand_made.case, tmp_path / "a.html")
    write(hand_made, hand_made.case, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_write_dossier_escapes_what_others_wrote(hand_made: HandMade, tmp_path: Path) -> None:
    nasty = '<script>alert("1")</script><img src=https://example.org/x>'
    fault = Fault(subject=nasty, kind="InputError", fault=nasty, remedy=nasty)
    case = replace(hand_made.case, name=nasty, notice=nasty, faults=(fault,), items=())
    page = write(hand_made, case, tmp_path / "x.html")
    assert page.scripts == 0
    assert page.external == []
    assert nasty in page.text


@pytest.mark.parametrize("name", ["bare_case", "story_only_case"])
def test_write_dossier_of_a_thin_case(
    hand_made: HandMade, builder: ModuleType, tmp_path: Path, name: str
) -> None:
    page = write(hand_made, getattr(builder, name)(), tmp_path / "thin.html")
    assert "SYNTHETIC" not in page.text
    assert "Methods and limits" in page.text
    assert page.pictures == {True: [], False: []}


def test_write_dossier_says_when_a_file_cannot_be_drawn(
    hand_made: HandMade, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"")
    page_path = write_dossier(
        hand_made.case,
        media_path=lambda _: broken,
        reference_path=lambda _: broken,
        out=tmp_path / "out.html",
    )
    page = Page(page_path.read_text(encoding="utf-8"))
    assert "Some of this page could not be drawn." in page.text
    assert "harbour-road.mp4" in page.text
    assert page.pictures == {True: [], False: []}


def test_write_dossier_replaces_the_old_one_in_one_step(
    hand_made: HandMade, builder: ModuleType, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "dossier.html"
    write(hand_made, builder.bare_case(), out)
    before = out.read_text(encoding="utf-8")
    write(hand_made, replace(builder.bare_case(), name="Second"), out)
    assert out.read_text(encoding="utf-8") != before
    assert [path.name for path in out.parent.iterdir()] == ["dossier.html"]


def test_write_dossier_on_a_full_disk_leaves_the_old_one(
    hand_made: HandMade, builder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "dossier.html"
    write(hand_made, builder.bare_case(), out)
    before = out.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFullError, match="no room"):
        write(hand_made, replace(builder.bare_case(), name="Second"), out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["dossier.html"]


def test_write_dossier_passes_other_faults_of_the_disk_on(
    hand_made: HandMade, builder: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        write(hand_made, builder.bare_case(), tmp_path / "dossier.html")


def test_view_claims_never_leaves_a_part_out(hand_made: HandMade) -> None:
    case = replace(hand_made.case, verdicts=())
    views = view_claims(case, CaseIndex.of(case))
    assert [len(view.parts) for view in views] == [6] * len(case.claims)
    assert {part.rating for view in views for part in view.parts} == {None}


def test_view_claims_tells_reviewed_verdicts(hand_made: HandMade, tmp_path: Path) -> None:
    first, *others = hand_made.case.verdicts
    reviewed = replace(first, review=ReviewState.REVIEWED, reviewer="Reviewer One")
    page = write(
        hand_made, replace(hand_made.case, verdicts=(reviewed, *others), items=()), tmp_path / "r"
    )
    assert f"1 of {len(others) + 1} reviewed by a person" in page.text
    assert "Reviewed by Reviewer One." in page.text


def test_view_claims_keeps_a_claim_whose_document_is_gone(hand_made: HandMade) -> None:
    orphan = replace(hand_made.case.claims[0], document=Digest("f" * 64), nested_in="c000000000004")
    case = replace(hand_made.case, claims=(orphan, *hand_made.case.claims[1:]))
    view = view_claims(case, CaseIndex.of(case))[0]
    assert view.quote[0].text == orphan.content[0].exact
    assert view.reported_by == 4


def test_view_matrix_has_every_link_and_sums_nothing(hand_made: HandMade) -> None:
    index = CaseIndex.of(hand_made.case)
    matrix = view_matrix(hand_made.case, index, view_claims(hand_made.case, index))
    cells = [entry for _, row in matrix.rows for cell in row for entry in cell]
    links = [link for verdict in hand_made.case.verdicts for link in verdict.links]
    assert len(cells) == len(links)
    assert [check for check, _, _ in matrix.columns] == ["edits", "place", "impacts", "control"]


class FakeCheck:
    """Looks at something.

    It compares one thing
    with another.

    Attributes:
        limit: Hidden from readers.
    """

    name = "fake"
    version = "2"
    question = "Is it?"


def test_explain_checks_prints_prose_without_the_programmers_part() -> None:
    (method,) = explain_checks([FakeCheck])
    assert method.paragraphs == ("Looks at something.", "It compares one thing with another.")
    assert (method.name, method.version, method.question) == ("fake", "2", "Is it?")


def test_explain_checks_finds_words_for_every_installed_check() -> None:
    methods = explain_checks(registered_checks())
    assert {"control", "edits", "impacts", "place", "provenance", "reuse"} <= {
        method.name for method in methods
    }
    assert all(len(" ".join(method.paragraphs)) > 100 for method in methods)
