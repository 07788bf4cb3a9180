# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes pictures of the wire contract, and plans the sizes that a tile passes through."""

import base64
import binascii
import io
from dataclasses import dataclass

import numpy
from PIL import Image

# With this multiple every level of the UNet has whole sides, as in training.
GRID_PX = 64
# Side of the square of px that one position of the latents stands for.
LATENT_PX = 8
MAX_REFERENCE_PX = 8192 * 8192


class PictureError(ValueError):
    """A picture can't be used; the message is a sentence."""


def _open(text: str, formats: tuple[str, ...]) -> Image.Image:
    try:
        return Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=formats)
    except binascii.Error as error:
        raise PictureError("the picture is not base64") from error
    # Pillow's readers raise errors of any class on a broken file: AssertionError, zlib.error and struct.error were seen.
    except Exception as error:
        raise PictureError(f"the picture is not a {' or '.join(formats)} file") from error


def _load(picture: Image.Image) -> Image.Image:
    try:
        return picture.convert("RGB")
    except Exception as error:
        raise PictureError(f"the picture is broken: {error}") from error


def read_tile(text: str, width: int, height: int) -> Image.Image:
    """Compares the size in the PNG header with the declared one before decompressing anything."""
    picture = _open(text, ("PNG",))
    if picture.size != (width, height):
        raise PictureError(f"the picture is {picture.width}x{picture.height} px, not {width}x{height} px as the request says")
    return _load(picture)


def read_reference(text: str) -> Image.Image:
    picture = _open(text, ("PNG", "JPEG", "WEBP"))
    if picture.width * picture.height > MAX_REFERENCE_PX:
        raise PictureError(f"the reference picture is too large: {picture.width}x{picture.height} px")
    return _load(picture)


def write_tile(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()


@dataclass(frozen=True)
class TileSizes:
    """Sizes in px. A tile is resampled to `painted`, padded to `canvas`, repainted, cropped and resampled to `target`."""

    painted: tuple[int, int]
    canvas: tuple[int, int]
    target: tuple[int, int]


def plan_sizes(target: tuple[int, int], gen_res: int) -> TileSizes:
    """`gen_res` is the longer side at which the model paints, or 0 for the target's."""
    scale = gen_res / max(target) if gen_res else 1.0
    painted = (max(1, round(target[0] * scale)), max(1, round(target[1] * scale)))
    canvas = (-(-painted[0] // GRID_PX) * GRID_PX, -(-painted[1] // GRID_PX) * GRID_PX)
    return TileSizes(painted, canvas, target)


@dataclass(frozen=True)
class Place:
    """Place of a tile in the whole picture, in px of the size at which the picture is painted."""

    corner: tuple[int, int]
    picture: tuple[int, int]

    @property
    def latent(self) -> tuple[int, int]:
        return (round(self.corner[0] / LATENT_PX), round(self.corner[1] / LATENT_PX))


def plan_place(corner: tuple[int, int], picture: tuple[int, int], sizes: TileSizes) -> Place:
    """`corner` (x, y) of the tile and size of the `picture` are in px of the target."""
    scales = [painted / target for painted, target in zip(sizes.painted, sizes.target, strict=True)]
    x, y, width, height = (round(length * scale) for length, scale in zip((*corner, *picture), scales * 2, strict=True))
    return Place((x, y), (width, height))


def to_canvas(picture: Image.Image, sizes: TileSizes) -> Image.Image:
    """Pads by mirroring, so that no edge appears that the picture does not have."""
    painted = picture if picture.size == sizes.painted else picture.resize(sizes.painted, Image.Resampling.LANCZOS)
    if sizes.canvas == sizes.painted:
        return painted
    right, below = sizes.canvas[0] - sizes.painted[0], sizes.canvas[1] - sizes.painted[1]
    return Image.fromarray(numpy.pad(numpy.asarray(painted), ((0, below), (0, right), (0, 0)), mode="symmetric"))


def from_canvas(picture: Image.Image, sizes: TileSizes) -> Image.Image:
    painted = picture if sizes.canvas == sizes.painted else picture.crop((0, 0, *sizes.painted))
    return painted if sizes.painted == sizes.target else painted.resize(sizes.target, Image.Resampling.LANCZOS)
