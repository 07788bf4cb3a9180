# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the speed profiles `fast` and `draft`: compiled blocks, and projections of attention that are fused."""

from typing import Any

import torch
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.transformers.transformer_flux import FluxSingleTransformerBlock, FluxTransformerBlock

BACKEND = "inductor"
# Widths of blocks, numbers of tiles and sizes of tiles, with LoRAs and without. torch compiles 8 by default, and runs others as they are.
MAX_VARIANTS = 64


def find_compile_hindrance(device: torch.device) -> str | None:
    """Tries a small function: a compiler may be missing, or the GPU too old."""
    try:
        torch.compile(lambda numbers: numbers * 2 + 1, backend=BACKEND)(torch.ones(8, device=device))
    # The backends raise errors of any class.
    except Exception as error:
        return " ".join(str(error).split("\n")[:2]).strip() or type(error).__name__
    return None


def compile_blocks(module: torch.nn.Module) -> None:
    """Compiles the transformer blocks, which take most of the time. They are alike, so this is done soon, at the first tiles."""
    torch._dynamo.config.cache_size_limit = max(torch._dynamo.config.cache_size_limit, MAX_VARIANTS)
    for part in module.modules():
        if isinstance(part, (BasicTransformerBlock, FluxTransformerBlock, FluxSingleTransformerBlock)):
            part.compile(backend=BACKEND)


class FusedProjections:
    """The projections to query, key and value of a UNet as one. LoRAs change the single ones, so they need these."""

    def __init__(self, unet: Any) -> None:
        self.unet = unet
        self.single = unet.attn_processors
        unet.fuse_qkv_projections()
        # Kept, since compiled code is bound to these very objects.
        self.fused = unet.attn_processors

    def fuse(self, is_wanted: bool) -> None:
        self.unet.set_attn_processor(dict(self.fused if is_wanted else self.single))
