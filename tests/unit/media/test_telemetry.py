"""Telemetry: KLV with its checksum, and a drone's subtitles in their dialects."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.media import read_subtitle_telemetry, read_telemetry
from purport.media._klv import LOCAL_SET, UNIVERSAL_SET, parse_klv
from purport.simulate.camera_files import SensorPacket, klv_packet, write_sensor_stream

FILMED = datetime(2022, 5, 14, 9, 20, 11, 250_000, tzinfo=UTC)


def packet(seconds: float = 0.0) -> SensorPacket:
    return SensorPacket(
        time=FILMED + timedelta(seconds=seconds),
        longitude_deg=36.7,
        latitude_deg=-35.2,
        height_m=1_234.0,
        heading_deg=271.5,
        centre=(36.71, -35.21),
    )


class TestKlv:
    def test_a_packet_gives_what_was_put_in(self) -> None:
        ((source, sample, holds),) = parse_klv(klv_packet(packet()))
        assert (source, holds) == ("MISB ST 0601", True)
        assert sample is not None
        assert sample.time_utc == "2022-05-14T09:20:11.250000Z"
        assert sample.sensor == pytest.approx((36.7, -35.2, 1_234.0), abs=0.2)
        assert sample.centre == pytest.approx((36.71, -35.21), abs=1e-6)
        assert sample.heading_deg == pytest.approx(271.5, abs=0.01)

    @pytest.mark.parametrize("place", range(16, 60))
    def test_any_changed_byte_breaks_the_checksum(self, place: int) -> None:
        content = bytearray(klv_packet(packet()))
        content[place] ^= 0x10
        assert all(holds is not True for _, _, holds in parse_klv(bytes(content)))

    def test_packets_are_found_within_other_bytes(self) -> None:
        content = b"\0\1\2" + klv_packet(packet()) + b"head" + klv_packet(packet(1.0))
        assert [holds for _, _, holds in parse_klv(content)] == [True, True]

    def test_impossible_places_are_left_out(self) -> None:
        body = bytes([13, 4]) + b"\x80\0\0\0" + bytes([14, 4]) + b"\0\0\0\1"
        ((_, sample, holds),) = parse_klv(LOCAL_SET + bytes([len(body)]) + body)
        assert holds is None
        assert sample is not None
        assert sample.sensor is None

    @given(st.binary(max_size=200), st.sampled_from([LOCAL_SET, UNIVERSAL_SET]))
    def test_anything_after_a_key_is_survived(self, content: bytes, key: bytes) -> None:
        for _, sample, _ in parse_klv(key + content):
            if sample is not None and sample.sensor is not None:
                assert abs(sample.sensor[0]) <= 180

    def test_a_stream_is_summed_up(self, tmp_path: Path) -> None:
        packets = [packet(0.1 * number) for number in range(30)]
        path = write_sensor_stream(tmp_path / "a.ts", packets, spoil=3)
        (found,) = read_telemetry(path)
        assert (found.source, found.packets, found.checksums_wrong) == ("MISB ST 0601", 30, 3)
        assert found.span_s == pytest.approx(2.6, abs=0.01)
        assert found.runs_back == 0

    def test_time_that_goes_back_is_counted(self, tmp_path: Path) -> None:
        packets = [packet(float(10 - abs(5 - number))) for number in range(10)]
        (found,) = read_telemetry(write_sensor_stream(tmp_path / "a.ts", packets))
        assert found.runs_back == 4

    def test_many_samples_are_thinned_with_both_ends(self, tmp_path: Path) -> None:
        packets = [packet(0.01 * number) for number in range(300)]
        (found,) = read_telemetry(write_sensor_stream(tmp_path / "a.ts", packets))
        assert (found.packets, len(found.samples)) == (300, 64)
        assert found.samples[-1].time_utc == "2022-05-14T09:20:14.240000Z"

    def test_a_file_without_any_has_none(self, video: Callable[..., Path]) -> None:
        assert read_telemetry(video()) == ()


def block(text: str) -> str:
    return f"1\n00:00:00,000 --> 00:00:01,000\n{text}\n\n"


class TestSubtitles:
    @pytest.mark.parametrize(
        ("text", "place", "time"),
        [
            ("[latitude: 41.42] [longitude: 2.23] SrtCnt : 1\n2022-08-07 13:40:40,774,808",
             (2.23, 41.42), "2022-08-07T13:40:40.774"),
            ("[latitude : -20.25] [longtitude : 149.02] FrameCnt : 1", (149.02, -20.25), None),
            ("HOME(149.02,-20.25) 2017.8.5 14:11:51\nGPS(149.0251,-20.2533,16) BAROMETER:1.9",
             (149.0251, -20.2533), "2017-08-05T14:11:51"),
            ("F/2.8, ISO 260, GPS (-121.7458, 48.0771, 17), D 221.21m", (-121.7458, 48.0771), None),
            ("2022.06.21 16:06:17\nGPS(36.6146,-6.1120,0.0M) BAROMETER:0.3M", (-6.112, 36.6146),
             "2022-06-21T16:06:17"),
            ("GPS(36.6, 149.0, 3)", (149.0, 36.6), None),
        ],
    )  # fmt: skip
    def test_each_dialect(self, text: str, place: tuple[float, float], time: str | None) -> None:
        found = read_subtitle_telemetry(block(text))
        assert found is not None
        sample = found.samples[0]
        assert sample.sensor is not None
        assert sample.sensor[:2] == pytest.approx(place)
        assert sample.time_utc == time

    @pytest.mark.parametrize(
        "text",
        [
            "Hello there",
            "GPS(0.0, 0.0, 3)",
            "GPS(500, 500, 3)",
            "",
            "ISO:100",
            "2022-13-45 99:99:99 ISO:100",
        ],
    )
    def test_what_is_none(self, text: str) -> None:
        assert read_subtitle_telemetry(block(text)) is None

    def test_its_length_is_the_clocks(self) -> None:
        text = "".join(
            block(f"2022-05-14 12:20:{11 + n} ISO:100 GPS(36.7,35.2,1)") for n in range(4)
        )
        found = read_subtitle_telemetry("\ufeff" + text.replace("\n", "\r\n"))
        assert found is not None
        assert (found.packets, found.span_s) == (4, 3.0)

    def test_subtitles_inside_a_file_are_read(
        self, video: Callable[..., Path], tmp_path: Path
    ) -> None:
        script, path = tmp_path / "flight.srt", tmp_path / "flight.mkv"
        script.write_text(
            "".join(
                f"{n + 1}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n"
                f"2022-05-14 12:20:{11 + n} ISO:100 GPS(36.7,35.2,1)\n\n"
                for n in range(3)
            )
        )
        with (
            av.open(str(video(count=75))) as pictures,
            av.open(str(script)) as words,
            av.open(str(path), "w") as written,
        ):
            streams = {
                source: written.add_stream_from_template(source)
                for source in (pictures.streams.video[0], words.streams.subtitles[0])
            }
            for container, source in (
                (pictures, pictures.streams.video[0]),
                (words, words.streams.subtitles[0]),
            ):
                for packet in container.demux(source):
                    if packet.dts is not None:
                        packet.stream = streams[source]
                        written.mux(packet)
        (found,) = read_telemetry(path)
        assert (found.source, found.packets, found.span_s) == ("subtitles", 3, 2.0)
