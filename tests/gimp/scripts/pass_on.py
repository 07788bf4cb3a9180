# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales an image with a `model` and the reference picture `reference`, saves it as passed-on.xcf, and tells its recipe."""

import os

from gi.repository import Gimp, Gio
from gimp_inside import ARGUMENTS, NONINTERACTIVE, make_image, tell, upscale
from stranger import read_recipe

image, layer = make_image(150, 110)
answer = upscale(
    image, layer, scale=1.0, tile_size=128, overlap=32, endpoints=ARGUMENTS["endpoints"], model=ARGUMENTS["model"],
    ip_adapter_image=Gio.File.new_for_path(ARGUMENTS["reference"]),
)  # fmt: skip
Gimp.file_save(NONINTERACTIVE, image, Gio.File.new_for_path(os.path.join(os.getcwd(), "passed-on.xcf")), None)
tell(**answer.as_json(), recipe=read_recipe(answer.layer))
