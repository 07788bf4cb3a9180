# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the ids of an image and its layer to the file `ids`, upscales the layer, and tells where the result is and how far it
is from GIMP's own enlargement."""

import json
from pathlib import Path
from typing import Any

from gimp_inside import ARGUMENTS, Answer, difference, make_image, scaled_by_gimp, tell, upscale

SIZE = (150, 120)


def describe(answer: Answer) -> dict[str, Any]:
    layer = answer.layer
    if not layer:
        return {}
    image = layer.get_image()
    reference, source = make_image(*SIZE)
    return {
        "size": [layer.get_width(), layer.get_height()],
        "position": image.get_item_position(layer) if image else None,
        "difference": difference(layer, scaled_by_gimp(reference, source, 2.0)),
    }


image, layer = make_image(*SIZE)
Path(ARGUMENTS["ids"]).write_text(json.dumps({"layer": layer.get_id(), "image": image.get_id()}))
answer = upscale(image, layer, scale=2.0, tile_size=128, overlap=32, endpoints=ARGUMENTS["endpoints"])
tell(**answer.as_json(), **describe(answer))
