# SPDX-License-Identifier: GPL-3.0-or-later
"""The GPU service's painter with each of its profiles, against the plain diffusers call for one tile at a time: gpu.py [tiny]

Runs with a full-size SDXL of random weights where a GPU and the service's packages are: the speed does not depend on what the weights
are. `tiny` paints with the tests' model on the CPU, which only shows that this bench works.
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
TINY_SIDE_PX = 64
N_TILES = 8
BATCHES = (1, 4, 8)
STAGES = ("read", "encode", "denoise", "decode", "png")
# img2img runs the last `strength` of the steps: 9 of 30, and 4 of 8.
MANY_STEPS = {"strength": 0.3, "steps": 30, "cfg_scale": 6.0, "sampler": "dpm++ 2m karras"}
FEW_STEPS = {"strength": 0.5, "steps": 8, "cfg_scale": 1.0, "sampler": "lightning"}
CASES = {"faithful": MANY_STEPS, "fast": MANY_STEPS, "draft": FEW_STEPS}
# Dense bf16 operations per second, from the makers' data sheets.
PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12, "L40S": 362e12, "A10G": 70e12, "A10": 125e12, "L4": 121e12, "RTX 4090": 165e12}


def why_not() -> str:
    try:
        from tile_upscale_gpu.device import choose_devices
        from tile_upscale_gpu.job_context import CannotLoad
        from tile_upscale_gpu.painter import Painter  # noqa: F401
    except ImportError as error:
        return f"'{error.name}' is not installed"
    try:
        choose_devices("auto")
    except CannotLoad:
        return "no GPU is here"
    return ""


def say(name: str, value: float, unit: str) -> None:
    print(f"gpu.{name} {value:.4g} {unit}", flush=True)


class Collector:
    """A JobContext that never stops."""

    def __init__(self) -> None:
        self.results: list[dict[str, Any]] = []

    def begin(self) -> None:
        pass

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


def measure_seconds(work: Callable[[], None], device: Any) -> float:
    """The first run, which makes kernels and plans, is not counted."""
    from tile_upscale_gpu.device import synchronize

    work()
    times = []
    for _ in range(3):
        synchronize(device)
        started = time.perf_counter()
        work()
        synchronize(device)
        times.append(time.perf_counter() - started)
    return sorted(times)[1]


def read_stages() -> dict[str, float]:
    from tile_upscale_gpu.metrics import STAGE_SECONDS

    return {stage: STAGE_SECONDS.labels(stage)._value.get() for stage in STAGES}


def count_operations(work: Callable[[], None]) -> float:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        work()
    return float(counter.get_total_flops())


def make_plain_pipeline(settings: Any, device: Any) -> Any:
    import torch
    from diffusers import ControlNetModel, StableDiffusionXLControlNetImg2ImgPipeline

    dtype = getattr(torch, settings.dtype)
    controlnet = ControlNetModel.from_pretrained(settings.folder / "tile", dtype=dtype)
    pipeline = StableDiffusionXLControlNetImg2ImgPipeline.from_pretrained(
        settings.folder / settings.default_model, controlnet=controlnet, dtype=dtype, add_watermarker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(device)


def measure_plain(settings: Any, device: Any, side: int) -> dict[str, float]:
    """Returns the seconds of a tile with the steps of each profile."""
    from tile_upscale_gpu.samplers import make_scheduler
    from wire_client import make_picture

    pipeline, picture = make_plain_pipeline(settings, device), make_picture(side)
    config = pipeline.scheduler.config

    def measure(case: dict[str, Any]) -> float:
        return measure_seconds(lambda: paint_plainly(pipeline, make_scheduler(case["sampler"], config), case, picture), device)

    many, few = measure(MANY_STEPS), measure(FEW_STEPS)
    return {name: few if case is FEW_STEPS else many for name, case in CASES.items()}


def start_cold(settings: Any, profile: str, side: int) -> Any:
    """Returns a painter that has painted its first tile."""
    from tile_upscale_gpu.painter import Painter

    started = time.perf_counter()
    painter = Painter(type(settings).model_validate({**settings.model_dump(exclude_none=True), "profile": profile}))
    painter.load()
    paint(painter, CASES[profile], 1, side)
    say(f"{profile}.cold-start", time.perf_counter() - started, "s")
    return painter


def run_profile(name: str, settings: Any, plain_seconds: float, side: int) -> None:
    import torch
    from tile_upscale_gpu.device import free_memory

    say(f"{name}.plain", 1 / plain_seconds, "tiles/s")
    painter, case = start_cold(settings, name, side), CASES[name]
    peak = find_peak(torch.cuda.get_device_name()) if torch.cuda.is_available() else None
    operations = count_operations(lambda: paint(painter, case, 1, side)) if peak and name == "faithful" else 0.0
    for batch in BATCHES:
        painter.settings.unet_batch = batch
        painter.fitting.clear()
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()
        before = read_stages()
        seconds = measure_seconds(lambda: paint(painter, case, N_TILES, side), painter.device) / N_TILES
        say(f"{name}.batch-{batch}", 1 / seconds, "tiles/s")
        say(f"{name}.batch-{batch}.ratio", plain_seconds / seconds, "x")
        # Of four runs, the first of which makes kernels.
        for stage, value in read_stages().items():
            say(f"{name}.batch-{batch}.{stage}", (value - before[stage]) / 4 / N_TILES, "s/tile")
        if torch.cuda.is_available():
            say(f"{name}.batch-{batch}.vram", torch.cuda.max_memory_allocated() / (1 << 30), "GiB")
        if peak and operations:
            say(f"{name}.batch-{batch}.peak", operations / seconds / peak, "of bf16 peak")
    painter.model = None
    free_memory(painter.device)


def find_peak(gpu_name: str) -> float | None:
    return next((peak for name, peak in PEAKS.items() if name in gpu_name), None)


def make_settings(folder: Path, is_tiny: bool) -> Any:
    from tile_upscale_gpu.settings import read_settings

    if is_tiny:
        from tiny_sdxl import make_all as make
    else:
        from full_sdxl import make_full as make
    settings = read_settings(make(folder))
    # Adapters and captions are no part of the comparison, and an IP-Adapter keeps projections from being fused.
    draft = {"lora": "style", "vae": "draft-vae"}
    data = {**settings.model_dump(exclude_none=True), "ip_adapter": None, "caption": None, "draft": draft, "vaes": {"draft-vae": {}}}
    return type(settings).model_validate(data)


def main() -> None:
    is_tiny = sys.argv[1:] == ["tiny"]
    if not is_tiny and (reason := why_not()):
        print(f"gpu: nothing was measured: {reason}. './run bench gpu tiny' shows with a tiny model that this bench works")
        return
    import torch
    from tile_upscale_gpu.device import choose_devices

    side = TINY_SIDE_PX if is_tiny else SIDE_PX
    device = choose_devices("cpu" if is_tiny else "auto")[0]
    name = torch.cuda.get_device_name() if device.type == "cuda" else device.type
    print(f"# {'a tiny model, ' if is_tiny else ''}{name}, torch {torch.__version__}, {side} px", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = make_settings(Path(folder), is_tiny)
        plain = measure_plain(settings, device, side)
        for profile in CASES:
            run_profile(profile, settings, plain[profile], side)


if __name__ == "__main__":
    main()
