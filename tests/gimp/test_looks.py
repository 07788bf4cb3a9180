# SPDX-License-Identifier: GPL-3.0-or-later
"""A layer is taken as it looks: with its effects in the pixels, and its mask, opacity, mode and mark on the new layer."""

from collections.abc import Iterator
from typing import Any

import pytest
from echo_endpoint import EchoEndpoint
from gimp_runner import Gimp

# Each case upscales a layer and compares with what GEGL's own operation makes of the same pixels.
SCRIPT = """
import os
import numpy
from gi.repository import Gegl, Gimp
from gimp_inside import *

Gegl.init(None)
SETTINGS = dict(scale=2.0, tile_size=128, overlap=32, endpoints=os.environ["TEST_ENDPOINT"])
SHADOW = dict(x=9.0, y=6.0, radius=3.0)

def add_effect(layer, operation, **properties):
    effect = Gimp.DrawableFilter.new(layer, operation, operation)
    for name, value in properties.items():
        effect.get_config().set_property(name, value)
    layer.append_filter(effect)
    return effect

def apply(pixels, operation, left=0, top=0, right=0, bottom=0, **properties):
    # What GEGL makes of the pixels, and of so many around them.
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

def spot(width, height):
    # Opaque in the middle, and nothing at the edges.
    pixels = make_pixels(width, height, 5)
    pixels[..., 3] = 0
    pixels[8:-8, 8:-8, 3] = 1
    return pixels

def compare(name, image, layer, pixels, **settings):
    images = len(Gimp.get_images())
    beside = lambda: len(layer.get_parent().get_children() if layer.get_parent() else image.get_layers())
    layers = beside()
    effects = [effect.get_operation_name() for effect in layer.get_filters()]
    answer = upscale(image, layer, **{**SETTINGS, **settings})
    if answer.status != "success":
        tell(**{name: {"error": answer.message}})
        return None
    height, width = pixels.shape[:2]
    other, expected = make_image(width, height, alpha=answer.layer.has_alpha(), pixels=pixels)
    enlarged = scaled_by_gimp(other, expected, 2.0)
    size = [answer.layer.get_width(), answer.layer.get_height()]
    place, source = answer.layer.get_offsets(), layer.get_offsets()
    same = size == [2 * width, 2 * height]
    # What can be seen counts, so colors are weighted with alpha.
    mine, theirs = (numpy.concatenate([p[..., :3] * p[..., 3:], p[..., 3:]], axis=2) for p in (read_pixels(answer.layer), read_pixels(enlarged)))
    tell(**{name: {
        "difference": float(numpy.abs(mine - theirs).max()) if same else size,
        "apart": [place.offset_x - 2 * source.offset_x, place.offset_y - 2 * source.offset_y],
        "alpha": answer.layer.has_alpha(),
        "kept": effects == [effect.get_operation_name() for effect in layer.get_filters()] and beside() == layers + 1 and len(Gimp.get_images()) == images + 1,
    }})
    return answer

# One effect, on a layer without transparency that lies anywhere.
image, layer = make_image(100, 80, offset=(7, 9))
raw = read_pixels(layer).copy()
add_effect(layer, "gegl:invert-gamma")
compare("inverted", image, layer, apply(raw, "gegl:invert-gamma"))

# An effect that is switched off.
image, layer = make_image(100, 80)
effect = add_effect(layer, "gegl:invert-gamma")
effect.set_visible(False)
effect.update()
compare("switched-off", image, layer, read_pixels(layer).copy())

# Where locks, opacity, groups and other layers are in the way; what is below must not shine through.
image, layer = make_image(100, 80, pixels=spot(100, 80), alpha=True)
raw = read_pixels(layer).copy()
below = Gimp.Layer.new(image, "below", 100, 80, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
image.insert_layer(below, None, 1)
below.fill(Gimp.FillType.WHITE)
outer, inner = Gimp.GroupLayer.new(image, "outer"), Gimp.GroupLayer.new(image, "inner")
image.insert_layer(outer, None, 0)
image.insert_layer(inner, outer, 0)
image.reorder_item(layer, inner, 0)
outer.set_opacity(20)
add_effect(layer, "gegl:gaussian-blur", **{"std-dev-x": 2.0, "std-dev-y": 2.0})
layer.set_lock_position(True)
layer.set_lock_content(True)
compare("nested", image, layer, apply(raw, "gegl:gaussian-blur", **{"std-dev-x": 2.0, "std-dev-y": 2.0}))

# A shadow reaches beyond the layer: all that can be seen of it is taken.
image, layer = make_image(100, 80, pixels=make_pixels(100, 80, 6), alpha=True)
image.resize(150, 120, 20, 20)
raw = read_pixels(layer).copy()
add_effect(layer, "gegl:dropshadow", **SHADOW)
whole = apply(raw, "gegl:dropshadow", 20, 20, 30, 20, **SHADOW)
# GIMP keeps 8 bits: less than half a step is nothing.
rows, columns = numpy.nonzero(whole[..., 3] >= 0.5 / 255)
shadow = whole[min(20, rows.min()) : rows.max() + 1, min(20, columns.min()) : columns.max() + 1]
answer = compare("shadow", image, layer, shadow)
tell(grown=[20 - min(20, int(columns.min())), 20 - min(20, int(rows.min())), int(shadow.shape[1]) - 100, int(shadow.shape[0]) - 80])

# The result of such a layer can be repainted, too.
if answer:
    place = answer.layer.get_offsets()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, place.offset_x, place.offset_y, 30, 30)
    again = upscale(image, answer.layer, repaint_selection=True, seed=9, endpoints=SETTINGS["endpoints"])
    tell(repainted=[again.status, again.message, again.layer and again.layer.get_width() == answer.layer.get_width()])

# A group whose layer has one: GIMP 3.0.4 ends a plug-in that reads its pixels.
image, layer = make_image(100, 80, pixels=make_pixels(100, 80, 6), alpha=True)
image.resize(150, 120, 20, 20)
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
image.reorder_item(layer, group, 0)
add_effect(layer, "gegl:dropshadow", **SHADOW)
compare("group", image, group, shadow)
"""

