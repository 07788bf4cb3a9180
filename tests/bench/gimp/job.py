# SPDX-License-Identifier: GPL-3.0-or-later
"""A job inside GIMP. Tells its wall time, the CPU time of GIMP, and the CPU time of moving a layer of that size out of GIMP and
back, in both processes. All in seconds."""

import os
import time

import numpy
from gi.repository import Gegl, Gimp
from gimp_inside import ARGUMENTS, RGB, kept, tell, upscale
from processes import read_cpu_s

FORMAT = "R'G'B' u8"

side = ARGUMENTS["side"]
whole = Gegl.Rectangle.new(0, 0, side, side)
gimp = os.getppid()


def make_layer(image: Gimp.Image, pixels: bytes) -> Gimp.Layer:
    layer = Gimp.Layer.new(image, "source", side, side, Gimp.ImageType.RGB_IMAGE, 100, Gimp.LayerMode.NORMAL)
    buffer = layer.get_buffer()
    buffer.set(whole, FORMAT, pixels)
    buffer.flush()
    image.insert_layer(layer, None, 0)
    kept.append(layer)
    return layer


image = Gimp.Image.new(side, side, RGB)
kept.append(image)
source = make_layer(image, numpy.random.default_rng(1).bytes(side * side * 3))

gimp_before, begun = read_cpu_s(gimp), time.monotonic()
answer = upscale(image, source, **ARGUMENTS["job"])
tell(answer=answer.as_json(), wall=time.monotonic() - begun, gimp=read_cpu_s(gimp) - gimp_before)

pipe_before = read_cpu_s(gimp) + time.process_time()
make_layer(image, source.get_buffer().get(whole, 1.0, FORMAT, Gegl.AbyssPolicy.NONE))
tell(pipe=read_cpu_s(gimp) + time.process_time() - pipe_before)
