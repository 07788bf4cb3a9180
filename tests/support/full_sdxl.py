# SPDX-License-Identifier: GPL-3.0-or-later
"""An SDXL in its full size with random weights, made on a GPU from configuration alone. For measuring only: its answers are noise."""

from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    EulerDiscreteScheduler,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)  # fmt: skip
from tiny_sdxl import make_lora, make_tokenizer
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

BLOCKS = {
    "block_out_channels": (320, 640, 1280), "layers_per_block": 2, "in_channels": 4, "attention_head_dim": (5, 10, 20),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"), "use_linear_projection": True,
    "transformer_layers_per_block": (1, 2, 10), "cross_attention_dim": 2048, "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
}  # fmt: skip
UP_BLOCKS = ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")
VAE = {
    "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "latent_channels": 4, "scaling_factor": 0.13025,
    "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4, "sample_size": 1024,
}  # fmt: skip
TEXT_ENCODERS = (
    {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12, "projection_dim": 768},
    {"hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 20, "projection_dim": 1280},
)


def make_full(folder: Path, device: str = "cuda") -> Path:
    """Writes about 9 GB of weights; returns the path of the settings beside them."""
    tokenizer = make_tokenizer(folder / "made")
    ids = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.eos_token_id}
    first, second = (CLIPTextConfig(vocab_size=len(tokenizer), **ids, **sizes) for sizes in TEXT_ENCODERS)
    torch.manual_seed(7)
    with torch.device(device):
        pipeline = StableDiffusionXLImg2ImgPipeline(
            vae=AutoencoderKL(**VAE), unet=UNet2DConditionModel(sample_size=128, out_channels=4, up_block_types=UP_BLOCKS, **BLOCKS),
            text_encoder=CLIPTextModel(first), text_encoder_2=CLIPTextModelWithProjection(second),
            tokenizer=tokenizer, tokenizer_2=tokenizer, add_watermarker=False,
            scheduler=EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1),
        )  # fmt: skip
        controlnet = ControlNetModel(**BLOCKS)
    pipeline.to(dtype=torch.float16).save_pretrained(folder / "sdxl")
    make_lora(folder / "style", pipeline.unet)
    AutoencoderTiny().save_pretrained(folder / "draft-vae")
    controlnet.to(dtype=torch.float16).save_pretrained(folder / "tile")
    settings = folder / "settings.toml"
    settings.write_text(f'folder = "{folder}"\n[models.sdxl]\n[controlnets.tile]\n[loras.style]\n')
    return settings
