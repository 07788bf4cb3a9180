# SPDX-License-Identifier: GPL-3.0-or-later
"""Upscales an image of `size` by 1 with the `settings`, and tells how far the result is from the means of its 8x8 blocks, in
tones of 255.

Tiles of 128 px with 32 px overlap begin at multiples of 96 px here, so the blocks of a tile are blocks of the image.
"""

import numpy
from gimp_inside import ARGUMENTS, make_image, make_pixels, read_pixels, tell, upscale
from tile_server import block_means

width, height = ARGUMENTS["size"]
image, layer = make_image(width, height, pixels=make_pixels(width, height, 3))
seen = numpy.round(read_pixels(layer)[..., :3] * 255)
answer = upscale(image, layer, scale=1.0, tile_size=128, overlap=32, **ARGUMENTS["settings"])
tell(**answer.as_json())
if answer.layer:
    off = numpy.abs(read_pixels(answer.layer)[..., :3] * 255 - block_means(seen))
    tell(mean=float(off.mean()), worst=float(off.max()))
