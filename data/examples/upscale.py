# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales a picture without a screen. From the folder that holds photo.png:

    gimp-console-3.0 --quit --batch-interpreter=python-fu-eval -b - < upscale.py

The environment may name others: UPSCALE_INPUT, UPSCALE_OUTPUT. A failure ends GIMP with a non-zero status.
"""

import os
import sys

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, Gio  # noqa: E402


def upscale(image, layer, **arguments):
    """Returns the new layer; a failed procedure does not raise by itself, so it is made to."""
    procedure = Gimp.get_pdb().lookup_procedure("plug-in-tile-upscale")
    config = procedure.create_config()
    config.set_property("image", image)
    config.set_core_object_array("drawables", [layer])
    for name, value in arguments.items():
        config.set_property(name.replace("_", "-"), value)
        # GIMP keeps the value before where this one is out of range.
        if config.get_property(name.replace("_", "-")) != value:
            sys.exit(f"{name} can't be {value}")
    result = procedure.run(config)
    if result.index(0) != Gimp.PDBStatusType.SUCCESS:
        sys.exit(Gimp.get_pdb().get_last_error())
    print(f"upscaled {result.index(2)} tiles, {result.index(3)} failed")
    return result.index(1)


def main():
    source = Gio.File.new_for_path(os.environ.get("UPSCALE_INPUT", "photo.png"))
    target = Gio.File.new_for_path(os.environ.get("UPSCALE_OUTPUT", "photo-2x.png"))
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, source)
    if image is None:
        sys.exit(f"{source.get_path()} can't be read: {Gimp.get_pdb().get_last_error()}")
    upscale(image, image.get_layers()[0], scale=2.0, strength=0.3, prompt="highly detailed, sharp focus")
    Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, target, None)


main()
