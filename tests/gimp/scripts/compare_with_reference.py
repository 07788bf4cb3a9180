# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales a square image of `side_px` to twice its size with the `settings`, and tells how far the result is on average from
GIMP's own enlargement."""

import numpy
from gimp_inside import ARGUMENTS, make_image, read_pixels, scaled_by_gimp, tell, upscale

image, layer = make_image(ARGUMENTS["side_px"], ARGUMENTS["side_px"])
reference = scaled_by_gimp(image, layer, 2.0)
answer = upscale(image, layer, scale=2.0, **ARGUMENTS["settings"])
tell(**answer.as_json())
if answer.layer:
    apart = numpy.abs(read_pixels(answer.layer) - read_pixels(reference))[..., :3]
    tell(size=[answer.layer.get_width(), answer.layer.get_height()], mean=float(apart.mean()))
