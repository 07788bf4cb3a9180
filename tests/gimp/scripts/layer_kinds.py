# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales one image of each kind, and tells by the kind's name how far each is from GIMP's own enlargement."""

from typing import Any

import numpy
from arrays import Array
from gi.repository import Gimp
from gimp_inside import (
    ARGUMENTS,
    GRAY,
    difference,
    make_image,
    make_pixels,
    read_pixels,
    scaled_by_gimp,
    tell,
    upscale,
    wide_gamut_profile,
)  # fmt: skip

U8, U8_LINEAR = Gimp.Precision.U8_NON_LINEAR, Gimp.Precision.U8_LINEAR
U16, U16_LINEAR = Gimp.Precision.U16_NON_LINEAR, Gimp.Precision.U16_LINEAR
FLOAT, FLOAT_LINEAR = Gimp.Precision.FLOAT_NON_LINEAR, Gimp.Precision.FLOAT_LINEAR
HALF, PERCEPTUAL = Gimp.Precision.HALF_NON_LINEAR, Gimp.Precision.FLOAT_PERCEPTUAL


def make_holes(pixels: Array) -> Array:
    """Returns the pixels with soft and hard transparency, partly full."""
    height, width = pixels.shape[:2]
    x = numpy.linspace(0, 1, width, dtype=numpy.float32)
    pixels = pixels.copy()
    pixels[..., 3] = numpy.clip(2 * x - 0.3, 0, 1)
    pixels[height // 3 : height // 2, width // 4 : width // 2, 3] = 0
    return pixels


def measure(name: str, scale: float = 2.0, size: tuple[int, int] = (150, 110), wide_range: bool = False, **how: Any) -> None:
    pixels = make_pixels(*size, 7, *((-0.2, 1.4) if wide_range else (0.0, 1.0)))
    if how.get("alpha"):
        pixels = make_holes(pixels)
    image, layer = make_image(*size, pixels=pixels, **how)
    before = read_pixels(layer).copy()
    format_before = layer.get_format()
    answer = upscale(image, layer, scale=scale, tile_size=128, overlap=32, endpoints=ARGUMENTS["endpoints"])
    if answer.status != "success":
        tell(**{name: {"error": answer.message}})
        return
    reference = layer if scale == 1.0 else scaled_by_gimp(image, layer, scale)
    tell(**{name: {
        "difference": difference(answer.layer, reference),
        "tiles": answer.tiles, "failed": answer.failed,
        "size": [answer.layer.get_width(), answer.layer.get_height()],
        "kept": bool((read_pixels(layer) == before).all()) and format_before == layer.get_format(),
        "same_format": answer.layer.get_format() == reference.get_format(),
    }})  # fmt: skip


for alpha in (False, True):
    suffix = "-alpha" if alpha else ""
    measure("u8" + suffix, alpha=alpha)
    measure("u8-linear" + suffix, precision=U8_LINEAR, alpha=alpha)
    measure("u16" + suffix, precision=U16, alpha=alpha)
    measure("u16-linear" + suffix, precision=U16_LINEAR, alpha=alpha)
    measure("half" + suffix, precision=HALF, alpha=alpha)
    measure("float" + suffix, precision=FLOAT, alpha=alpha)
    measure("float-linear" + suffix, precision=FLOAT_LINEAR, alpha=alpha)
    measure("float-perceptual" + suffix, precision=PERCEPTUAL, alpha=alpha)
    measure("gray-u8" + suffix, base=GRAY, alpha=alpha)
    measure("gray-u16" + suffix, base=GRAY, precision=U16, alpha=alpha)
    measure("gray-float-linear" + suffix, base=GRAY, precision=FLOAT_LINEAR, alpha=alpha)
measure("wide-u8", profile=wide_gamut_profile())
measure("wide-u16-alpha", profile=wide_gamut_profile(), precision=U16, alpha=True)
measure("wide-float", profile=wide_gamut_profile(), precision=FLOAT, wide_range=True)
measure("wide-float-linear", profile=wide_gamut_profile(), precision=FLOAT_LINEAR, wide_range=True)
measure("float-out-of-gamut", precision=FLOAT_LINEAR, wide_range=True)
measure("wide-float-scale-1", profile=wide_gamut_profile(), precision=FLOAT, wide_range=True, scale=1.0)
measure("wide-float-alpha", profile=wide_gamut_profile(), precision=FLOAT, alpha=True)
measure("wide-gray-float", base=GRAY, precision=FLOAT)
measure("scale-1", scale=1.0)
measure("scale-1-float", scale=1.0, precision=FLOAT)
measure("scale-1.5", scale=1.5)
measure("scale-3.7", scale=3.7, size=(61, 47))
measure("scale-8", scale=8.0, size=(31, 29))
measure("size-1x1", size=(1, 1))
measure("size-small", size=(20, 13))
measure("size-prime", size=(101, 97))
measure("size-wide", scale=1.0, size=(5000, 3))
