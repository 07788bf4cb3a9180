# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory of the GPU: tells its shortage from other failures, and decides what is given up for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import torch

from tile_upscale_gpu.metrics import RETRIES

T = TypeVar("T")

GIB = 1 << 30
# Of one tile of 1024 px, above the weights: the UNet with guidance, or the VAE in tiles; the whole VAE in float32.
PAINTING_BYTES = 3 * GIB
WHOLE_VAE_BYTES = 6 * GIB
# SDXL's ControlNet is half of its UNet, and loads later.
CONTROLNET_PART = 0.5
# Parts of the messages of libraries that allocate by themselves. torch's own allocator raises OutOfMemoryError.
SHORTAGES = (
    "out of memory",
    "out_of_memory",
    "cublas_status_alloc_failed",
    "cublas_status_not_initialized",
    "cudnn_status_alloc_failed",
    "unable to find an engine to execute",
    "can't allocate memory",
    "invalid buffer size",
)


@dataclass(frozen=True)
class MemoryPlan:
    """Ways to save memory, each slower than the one before it."""

    tiles_vae: bool = False
    offloads_encoders: bool = False
    stores_in_8_bits: bool = False

    def describe(self) -> str:
        parts = {
            "the VAE works in tiles": self.tiles_vae,
            "text and image encoders wait in the main memory": self.offloads_encoders,
            "UNet and ControlNet are stored in 8 bits": self.stores_in_8_bits,
        }
        return ", ".join(part for part, is_done in parts.items() if is_done) or "everything fits"


def plan_memory(free_bytes: int | None, painting_weights: int, other_weights: int) -> MemoryPlan:
    """`painting_weights` are those of UNet and ControlNet; `free_bytes` is None where the device does not tell."""
    if free_bytes is None:
        return MemoryPlan()
    weights = painting_weights + other_weights
    return MemoryPlan(
        tiles_vae=free_bytes < weights + WHOLE_VAE_BYTES,
        offloads_encoders=free_bytes < weights + PAINTING_BYTES,
        stores_in_8_bits=free_bytes < painting_weights + PAINTING_BYTES,
    )


def find_free_bytes(device: torch.device) -> int | None:
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    if device.type == "cpu":
        return None
    return int(getattr(torch, device.type).mem_get_info(device)[0])


def count_bytes(*modules: torch.nn.Module | None) -> int:
    return sum(weight.nbytes for module in modules if module is not None for weight in module.parameters())


def is_shortage(error: RuntimeError) -> bool:
    message = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or any(part in message for part in SHORTAGES)


def work_with_relief(work: Callable[[], T], relieve: Callable[[], bool]) -> T:
    """Repeats `work` as long as memory is short and `relieve` frees some. Raises OutOfMemoryError in the end."""
    while True:
        try:
            return work()
        except RuntimeError as error:
            if not is_shortage(error):
                raise
            message = str(error)
        # Must run after the handler: its traceback keeps the tensors of the failed attempt alive.
        RETRIES.inc()
        if not relieve():
            raise torch.OutOfMemoryError(message)
