# SPDX-License-Identifier: GPL-3.0-or-later
"""A straight pipeline of Pillow: crop, PNG, base64 in JSON, decode, feathered paste."""

import base64
import io
import json
import time

import numpy
from PIL import Image

CHANNELS = 3


def make_picture(side_px: int) -> Image.Image:
    """Returns noise over a slope, like that of the job."""
    noise = numpy.random.default_rng(1).integers(0, 128, (side_px, side_px, CHANNELS), numpy.uint8)
    slope = numpy.linspace(0, 127, side_px).astype(numpy.uint8)
    return Image.fromarray(noise + slope[:, None, None], "RGB")


def make_mask(tile_px: int, overlap_px: int, column: int, row: int) -> Image.Image:
    """Returns a mask that fades in over the overlap with the tiles pasted before, on the left and above."""
    ramp = numpy.minimum(numpy.arange(1, tile_px + 1) / overlap_px, 1)
    flat = numpy.ones(tile_px)
    mask = numpy.outer(ramp if row else flat, ramp if column else flat)
    return Image.fromarray((mask * 255).astype(numpy.uint8), "L")


def encode(tile: Image.Image) -> str:
    file = io.BytesIO()
    tile.save(file, "PNG")
    return json.dumps({"image": base64.b64encode(file.getvalue()).decode()})


def decode(body: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(json.loads(body)["image"]))).convert("RGB")


def run_pillow(picture: Image.Image, tile_px: int, overlap_px: int) -> float:
    """Runs the pipeline over all tiles of a square picture, and returns the seconds of CPU time."""
    step = tile_px - overlap_px
    starts = range(0, picture.width - overlap_px, step)
    result = Image.new("RGB", picture.size)
    begun = time.process_time()
    for row, y in enumerate(starts):
        for column, x in enumerate(starts):
            tile = decode(encode(picture.crop((x, y, x + tile_px, y + tile_px))))
            result.paste(tile, (x, y), make_mask(tile_px, overlap_px, column, row))
    return time.process_time() - begun
