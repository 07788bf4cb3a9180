# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales layers with effects, and tells by the case's name how far each result is from what GEGL's own operation makes of the
same pixels."""

from typing import Any

import numpy
from arrays import Array
from gi.repository import Gegl, Gimp
from gimp_inside import ARGUMENTS, Answer, kept, make_image, make_pixels, read_pixels, scaled_by_gimp, tell, upscale

SETTINGS = {"scale": 2.0, "tile_size": 128, "overlap": 32, "endpoints": ARGUMENTS["endpoints"]}
SHADOW = {"x": 9.0, "y": 6.0, "radius": 3.0}
BLUR = {"std-dev-x": 2.0, "std-dev-y": 2.0}
# Room around the layer with the shadow, on each side of its image.
LEFT, TOP, RIGHT, BOTTOM = 20, 20, 30, 20
NO_MARGINS = (0, 0, 0, 0)


def add_effect(layer: Any, operation: str, **properties: float) -> Any:
    effect = Gimp.DrawableFilter.new(layer, operation, operation)
    for name, value in properties.items():
        effect.get_config().set_property(name, value)
    layer.append_filter(effect)
    return effect


def apply(pixels: Array, operation: str, margins: tuple[int, int, int, int] = NO_MARGINS, **properties: float) -> Array:
    """Returns what GEGL makes of the pixels, with margins at the left, the top, the right and the bottom."""
    left, top, right, bottom = margins
    height, width = pixels.shape[:2]
    buffer = Gegl.Buffer.new("R'G'B'A float", 0, 0, width, height)
    buffer.set(Gegl.Rectangle.new(0, 0, width, height), "R'G'B'A float", pixels.astype(numpy.float32).tobytes())
    graph = Gegl.Node()
    source = graph.create_child("gegl:buffer-source")
    source.set_property("buffer", buffer)
    node = graph.create_child(operation)
    for name, value in properties.items():
        node.set_property(name, value)
    source.connect_to("output", node, "input")
    result = Gegl.Buffer.new("R'G'B'A float", -left, -top, width + left + right, height + top + bottom)
    sink = graph.create_child("gegl:write-buffer")
    sink.set_property("buffer", result)
    node.connect_to("output", sink, "input")
    sink.process()
    extent = result.get_extent()
    data = result.get(extent, 1.0, "R'G'B'A float", Gegl.AbyssPolicy.NONE)
    kept.extend((graph, source, node, sink, buffer, result))
    return numpy.frombuffer(data, numpy.float32).reshape(extent.height, extent.width, 4)


def make_spot(width: int, height: int) -> Array:
    """Returns pixels that are opaque in the middle and transparent at the edges."""
    pixels = make_pixels(width, height, 5)
    pixels[..., 3] = 0
    pixels[8:-8, 8:-8, 3] = 1
    return pixels


def premultiply(pixels: Array) -> Array:
    """Returns visible colors: those of transparent pixels do not count."""
    return numpy.concatenate([pixels[..., :3] * pixels[..., 3:], pixels[..., 3:]], axis=2)


def describe_surroundings(image: Any, layer: Any) -> tuple[list[str], int, int]:
    """Returns the effects of a layer, the number of layers beside it, and the number of images."""
    siblings = layer.get_parent().get_children() if layer.get_parent() else image.get_layers()
    return [effect.get_operation_name() for effect in layer.get_filters()], len(siblings), len(Gimp.get_images())


def compare(name: str, image: Any, layer: Any, pixels: Array) -> Answer:
    effects, n_siblings, n_images = describe_surroundings(image, layer)
    answer = upscale(image, layer, **SETTINGS)
    if answer.status != "success":
        tell(**{name: {"error": answer.message}})
        return answer
    height, width = pixels.shape[:2]
    other, expected = make_image(width, height, alpha=answer.layer.has_alpha(), pixels=pixels)
    enlarged = scaled_by_gimp(other, expected, 2.0)
    size = [answer.layer.get_width(), answer.layer.get_height()]
    place, source = answer.layer.get_offsets(), layer.get_offsets()
    if size == [2 * width, 2 * height]:
        apart: Any = float(numpy.abs(premultiply(read_pixels(answer.layer)) - premultiply(read_pixels(enlarged))).max())
    else:
        apart = size
    tell(**{name: {
        "difference": apart,
        "apart": [place.offset_x - 2 * source.offset_x, place.offset_y - 2 * source.offset_y],
        "alpha": answer.layer.has_alpha(),
        "kept": describe_surroundings(image, layer) == (effects, n_siblings + 1, n_images + 1),
    }})  # fmt: skip
    return answer


def put_into_group(image: Any, layer: Any, group: Any, parent: Any = None) -> None:
    image.insert_layer(group, parent, 0)
    image.reorder_item(layer, group, 0)


def make_image_with_room() -> tuple[Any, Any]:
    """Returns an image with transparent room around its only layer."""
    image, layer = make_image(100, 80, pixels=make_pixels(100, 80, 6), alpha=True)
    image.resize(100 + LEFT + RIGHT, 80 + TOP + BOTTOM, LEFT, TOP)
    return image, layer


def compare_inverted() -> None:
    """One effect, on a layer without transparency that lies anywhere."""
    image, layer = make_image(100, 80, offset=(7, 9))
    raw = read_pixels(layer).copy()
    add_effect(layer, "gegl:invert-gamma")
    compare("inverted", image, layer, apply(raw, "gegl:invert-gamma"))


def compare_switched_off() -> None:
    image, layer = make_image(100, 80)
    effect = add_effect(layer, "gegl:invert-gamma")
    effect.set_visible(False)
    effect.update()
    compare("switched-off", image, layer, read_pixels(layer).copy())


def compare_nested() -> None:
    """A layer with locks in a transparent group, above another layer that must not shine through."""
    image, layer = make_image(100, 80, pixels=make_spot(100, 80), alpha=True)
    raw = read_pixels(layer).copy()
    below = Gimp.Layer.new(image, "below", 100, 80, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(below, None, 1)
    below.fill(Gimp.FillType.WHITE)
    outer, inner = Gimp.GroupLayer.new(image, "outer"), Gimp.GroupLayer.new(image, "inner")
    image.insert_layer(outer, None, 0)
    put_into_group(image, layer, inner, outer)
    outer.set_opacity(20)
    add_effect(layer, "gegl:gaussian-blur", **BLUR)
    layer.set_lock_position(True)
    layer.set_lock_content(True)
    compare("nested", image, layer, apply(raw, "gegl:gaussian-blur", NO_MARGINS, **BLUR))


def find_shadow() -> Array:
    """Returns the visible pixels of a layer with a shadow, and tells by how much the shadow has `grown` the layer."""
    _, layer = make_image_with_room()
    whole = apply(read_pixels(layer).copy(), "gegl:dropshadow", (LEFT, TOP, RIGHT, BOTTOM), **SHADOW)
    # GIMP keeps 8 bits, where less than half a step is nothing.
    rows, columns = numpy.nonzero(whole[..., 3] >= 0.5 / 255)
    top, left = min(TOP, int(rows.min())), min(LEFT, int(columns.min()))
    shadow = whole[top : rows.max() + 1, left : columns.max() + 1]
    tell(grown=[LEFT - left, TOP - top, int(shadow.shape[1]) - 100, int(shadow.shape[0]) - 80])
    return shadow


def compare_shadow(shadow: Array) -> None:
    """A shadow reaches beyond the layer, and the procedure takes all of its visible part. The result can be repainted."""
    image, layer = make_image_with_room()
    add_effect(layer, "gegl:dropshadow", **SHADOW)
    answer = compare("shadow", image, layer, shadow)
    if not answer.layer:
        return
    place = answer.layer.get_offsets()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, place.offset_x, place.offset_y, 30, 30)
    again = upscale(image, answer.layer, repaint_selection=True, seed=9, endpoints=SETTINGS["endpoints"])
    tell(repainted=[again.status, again.message, again.layer and again.layer.get_width() == answer.layer.get_width()])


def compare_group(shadow: Array) -> None:
    """A group whose layer has a shadow: GIMP 3.0.4 ends a plug-in that reads the group's pixels."""
    image, layer = make_image_with_room()
    group = Gimp.GroupLayer.new(image, "group")
    put_into_group(image, layer, group)
    add_effect(layer, "gegl:dropshadow", **SHADOW)
    compare("group", image, group, shadow)


Gegl.init(None)
compare_inverted()
compare_switched_off()
compare_nested()
shadow = find_shadow()
compare_shadow(shadow)
compare_group(shadow)
