# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipe and the last values of an image as a stranger might pass it on: both ask for more than they may.

scripts/stranger_image.py writes such an image. Scripts inside GIMP import this module too.
"""

from typing import Any

# The reader writes such a recipe today; `ip-adapter-image-sha256` names the picture by its content.
OWN_RECIPE = {"prompt": "fern", "scale": "1", "tile-size": "128", "overlap": "32", "steps": "6"}


def make_recipe(thief: str, secret: str) -> dict[str, str]:
    """Returns a recipe that would send the file at the URI `secret` to the address `thief`."""
    return {
        "prompt": "moss", "scale": "1", "tile-size": "128", "overlap": "32", "strength": "0.3", "steps": "7",
        "endpoints": thief, "ip-adapter-image": secret, "ip-adapter-scale": "1", "model": "/home/stranger/theirs.onnx",
        "retries": "100", "batch-timeout": "86400",
    }  # fmt: skip


def make_sound_recipe(thief: str) -> dict[str, str]:
    """Returns the stranger's recipe without the reference picture, for which GIMP has to ask."""
    recipe = make_recipe(thief, "")
    del recipe["ip-adapter-image"]
    return recipe


def format_last_values(thief: str, secret: str) -> str:
    """Returns the procedure's settings as GIMP writes them after each run."""
    return f"""(prompt "lichen")
(endpoints "{thief}")
(ip-adapter-image "{secret}")
(tile-size 64)
(overlap 0)
(retries 100)
(steps 99)
"""


def attach(item: Any, name: str, text: str) -> None:
    from gi.repository import Gimp

    item.attach_parasite(Gimp.Parasite.new(name, 1, text.encode()))


def set_recipe(made: Any, source: Any, **recipe: str) -> None:
    """Writes a recipe into a layer. Its `selection` and `tattoo` are those of the layer that it was made from."""
    selection = recipe.pop("selection", f"0;0;{source.get_width()};{source.get_height()};")
    tattoo = recipe.pop("tattoo", source.get_tattoo())
    lines = ["[Recipe]", *(f"{name}={value}" for name, value in recipe.items())]
    attach(made, "tile-upscale-recipe", "\n".join([*lines, "[Source]", f"tattoo={tattoo}", f"selection={selection}", ""]))


def read_recipe(layer: Any) -> str:
    return bytes(layer.get_parasite("tile-upscale-recipe").get_data()).decode()
