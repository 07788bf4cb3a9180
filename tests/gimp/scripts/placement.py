# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the functions of this file that `cases` names, with the arguments given there, and tells each one's result by its name."""

from typing import Any

import numpy
from arrays import Array
from gi.repository import Gimp
from gimp_inside import ARGUMENTS, difference, make_image, make_pixels, read_pixels, scaled_by_gimp, tell, upscale

SETTINGS = {"scale": 2.0, "tile_size": 128, "overlap": 32, "endpoints": ARGUMENTS["endpoints"]}


def put_into_group(image: Any, layer: Any) -> Any:
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    return group


def measure_distance(image: Any, layer: Any, result: Any) -> Array:
    """Returns how far each pixel of the result is from GIMP's own enlargement, in tones of 255."""
    apart: Array = 255 * (read_pixels(result) - read_pixels(scaled_by_gimp(image, layer, 2.0)))
    return apart[..., :3]


def make_midtones() -> tuple[Any, Any]:
    """Returns an image whose colors can become brighter without reaching white."""
    return make_image(200, 160, pixels=make_pixels(200, 160, 3, 0.2, 0.6))


def in_a_group() -> dict[str, Any]:
    image, layer = make_image(100, 80)
    put_into_group(image, layer)
    answer = upscale(image, layer, **SETTINGS)
    return {
        "parent": answer.layer.get_parent().get_name(), "position": image.get_item_position(answer.layer),
        "below": image.get_item_position(layer), "top": len(image.get_layers()), "name": answer.layer.get_name(),
    }  # fmt: skip


def with_offset(x: int, y: int) -> dict[str, Any]:
    image, layer = make_image(100, 80, offset=(x, y))
    answer = upscale(image, layer, **SETTINGS)
    new, old = answer.layer.get_offsets(), layer.get_offsets()
    right, bottom = new.offset_x + 200, new.offset_y + 160
    return {
        "size": [image.get_width(), image.get_height()], "apart": [new.offset_x - old.offset_x, new.offset_y - old.offset_y],
        "inside": [new.offset_x >= 0, new.offset_y >= 0, right <= image.get_width(), bottom <= image.get_height()],
    }  # fmt: skip


def with_offset_to_the_right() -> dict[str, Any]:
    return with_offset(30, 20)


def with_offset_to_the_left() -> dict[str, Any]:
    return with_offset(-30, -20)


def without_resizing() -> dict[str, Any]:
    image, layer = make_image(100, 80)
    answer = upscale(image, layer, **{**SETTINGS, "scale": 3.0, "resize_canvas": False})
    return {"size": [image.get_width(), image.get_height()], "layer": [answer.layer.get_width(), answer.layer.get_height()]}


def with_mask() -> dict[str, Any]:
    image, layer = make_image(100, 80)
    layer.add_mask(layer.create_mask(Gimp.AddMaskType.BLACK))
    answer = upscale(image, layer, **SETTINGS)
    return {"difference": difference(answer.layer, scaled_by_gimp(image, layer, 2.0)), "kept": layer.get_mask() is not None}


def with_plain(precision: Any, into_group: bool) -> dict[str, Any]:
    image, layer = make_image(100, 80, precision=precision, pixels=make_pixels(100, 80, 3, 0.2, 0.6), offset=(3, 5))
    parent = put_into_group(image, layer) if into_group else None
    answer = upscale(image, layer, **SETTINGS, color_correction=0.0, plain_enlargement=True)
    result, plain, source = parent.get_children() if parent else image.get_layers()
    return {
        "names": [item.get_name() for item in (result, plain, source)], "returned": answer.layer.get_name(),
        "selected": [item.get_name() for item in image.get_selected_layers()], "visible": plain.get_visible(),
        "together": list(plain.get_offsets())[1:] == list(result.get_offsets())[1:],
        "difference": difference(plain, scaled_by_gimp(image, layer, 2.0)), "same_format": plain.get_format() == layer.get_format(),
        "painted": float(numpy.abs(read_pixels(result) - read_pixels(plain))[..., :3].mean() * 255),
    }  # fmt: skip


def with_plain_of_8_bits() -> dict[str, Any]:
    return with_plain(Gimp.Precision.U8_NON_LINEAR, False)


def with_plain_of_16_bits_in_a_group() -> dict[str, Any]:
    return with_plain(Gimp.Precision.U16_NON_LINEAR, True)


def of_a_group() -> dict[str, Any]:
    image, layer = make_image(100, 80)
    answer = upscale(image, put_into_group(image, layer), **SETTINGS)
    expected = scaled_by_gimp(image, layer, 2.0)
    if answer.layer.has_alpha():
        apart = float(numpy.abs(read_pixels(answer.layer) - read_pixels(expected)).max())
    else:
        apart = difference(answer.layer, expected)
    return {"difference": apart, "is_group": answer.layer.is_group()}


def of_the_selection() -> dict[str, Any]:
    image, layer = make_midtones()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 30, 90, 70)
    answer = upscale(image, layer, color_correction=0.0, **SETTINGS)
    apart = measure_distance(image, layer, answer.layer)[..., 0]
    Gimp.Selection.none(image)
    inside = numpy.zeros(apart.shape, bool)
    inside[60:200, 80:260] = True
    return {
        "outside": float(numpy.abs(apart[~inside]).max()), "middle": float(apart[120:140, 160:180].mean()),
        "edge": float(numpy.abs(apart[60:200, 80:82]).max()), "step": float(numpy.abs(numpy.diff(apart, axis=1)).max()),
    }  # fmt: skip


def of_an_ignored_selection() -> dict[str, Any]:
    image, layer = make_midtones()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 30, 90, 70)
    part = upscale(image, layer, **SETTINGS)
    whole = upscale(image, layer, ignore_selection=True, **SETTINGS)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 300, 250, 20, 20)
    beside = upscale(image, layer, ignore_selection=True, **SETTINGS)
    Gimp.Selection.none(image)
    plain = upscale(image, layer, **SETTINGS)
    answers = {"part": part, "whole": whole, "beside": beside, "plain": plain}
    return {name: [answer.tiles, answer.selection_only] for name, answer in answers.items()}


def of_many_tiles() -> dict[str, Any]:
    return upscale(*make_image(256, 256), **SETTINGS).as_json()


def of_many_tiles_in_a_corner() -> dict[str, Any]:
    image, layer = make_image(256, 256)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 136, 136, 120, 120)
    return upscale(image, layer, **SETTINGS).as_json()


def with_failed_tile() -> dict[str, Any]:
    image, layer = make_midtones()
    answer = upscale(image, layer, color_correction=0.0, retries=0, **SETTINGS)
    apart = measure_distance(image, layer, answer.layer)[..., 0]
    return {
        "tiles": answer.tiles, "failed": answer.failed, "corner": float(numpy.abs(apart[:80, :80]).max()),
        "rest": float(apart[200:, 250:].mean()), "step": float(max(numpy.abs(numpy.diff(apart, axis=axis)).max() for axis in (0, 1))),
    }  # fmt: skip


def with_color_correction() -> dict[str, Any]:
    image, layer = make_midtones()
    answer = upscale(image, layer, color_correction=1.0, **SETTINGS)
    return {"mean": float(numpy.abs(measure_distance(image, layer, answer.layer)).mean())}


def of_8192_px() -> dict[str, Any]:
    image, layer = make_image(2048, 2048)
    answer = upscale(image, layer, scale=4.0, endpoints="local")
    return {**answer.as_json(), "size": [answer.layer.get_width(), answer.layer.get_height()]}


for case in ARGUMENTS["cases"]:
    tell(**{case: globals()[case]()})
