# SPDX-License-Identifier: GPL-3.0-or-later
"""Short memory: what counts as such, what is given up in which order, and that the pixels stay."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tile_upscale_gpu.img2img import Img2Img
from tile_upscale_gpu.memory import GIB, MemoryPlan, is_shortage, plan_memory
from tile_upscale_gpu.model import MAX_LORAS, Model
from tile_upscale_gpu.painter import Painter
from tile_upscale_gpu.request import parse
from tile_upscale_gpu.settings import Settings, read_settings
from tiny_painter import RecordingContext, make, paint, paint_one
from tiny_sdxl import make_all

# As torch, cuBLAS, cuDNN, Metal and oneAPI write them.
SHORTAGES = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
    RuntimeError("GET was unable to find an engine to execute this computation"),
    RuntimeError("MPS backend out of memory (MPS allocated: 17.21 GB, other allocations: 1.43 GB)"),
    RuntimeError("level_zero backend failed with error: 39 (UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY)"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to"),
]
OTHERS = [
    RuntimeError("CUDA error: an illegal memory access was encountered"),
    RuntimeError("Expected all tensors to be on the same device"),
]


@pytest.fixture
def fresh(tmp_path: Path) -> Painter:
    """A painter whose memory no other test has saved."""
    return Painter(read_settings(make_all(tmp_path)))


@pytest.mark.parametrize("error", [*SHORTAGES, *OTHERS], ids=lambda error: str(error)[:30])
def test_shortage_is_told_from_other_failures(error: RuntimeError) -> None:
    assert is_shortage(error) == (error in SHORTAGES) or "OUT_OF_DEVICE_MEMORY" in str(error)


def test_plan_gives_up_more_the_less_is_free() -> None:
    """SDXL in float16 with a ControlNet on cards of 24, 16, 12 and 8 GB, of which the desktop takes a part."""
    painting, others = int(7.6 * GIB), int(2.2 * GIB)
    assert plan_memory(None, painting, others) == MemoryPlan()
    assert plan_memory(23 * GIB, painting, others) == MemoryPlan()
    assert plan_memory(15 * GIB, painting, others) == MemoryPlan(tiles_vae=True)
    assert plan_memory(11 * GIB, painting, others) == MemoryPlan(tiles_vae=True, offloads_encoders=True)
    assert plan_memory(7 * GIB, painting, others) == MemoryPlan(tiles_vae=True, offloads_encoders=True, stores_in_8_bits=True)


@pytest.mark.parametrize("error", SHORTAGES[:3], ids=lambda error: str(error)[:30])
def test_latents_are_kept_when_the_vae_runs_out_of_memory(
    fresh: Painter, monkeypatch: pytest.MonkeyPatch, error: RuntimeError
) -> None:  # fmt: skip
    expected = paint_one(fresh)
    model = fresh.load()
    decode, runs = model.decode_picture, []
    model.plain.unet.register_forward_hook(lambda *_: runs.append(1))
    n_steps = len(runs)
    paint_one(fresh)
    n_steps = len(runs)

    def decode_in_tiles_only(latents: torch.Tensor) -> torch.Tensor:
        if not model.memory.tiles_vae:
            raise error
        return decode(latents)

    monkeypatch.setattr(model, "decode_picture", decode_in_tiles_only)
    runs.clear()
    assert abs(paint_one(fresh) - expected).max() == 0
    assert len(runs) == n_steps
    assert model.memory == MemoryPlan(tiles_vae=True)


def test_order_is_smaller_group_tiled_vae_offload_failure(fresh: Painter, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, MemoryPlan]] = []
    model = fresh.load()

    def run_out(_: Img2Img, sources: list[Any], *__: Any) -> None:
        seen.append((len(sources), model.memory))
        raise torch.OutOfMemoryError("made to fail")

    monkeypatch.setattr(Img2Img, "run", run_out)
    context = RecordingContext()
    fresh.paint(parse(json.dumps(make(tiles=2)).encode(), None, fresh.settings).request, context)
    tiled, offloaded = MemoryPlan(tiles_vae=True), MemoryPlan(tiles_vae=True, offloads_encoders=True)
    assert seen == [(2, MemoryPlan()), (1, MemoryPlan()), (1, tiled), (1, offloaded), (1, offloaded)]
    assert len(context.results) == 2
    for result in context.results.values():
        assert not result["success"]
        assert "smaller" in result["error"] and "64x64" in result["error"]


def test_each_saving_keeps_the_picture(fresh: Painter) -> None:
    """The tiny VAE has no part larger than 8x8 px that its tiles could cut. 8 bits have two to four significant digits."""
    request = make(tiles=2, size=64, gen_res=1024, steps=1, strength=1.0, controlnet={"enabled": False}, cfg_scale=1.0)
    large = paint(fresh, request)["0"]
    small = paint_one(fresh)
    fresh.load().relieve()
    assert abs(paint(fresh, request)["0"] - large).max() <= 2
    fresh.load().relieve()
    assert abs(paint_one(fresh) - small).max() == 0
    assert not fresh.load().relieve()


def test_card_with_8_gb_gets_all_savings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(make_all(tmp_path))
    whole = paint_one(Painter(settings))
    monkeypatch.setattr("tile_upscale_gpu.model.find_free_bytes", lambda _device: 0)
    saving = Painter(settings)
    painted = paint_one(saving)
    assert saving.load().memory == MemoryPlan(tiles_vae=True, offloads_encoders=True, stores_in_8_bits=True)
    stored = {weight.dtype for weight in saving.load().plain.unet.mid_block.parameters()}
    assert torch.float8_e4m3fn in stored
    assert 0 < abs(painted - whole).mean() < 16
    lora = {"loras": [{"name": "style", "weight": 1.0}]}
    assert abs(paint_one(saving, **lora) - painted).max() >= 1
    assert abs(paint_one(saving) - painted).max() == 0


def test_loras_that_were_not_used_for_long_are_dropped(fresh: Painter) -> None:
    settings = fresh.settings
    names = [f"style-{number}" for number in range(MAX_LORAS + 3)]
    style = settings.loras["style"].model_copy(update={"path": Path("style")})
    fresh.settings = settings.model_copy(update={"loras": dict.fromkeys(names, style)})
    fresh.model = Model(fresh.settings, "tiny", fresh.device)
    first = paint_one(fresh, loras=[{"name": names[0], "weight": 1.0}])
    for name in names[1:]:
        paint_one(fresh, loras=[{"name": name, "weight": 0.1}])
        adapters = fresh.model.plain.get_list_adapters()["unet"]
        assert len(adapters) <= MAX_LORAS and name in adapters
    assert names[0] not in adapters
    assert abs(paint_one(fresh, loras=[{"name": names[0], "weight": 1.0}]) - first).max() == 0


def test_another_vae_has_a_precision_of_its_own(fresh: Painter) -> None:
    data = fresh.settings.model_dump(exclude_none=True)
    data["vaes"] = {"half": {"path": "tiny/vae", "dtype": "bfloat16"}}
    data["models"]["tiny"]["vae"] = "half"
    half = Painter(Settings.model_validate(data))
    assert half.load().plain.vae.dtype is torch.bfloat16
    assert abs(paint_one(half, strength=0) - paint_one(fresh, strength=0)).max() <= 8
    data["models"]["tiny"]["vae"] = "missing"
    with pytest.raises(ValueError, match="missing"):
        Settings.model_validate(data)
