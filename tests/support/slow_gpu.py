# SPDX-License-Identifier: GPL-3.0-or-later
"""A replica for Ray Serve that gives each tile back after a second of waiting: long batches without CPU time or weights.

The id of its process is the seed of the results.
"""

import os
import time
from collections.abc import Collection

from tile_upscale_gpu.job_context import JobContext, Result, Stopped
from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.ray_app import Gpu
from tile_upscale_gpu.settings import Settings

TILE_S = 1.0


class SlowPainter:
    def paint(self, request: Request, context: JobContext, done: Collection[str] = ()) -> None:
        context.begin()
        for tile in request.tiles:
            if tile.id in done:
                continue
            if context.is_stopped():
                raise Stopped
            time.sleep(TILE_S)
            members = {"image": tile.image, "width": tile.width, "height": tile.height, "seed": os.getpid()}
            context.add(Result.make(tile.id, success=True, **members))


class SlowGpu(Gpu):  # type: ignore[misc]
    def load(self, settings: Settings) -> SlowPainter:
        return SlowPainter()
