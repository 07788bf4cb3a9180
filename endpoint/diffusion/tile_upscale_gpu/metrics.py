# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers for Prometheus, which `tile-upscale-gpu serve` answers with on /metrics."""

import contextlib
import time
from collections.abc import Iterator

from prometheus_client import Counter, Gauge

TILES = Counter("tile_upscale_tiles", "Tiles with a result; its rate is the number of tiles per second", ["result"])
STAGE_SECONDS = Counter("tile_upscale_stage_seconds", "Seconds of work on tiles", ["stage"])
RETRIES = Counter("tile_upscale_retries", "Attempts that were repeated because the GPU's memory was short")
BATCHES = Gauge("tile_upscale_batches", "Batches that have not ended", ["status"])
GPU_BYTES = Gauge("tile_upscale_gpu_bytes", "Memory of the GPU that torch has taken, and the most that it ever had", ["device", "kind"])


@contextlib.contextmanager
def measure_stage(name: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        STAGE_SECONDS.labels(name).inc(time.monotonic() - started)
