import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from purport.casework import (
    ItemDetails,
    Workspace,
    case_file,
    collect_control,
    collect_item,
    collect_matcher,
    collect_reference,
    collect_story,
    collect_terrain,
    collect_trusted_signers,
    describe_case,
    describe_items,
    media_path,
    reference_path,
    run_checks,
)
from purport.casework.holdings import live_attachments
from purport.checks.provenance import ProvenanceCheck
from purport.core.case import ItemRecord, Publication, Target
from purport.core.digests import Digest, digest_file
from purport.core.errors import (
    ConsistencyError,
    InputError,
    OutsideReferenceError,
    UnreadableControlError,
    UnreadableMediaError,
    UnreadableReferenceError,
    UnreadableStoryError,
)
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint
from purport.store import AttachmentKind, Outcome


def stored_nothing(workspace: Workspace) -> bool:
    return workspace.store.custody() == () and list(workspace.vault.digests()) == []


def write_reference(path: Path, *, crs: str | None = "EPSG:32637") -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (1, 64, 64), dtype=np.uint8)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=64,
        height=64,
        count=1,
        dtype="uint8",
        crs=crs,
        transform=Affine(1, 0, 500_000, 0, -1, 4_000_000),
    ) as raster:
        raster.write(pixels)
    return path


def test_story_is_preserved_and_its_claims_extracted(workspace: Workspace, story: Path) -> None:
    read = collect_story(workspace, story)
    assert read.document.digest == digest_file(story)
    assert workspace.vault.holds(read.document.digest)
    case = case_file(workspace)
    assert case.stories == (read,)
    assert case.claims
    for claim in case.claims:
        for span in claim.content:
            assert read.text[span.start : span.end] == span.exact


def test_collecting_a_story_twice_changes_nothing(workspace: Workspace, story: Path) -> None:
    collect_story(workspace, story)
    before = workspace.store.custody()
    collect_story(workspace, story)
    assert workspace.store.custody() == before


