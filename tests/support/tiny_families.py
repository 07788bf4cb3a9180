# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny random models of the families beside SDXL, and a ControlNet Union for SDXL, for tests."""

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    ControlNetModel,
    ControlNetUnionModel,
    EulerDiscreteScheduler,
    StableDiffusionImg2ImgPipeline,
    UNet2DConditionModel,
)  # fmt: skip
from tiny_sdxl import BLOCKS, TEXT_WIDTH, awaken, make_text_config, make_tokenizer, make_vae
from transformers import CLIPTextModel

SD15_BLOCKS: dict[str, Any] = {
    "block_out_channels": (32, 64), "layers_per_block": 1, "in_channels": 4, "attention_head_dim": 2,
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"), "cross_attention_dim": TEXT_WIDTH,
}  # fmt: skip
N_UNION_MODES = 8


def make_sd15(folder: Path) -> None:
    tokenizer = make_tokenizer(folder / "made")
    StableDiffusionImg2ImgPipeline(
        vae=make_vae(), tokenizer=tokenizer, text_encoder=CLIPTextModel(make_text_config(tokenizer)),
        unet=UNet2DConditionModel(sample_size=32, out_channels=4, up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), **SD15_BLOCKS),
        scheduler=EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip


def make_families(folder: Path) -> str:
    """Writes the weights, and returns the tables of the settings."""
    torch.manual_seed(11)
    make_sd15(folder / "old")
    for name, controlnet in (
        ("old-tile", ControlNetModel(conditioning_embedding_out_channels=(8, 8, 16, 16), **SD15_BLOCKS)),
        ("union", ControlNetUnionModel(
            conditioning_embedding_out_channels=(8, 8, 16, 16), num_control_type=N_UNION_MODES, num_trans_channel=32, num_trans_head=2,
            num_proj_channel=32, **BLOCKS,
        )),
    ):  # fmt: skip
        awaken(controlnet)
        controlnet.save_pretrained(folder / name)
    return (
        '[models.old]\nfamily = "sd15"\nsampler = "euler"\n[models.old-skip]\npath = "old"\nfamily = "sd15"\nclip_skip = 2\n'
        '[controlnets.old-tile]\nfamily = "sd15"\n[controlnets.union]\n'
    )
