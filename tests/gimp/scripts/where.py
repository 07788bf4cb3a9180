# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the functions of this file that `cases` names, each on an image of its own: a picture of which parts are painted otherwise.

The value of each case in `cases` is the address of its endpoint. An error of a case is told under its name."""

from typing import Any

import numpy
from arrays import Array
from gi.repository import Gegl, Gimp
from gimp_inside import ARGUMENTS, NONINTERACTIVE, Answer, call, kept, make_image, make_pixels, read_stored, tell, upscale, write_pixels
from stranger import read_recipe

WIDTH, HEIGHT = 200, 160
SETTINGS: dict[str, Any] = {"scale": 2.0, "tile_size": 128, "overlap": 32, "color_correction": 0.0}
# Each call is a process of its own, in which babl chooses its conversions by their speed, so the last bit of an enlargement may differ.
LAST_BITS = {8: 1.001 / 255, 16: 2.001 / 65535, 32: 1e-5}
DEPTHS = {8: Gimp.Precision.U8_NON_LINEAR, 16: Gimp.Precision.U16_NON_LINEAR, 32: Gimp.Precision.FLOAT_LINEAR}


def make_picture(depth: int = 8, alpha: bool = False) -> tuple[Any, Any]:
    return make_image(WIDTH, HEIGHT, precision=DEPTHS[depth], alpha=alpha, pixels=make_pixels(WIDTH, HEIGHT, 3, 0.2, 0.6))


def fill(drawable: Any, value: float, left: int = 0, right: int = WIDTH) -> None:
    """Sets columns of a channel to a value as the channel keeps it, and all others to black."""
    width, height = drawable.get_width(), drawable.get_height()
    kind, name, white = {1: (numpy.uint8, "u8", 255), 2: (numpy.uint16, "u16", 65535), 4: (numpy.float32, "float", 1)}[drawable.get_bpp()]
    values = numpy.zeros((height, width), kind)
    values[:, left:right] = numpy.array(value * white).astype(kind)
    area = Gegl.Rectangle.new(0, 0, width, height)
    for encoding in (f"Y {name}", f"Y' {name}"):
        buffer = drawable.get_buffer()
        buffer.set(area, encoding, values.tobytes())
        buffer.flush()
        drawable.update(0, 0, width, height)
        if buffer.get(area, 1.0, None, Gegl.AbyssPolicy.NONE) == values.tobytes():
            return
    raise RuntimeError("the channel keeps other numbers")


def add_channel(image: Any, name: str, value: float, left: int = 0, right: int = WIDTH) -> Any:
    channel = Gimp.Channel.new(image, name, image.get_width(), image.get_height(), 50, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    fill(channel, value, left, right)
    kept.append(channel)
    return channel


def run(image: Any, layer: Any, **arguments: Any) -> Answer:
    answer = upscale(image, layer, **{**SETTINGS, **arguments})
    if answer.status != "success":
        raise RuntimeError(answer.message)
    return answer


def compare(depth: int) -> dict[str, Any]:
    """Compares each column of a result with a map that is black, then white, with results without any map."""
    image, layer = make_picture(depth)
    black, white = add_channel(image, "black", 0.0), add_channel(image, "white", 1.0)
    halves = add_channel(image, "halves", 1.0, WIDTH // 2)
    base = run(image, layer, strength_map=black)
    plain = run(image, layer)
    full = run(image, layer, strength_map=white)
    mixed = run(image, layer, strength_map=halves)
    results: list[Array] = [read_stored(answer.layer) for answer in (base, plain, full, mixed)]
    changed = [
        sorted({int(column) for column in numpy.nonzero(numpy.abs(results[3] - other) > LAST_BITS[depth])[1]}) for other in results[:2]
    ]
    return {
        "precision": image.get_precision().value_nick, "white_is_plain": bool(numpy.abs(results[2] - results[1]).max() <= LAST_BITS[depth]),
        "painted": float(numpy.abs(results[1] - results[0]).max()), "differs_from_base": [changed[0][0], changed[0][-1]],
        "differs_from_plain": [changed[1][0], changed[1][-1]], "tiles": mixed.tiles,
        "levels": len(numpy.unique(results[3])),
    }  # fmt: skip


def eight_bits() -> dict[str, Any]:
    return compare(8)


def sixteen_bits() -> dict[str, Any]:
    return compare(16)


def linear_floats() -> dict[str, Any]:
    return compare(32)


def gray_channel() -> dict[str, Any]:
    image, layer = make_picture()
    return run(image, layer, strength_map=add_channel(image, "gray", 0.5)).as_json()


def gray_mask() -> dict[str, Any]:
    image, layer = make_picture()
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    fill(mask, 0.5)
    return run(image, layer, strength_map=mask).as_json()


def gray_layer() -> dict[str, Any]:
    """A layer that lies over the right part of the picture only, in a gray of the screen's own scale."""
    image, layer = make_picture()
    other = Gimp.Layer.new(image, "map", 60, HEIGHT, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(other, None, 0)
    other.set_offsets(WIDTH - 30, 0)
    gray = numpy.full((HEIGHT, 60, 4), 0.5, numpy.float32)
    gray[..., 3] = 1.0
    write_pixels(other, gray)
    kept.append(other)
    return run(image, layer, strength_map=other).as_json()


def add_layer(image: Any, name: str, pixels: Array) -> Any:
    layer = Gimp.Layer.new(image, name, WIDTH, HEIGHT, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    write_pixels(layer, pixels)
    kept.append(layer)
    return layer


def gray_right(value: float) -> Array:
    """An opaque picture of which the right half has a gray, and the left half is black."""
    pixels = numpy.zeros((HEIGHT, WIDTH, 4), numpy.float32)
    pixels[:, WIDTH // 2 :, :3] = value
    pixels[..., 3] = 1.0
    return pixels


def beyond_white() -> dict[str, Any]:
    """Largest differences of results from that with a white map, of maps with numbers that only float images have."""
    image, layer = make_picture(32)
    drawable = add_layer(image, "map", gray_right(1.0))
    white = read_stored(run(image, layer, strength_map=drawable).layer)
    apart = {}
    for name, value in {"bright": 50.0, "infinite": float("inf"), "dark": -1.0, "nothing": float("nan")}.items():
        write_pixels(drawable, gray_right(value))
        apart[name] = float(numpy.abs(read_stored(run(image, layer, strength_map=drawable).layer) - white).max())
    return apart


def same_names() -> dict[str, Any]:
    """A layer and a channel of one name. The map itself is a drawable, and its recipe has only the name."""
    image, layer = make_picture()
    drawable = add_layer(image, "Sky", gray_right(1.0))
    add_channel(image, "Sky", 1.0)
    region = upscale(image, layer, **{**SETTINGS, "regions": "Sky | clouds"})
    made = run(image, layer, strength_map=drawable).layer
    again = call("plug-in-tile-upscale-repeat", run_mode=NONINTERACTIVE, image=image, drawables=[made])
    return {"region": region.message, "again": again.index(0).value_nick, "message": Gimp.get_pdb().get_last_error()}


def regions() -> dict[str, Any]:
    """A channel at the left, and a layer that is opaque at the right."""
    image, layer = make_picture()
    add_channel(image, "Sky", 1.0, 0, 40)
    pixels = numpy.zeros((HEIGHT, WIDTH, 4), numpy.float32)
    pixels[:, WIDTH - 40 :, 3] = 1.0
    add_layer(image, "House", pixels)
    return run(image, layer, regions="Sky | clouds | birds\nHouse | red \\| brick | | 0.5").as_json()


def tile_prompts() -> dict[str, Any]:
    image, layer = make_picture()
    first = run(image, layer, tile_prompts="1,2 | a door\n2,1 | | people")
    again = run(image, layer, tile_prompts="1,2 | a window\n2,1 | | people")
    return {"first": first.tiles, **again.as_json()}


def parts() -> dict[str, Any]:
    """A region at the right with a strength of its own, and a text for the first tile. Their texts follow those of the picture."""
    image, layer = make_picture()
    add_channel(image, "right", 1.0, WIDTH // 2)
    texts = {
        "prompt": "a photo",
        "negative_prompt": "blur",
        "regions": "right | moss | ants | 0.6",
        "tile_prompts": "1,1 | a door | people",
    }
    return run(image, layer, strength=0.3, controlnet_enabled=False, **texts).as_json()


# The same on servers of four kinds.
tile_batch = sdapi = sdcpp = comfyui = parts


def repeat() -> dict[str, Any]:
    """Repeats a recipe with a map, then without the map that it names."""
    image, layer = make_picture()
    halves = add_channel(image, "halves", 1.0, WIDTH // 2)
    made = run(image, layer, strength_map=halves, regions="halves | moss", tile_prompts="1,1 | fern").layer
    recipe = read_recipe(made)
    again = call("plug-in-tile-upscale-repeat", run_mode=NONINTERACTIVE, image=image, drawables=[made])
    kept.append(again)
    same = bool((read_stored(again.index(1)) == read_stored(made)).all())
    image.remove_channel(halves)
    gone = call("plug-in-tile-upscale-repeat", run_mode=NONINTERACTIVE, image=image, drawables=[made])
    return {"recipe": recipe, "same": same, "gone": gone.index(0).value_nick, "message": Gimp.get_pdb().get_last_error()}


def refusals() -> dict[str, Any]:
    image, layer = make_picture()
    other, _ = make_picture()
    calls: list[dict[str, Any]] = [
        {"strength_map": add_channel(other, "elsewhere", 1.0)}, {"regions": "Moon | craters"}, {"regions": "| nothing"},
        {"regions": "source | a | b | 2"}, {"tile_prompts": "first | a door"}, {"tile_prompts": "1,1 | a\n1,1 | b"},
    ]  # fmt: skip
    return {"messages": [upscale(image, layer, **{**SETTINGS, **arguments}).message for arguments in calls]}


for case, url in ARGUMENTS["cases"].items():
    SETTINGS["endpoints"] = url
    try:
        tell(**{case: globals()[case]()})
    except RuntimeError as error:
        tell(**{case: str(error)})
