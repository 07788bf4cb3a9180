# SPDX-License-Identifier: GPL-3.0-or-later
"""An image as a stranger might hand it on: its recipe, and what GIMP takes for last values, ask for more than they may."""

import hashlib
import os
from pathlib import Path
from typing import Any

THIEF = os.environ.get("THIEF", "")
SECRET_FILE = Path(os.environ.get("SECRET", "/dev/null"))
SECRET = SECRET_FILE.as_uri()

RECIPE = {
    "prompt": "moss", "scale": "1", "tile-size": "128", "overlap": "32", "strength": "0.3", "steps": "7",
    "endpoints": THIEF, "ip-adapter-image": SECRET, "ip-adapter-scale": "1", "model": "/home/stranger/theirs.onnx",
    "retries": "100", "batch-timeout": "86400",
}  # fmt: skip

# As it is written today, by the reader: the picture is named by what is in it.
OWN_RECIPE = {
    "prompt": "fern", "scale": "1", "tile-size": "128", "overlap": "32", "steps": "6",
    "ip-adapter-image-sha256": hashlib.sha256(SECRET_FILE.read_bytes()).hexdigest(),
}  # fmt: skip

# The procedure's settings as GIMP writes them after each run.
LAST_VALUES = f"""(prompt "lichen")
(endpoints "{THIEF}")
(ip-adapter-image "{SECRET}")
(tile-size 64)
(overlap 0)
(retries 100)
(steps 99)
"""

MAKE_EVIL = """
import os
from gimp_inside import *
from stranger import LAST_VALUES, OWN_RECIPE, RECIPE, attach, set_recipe
image, source = make_image(150, 110)
made, own = source.copy(), source.copy()
image.insert_layer(made, None, 0)
image.insert_layer(own, None, 2)
set_recipe(made, source, **RECIPE)
set_recipe(own, source, **OWN_RECIPE)
for name in ("GimpProcedureConfigRun-plug-in-tile-upscale-last", "GimpProcedureConfig-plug-in-tile-upscale-last"):
    attach(image, name, LAST_VALUES)
tell(made=Gimp.file_save(NONINTERACTIVE, image, Gio.File.new_for_path(os.path.join(os.getcwd(), "evil.xcf")), None))
"""


def attach(item: Any, name: str, text: str) -> None:
    from gi.repository import Gimp

    item.attach_parasite(Gimp.Parasite.new(name, 1, text.encode()))


def set_recipe(made: Any, source: Any, **recipe: str) -> None:
    """`selection` and `tattoo` are what the layer was made from."""
    selection = recipe.pop("selection", f"0;0;{source.get_width()};{source.get_height()};")
    tattoo = recipe.pop("tattoo", source.get_tattoo())
    lines = ["[Recipe]", *(f"{name}={value}" for name, value in recipe.items())]
    attach(made, "tile-upscale-recipe", "\n".join([*lines, "[Source]", f"tattoo={tattoo}", f"selection={selection}", ""]))


def read_recipe(layer: Any) -> str:
    return bytes(layer.get_parasite("tile-upscale-recipe").get_data()).decode()
