# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the functions of this file that `cases` names, each on an image of its own, and tells by its name how the procedure
answered and whether the image is `untouched`."""

import os
from pathlib import Path
from typing import Any

from gi.repository import Gegl, Gimp, Gio
from gimp_inside import ARGUMENTS, make_image, tell, upscale

PICTURE_SIZE = (64, 48)


def describe(image: Any) -> list[Any]:
    return [image.get_width(), image.get_height(), [layer.get_id() for layer in image.get_layers()]]


def attempt(image: Any, *drawables: Any, **arguments: Any) -> dict[str, Any]:
    before = describe(image)
    answer = upscale(image, *drawables, **{"retries": 0, **ARGUMENTS["settings"], **arguments})
    return {**answer.as_json(), "untouched": before == describe(image)}


def plain(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer)


def indexed(image: Any, layer: Any) -> dict[str, Any]:
    image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
    return attempt(image, layer)


def layer_mask(image: Any, layer: Any) -> dict[str, Any]:
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    return attempt(image, mask)


def channel(image: Any, layer: Any) -> dict[str, Any]:
    own = Gimp.Channel.new(image, "c", *PICTURE_SIZE, 50, Gegl.Color.new("red"))
    image.insert_channel(own, None, 0)
    return attempt(image, own)


def floating_selection(image: Any, layer: Any) -> dict[str, Any]:
    Gimp.edit_copy([layer])
    return attempt(image, Gimp.edit_paste(layer, True)[0])


def no_drawable(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image)


def two_layers(image: Any, layer: Any) -> dict[str, Any]:
    other = layer.copy()
    image.insert_layer(other, None, 0)
    return attempt(image, layer, other)


def selection_elsewhere(image: Any, layer: Any) -> dict[str, Any]:
    layer.set_offsets(40, 40)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 10, 10)
    return attempt(image, layer)


def image_of_another_layer(image: Any, layer: Any) -> dict[str, Any]:
    other, _ = make_image(32, 32)
    return attempt(other, layer)


def reference_missing(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, ip_adapter_image=Gio.File.new_for_path("/nowhere/style.png"))


def reference_is_no_picture(image: Any, layer: Any) -> dict[str, Any]:
    Path("notes.png").write_text("no picture at all")
    return attempt(image, layer, ip_adapter_image=Gio.File.new_for_path(os.path.abspath("notes.png")))


def overlap(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, tile_size=128, overlap=100)


def tile_size(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, tile_size=100)


def generation_size(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, generation_size=1000)


def loras(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, loras="detail")


def password(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, endpoints="https://me:secret@example.net")


def unknown_endpoint(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, endpoints="nowhere")


def scheme(image: Any, layer: Any) -> dict[str, Any]:
    return attempt(image, layer, endpoints="ftp://example.net")


for case in ARGUMENTS["cases"]:
    tell(**{case: globals()[case](*make_image(*PICTURE_SIZE))})