STYLE = """
import os
import numpy
from gi.repository import Gegl, Gimp
from gimp_inside import *

SETTINGS = dict(scale=2.0, tile_size=128, overlap=32, endpoints=os.environ["TEST_ENDPOINT"])

def describe(layer):
    return [round(layer.get_opacity(), 3), layer.get_mode().value_nick, layer.get_blend_space().value_nick,
            layer.get_composite_space().value_nick, layer.get_composite_mode().value_nick, layer.get_color_tag().value_nick]

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
answer = upscale(image, layer, scale=2.5, **{name: value for name, value in SETTINGS.items() if name != "scale"})
copy = Gimp.Layer.new_from_drawable(layer, image)
image.insert_layer(copy, None, 0)
Gimp.context_set_interpolation(Gimp.InterpolationType.CUBIC)
copy.scale(answer.layer.get_width(), answer.layer.get_height(), False)
mine, theirs = answer.layer.get_mask(), copy.get_mask()
tell(style=describe(answer.layer), expected=describe(layer), mask=mine is not None)
if mine:
    tell(difference=float(numpy.abs(read_pixels(mine) - read_pixels(theirs)).max()), applied=answer.layer.get_apply_mask())
image.remove_layer(copy)

# A mask that is switched off stays so. A repainted result keeps its own style, not that of the source.
layer.set_apply_mask(False)
second = upscale(image, layer, **SETTINGS)
second.layer.set_opacity(80)
second.layer.set_apply_mask(True)
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 30, 30)
again = upscale(image, second.layer, repaint_selection=True, seed=9, endpoints=SETTINGS["endpoints"])
tell(off=second.layer.get_mask() is not None and again.layer is not None and again.layer.get_apply_mask(), again=again.layer and describe(again.layer)[0])
Gimp.Selection.none(image)

# Only groups pass through.
image, layer = make_image(100, 80)
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
image.reorder_item(layer, group, 0)
group.set_mode(Gimp.LayerMode.PASS_THROUGH)
group.set_opacity(50)
through = upscale(image, group, **SETTINGS)
tell(through=[through.status, through.layer and describe(through.layer)[:2]])
"""


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("looks"))


@pytest.fixture(scope="module")
def looks(gimp: Gimp) -> Iterator[dict[str, Any]]:
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(SCRIPT, TEST_ENDPOINT=endpoint.url)
    assert outcome.status == 0, outcome
    yield outcome.values


# An edge that is drawn into 8 bits twice, by GIMP and by us, may differ by a step each.
@pytest.mark.parametrize(("name", "alpha"), [("inverted", False), ("switched-off", False), ("nested", True), ("shadow", True), ("group", True)])
def test_effects_are_in_the_pixels(looks: dict[str, Any], name: str, alpha: bool) -> None:
    case = looks[name]
    assert "error" not in case, case
    assert case["difference"] <= 2.001 / 255
    assert case["alpha"] == alpha
    assert case["kept"], "the source, its effects or the list of images changed"


def test_a_shadow_beyond_the_layer_moves_nothing(looks: dict[str, Any]) -> None:
    left, top, width, height = looks["grown"]
    assert left > 0 and top > 0 and width > left and height > top, "the shadow does not reach beyond the layer on each side"
    assert looks["shadow"]["apart"] == looks["group"]["apart"] == [-2 * left, -2 * top]
    assert looks["inverted"]["apart"] == [0, 0]


def test_the_result_of_effects_can_be_repainted(looks: dict[str, Any]) -> None:
    assert looks["repainted"] == ["success", "", True]


def test_style_goes_to_the_new_layer(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(STYLE, TEST_ENDPOINT=endpoint.url)
    assert outcome.status == 0, outcome
    told = outcome.values
    assert told["style"] == told["expected"]
    assert told["mask"]
    assert told["difference"] <= 1.001 / 255
    assert told["applied"]
    assert told["off"]
    assert told["again"] == 80
    assert told["through"] == ["success", [50, "normal"]]
