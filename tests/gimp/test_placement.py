# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the new layer goes, what of it is painted, and that nothing else changes."""

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from PIL import Image

LATTICE_PX = 8

HEAD = """
import os
import numpy
from gi.repository import Gimp
from gimp_inside import *
URL = os.environ["TEST_ENDPOINT"]
SMALL = dict(tile_size=128, overlap=32, endpoints=URL)
"""


@pytest.fixture(scope="module")
def gimp(tmp_path_factory: pytest.TempPathFactory) -> Gimp:
    return Gimp(tmp_path_factory.mktemp("placement"))


def run(gimp: Gimp, script: str, endpoint: EchoEndpoint) -> dict:
    outcome = gimp.run(HEAD + script, TEST_ENDPOINT=endpoint.url)
    assert outcome.status == 0, outcome
    assert not endpoint.violations
    return outcome.values


def brighter(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: min(255, value + 40))


def test_above_its_source_in_the_same_group(gimp: Gimp) -> None:
    script = """
image, layer = make_image(100, 80)
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
image.reorder_item(layer, group, 0)
answer = upscale(image, layer, scale=2.0, **SMALL)
tell(parent=answer.layer.get_parent().get_name(), position=image.get_item_position(answer.layer),
     below=image.get_item_position(layer), top=len(image.get_layers()), name=answer.layer.get_name())
"""
    with EchoEndpoint() as endpoint:
        told = run(gimp, script, endpoint)
    assert told == {"parent": "group", "position": 0, "below": 1, "top": 1, "name": "source 2x"}


@pytest.mark.parametrize("offset", [(30, 20), (-30, -20)])
def test_offsets_are_scaled_and_the_canvas_grows(gimp: Gimp, offset: tuple[int, int]) -> None:
    script = f"""
image, layer = make_image(100, 80, offset={offset})
answer = upscale(image, layer, scale=2.0, **SMALL)
new, old = answer.layer.get_offsets(), layer.get_offsets()
tell(size=[image.get_width(), image.get_height()], apart=[new.offset_x - old.offset_x, new.offset_y - old.offset_y],
     inside=[new.offset_x >= 0, new.offset_y >= 0, new.offset_x + 200 <= image.get_width(), new.offset_y + 160 <= image.get_height()])
"""
    with EchoEndpoint() as endpoint:
        told = run(gimp, script, endpoint)
    x, y = offset
    assert told["apart"] == [x, y], "twice the offset, in a canvas that both share"
    assert all(told["inside"])
    assert told["size"] == [2 * x + 200, 2 * y + 160] if x > 0 else [200, 160]


def test_canvas_stays_when_asked(gimp: Gimp) -> None:
    script = """
image, layer = make_image(100, 80)
answer = upscale(image, layer, scale=3.0, resize_canvas=False, **SMALL)
tell(size=[image.get_width(), image.get_height()], layer=[answer.layer.get_width(), answer.layer.get_height()])
"""
    with EchoEndpoint() as endpoint:
        assert run(gimp, script, endpoint) == {"size": [100, 80], "layer": [300, 240]}


def test_layer_mask_is_not_applied_and_stays(gimp: Gimp) -> None:
    script = """
image, layer = make_image(100, 80)
mask = layer.create_mask(Gimp.AddMaskType.BLACK)
layer.add_mask(mask)
answer = upscale(image, layer, scale=2.0, **SMALL)
tell(difference=difference(answer.layer, scaled_by_gimp(image, layer, 2.0)), kept=layer.get_mask() is not None)
"""
    with EchoEndpoint() as endpoint:
        told = run(gimp, script, endpoint)
    assert told["difference"] <= 1.001 / 255
    assert told["kept"]


def test_layer_group_is_taken_as_it_looks(gimp: Gimp) -> None:
    script = """
image, layer = make_image(100, 80)
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
image.reorder_item(layer, group, 0)
answer = upscale(image, group, scale=2.0, **SMALL)
flat = Gimp.Layer.new_from_drawable(layer, image)
image.insert_layer(flat, None, 0)
tell(difference=difference(answer.layer, scaled_by_gimp(image, layer, 2.0)) if not answer.layer.has_alpha()
     else float(numpy.abs(read_pixels(answer.layer) - read_pixels(scaled_by_gimp(image, layer, 2.0))).max()),
     is_group=answer.layer.is_group())
"""
    with EchoEndpoint() as endpoint:
        told = run(gimp, script, endpoint)
    assert told["difference"] <= 1.001 / 255
    assert not told["is_group"]


