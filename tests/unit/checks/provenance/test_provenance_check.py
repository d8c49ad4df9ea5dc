"""ProvenanceCheck: files as cameras write them, and the same with one thing changed."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from purport.checks.provenance import ProvenanceAnswer, ProvenanceCheck
from purport.checks.provenance import check as module
from purport.checks.provenance._exiftool import exiftool_version
from purport.core.case import ItemRecord, Publication
from purport.core.digests import canonical_json, digest_file
from purport.core.instants import parse_stated_time
from purport.simulate.camera_files import (
    CameraFile,
    SensorPacket,
    write_camera_file,
    write_sensor_stream,
)

from .conftest import Ask

FILMED = datetime(2022, 5, 14, 9, 20, 11, tzinfo=UTC)
UNTOUCHED = 13
ALTERED = 23


def asked(ask: Ask, mix: ModuleType, case: object, folder: Path) -> set[str]:
    path = folder / case.file  # type: ignore[attr-defined]
    case.write(path)  # type: ignore[attr-defined]
    sidecars = []
    for name, text in case.sidecars:  # type: ignore[attr-defined]
        (folder / name).write_text(text, encoding="utf-8")
        sidecars.append(folder / name)
    _, values = ask(path, mix.item_of(case, path), sidecars=tuple(sidecars))
    return {one.kind.value for one in values.contradictions}


@pytest.mark.parametrize("number", range(UNTOUCHED))
def test_untouched_files_contradict_nothing(
    ask: Ask, mix: ModuleType, tmp_path: Path, number: int
) -> None:
    assert asked(ask, mix, mix.UNTOUCHED[number], tmp_path) == set()


@pytest.mark.parametrize("number", range(ALTERED))
def test_what_was_altered_is_found_and_nothing_else(
    ask: Ask, mix: ModuleType, tmp_path: Path, number: int
) -> None:
    case = mix.ALTERED[number]
    assert asked(ask, mix, case, tmp_path) == {kind.value for kind in case.expected}


def test_the_mix_is_as_large_as_it_says(mix: ModuleType) -> None:
    assert (len(mix.UNTOUCHED), len(mix.ALTERED)) == (UNTOUCHED, ALTERED)
    assert all(case.expected for case in mix.ALTERED)


@pytest.fixture
def phone(mix: ModuleType, tmp_path: Path) -> Callable[..., Path]:
    def write(**changes: object) -> Path:
        return write_camera_file(tmp_path / "clip.mov", replace(mix.IPHONE, **changes))

    return write


class TestAnswer:
    def test_both_sides_and_innocent_explanations_are_given(
        self, ask: Ask, phone: Callable[..., Path]
    ) -> None:
        path = phone()
        item = ItemRecord(
            digest=digest_file(path),
            name=path.name,
            size_bytes=1,
            claimed_time=parse_stated_time("2023-05-14"),
        )
        finding, values = ask(path, item)
        assert finding.answer == ProvenanceAnswer.CONTRADICTIONS_FOUND
        for one in values.contradictions:
            assert one.one.source
            assert one.other.says == "2023-05-14"
            assert "days" in one.apart
            assert one.innocent

    def test_a_file_that_states_nothing_cannot_be_told(self, ask: Ask, tmp_path: Path) -> None:
        finding, values = ask(write_camera_file(tmp_path / "clip.mp4", CameraFile()))
        assert finding.answer == ProvenanceAnswer.CANNOT_TELL
        assert values.credentials.state == "none"
        assert any("says nothing about it" in limit for limit in finding.limits)

    def test_no_contradiction_is_not_called_genuine(
        self, ask: Ask, phone: Callable[..., Path]
    ) -> None:
        finding, _ = ask(phone())
        assert finding.answer == ProvenanceAnswer.NO_CONTRADICTION_FOUND
        assert any("easily changed" in limit for limit in finding.limits)

    def test_what_is_stated_is_listed_with_its_source(
        self, ask: Ask, phone: Callable[..., Path]
    ) -> None:
        _, values = ask(phone())
        listed = {(one.topic.value, one.source, one.says) for one in values.statements}
        assert ("device", "tag com.apple.quicktime.make (keys)", "Apple") in listed
        assert ("format", "order of the file", "index after the pictures") in listed
        assert ("software", "handler of track 1", "Core Media Video") in listed
        assert ("time", "header mvhd, creation", "2022-05-14T09:20:11Z") in listed
        (place,) = [one for one in values.statements if one.topic.value == "place"]
        assert place.point == pytest.approx((36.702, 35.201))
        assert values.boxes == ("ftyp", "free", "mdat", "moov")

    def test_how_a_sensor_stood_is_listed(self, ask: Ask, tmp_path: Path) -> None:
        packets = [
            SensorPacket(time=FILMED, longitude_deg=36.7, latitude_deg=35.2) for _ in range(4)
        ]
        _, values = ask(write_sensor_stream(tmp_path / "fmv.ts", packets))
        said = [one.says for one in values.statements if "platform" in one.source]
        assert said == ["height 1200 m, heading 90.0°"]

    def test_the_same_file_gives_the_same_finding(
        self, ask: Ask, phone: Callable[..., Path]
    ) -> None:
        path = phone()
        assert ask(path)[0] == ask(path)[0]


class TestPrivacy:
    def test_names_and_serial_numbers_are_not_kept(
        self, ask: Ask, phone: Callable[..., Path]
    ) -> None:
        path = phone(
            keys=(
                ("com.apple.quicktime.make", "Apple"),
                ("com.apple.quicktime.author", "Jane Roe"),
                ("com.apple.quicktime.camera.identifier.serial", "F2LX0001"),
            ),
            texts=(("CAME", "C3221324578961"), ("\xa9ART", "Jane Roe"), ("SNUM", "00123")),
        )
        finding, values = ask(path)
        told = canonical_json(finding.values) + finding.reason
        for private in ("Jane", "Roe", "F2LX0001", "00123"):
            assert private not in told
        assert values.withheld >= 4

    def test_the_probe_keeps_none_either(self, phone: Callable[..., Path]) -> None:
        from purport.media import probe_media  # noqa: PLC0415 - beside what it is about

        path = phone(keys=(("com.apple.quicktime.author", "Jane Roe"),))
        assert "Jane" not in str(probe_media(path))

    def test_accounts_of_sidecars_are_not_kept(
        self, ask: Ask, phone: Callable[..., Path], tmp_path: Path
    ) -> None:
        sidecar = tmp_path / "clip.info.json"
        sidecar.write_text(
            json.dumps({"extractor": "x", "uploader": "jane_roe", "title": "Jane at home"})
        )
        finding, _ = ask(phone(), sidecars=(sidecar,))
        assert "jane" not in canonical_json(finding.values).lower()


class TestFirstAppearance:
    def test_the_earliest_bounds_the_time_of_filming(
        self, ask: Ask, phone: Callable[..., Path], tmp_path: Path
    ) -> None:
        path = phone()
        sidecar = tmp_path / "clip.info.json"
        sidecar.write_text(json.dumps({"extractor": "x", "timestamp": 1_652_601_600}))
        item = ItemRecord(
            digest=digest_file(path),
            name=path.name,
            size_bytes=1,
            publication=Publication(published=parse_stated_time("2022-06-01"), basis="test"),
        )
        _, values = ask(path, item, sidecars=(sidecar,))
        assert values.filmed_before_utc == "2022-05-15T08:00:00Z"
        assert values.filmed_before_basis == "sidecar clip.info.json, timestamp"

    def test_without_an_appearance_nothing_is_bounded(
        self, ask: Ask, phone: Callable[..., Path]
    ) -> None:
        _, values = ask(phone())
        assert values.filmed_before_utc is None


class TestNotes:
    def test_a_platforms_copy_is_told_as_a_copy(self, ask: Ask, tmp_path: Path) -> None:
        path = write_camera_file(
            tmp_path / "post.mp4",
            CameraFile(
                created=FILMED, handlers=("VideoHandler", "SoundHandler"), encoder="Lavf58.76.100"
            ),
        )
        item = ItemRecord(
            digest=digest_file(path),
            name=path.name,
            size_bytes=1,
            publication=Publication(published=parse_stated_time("2022-05-01"), basis="test"),
            claimed_time=parse_stated_time("2022-04-30"),
        )
        finding, values = ask(path, item)
        assert finding.answer == ProvenanceAnswer.NO_CONTRADICTION_FOUND
        assert values.rewritten
        assert any("not the file as it was first published" in note for note in values.notes)

    def test_wrong_checksums_are_told_and_left_out(self, ask: Ask, tmp_path: Path) -> None:
        packets = [
            SensorPacket(time=FILMED, longitude_deg=36.7, latitude_deg=35.2) for _ in range(10)
        ]
        path = write_sensor_stream(tmp_path / "fmv.ts", packets, spoil=4)
        _, values = ask(path)
        assert any("10 packets 4 have a wrong checksum" in note for note in values.notes)

    def test_an_edit_list_that_hides_is_a_note(
        self, ask: Ask, mix: ModuleType, tmp_path: Path
    ) -> None:
        path = write_camera_file(tmp_path / "a.mov", replace(mix.IPHONE, stated_length_s=1.5))
        finding, values = ask(path)
        assert finding.answer == ProvenanceAnswer.NO_CONTRADICTION_FOUND
        assert any("an edit list hides" in note for note in values.notes)


class TestExifTool:
    def test_what_it_reads_is_compared_and_its_version_kept(
        self, ask: Ask, phone: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._install(tmp_path, monkeypatch, '[{"Keys:Make": "samsung", "Keys:OwnerName": "Jane"}]')
        finding, values = ask(phone())
        assert values.exiftool == "13.10"
        assert finding.derivation.parameters["exiftool"] == "13.10"
        assert {one.kind.value for one in values.contradictions} == {"devices_differ"}
        assert "Jane" not in canonical_json(finding.values)

    @pytest.mark.parametrize("said", ["[]", "nonsense", "[1]"])
    def test_nonsense_from_it_changes_nothing(
        self,
        ask: Ask,
        phone: Callable[..., Path],
        monkeypatch: pytest.MonkeyPatch,
        *,
        said: str,
    ) -> None:
        tmp_path = phone().parent
        self._install(tmp_path, monkeypatch, said)
        finding, _ = ask(phone())
        assert finding.answer == ProvenanceAnswer.NO_CONTRADICTION_FOUND

    def _install(self, folder: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
        program = folder / "bin" / "exiftool"
        program.parent.mkdir()
        program.write_text(
            f"#!/bin/sh\nif [ \"$1\" = -ver ]; then echo 13.10; else echo '{said}'; fi\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
        module._exiftool.cache_clear()
        monkeypatch.setattr(module, "_exiftool", exiftool_version)

    def test_without_it_nothing_is_missing(
        self, ask: Ask, phone: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(module, "_exiftool", exiftool_version)
        assert ask(phone())[1].exiftool is None
        assert ProvenanceCheck().parameters()["exiftool"] is None
