# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the wire contract: any bytes are either decoded or raise PictureError, and sizes survive the canvas."""

import base64
import io
import random
import zlib

import pytest
from PIL import Image
from tile_upscale_gpu.pictures import PictureError, TileSizes, from_canvas, plan_sizes, read_reference, read_tile, to_canvas, write_tile
from wire_client import make_picture

SIDE = 64
BOMB = 60000


def make_file(kind: str, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    make_picture(SIDE).convert(mode).save(file, kind)
    return file.getvalue()


FILES = [make_file("PNG"), make_file("PNG", "P"), make_file("PNG", "RGBA"), make_file("PNG", "L"), make_file("JPEG"), make_file("WEBP")]


def break_file(data: bytearray, dice: random.Random) -> bytes:
    """Changes, cuts or inserts bytes, mostly near the beginning."""
    for _ in range(dice.randint(1, 5)):
        place = dice.randrange(min(len(data), dice.choice((60, 1 << 20))))
        kind = dice.randrange(3)
        if kind == 0:
            data[place] = dice.randrange(256)
        elif kind == 1:
            del data[max(place, 1) :]
        else:
            data[place:place] = dice.randbytes(4)
    return bytes(data)


@pytest.mark.parametrize("seed", range(8))
def test_any_bytes_are_taken_or_refused_in_words(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(250):
        text = base64.b64encode(break_file(bytearray(dice.choice(FILES)), dice)).decode()
        for read in (lambda text=text: read_tile(text, SIDE, SIDE), lambda text=text: read_reference(text)):
            try:
                assert read().mode == "RGB"
            except PictureError as error:
                assert "picture" in str(error)


def test_hole_in_a_palette_that_is_missing_is_refused_in_words() -> None:
    """Pillow raises AssertionError for transparency without a palette."""
    data = make_file("PNG", "P")
    start = data.index(b"PLTE") - 4
    end = start + 12 + int.from_bytes(data[start : start + 4], "big")
    hole = b"tRNS\xff\x00"
    chunk = (len(hole) - 4).to_bytes(4, "big") + hole + zlib.crc32(hole).to_bytes(4, "big")
    text = base64.b64encode(data[:start] + chunk + data[end:]).decode()
    for read in (lambda: read_tile(text, SIDE, SIDE), lambda: read_reference(text)):
        with pytest.raises(PictureError, match="the picture is broken"):
            read()


def test_bomb_is_refused_without_being_unpacked() -> None:
    data = bytearray(make_file("PNG"))
    data[16:24] = BOMB.to_bytes(4, "big") * 2
    text = base64.b64encode(data).decode()
    for read in (lambda: read_tile(text, SIDE, SIDE), lambda: read_tile(text, BOMB, BOMB), lambda: read_reference(text)):
        with pytest.raises(PictureError):
            read()


def test_tile_must_be_png_and_a_reference_need_not() -> None:
    text = base64.b64encode(make_file("JPEG")).decode()
    with pytest.raises(PictureError, match="PNG"):
        read_tile(text, SIDE, SIDE)
    assert read_reference(text).size == (SIDE, SIDE)


def test_written_tile_reads_back_the_same() -> None:
    picture = make_picture(SIDE)
    assert read_tile(write_tile(picture), SIDE, SIDE).tobytes() == picture.tobytes()


@pytest.mark.parametrize(
    ("target", "gen_res", "expected"),
    [
        ((1024, 1024), 0, TileSizes((1024, 1024), (1024, 1024), (1024, 1024))),
        ((1024, 512), 0, TileSizes((1024, 512), (1024, 512), (1024, 512))),
        ((2048, 1024), 1024, TileSizes((1024, 512), (1024, 512), (2048, 1024))),
        ((512, 512), 1024, TileSizes((1024, 1024), (1024, 1024), (512, 512))),
        ((1000, 40), 0, TileSizes((1000, 40), (1024, 64), (1000, 40))),
        ((2000, 1), 64, TileSizes((64, 1), (64, 64), (2000, 1))),
    ],
)
def test_sizes(target: tuple[int, int], gen_res: int, expected: TileSizes) -> None:
    assert plan_sizes(target, gen_res) == expected


@pytest.mark.parametrize("size", [(64, 64), (72, 40), (1, 1), (130, 7)])
def test_way_to_the_canvas_and_back_keeps_every_pixel(size: tuple[int, int]) -> None:
    picture = make_picture(130).crop((0, 0, *size))
    sizes = plan_sizes(size, 0)
    canvas = to_canvas(picture, sizes)
    assert canvas.size == sizes.canvas
    assert from_canvas(canvas, sizes).tobytes() == picture.tobytes()


def test_what_fills_the_canvas_is_a_mirror_image() -> None:
    picture = make_picture(72)
    canvas = to_canvas(picture, plan_sizes((72, 72), 0))
    mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop((0, 0, 56, 72))
    assert canvas.crop((72, 0, 128, 72)).tobytes() == mirrored.tobytes()
