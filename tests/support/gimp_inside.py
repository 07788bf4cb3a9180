# SPDX-License-Identifier: GPL-3.0-or-later
"""For scripts that run inside GIMP: the test's arguments, images to work on, calls of the procedure, pixels as arrays."""

import json
import os
import sys
from dataclasses import dataclass
from typing import Any

import gi
import numpy
from arrays import Array

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, Gio  # noqa: E402

NONINTERACTIVE = Gimp.RunMode.NONINTERACTIVE
RGB, GRAY, INDEXED = Gimp.ImageBaseType.RGB, Gimp.ImageBaseType.GRAY, Gimp.ImageBaseType.INDEXED

# The arguments that the test gave to Gimp.run().
ARGUMENTS: dict[str, Any] = json.loads(os.environ.get("TEST_ARGUMENTS", "{}"))

# A Gimp object must not be freed in the middle of a call: keep them all until the end.
kept: list[Any] = []


def tell(**values: Any) -> None:
    """Hands values to the test, which finds them in Outcome.values."""
    print("TOLD " + json.dumps(values), flush=True)


@dataclass
class Answer:
    """The procedure's result."""

    status: str
    message: str
    layer: Any = None
    tiles: int = 0
    failed: int = 0
    selection_only: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"status": self.status, "message": self.message, "tiles": self.tiles, "failed": self.failed}


def call(procedure_name: str, **arguments: Any) -> Any:
    procedure = Gimp.get_pdb().lookup_procedure(procedure_name)
    config = procedure.create_config()
    for name, value in arguments.items():
        name = name.replace("_", "-")
        if name == "drawables":
            config.set_core_object_array(name, value)
        else:
            config.set_property(name, value)
    return procedure.run(config)


def upscale(image: Any, *drawables: Any, **arguments: Any) -> Answer:
    result = call("plug-in-tile-upscale", run_mode=NONINTERACTIVE, image=image, drawables=list(drawables), **arguments)
    status = result.index(0)
    if status != Gimp.PDBStatusType.SUCCESS:
        return Answer(status.value_nick, Gimp.get_pdb().get_last_error())
    kept.append(result.index(1))
    return Answer("success", "", result.index(1), result.index(2), result.index(3), result.index(4))


def make_pixels(width: int, height: int, seed: int, low: float = 0.0, high: float = 1.0) -> Array:
    """Returns smooth forms, an edge and some noise as float RGBA, which depend on the seed only."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width].astype(numpy.float32)
    pixels = numpy.empty((height, width, 4), numpy.float32)
    for channel in range(3):
        phase = random.uniform(0, 6, 2)
        pixels[..., channel] = 0.5 + 0.3 * numpy.sin(x / 17 + phase[0]) * numpy.cos(y / 23 + phase[1])
    pixels[..., :3] += 0.15 * (x > width / 2)[..., None] + random.normal(0, 0.03, (height, width, 3))
    pixels[..., :3] = low + (high - low) * numpy.clip(pixels[..., :3], 0, 1)
    pixels[..., 3] = 1.0
    return pixels


def make_image(
    width: int, height: int, base: Any = RGB, precision: Any = Gimp.Precision.U8_NON_LINEAR, alpha: bool = False,
    profile: Any = None, pixels: Array | None = None, offset: tuple[int, int] = (0, 0),
) -> tuple[Any, Any]:  # fmt: skip
    """Returns an image and its only layer, which holds the pixels, given as sRGB."""
    image = Gimp.Image.new_with_precision(width, height, base, precision)
    if profile:
        image.set_color_profile(profile)
    kinds = {
        (RGB, False): Gimp.ImageType.RGB_IMAGE, (RGB, True): Gimp.ImageType.RGBA_IMAGE,
        (GRAY, False): Gimp.ImageType.GRAY_IMAGE, (GRAY, True): Gimp.ImageType.GRAYA_IMAGE,
    }  # fmt: skip
    layer = Gimp.Layer.new(image, "source", width, height, kinds[base, alpha], 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_offsets(*offset)
    write_pixels(layer, make_pixels(width, height, 1) if pixels is None else pixels)
    kept.extend((image, layer))
    return image, layer


def write_pixels(drawable: Any, pixels: Array) -> None:
    height, width = pixels.shape[:2]
    buffer = drawable.get_buffer()
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), "R'G'B'A float", pixels.astype(numpy.float32).tobytes())
    buffer.flush()
    drawable.update(0, 0, width, height)


def read_pixels(drawable: Any, encoding: str = "R'G'B'A float", kind: type = numpy.float32) -> Array:
    width, height = drawable.get_width(), drawable.get_height()
    data = drawable.get_buffer().get(Gegl.Rectangle.new(0, 0, width, height), 1.0, encoding, Gegl.AbyssPolicy.NONE)
    return numpy.frombuffer(data, kind).reshape(height, width, -1)


def scaled_by_gimp(image: Any, layer: Any, scale: float) -> Any:
    """Returns a copy of the layer on top of the image, enlarged by GIMP's Scale Layer with cubic interpolation."""
    copy = Gimp.Layer.new_from_drawable(layer, image)
    image.insert_layer(copy, None, 0)
    if copy.get_mask():
        copy.remove_mask(Gimp.MaskApplyMode.DISCARD)
    Gimp.context_set_interpolation(Gimp.InterpolationType.CUBIC)
    copy.scale(round(layer.get_width() * scale), round(layer.get_height() * scale), False)
    kept.append(copy)
    return copy


def read_stored(drawable: Any) -> Array:
    """Returns the numbers as the layer keeps them, in its own color space and encoding, scaled to 1.0."""
    width, height = drawable.get_width(), drawable.get_height()
    data = drawable.get_buffer().get(Gegl.Rectangle.new(0, 0, width, height), 1.0, None, Gegl.AbyssPolicy.NONE)
    channels = {Gimp.ImageType.RGB_IMAGE: 3, Gimp.ImageType.RGBA_IMAGE: 4, Gimp.ImageType.GRAY_IMAGE: 1, Gimp.ImageType.GRAYA_IMAGE: 2}
    n = width * height * channels[drawable.type()]
    is_float = "float" in drawable.get_image().get_precision().value_nick
    is_half = "half" in drawable.get_image().get_precision().value_nick
    kind = {1: numpy.uint8, 2: numpy.float16 if is_half else numpy.uint16, 4: numpy.float32 if is_float else numpy.uint32}[len(data) // n]
    values = numpy.frombuffer(data, kind).reshape(height, width, -1).astype(numpy.float64)
    return values if is_float or is_half else values / (256 ** numpy.dtype(kind).itemsize - 1)


def difference(ours: Any, theirs: Any) -> float:
    """Returns the largest difference of two layers as they are stored. Wholly transparent pixels have no color."""
    mine, other = read_stored(ours), read_stored(theirs)
    apart = numpy.abs(mine - other)
    if ours.has_alpha():
        apart[..., :-1] *= numpy.clip(other[..., -1:], 0, 1)
    return float(apart.max())


def wide_gamut_profile() -> Any:
    return Gimp.ColorProfile.new_rgb_adobe()


def load(path: str) -> Any:
    image = Gimp.file_load(NONINTERACTIVE, Gio.File.new_for_path(path))
    if image is None:
        sys.exit(f"can't load {path}")
    kept.append(image)
    return image
