# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the function of this file that `case` names, on an image of 150 x 110 px, and tells its result."""

import os
from typing import Any

from gi.repository import Gimp, Gio
from gimp_inside import ARGUMENTS, NONINTERACTIVE, call, kept, load, make_image, make_pixels, read_pixels, tell, upscale

URL = ARGUMENTS["endpoints"]
SETTINGS = {"endpoints": URL, "scale": 2.0, "tile_size": 128, "overlap": 32}


def repaint(image: Any, layer: Any) -> dict[str, Any]:
    first = upscale(image, layer, **SETTINGS)
    before = read_pixels(first.layer).copy()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 20)
    # The procedure ignores scale and tiles here: those of the layer count.
    again = upscale(
        image, first.layer, endpoints=URL, scale=3.0, tile_size=64, overlap=0, seed=99, color_correction=0.0, repaint_selection=True
    )
    apart = abs(read_pixels(again.layer) - before).max(axis=2)
    return {
        "status": again.status, "message": again.message, "first": first.tiles, "again": again.tiles,
        "size": [again.layer.get_width(), again.layer.get_height()],
        "inside": float(apart[:40, :40].max()), "outside": float(max(apart[128:].max(), apart[:, 128:].max())),
        "layers": [one.get_name() for one in image.get_layers()],
    }  # fmt: skip


def save_and_repeat(image: Any, layer: Any) -> dict[str, Any]:
    upscale(image, layer, prompt="moss", seed=3, **SETTINGS)
    path = os.path.join(os.getcwd(), "saved.xcf")
    Gimp.file_save(NONINTERACTIVE, image, Gio.File.new_for_path(path), None)
    loaded = load(path)
    result = call("plug-in-tile-upscale-repeat", run_mode=NONINTERACTIVE, image=loaded, drawables=[loaded.get_layers()[0]])
    kept.append(result)
    message = Gimp.get_pdb().get_last_error()
    return {"status": result.index(0).value_nick, "message": message, "layers": len(loaded.get_layers())}


def refuse(image: Any, layer: Any) -> dict[str, Any]:
    plain = upscale(image, layer, repaint_selection=True, **SETTINGS)
    first = upscale(image, layer, **SETTINGS)
    layer.scale(99, 99, False)
    scaled = upscale(image, first.layer, repaint_selection=True, **SETTINGS)
    image.remove_layer(layer)
    gone = upscale(image, first.layer, repaint_selection=True, **SETTINGS)
    return {"plain": plain.message, "scaled": scaled.message, "gone": gone.message}


tell(**globals()[ARGUMENTS["case"]](*make_image(150, 110, pixels=make_pixels(150, 110, 7))))
