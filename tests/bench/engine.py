# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and memory of the local endpoint, over HTTP and with PNG both ways, besides those of GIMP's filters.

Megapixels are those of the output.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from _filters import gegl
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from wire_client import Client, LocalEndpoint, encode, make_request  # noqa: E402

TARGET_PX = 1024
TILES = 8
BATCHES = (2, 12)
ROUNDS = 3


def scene(side: int) -> Image.Image:
    y, x = np.mgrid[0:side, 0:side]
    grain = np.random.default_rng(1).normal(0, 10, (side, side, 3))
    tones = 128 + 60 * np.sin(x / 9)[..., None] + 40 * np.cos(y * x / 900)[..., None] + grain
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8))


def make_batch(scale: int, model: str) -> dict[str, Any]:
    side = TARGET_PX // scale
    batch = make_request(tiles=TILES, target=TARGET_PX, size=8)
    image = encode(scene(side))
    for tile in batch["tiles"]:
        tile |= {"image": image, "width": side, "height": side}
    batch["model_config"]["base_model"] = model
    return batch


def best_rate(work: Callable[[], object], megapixels: float) -> float:
    """Returns the best rate of a few rounds, which other programs have disturbed least."""
    rates = []
    for _ in range(ROUNDS):
        started = time.monotonic()
        work()
        rates.append(megapixels / (time.monotonic() - started))
    return max(rates)


def endpoint_rate(client: Client, scale: int, model: str) -> float:
    client.finish(make_batch(scale, model))
    return best_rate(lambda: client.finish(make_batch(scale, model)), TILES * TARGET_PX**2 / 1e6)


def filter_rate(sampler: str, scale: int) -> float:
    enlarge, small = gegl(sampler), np.asarray(scene(2 * TARGET_PX // scale))
    return best_rate(lambda: enlarge(small, scale), 4 * TARGET_PX**2 / 1e6)


def peak_mib(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure_memory(model: str) -> None:
    """Compares 2 batches with 12, a picture six times as large."""
    for count in BATCHES:
        with LocalEndpoint() as endpoint:
            client = endpoint.connect()
            for _ in range(count):
                client.finish(make_batch(4, model))
            print(f"engine.{model}.memory_{count * TILES}_tiles {peak_mib(endpoint.process.pid):.0f} MiB", flush=True)


def main() -> None:
    from gi.repository import Gegl

    Gegl.init(None)
    build = Path(os.environ["UPSCALE_BUILD_FOLDER"])
    os.environ["UPSCALE_LOCAL_ENDPOINT"] = str(build / "endpoint" / "local" / "tile-upscale-endpoint")
    os.environ.setdefault("UPSCALE_LOCAL_MODELS", str(Path(__file__).parents[2] / "data" / "models"))
    for scale in (2, 4):
        for sampler in ("CUBIC", "LOHALO"):
            print(f"engine.filter.{sampler.lower()}.{scale}x {filter_rate(sampler, scale):.1f} Mpx/s", flush=True)
    with LocalEndpoint() as endpoint:
        client = endpoint.connect()
        models = client.send("GET", "/v1/health").json["models"]
        for model in models:
            for scale in (2, 4):
                print(f"engine.{model}.{scale}x {endpoint_rate(client, scale, model):.1f} Mpx/s", flush=True)
    for model in models:
        measure_memory(model)


main()
