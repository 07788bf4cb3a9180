# SPDX-License-Identifier: GPL-3.0-or-later
"""Run by ./run demo inside GIMP: upscales one picture and writes result.png, result.xcf and compare.png."""

import os
import sys

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio  # noqa: E402

CROP_PX = 400
GAP_PX = 8
# Border around a crop that filters read, in source px.
MARGIN_PX = 16
NONINTERACTIVE = Gimp.RunMode.NONINTERACTIVE


def run(name: str, **arguments: object) -> Gimp.ValueArray:
    """Calls a procedure; a failed one does not raise by itself."""
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    for key, value in arguments.items():
        if key == "drawables":
            config.set_core_object_array(key, value)
        else:
            config.set_property(key.replace("_", "-"), value)
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        sys.exit(f"{name}: {Gimp.get_pdb().get_last_error()}")
    return result


def save_png(image: Gimp.Image, path: str) -> None:
    run("file-png-export", run_mode=NONINTERACTIVE, image=image, file=Gio.File.new_for_path(path), compression=3)


def only(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Image:
    """A copy of the image with one of its layers."""
    copy = image.duplicate()
    for other in copy.get_layers():
        if other.get_name() != layer.get_name():
            copy.remove_layer(other)
    copy.resize_to_layers()
    return copy


def enlarged(
    image: Gimp.Image, layer: Gimp.Layer, scale: float, place: tuple[int, int, int, int], interpolation: Gimp.InterpolationType
) -> Gimp.Image:
    """A part of the layer as GIMP enlarges it; the place is in source px."""
    x, y, width, height = place
    copy = only(image, layer)
    left, top = max(0, x - MARGIN_PX), max(0, y - MARGIN_PX)
    right, bottom = min(copy.get_width(), x + width + MARGIN_PX), min(copy.get_height(), y + height + MARGIN_PX)
    copy.crop(right - left, bottom - top, left, top)
    Gimp.context_set_interpolation(interpolation)
    copy.scale(round((right - left) * scale), round((bottom - top) * scale))
    copy.crop(round(width * scale), round(height * scale), round((x - left) * scale), round((y - top) * scale))
    return copy


def compare(image: Gimp.Image, before: Gimp.Layer, after: Gimp.Layer, scale: float, path: str) -> None:
    """Side by side, at the same size: the source's own pixels, GIMP's best filter, and the result."""
    width, height = (min(round(CROP_PX / scale), side) for side in (before.get_width(), before.get_height()))
    x, y = (before.get_width() - width) // 2, (before.get_height() - height) // 2
    ours = only(image, after)
    ours.crop(round(width * scale), round(height * scale), round(x * scale), round(y * scale))
    place = (x, y, width, height)
    panes = [
        enlarged(image, before, scale, place, Gimp.InterpolationType.NONE),
        enlarged(image, before, scale, place, Gimp.InterpolationType.NOHALO),
        ours,
    ]
    step = ours.get_width() + GAP_PX
    board = Gimp.Image.new(len(panes) * step - GAP_PX, ours.get_height(), image.get_base_type())
    for index, pane in enumerate(panes):
        copy = Gimp.Layer.new_from_visible(pane, board, "pane")
        board.insert_layer(copy, None, 0)
        copy.set_offsets(index * step, 0)
    save_png(board, path)


def main() -> None:
    scale = float(os.environ["DEMO_SCALE"])
    folder = os.environ["DEMO_FOLDER"]
    image = Gimp.file_load(NONINTERACTIVE, Gio.File.new_for_path(os.environ["DEMO_IMAGE"]))
    if image is None:
        sys.exit("GIMP can't read " + os.environ["DEMO_IMAGE"])
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        image.convert_rgb()
    before = image.get_layers()[0]
    result = run("plug-in-tile-upscale", run_mode=NONINTERACTIVE, image=image, drawables=[before], scale=scale, endpoints="local")
    after, tiles, failed = result.index(1), result.index(2), result.index(3)
    print("demo: writing the result", file=sys.stderr)
    compare(image, before, after, scale, f"{folder}/compare.png")
    Gimp.file_save(NONINTERACTIVE, image, Gio.File.new_for_path(f"{folder}/result.xcf"), None)
    for layer in image.get_layers()[1:]:
        layer.set_visible(False)
    save_png(image, f"{folder}/result.png")
    size = f"{after.get_width()}x{after.get_height()}"
    print(f"demo: {tiles - failed} of {tiles} tiles, {folder}/result.png ({size}), {failed} failed", flush=True)


main()
