# SPDX-License-Identifier: GPL-3.0-or-later
"""The GPU service's painter on a full-size SDXL with random weights, against the plain diffusers call for one tile at a time.

Runs where a CUDA GPU and the service's packages are; elsewhere it says so. The speed does not depend on what the weights are.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "endpoint" / "diffusion"), str(ROOT / "tests" / "support")]

SIDE_PX = 1024
N_TILES = 8
BATCHES = (1, 4, 8)
# img2img runs the last `strength` of the steps: 9 of 30, and 4 of 8.
CASES = {
    "30-steps": {"strength": 0.3, "steps": 30, "cfg_scale": 6.0, "sampler": "dpm++ 2m karras"},
    "4-steps": {"strength": 0.5, "steps": 8, "cfg_scale": 1.0, "sampler": "lightning"},
}
# Dense bf16 operations per second, from the makers' data sheets.
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "A10G": 70e12, "A10": 125e12, "L4": 121e12, "RTX 4090": 165e12}


def why_not() -> str:
    try:
        import torch

        if not torch.cuda.is_available():
            return "no CUDA GPU is here"
        import diffusers  # noqa: F401
    except ImportError as error:
        return f"no CUDA GPU can be used: '{error.name}' is not installed"
    return ""


def say(name: str, value: float, unit: str) -> None:
    print(f"gpu.{name} {value:.4g} {unit}", flush=True)


class Collector:
    """A JobContext that never stops."""

    def __init__(self) -> None:
        self.results: list[dict[str, Any]] = []

    def is_stopped(self) -> bool:
        return False

    def add(self, result: Any) -> None:
        self.results.append(json.loads(result.json))


def make_body(case: dict[str, Any], n_tiles: int, side: int) -> bytes:
    from wire_client import make_request

    request = make_request(tiles=1, target=side, size=side)
    request["tiles"] = [{**request["tiles"][0], "id": str(number), "seed": number} for number in range(n_tiles)]
    request["gen_params"].update(case)
    request["negative_prompt"] = "blurry"
    return json.dumps(request).encode()


def paint(painter: Any, case: dict[str, Any], n_tiles: int, side: int) -> None:
    from tile_upscale_gpu.request import parse

    context = Collector()
    painter.paint(parse(make_body(case, n_tiles, side), None, painter.settings).request, context)
    if failed := [result for result in context.results if not result["success"]]:
        sys.exit(f"the bench failed: {failed[0]['error']}")


def paint_plainly(pipeline: Any, scheduler: Any, case: dict[str, Any], picture: Any) -> None:
    """As diffusers' own documentation does it."""
    pipeline.scheduler = scheduler
    pipeline(
        prompt="sharp",
        negative_prompt="blurry",
        image=picture,
        control_image=picture,
        strength=case["strength"],
        num_inference_steps=case["steps"],
        guidance_scale=case["cfg_scale"],
        controlnet_conditioning_scale=0.6,
    )


def measure_seconds(work: Callable[[], None]) -> float:
    """The first run, which makes kernels and plans, is not counted."""
    import torch

    work()
    times = []
    for _ in range(3):
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - started)
    return sorted(times)[1]


def count_operations(work: Callable[[], None]) -> float:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


def make_plain_pipeline(settings: Any) -> Any:
    import torch
    from diffusers import ControlNetModel, StableDiffusionXLControlNetImg2ImgPipeline

    name = settings.default_model
    controlnet = ControlNetModel.from_pretrained(settings.folder / "tile", dtype=torch.float16)
    pipeline = StableDiffusionXLControlNetImg2ImgPipeline.from_pretrained(
        settings.folder / name, controlnet=controlnet, dtype=torch.float16, add_watermarker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to("cuda")


def run_case(name: str, case: dict[str, Any], painter: Any, plain: Any, peak: float | None, side: int) -> None:
    from tile_upscale_gpu.samplers import make_scheduler
    from wire_client import make_picture

    picture = make_picture(side)
    config = painter.load().scheduler_config
    plain_seconds = measure_seconds(lambda: paint_plainly(plain, make_scheduler(case["sampler"], config), case, picture))
    say(f"{name}.plain", 1 / plain_seconds, "tiles/s")
    operations = count_operations(lambda: paint(painter, case, 1, side)) if peak else 0.0
    for batch in BATCHES:
        painter.settings.unet_batch = batch
        painter.fitting.clear()
        seconds = measure_seconds(lambda: paint(painter, case, N_TILES, side)) / N_TILES
        say(f"{name}.batch-{batch}", 1 / seconds, "tiles/s")
        say(f"{name}.batch-{batch}.ratio", plain_seconds / seconds, "x")
        if peak:
            say(f"{name}.batch-{batch}.peak", operations / seconds / peak, "of bf16 peak")


def find_peak(gpu_name: str) -> float | None:
    return next((peak for name, peak in PEAKS.items() if name in gpu_name), None)


def main() -> None:
    if reason := why_not():
        print(f"gpu: nothing was measured: {reason}")
        return
    import torch
    from full_sdxl import make_full
    from tile_upscale_gpu.painter import Painter
    from tile_upscale_gpu.settings import read_settings

    gpu_name = torch.cuda.get_device_name()
    print(f"# {gpu_name}, torch {torch.__version__}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(make_full(Path(folder)))
        started = time.perf_counter()
        painter = Painter(settings)
        painter.load()
        say("load", time.perf_counter() - started, "s")
        plain = make_plain_pipeline(settings)
    for name, case in CASES.items():
        run_case(name, case, painter, plain, find_peak(gpu_name), SIDE_PX)


if __name__ == "__main__":
    main()
