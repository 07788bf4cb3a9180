# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny random models of the families beside SDXL, and a ControlNet Union for SDXL, for tests."""

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    ControlNetUnionModel,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxControlNetModel,
    FluxImg2ImgPipeline,
    FluxTransformer2DModel,
    StableDiffusionImg2ImgPipeline,
    UNet2DConditionModel,
)  # fmt: skip
from tiny_sdxl import BLOCKS, TEXT_WIDTH, awaken, make_text_config, make_tokenizer, make_vae
from tokenizers import Regex, Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Split
from transformers import CLIPTextModel, PreTrainedTokenizerFast, T5Config, T5EncoderModel

SD15_BLOCKS: dict[str, Any] = {
    "block_out_channels": (32, 64), "layers_per_block": 1, "in_channels": 4, "attention_head_dim": 2,
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"), "cross_attention_dim": TEXT_WIDTH,
}  # fmt: skip
N_UNION_MODES = 8
FLUX_PARTS: dict[str, Any] = {
    "in_channels": 64, "num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2,
    "joint_attention_dim": 32, "pooled_projection_dim": TEXT_WIDTH, "axes_dims_rope": (4, 4, 8), "guidance_embeds": True,
}  # fmt: skip


def make_sd15(folder: Path) -> None:
    tokenizer = make_tokenizer(folder / "made")
    StableDiffusionImg2ImgPipeline(
        vae=make_vae(), tokenizer=tokenizer, text_encoder=CLIPTextModel(make_text_config(tokenizer)),
        unet=UNet2DConditionModel(sample_size=32, out_channels=4, up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), **SD15_BLOCKS),
        scheduler=EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip


def make_t5_tokenizer() -> PreTrainedTokenizerFast:
    """A token for each letter."""
    tokens = {"<pad>": 0, "</s>": 1, "<unk>": 2, **{chr(code): code - 29 for code in range(32, 127)}}
    tokenizer = Tokenizer(WordLevel(tokens, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Split(Regex("."), "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")


def make_flux(folder: Path) -> None:
    tokenizer, t5_tokenizer = make_tokenizer(folder / "made"), make_t5_tokenizer()
    vae = AutoencoderKL(
        block_out_channels=(8,) * 4, latent_channels=16, norm_num_groups=4, down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1, scaling_factor=0.36, shift_factor=0.11, use_quant_conv=False,
        use_post_quant_conv=False,
    )  # fmt: skip
    t5 = T5EncoderModel(T5Config(vocab_size=len(t5_tokenizer), d_model=32, d_kv=8, d_ff=37, num_layers=1, num_heads=4))
    FluxImg2ImgPipeline(
        vae=vae, tokenizer=tokenizer, text_encoder=CLIPTextModel(make_text_config(tokenizer)), tokenizer_2=t5_tokenizer,
        text_encoder_2=t5, transformer=FluxTransformer2DModel(**FLUX_PARTS), scheduler=FlowMatchEulerDiscreteScheduler(),
    ).save_pretrained(folder)  # fmt: skip


def make_flux_controlnet() -> FluxControlNetModel:
    controlnet = FluxControlNetModel(**FLUX_PARTS)
    for block in [*controlnet.controlnet_blocks, *controlnet.controlnet_single_blocks, controlnet.controlnet_x_embedder]:
        torch.nn.init.normal_(block.weight, std=0.1)
    return controlnet


def make_families(folder: Path) -> str:
    """Writes the weights, and returns the tables of the settings."""
    torch.manual_seed(11)
    make_flux(folder / "flow")
    make_flux_controlnet().save_pretrained(folder / "flow-tile")
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
        '[models.flow]\nfamily = "flux"\n[controlnets.flow-tile]\nfamily = "flux"\n'
        '[controlnets.old-tile]\nfamily = "sd15"\n[controlnets.union]\n'
    )