def test_empty_story_is_refused_before_anything_is_stored(
    workspace: Workspace, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    with pytest.raises(UnreadableStoryError, match=r"empty\.txt"):
        collect_story(workspace, empty)
    assert stored_nothing(workspace)


def test_story_in_an_unknown_encoding_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_bytes("Überfall, sagte Müller".encode("latin-1"))
    with pytest.raises(UnreadableStoryError, match=r"odd\.txt"):
        collect_story(workspace, odd)
    assert stored_nothing(workspace)
    collect_story(workspace, odd, encoding="latin-1")
    assert case_file(workspace).stories[0].text.startswith("Überfall")


def test_item_is_preserved_with_what_is_known(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    path = clip()
    publication = Publication(published=parse_stated_time("2015-09-30"), basis="recorded by user")
    item = collect_item(workspace, path, details=ItemDetails(publication=publication))
    assert item == ItemRecord(
        digest=digest_file(path),
        name="clip.mp4",
        size_bytes=path.stat().st_size,
        publication=publication,
        file_time=item.file_time,
    )
    assert item.file_time is not None
    assert item.file_time.latest_utc.timestamp() == int(path.stat().st_mtime)
    assert [known.record for known in case_file(workspace).items] == [item]
    (event,) = workspace.store.custody()
    assert (event.kind, event.subject, event.agent) == ("collected", item.digest, "tester")


def test_new_details_correct_the_record_and_keep_the_rest(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    path = clip()
    collect_item(workspace, path, details=ItemDetails(url="https://a.example", collector="me"))
    corrected = collect_item(workspace, path, details=ItemDetails(url="https://b.example"))
    assert (corrected.url, corrected.collector) == ("https://b.example", "me")
    assert len(case_file(workspace).items) == 1
    assert workspace.store.verify() == 2


def test_files_beside_a_video_that_are_about_it_are_kept(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    path = clip()
    beside = {
        "clip.info.json": '{"extractor": "x"}',
        "clip.mp4.metadata.json": "{}",
        "CLIP.SRT": "1",
    }
    others = ("other.info.json", "clip.txt", "clip.info.json.bak")
    for name in (*beside, *others):
        path.with_name(name).write_text(beside.get(name, "no"))
    item = collect_item(workspace, path)
    assert [name for name, _ in item.sidecars] == sorted(beside)
    for name, digest in item.sidecars:
        assert workspace.vault.local_copy(digest).read_text() == beside[name]
    assert collect_item(workspace, path) == item


def test_a_sidecar_that_came_later_is_added(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    path = clip()
    assert collect_item(workspace, path).sidecars == ()
    path.with_name("clip.srt").write_text("1")
    assert [name for name, _ in collect_item(workspace, path).sidecars] == ["clip.srt"]
    (item,) = case_file(workspace).items
    assert [name for name, _ in item.record.sidecars] == ["clip.srt"]


@pytest.mark.parametrize(
    "content", [b"", b"only text, but named .mp4\n"], ids=["empty", "text named .mp4"]
)
def test_what_is_no_video_is_refused(workspace: Workspace, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(content)
    with pytest.raises(UnreadableMediaError, match=r"bad\.mp4") as caught:
        collect_item(workspace, path)
    assert caught.value.remedy
    assert stored_nothing(workspace)


def test_reference_is_kept_with_its_world_file(workspace: Workspace, tmp_path: Path) -> None:
    path = write_reference(tmp_path / "ortho.tif")
    (tmp_path / "ortho.tfw").write_text("1\n0\n0\n-1\n500000.5\n3999999.5\n")
    (tmp_path / "ortho-other.tfw").write_text("not ours")
    digest = collect_reference(workspace, path, accuracy_m=2.0)
    copy = reference_path(workspace, digest)
    assert copy.name == "ortho.tif"
    assert (copy.parent / "ortho.tfw").read_text().startswith("1\n")
    assert len(list(workspace.vault.digests())) == 2


def test_reference_without_a_system_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = write_reference(tmp_path / "nowhere.tif", crs=None)
    with pytest.raises(UnreadableReferenceError, match=r"nowhere\.tif"):
        collect_reference(workspace, path)
    assert stored_nothing(workspace)


def test_unknown_reference_is_our_own_fault(workspace: Workspace) -> None:
    with pytest.raises(ConsistencyError, match="no orthophoto"):
        reference_path(workspace, Digest("0" * 64))


def test_target_outside_the_orthophoto_is_refused(
    workspace: Workspace, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    reference = collect_reference(workspace, write_reference(tmp_path / "ortho.tif"))
    far = Target(point=GeoPoint(longitude_deg=10.0, latitude_deg=50.0))
    with pytest.raises(OutsideReferenceError, match=r"ortho\.tif"):
        collect_item(workspace, clip(), details=ItemDetails(target=far, references=(reference,)))
    corners = [(9.0, 50.0), (10.0, 50.0), (10.0, 51.0)]
    outline = tuple(GeoPoint(longitude_deg=east, latitude_deg=north) for east, north in corners)
    with pytest.raises(OutsideReferenceError):
        collect_item(
            workspace,
            clip(),
            details=ItemDetails(target=Target(outline=outline), references=(reference,)),
        )
    assert case_file(workspace).items == ()


def test_orthophoto_must_be_collected_first(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    details = ItemDetails(
        target=Target(point=GeoPoint(longitude_deg=39.0, latitude_deg=36.0)),
        references=(Digest("0" * 64),),
    )
    with pytest.raises(ConsistencyError, match="not among the orthophotos"):
        collect_item(workspace, clip(), details=details)


def test_broken_control_layer_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "control.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature"}]}))
    with pytest.raises(UnreadableControlError, match=r"control\.geojson"):
        collect_control(workspace, path)
    assert stored_nothing(workspace)


def test_case_is_described(workspace: Workspace) -> None:
    describe_case(workspace, name="Harbour road", date="2015-09", notice="The place is fictional.")
    case = case_file(workspace)
    assert (case.name, case.notice) == ("Harbour road", "The place is fictional.")
    assert case.date == parse_stated_time("2015-09")
    describe_case(workspace, name="Harbour")
    assert case_file(workspace).name == "Harbour"


def test_case_without_a_name_has_that_of_its_folder(workspace: Workspace) -> None:
    assert case_file(workspace).name == "case"
    assert case_file(workspace).date is None
    describe_case(workspace)
    assert workspace.store.custody() == ()


def test_date_that_is_none_is_refused(workspace: Workspace) -> None:
    with pytest.raises(InputError, match="date: 'yesterday'"):
        describe_case(workspace, date="yesterday")
    assert stored_nothing(workspace)


def test_control_layer_is_preserved(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "control.geojson"
    ring = [[36.0, 35.0], [36.1, 35.0], [36.1, 35.1], [36.0, 35.0]]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"holder": "Harbour Front", "date": "2015-09-30"},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    digest = collect_control(workspace, path)
    assert workspace.vault.holds(digest)
    (attachment,) = live_attachments(workspace, AttachmentKind.CONTROL)
    assert (attachment.digest, attachment.name) == (digest, "control.geojson")


def test_paths_of_what_is_not_there_are_our_own_fault(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    item = collect_item(workspace, clip())
    assert media_path(workspace, item.digest).read_bytes() == clip().read_bytes()
    with pytest.raises(ConsistencyError, match="no media item"):
        media_path(workspace, Digest("0" * 64))


def test_story_that_changes_while_it_is_read_is_refused(
    workspace: Workspace, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = workspace.vault.put_file

    def change_and_put(path: Path) -> Digest:
        path.write_text("something else\n")
        return put(path)

    monkeypatch.setattr(workspace.vault, "put_file", change_and_put)
    with pytest.raises(InputError, match=r"story\.txt: the file changed"):
        collect_story(workspace, story)
    assert case_file(workspace).stories == ()


def test_claims_that_a_new_version_no_longer_finds_are_withdrawn(
    workspace: Workspace, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_story(workspace, story)
    found = case_file(workspace).claims
    monkeypatch.setattr("purport.casework.claims.relate_claims", lambda claims: claims[:1])
    collect_story(workspace, story)
    assert [claim.id for claim in case_file(workspace).claims] == [found[0].id]
    monkeypatch.undo()
    collect_story(workspace, story)
    assert case_file(workspace).claims == found


def test_orthophoto_of_the_case_is_taken_by_items_that_name_none(
    workspace: Workspace, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    collect_item(workspace, clip("before.mp4", seed=1))
    own = collect_reference(workspace, write_reference(tmp_path / "own.tif"), for_all=False)
    assert case_file(workspace).items[0].record.references == ()
    shared_path = tmp_path / "shared.tif"
    shared_path.write_bytes(write_reference(tmp_path / "x.tif").read_bytes() + b"\0")
    shared = collect_reference(workspace, shared_path)
    collect_item(workspace, clip("after.mp4", seed=2))
    collect_item(workspace, clip("own.mp4", seed=3), details=ItemDetails(references=(own,)))
    references = [item.record.references for item in case_file(workspace).items]
    assert references == [(shared,), (shared,), (own,)]


def test_what_is_known_of_all_items_is_recorded_for_each(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    describe_items(workspace, ItemDetails(collector="Ann"))
    assert workspace.store.custody() == ()
    for seed, name in enumerate("ab"):
        collect_item(workspace, clip(f"{name}.mp4", seed=seed))
    describe_items(workspace, ItemDetails(collector="Ann"))
    collectors = [item.record.collector for item in case_file(workspace).items]
    assert collectors == ["Ann", "Ann"]


def test_second_orthophoto_of_the_case_joins_the_first(
    workspace: Workspace, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    collect_item(workspace, clip("before.mp4", seed=1))
    first = collect_reference(workspace, write_reference(tmp_path / "first.tif"))
    other = tmp_path / "second.tif"
    other.write_bytes((tmp_path / "first.tif").read_bytes() + b"\0")
    second = collect_reference(workspace, other)
    assert collect_reference(workspace, other) == second
    collect_item(workspace, clip("after.mp4", seed=2))
    references = [item.record.references for item in case_file(workspace).items]
    assert references == [(first, second), (first, second)]


def test_heights_of_the_case_are_taken_by_items_that_name_none(
    workspace: Workspace, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    collect_item(workspace, clip("before.mp4", seed=1))
    heights = collect_terrain(workspace, write_reference(tmp_path / "dem.tif"), accuracy_m=1.5)
    collect_item(workspace, clip("after.mp4", seed=2))
    assert [item.record.terrain for item in case_file(workspace).items] == [heights, heights]
    assert workspace.vault.local_copy(heights).is_file()


def test_file_that_is_no_matcher_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_text("no model")
    with pytest.raises(InputError, match=r"model\.onnx"):
        collect_matcher(workspace, path)
    assert workspace.store.custody() == ()


def root_certificate() -> str:
    """Make a certificate that signs itself, PEM."""
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415

    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Purport Tests")])
    begin = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=9))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_lists_of_trusted_signers_reach_the_provenance_check(
    workspace: Workspace, clip: Callable[..., Path], tmp_path: Path
) -> None:
    collect_item(workspace, clip("clip.mp4"))
    lists = [root_certificate(), root_certificate()]
    for number, text in enumerate(lists):
        path = tmp_path / f"signers-{number}.pem"
        path.write_text(text)
        digest = collect_trusted_signers(workspace, path)
        assert workspace.vault.local_copy(digest).read_text() == text
    run_checks(workspace, checks=[ProvenanceCheck()], workers=1)
    (outcome,) = (stored.record for stored in workspace.store.live(Outcome))
    told = str(outcome.findings[0].derivation.parameters["trusted_signers"])
    assert all(text.strip() in told for text in lists)


@pytest.mark.parametrize(
    "text",
    ["", "no list", "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----"],
)
def test_a_list_of_signers_that_cannot_be_used_is_refused(
    workspace: Workspace, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "signers.pem"
    path.write_text(text)
    with pytest.raises(InputError, match=r"signers\.pem"):
        collect_trusted_signers(workspace, path)
    assert workspace.store.custody() == ()


def test_sidecars_of_other_names_are_given(
    workspace: Workspace, clip: Callable[..., Path], tmp_path: Path
) -> None:
    path = clip("clip.mp4")
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / "download.info.json"
    other.write_text('{"extractor": "x"}')
    record = collect_item(workspace, path, sidecars=[other])
    assert record.sidecars == (("download.info.json", digest_file(other)),)
    assert workspace.vault.local_copy(digest_file(other)).is_file()


def test_a_sidecar_that_is_too_long_is_refused(
    workspace: Workspace, clip: Callable[..., Path], tmp_path: Path
) -> None:
    long = tmp_path / "long.info.json"
    with long.open("wb") as file:
        file.truncate((16 << 20) + 1)
    with pytest.raises(InputError, match="longer"):
        collect_item(workspace, clip("clip.mp4"), sidecars=[long])
    assert workspace.store.custody() == ()
