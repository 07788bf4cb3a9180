# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters to compare with: Pillow's, in sRGB, and GIMP's, which are GEGL's and work in linear light."""

from collections.abc import Callable
from typing import Any, TypeAlias

import gi
import numpy as np
from PIL import Image

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl  # noqa: E402

Array: TypeAlias = "np.ndarray[Any, Any]"
Filter = Callable[[Array, int], Array]

FORMAT = "R'G'B' u8"


def pillow(kernel: Image.Resampling) -> Filter:
    def enlarge(small: Array, scale: int) -> Array:
        return np.asarray(Image.fromarray(small).resize((scale * small.shape[1], scale * small.shape[0]), kernel))

    return enlarge


def gegl(sampler: str) -> Filter:
    def enlarge(small: Array, scale: int) -> Array:
        height, width = small.shape[:2]
        source = Gegl.Buffer.new(FORMAT, 0, 0, width, height)
        source.set(Gegl.Rectangle.new(0, 0, width, height), FORMAT, small.tobytes())
        graph = Gegl.Node()
        start, scaled = graph.create_child("gegl:buffer-source"), graph.create_child("gegl:scale-ratio")
        start.set_property("buffer", source)
        scaled.set_property("x", float(scale))
        scaled.set_property("y", float(scale))
        scaled.set_property("sampler", getattr(Gegl.SamplerType, sampler))
        scaled.set_property("abyss-policy", Gegl.AbyssPolicy.CLAMP)
        start.connect_to("output", scaled, "input")
        target = Gegl.Buffer.new(FORMAT, 0, 0, scale * width, scale * height)
        end = graph.create_child("gegl:write-buffer")
        end.set_property("buffer", target)
        scaled.connect_to("output", end, "input")
        end.process()
        data = target.get(Gegl.Rectangle.new(0, 0, scale * width, scale * height), 1.0, FORMAT, Gegl.AbyssPolicy.CLAMP)
        return np.frombuffer(bytes(data), np.uint8).reshape(scale * height, scale * width, 3)

    return enlarge


def all_filters() -> dict[str, Filter]:
    Gegl.init(None)
    return {
        "cubic": pillow(Image.Resampling.BICUBIC),
        "lanczos": pillow(Image.Resampling.LANCZOS),
        "gimp-cubic": gegl("CUBIC"),
        "nohalo": gegl("NOHALO"),
        "lohalo": gegl("LOHALO"),
    }
