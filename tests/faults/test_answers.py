# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that a job must not use."""

import base64
import io
import json
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fault_hooks as hooks
import pytest
from echo_endpoint import Behavior, EchoEndpoint
from job_runner import N_TILES, assert_recovers, run_job
from PIL import Image

STATUSES = {
    408: "408",
    500: "told to answer 500",
    502: "told to answer 502",
    504: "told to answer 504",
    524: "told to answer 524",
}


@pytest.mark.parametrize(("status", "cause"), STATUSES.items())
def test_status(tmp_path: Path, status: int, cause: str) -> None:
    endpoint = assert_recovers(tmp_path, lambda: Behavior(interfere=hooks.InjectFault("PUT", hooks.answer_status(status), 2)), cause)
    assert set(endpoint.ledger.painted.values()) == {1}


def test_batch_that_is_too_large_for_it(tmp_path: Path) -> None:
    def make() -> Behavior:
        refuse = hooks.InjectFault("PUT", hooks.answer_status(413), float("inf"), lambda exchange: len(exchange.body["tiles"]) > 2)
        return Behavior(interfere=refuse)

    endpoint = assert_recovers(tmp_path, make, "413", batch_size=8)
    assert {len(request["tiles"]) for request in endpoint.requests} == {2}


@pytest.mark.parametrize("status", [401, 403, 422])
def test_refusal_stops_the_endpoint_and_tells_what_it_said(tmp_path: Path, status: int) -> None:
    refuse = hooks.InjectFault("PUT", hooks.answer_status(status, "this key has expired"), float("inf"))
    with EchoEndpoint(Behavior(interfere=refuse)) as strict, EchoEndpoint() as good:
        alone = run_job(tmp_path / "alone", strict.url)
        assert alone.n_finished == 0
        assert "this key has expired" in alone.messages
        run_job(tmp_path / "beside", strict.url, good.url).assert_whole()


def test_page_instead_of_json(tmp_path: Path) -> None:
    assert_recovers(tmp_path, lambda: Behavior(interfere=hooks.InjectFault("PUT", hooks.answer_page)), "is the address right?")


def cut_off(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode()[:-20]


def of_another_batch(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "batch_id": "another"}


def twice(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "results": answer["results"] + answer["results"][:1]}


def with_a_stranger(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "results": [*answer["results"], {**answer["results"][0], "id": "4711"}]}


TWISTS = [
    (cut_off, "is the address right?"),
    (of_another_batch, "another batch"),
    (twice, "answered twice"),
    (with_a_stranger, "was not sent"),
]


@pytest.mark.parametrize(("change", "cause"), TWISTS, ids=[change.__name__ for change, _ in TWISTS])
def test_answer_that_breaks_the_contract(tmp_path: Path, change: Callable[[dict[str, Any]], Any], cause: str) -> None:
    endpoint = assert_recovers(tmp_path, lambda: Behavior(twist=hooks.MutateAnswers(change)), cause)
    assert set(endpoint.ledger.painted.values()) == {1}, "the endpoint had the tiles, and was made to paint them again"


def test_missing_tile(tmp_path: Path) -> None:
    class Lose:
        """Leaves tile 4 out of every answer of the first batch that has it."""

        batch = ""

        def __call__(self, answer: dict[str, Any]) -> dict[str, Any]:
            if any(result["id"] == "3" for result in answer["results"]):
                self.batch = self.batch or answer["batch_id"]
            if answer["batch_id"] != self.batch:
                return answer
            return {**answer, "results": [result for result in answer["results"] if result["id"] != "3"]}

    endpoint = assert_recovers(tmp_path, lambda: Behavior(twist=Lose(), hold_s=0.2), "without an answer for it")
    assert endpoint.ledger.painted == {**dict.fromkeys(range(N_TILES), 1), 3: 2}


def picture(change: Callable[[Image.Image], Image.Image]) -> Callable[[str], bytes]:
    def remake(text: str) -> bytes:
        file = io.BytesIO()
        change(Image.open(io.BytesIO(base64.b64decode(text)))).save(file, "PNG")
        return file.getvalue()

    return remake


def filled(value: int) -> Callable[[Image.Image], Image.Image]:
    return lambda source: Image.new("RGB", source.size, (value, value, value))


def unrelated(source: Image.Image) -> Image.Image:
    luck = random.Random(7)
    other = Image.new("RGB", source.size)
    other.putdata([((x // 9) * 40 % 256, luck.randrange(90), 255 - y * 3) for y in range(source.height) for x in range(source.width)])
    return other


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def bomb(_: str) -> bytes:
    """A PNG file of a few kilobytes whose header claims 60000 x 60000 pixels."""
    return PNG_SIGNATURE + header(60000, 60000) + chunk(b"IDAT", zlib.compress(bytes(1 << 22))) + chunk(b"IEND", b"")


def chunk_before_header(text: str) -> bytes:
    """A PNG file of one pixel, with the wanted size in a chunk before the header."""
    size = Image.open(io.BytesIO(base64.b64decode(text))).size
    pixel = header(1, 1) + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b"")
    return PNG_SIGNATURE + chunk(b"abCd", struct.pack(">II", *size)) + pixel


def gif_bomb(_: str) -> bytes:
    """A GIF file of 35 bytes whose header claims 65535 x 65535 pixels."""
    screen = b"GIF89a\xff\xff\xff\xff\x80\0\0\xff\xff\xff\0\0\0"
    return screen + b",\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;"


PICTURES = [
    ("wrong-size", picture(lambda source: source.resize((32, 32))), "32"),
    ("wrong-type", lambda _: b"%PDF-1.7 a document", "can't be read"),
    ("cut-off", lambda text: base64.b64decode(text)[:-200], "damaged"),
    ("black", picture(filled(0)), "single color"),
    ("gray", picture(filled(128)), "single color"),
    ("unrelated", picture(unrelated), ""),
    ("bomb", bomb, "60000"),
    ("chunk-before-header", chunk_before_header, "does not begin as a PNG file"),
    ("gif-bomb", gif_bomb, "can't be read"),
]


@pytest.mark.parametrize(("remake", "cause"), [case[1:] for case in PICTURES], ids=[case[0] for case in PICTURES])
def test_picture_that_is_no_good(tmp_path: Path, remake: Callable[[str], bytes], cause: str) -> None:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        first, *others = answer["results"]
        return {**answer, "results": [{**first, "image": base64.b64encode(remake(first["image"])).decode()}, *others]}

    endpoint = assert_recovers(tmp_path, lambda: Behavior(twist=hooks.MutateAnswers(change), hold_s=0.2), cause)
    again = [index for index, times in endpoint.ledger.painted.items() if times > 1]
    assert len(again) == 1, "just the tile that could not be used is painted again"


def test_partial_success(tmp_path: Path) -> None:
    def change(answer: dict[str, Any]) -> dict[str, Any]:
        first, *others = answer["results"]
        return {**answer, "results": [{"id": first["id"], "success": False, "error": "the GPU was taken away"}, *others]}

    endpoint = assert_recovers(tmp_path, lambda: Behavior(twist=hooks.MutateAnswers(change), hold_s=0.2), "the GPU was taken away")
    assert sorted(endpoint.ledger.painted.values()) == [1] * (N_TILES - 1) + [2]
