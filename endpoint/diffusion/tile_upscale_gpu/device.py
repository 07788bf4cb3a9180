# SPDX-License-Identifier: GPL-3.0-or-later
"""The device that paints: its choice, its free memory, its loss."""

import torch

from tile_upscale_gpu.job_context import CannotLoad

AUTO = "auto"


def choose_device(name: str) -> torch.device:
    """Takes the best kind of GPU for `auto`. Refuses the CPU unless it is named, because it is hundreds of times slower."""
    # The VAE runs in float32 for its range. TF32 has the same range and is several times faster.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    if name != AUTO:
        return torch.device(name)
    # torch calls the GPUs of ROCm cuda as well.
    for kind, backend in (("cuda", torch.cuda), ("xpu", torch.xpu), ("mps", torch.backends.mps)):
        if backend.is_available():
            return torch.device(kind)
    raise CannotLoad(
        "torch finds no GPU (CUDA, ROCm, XPU or MPS): install the driver and the torch for your GPU,"
        ' or set device = "cpu" to paint slowly on the processor'
    )


def free_memory(device: torch.device) -> None:
    if device.type != "cpu":
        getattr(torch, device.type).empty_cache()


def is_gpu_lost(device: torch.device) -> bool:
    """True after an error in a kernel: every later call fails too, until the process ends."""
    try:
        if device.type == "mps":
            torch.mps.synchronize()
        elif device.type != "cpu":
            getattr(torch, device.type).synchronize(device)
    except RuntimeError:
        return True
    return False
