# SPDX-License-Identifier: GPL-3.0-or-later
"""Run by ./run demo inside GIMP: upscales one picture and writes result.png, result.xcf and compare.png."""

import os
import sys

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio  # noqa: E402

CROP_PX = 480
NONINTERACTIVE = Gimp.RunMode.NONINTERACTIVE


def run(name, **arguments):
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


def save_png(image, path):
    run("file-png-export", run_mode=NONINTERACTIVE, image=image, file=Gio.File.new_for_path(path), compression=3)


def crop_of(image, layer, x, y, size):
    """A square of one layer, as an image of its own."""
    square = image.duplicate()
    keep = square.get_layer_by_name(layer.get_name())
    for other in square.get_layers():
        if other.get_name() != keep.get_name():
            square.remove_layer(other)
    square.crop(size, size, x, y)
    return square


def compare(image, before, after, scale, path):
    """Side by side, at the same size: the source's own pixels enlarged, and the result."""
    size = min(CROP_PX, after.get_width(), after.get_height())
    x = (after.get_width() - size) // 2
    y = (after.get_height() - size) // 2
    enlarged = image.duplicate()
    for other in enlarged.get_layers():
        if other.get_name() != before.get_name():
            enlarged.remove_layer(other)
    enlarged.resize_to_layers()
    Gimp.context_set_interpolation(Gimp.InterpolationType.NONE)
    enlarged.scale(after.get_width(), after.get_height())
    enlarged.crop(size, size, x, y)
    ours = crop_of(image, after, x, y, size)
    board = Gimp.Image.new(2 * size + 8, size, image.get_base_type())
    for source, offset in ((enlarged, 0), (ours, size + 8)):
        copy = Gimp.Layer.new_from_visible(source, board, "crop")
        board.insert_layer(copy, None, 0)
        copy.set_offsets(offset, 0)
    save_png(board, path)


def main():
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
