# SPDX-License-Identifier: GPL-3.0-or-later
"""Noise that depends on a seed and on the place in the picture, so that overlapping tiles start from the same noise."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy
import torch
from torch.overrides import TorchFunctionMode

# A counter of Philox gives four numbers of 64 bits: one for each channel of SDXL's latents.
COUNTER_CHANNELS = 4


def draw_noise(seed: int, place: tuple[int, int], number: int, size: tuple[int, int, int]) -> torch.Tensor:
    """Returns normal noise of `size` (channels, height, width) for the latents from `place` (x, y) on.

    `number` counts the draws of a run. Each position has a counter of its own, so no neighbor and no size changes its noise.
    """
    channels, height, width = size
    blocks = -(-channels // COUNTER_CHANNELS)
    raw = numpy.empty((blocks, height, width, COUNTER_CHANNELS), numpy.uint64)
    for block, row in numpy.ndindex(blocks, height):
        counter = numpy.array([place[0], place[1] + row, number, block], numpy.uint64)
        raw[block, row] = numpy.random.Philox(key=seed, counter=counter).random_raw(width * COUNTER_CHANNELS).reshape(width, -1)
    uniform = ((raw >> numpy.uint64(11)) + 0.5) * 2.0**-53
    # Box and Muller: two uniform numbers make two normal ones, without the rejections that would shift the counters.
    radius, angle = numpy.sqrt(-2 * numpy.log(uniform[..., ::2])), 2 * numpy.pi * uniform[..., 1::2]
    normal = numpy.concatenate([radius * numpy.cos(angle), radius * numpy.sin(angle)], axis=-1)
    return torch.from_numpy(normal.transpose(0, 3, 1, 2).reshape(-1, height, width)[:channels].astype(numpy.float32))


class PlacedNoise(TorchFunctionMode):
    """Gives a scheduler the noise of places in the picture. As a mode it answers torch.randn() for its generators, one for each place.

    diffusers' schedulers draw noise in their steps from a generator only.
    """

    def __init__(self, seed: int, places: Sequence[tuple[int, int]]) -> None:
        self.seed = seed
        self.generators = [torch.Generator("cpu") for _ in places]
        self.places = dict(zip(self.generators, places, strict=True))
        # The first noise, with which the run begins, has the number 0.
        self.n_drawn = dict.fromkeys(self.generators, 1)

    def __torch_function__(self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        generator = kwargs.get("generator")
        if func is not torch.randn or generator not in self.places:
            return func(*args, **kwargs)
        number = self.n_drawn[generator]
        self.n_drawn[generator] += 1
        noise = draw_noise(self.seed, self.places[generator], number, args[0][1:])
        return noise[None].to(kwargs.get("device"), kwargs.get("dtype"))

    def install(self, scheduler: Any) -> None:
        # A flow's scheduler names this otherwise, and takes the time before the noise.
        name = "add_noise" if hasattr(scheduler, "add_noise") else "scale_noise"
        add_noise, step = getattr(scheduler, name), scheduler.step

        @functools.wraps(add_noise)
        def add_placed_noise(samples: torch.Tensor, *arguments: torch.Tensor) -> torch.Tensor:
            noise, time = arguments if name == "add_noise" else reversed(arguments)
            placed = torch.stack([draw_noise(self.seed, place, 0, tuple(noise.shape[1:])) for place in self.places.values()])
            return add_noise(samples, **{"noise": placed.to(noise), "timesteps" if name == "add_noise" else "timestep": time})

        @functools.wraps(step)
        def step_with_placed_noise(*args: Any, **kwargs: Any) -> Any:
            with self:
                return step(*args, **kwargs)

        setattr(scheduler, name, add_placed_noise)
        scheduler.step = step_with_placed_noise