def test_only_the_selection_is_sent_and_painted(gimp: Gimp) -> None:
    script = """
pixels = make_pixels(200, 160, 3, 0.2, 0.6)
image, layer = make_image(200, 160, pixels=pixels)
image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 30, 90, 70)
answer = upscale(image, layer, scale=2.0, color_correction=0.0, **SMALL)
base = scaled_by_gimp(image, layer, 2.0)
Gimp.Selection.none(image)
apart = (read_pixels(answer.layer) - read_pixels(base))[..., 0] * 255
inside = numpy.zeros(apart.shape, bool)
inside[60:200, 80:260] = True
tell(outside=float(numpy.abs(apart[~inside]).max()), middle=float(apart[120:140, 160:180].mean()),
     edge=float(numpy.abs(apart[60:200, 80:82]).max()), step=float(numpy.abs(numpy.diff(apart, axis=1)).max()))
"""
    with EchoEndpoint(Behavior(change=brighter)) as endpoint:
        told = run(gimp, script, endpoint)
        tiles = endpoint.tiles
    # All tiles have one size and begin on a lattice of 8 px, so they may reach beyond the selection by less than that.
    assert {(tile["width"], tile["height"]) for tile in tiles} == {(128, 128)}
    assert all(tile["x"] > 80 - LATTICE_PX and tile["x"] + 128 < 260 + LATTICE_PX for tile in tiles)
    assert all(tile["y"] > 60 - LATTICE_PX and tile["y"] + 128 < 200 + LATTICE_PX for tile in tiles)
    assert told["outside"] <= 1
    assert abs(told["middle"] - 40) < 1
    assert told["edge"] <= 1, "the selection's edge shows"
    # Smootherstep's steepest slope is 15/8: 40 * 15/8 / 16 px, and each of two neighbors is rounded to 8 bits twice.
    assert told["step"] <= 6.7, "a seam: neighboring pixels differ by more than the feather's slope"


def test_a_failed_tile_fades_to_the_base(gimp: Gimp) -> None:
    script = """
image, layer = make_image(200, 160, pixels=make_pixels(200, 160, 3, 0.2, 0.6))
answer = upscale(image, layer, scale=2.0, color_correction=0.0, retries=0, **SMALL)
apart = (read_pixels(answer.layer) - read_pixels(scaled_by_gimp(image, layer, 2.0)))[..., 0] * 255
tell(tiles=answer.tiles, failed=answer.failed, corner=float(numpy.abs(apart[:80, :80]).max()), rest=float(apart[200:, 250:].mean()),
     step=float(max(numpy.abs(numpy.diff(apart, axis=axis)).max() for axis in (0, 1))))
"""
    with EchoEndpoint(Behavior(change=brighter, fail_tiles={0})) as endpoint:
        told = run(gimp, script, endpoint)
    assert told["failed"] == 1
    assert told["corner"] <= 1, "the failed tile does not show the base"
    assert abs(told["rest"] - 40) < 1
    assert told["step"] <= 8, "a hard edge around the failed tile"


def test_color_drift_is_taken_out(gimp: Gimp) -> None:
    script = """
image, layer = make_image(200, 160, pixels=make_pixels(200, 160, 3, 0.2, 0.6))
answer = upscale(image, layer, scale=2.0, color_correction=1.0, **SMALL)
apart = (read_pixels(answer.layer) - read_pixels(scaled_by_gimp(image, layer, 2.0)))[..., :3] * 255
tell(mean=float(numpy.abs(apart).mean()))
"""
    with EchoEndpoint(Behavior(change=brighter)) as endpoint:
        told = run(gimp, script, endpoint)
    assert told["mean"] < 1


def test_8192_is_81_tiles(gimp: Gimp) -> None:
    script = """
image, layer = make_image(2048, 2048)
answer = upscale(image, layer, scale=4.0, endpoints="local")
tell(status=answer.message, tiles=answer.tiles, failed=answer.failed, size=[answer.layer.get_width(), answer.layer.get_height()])
"""
    with EchoEndpoint() as endpoint:
        told = run(gimp, script, endpoint)
    assert told == {"status": "", "tiles": 81, "failed": 0, "size": [8192, 8192]}
