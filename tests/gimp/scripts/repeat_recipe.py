# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeats the recipe of the upper layer of evil.xcf as it is (`asked_for`) and with a sound recipe (`repeated`); or with the recipes in
`impossible`, which are lists of a name and a text (`answers`). All recipes name the address `thief`."""

from typing import Any

from gi.repository import Gimp
from gimp_inside import ARGUMENTS, NONINTERACTIVE, call, kept, load, tell, upscale
from stranger import make_sound_recipe, set_recipe


def repeat(image: Any, layer: Any) -> dict[str, Any]:
    before = len(image.get_layers())
    result = call("plug-in-tile-upscale-repeat", run_mode=NONINTERACTIVE, image=image, drawables=[layer])
    kept.append(result)
    message = Gimp.get_pdb().get_last_error()
    return {"status": result.index(0).value_nick, "message": message, "new": len(image.get_layers()) - before}


def attempt(image: Any, layer: Any, recipe: str) -> dict[str, Any]:
    """Repeats a recipe, and repaints a selection with it."""
    repeated = repeat(image, layer)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 20)
    repainted = upscale(image, layer, repaint_selection=True).message
    Gimp.Selection.none(image)
    return {"recipe": recipe, "repeated": repeated, "repainted": repainted}


image = load("evil.xcf")
made, source, _ = image.get_layers()
if "impossible" in ARGUMENTS:
    answers = []
    for name, text in ARGUMENTS["impossible"]:
        set_recipe(made, source, **{**make_sound_recipe(ARGUMENTS["thief"]), name: text})
        answers.append(attempt(image, made, f"{name}={text}"))
    tell(answers=answers)
else:
    asked_for = repeat(image, made)
    set_recipe(made, source, **make_sound_recipe(ARGUMENTS["thief"]))
    tell(asked_for=asked_for, repeated=repeat(image, made))
