# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales a layer with a mask, an opacity, a mode and a color tag, and tells which of them the new layer has."""

from typing import Any

import numpy
from gi.repository import Gimp
from gimp_inside import ARGUMENTS, make_image, make_pixels, read_pixels, tell, upscale, write_pixels

SETTINGS = {"tile_size": 128, "overlap": 32, "endpoints": ARGUMENTS["endpoints"]}


def describe(layer: Any) -> list[Any]:
    return [
        round(layer.get_opacity(), 3), layer.get_mode().value_nick, layer.get_blend_space().value_nick,
        layer.get_composite_space().value_nick, layer.get_composite_mode().value_nick, layer.get_color_tag().value_nick,
    ]  # fmt: skip


def make_styled_image() -> tuple[Any, Any]:
    image, layer = make_image(101, 80, offset=(5, 3))
    layer.set_opacity(37.5)
    layer.set_mode(Gimp.LayerMode.MULTIPLY)
    layer.set_blend_space(Gimp.LayerColorSpace.RGB_PERCEPTUAL)
    layer.set_composite_space(Gimp.LayerColorSpace.RGB_LINEAR)
    layer.set_composite_mode(Gimp.LayerCompositeMode.CLIP_TO_BACKDROP)
    layer.set_color_tag(Gimp.ColorTag.VIOLET)
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    write_pixels(mask, make_pixels(101, 80, 4))
    return image, layer


def compare_style(image: Any, layer: Any) -> None:
    """Compares the new layer with a copy that GIMP has scaled."""
    new = upscale(image, layer, scale=2.5, **SETTINGS).layer
    copy = Gimp.Layer.new_from_drawable(layer, image)
    image.insert_layer(copy, None, 0)
    Gimp.context_set_interpolation(Gimp.InterpolationType.CUBIC)
    copy.scale(new.get_width(), new.get_height(), False)
    mine, theirs = new.get_mask(), copy.get_mask()
    tell(style=describe(new), expected=describe(layer), mask=mine is not None)
    if mine:
        tell(difference=float(numpy.abs(read_pixels(mine) - read_pixels(theirs)).max()), applied=new.get_apply_mask())
    image.remove_layer(copy)


def repaint_with_mask_switched_off(image: Any, layer: Any) -> None:
    """A mask that is switched off stays so. A repainted result keeps its own style, not that of the source."""
    layer.set_apply_mask(False)
    second = upscale(image, layer, scale=2.0, **SETTINGS).layer
    second.set_opacity(80)
    second.set_apply_mask(True)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 30, 30)
    again = upscale(image, second, repaint_selection=True, seed=9, endpoints=SETTINGS["endpoints"]).layer
    off = second.get_mask() is not None and again is not None and again.get_apply_mask()
    tell(off=off, again=again and describe(again)[0])
    Gimp.Selection.none(image)


def upscale_pass_through_group() -> None:
    """Only groups pass through."""
    image, layer = make_image(100, 80)
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    group.set_mode(Gimp.LayerMode.PASS_THROUGH)
    group.set_opacity(50)
    through = upscale(image, group, scale=2.0, **SETTINGS)
    tell(through=[through.status, through.layer and describe(through.layer)[:2]])


styled = make_styled_image()
compare_style(*styled)
repaint_with_mask_switched_off(*styled)
upscale_pass_through_group()
