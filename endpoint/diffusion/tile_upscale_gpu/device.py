# SPDX-License-Identifier: GPL-3.0-or-later
"""The device that paints: its choice, its free memory, its loss."""

import torch

from tile_upscale_gpu.job_context import CannotLoad

AUTO = "auto"


def choose_devices(name: str) -> list[torch.device]:
    """Takes all GPUs of the best kind for `auto`. Refuses the CPU unless it is named, because it is hundreds of times slower."""
    # The VAE runs in float32 for its range. TF32 has the same range and is several times faster.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    if name != AUTO:
        return [torch.device(name)]
    # torch calls the GPUs of ROCm cuda as well.
    for kind, backend in (("cuda", torch.cuda), ("xpu", torch.xpu), ("mps", torch.backends.mps)):
        if backend.is_available():
            n = 1 if kind == "mps" else getattr(torch, kind).device_count()
            return [torch.device(kind, number) for number in range(n)]
    raise CannotLoad(
        "torch finds no GPU (CUDA, ROCm, XPU or MPS): install the driver and the torch for your GPU,"
        ' or set device = "cpu" to paint slowly on the processor'
    )


def free_memory(device: torch.device) -> None:
    if device.type != "cpu":
        getattr(torch, device.type).empty_cache()


def synchronize(device: torch.device) -> None:
    """Waits until the device has done its work."""
    if device.type == "mps":
        torch.mps.synchronize()
    elif device.type != "cpu":
        getattr(torch, device.type).synchronize(device)


def measure_memory(device: torch.device) -> tuple[int, int]:
    """Returns the bytes that torch has taken now, and the most that it ever had."""
    if device.type == "mps":
        return torch.mps.driver_allocated_memory(), torch.mps.driver_allocated_memory()
    if device.type == "cpu":
        return 0, 0
    module = getattr(torch, device.type)
    return module.memory_reserved(device), module.max_memory_reserved(device)


def is_gpu_lost(device: torch.device) -> bool:
    """True after an error in a kernel: every later call fails too, until the process ends."""
    try:
        synchronize(device)
    except RuntimeError:
        return True
    return False
