# SPDX-License-Identifier: GPL-3.0-or-later
"""An SDXL of a few hundred kilobytes with random weights, made from configuration alone, with all that hangs on it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    ControlNetModel,
    EulerDiscreteScheduler,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)  # fmt: skip
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from tiny_blip import make_captioner
from transformers import (
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)  # fmt: skip

WIDTH = 32
TEXT_WIDTH = 32
CONTEXT = 2 * TEXT_WIDTH  # both text encoders' states, side by side
SIZE_IDS_WIDTH = 8
LATENT_SCALE = 4.0  # so large that the noise of a middle strength leaves the picture recognizable
LARGE = 128.0
LINEAR_FROM = 24.0

BLOCKS = {
    "block_out_channels": (WIDTH, WIDTH * 2), "layers_per_block": 1, "in_channels": 4, "attention_head_dim": (2, 4),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"), "use_linear_projection": True, "cross_attention_dim": CONTEXT,
    "transformer_layers_per_block": (1, 1), "addition_embed_type": "text_time", "addition_time_embed_dim": SIZE_IDS_WIDTH,
    "projection_class_embeddings_input_dim": 6 * SIZE_IDS_WIDTH + TEXT_WIDTH,
}  # fmt: skip


def make_unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(sample_size=32, out_channels=4, up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), **BLOCKS)


def make_vae() -> AutoencoderKL:
    """Random weights would give back noise. These, set by hand, keep the mean of each 8x8 block, so that every pixel is known.

    Each color has a group of four channels: x, -x and two constants so large that group normalization only scales by a known number.
    """
    vae = AutoencoderKL(
        block_out_channels=(12,) * 4, in_channels=3, out_channels=3, latent_channels=4, norm_num_groups=3, sample_size=128,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=1,
        mid_block_add_attention=False, scaling_factor=LATENT_SCALE,
    )  # fmt: skip
    for name, parameter in vae.named_parameters():
        if ".conv1." in name or ".conv2." in name:
            parameter.data.zero_()  # leaves the residual
    for block in vae.encoder.down_blocks[:3]:
        _set_taps(block.downsamplers[0].conv, [(i, i, 0.25) for i in range(12)], slice(0, 2))
    for block in vae.decoder.up_blocks[:3]:
        _set_taps(block.upsamplers[0].conv, [(i, i, 1.0) for i in range(12)], slice(1, 2))
    for half, outputs in ((vae.encoder, 8), (vae.decoder, 3)):
        signs = [(4 * color + sign, color, 1.0 - 2 * sign) for color in range(3) for sign in range(2)]
        _set_taps(half.conv_in, signs, slice(1, 2), [0, 0, LARGE, -LARGE] * 3)
        # The constants' variance is LARGE^2 / 2; above LINEAR_FROM the activation leaves everything as it is.
        half.conv_norm_out.weight.data.fill_(LARGE / 2**0.5)
        half.conv_norm_out.bias.data.fill_(LINEAR_FROM)
        back = [(color, 4 * color, 1.0) for color in range(3)]
        _set_taps(half.conv_out, back, slice(1, 2), ([-LINEAR_FROM] * 3 + [0] + [-30] * 4)[:outputs])
    _set_taps(vae.quant_conv, [(i, i, 1.0) for i in range(8)], slice(0, 1), [0] * 4 + [-30] * 4)
    _set_taps(vae.post_quant_conv, [(i, i, 1.0) for i in range(4)], slice(0, 1))
    return vae


def _set_taps(conv: torch.nn.Conv2d, taps: list[tuple[int, int, float]], where: slice, bias: Sequence[float] | None = None) -> None:
    """Taps are (output channel, input channel, weight)."""
    conv.weight.data.zero_()
    conv.bias.data.copy_(torch.tensor(bias or [0.0] * conv.out_channels))
    for output, source, weight in taps:
        conv.weight.data[output, source, where, where] = weight


def make_tokenizer(folder: Path) -> CLIPTokenizer:
    """Letters only: every text can be spelt, and no merges are needed."""
    letters = [chr(code) for code in range(33, 127)]
    tokens = letters + [letter + "</w>" for letter in letters] + ["<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({token: number for number, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def make_text_config(tokenizer: CLIPTokenizer) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=TEXT_WIDTH, intermediate_size=37, num_attention_heads=4, num_hidden_layers=3,
        projection_dim=TEXT_WIDTH, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id, hidden_act="gelu",
    )  # fmt: skip


def make_base(folder: Path) -> StableDiffusionXLImg2ImgPipeline:
    tokenizer = make_tokenizer(folder / "made")
    config = make_text_config(tokenizer)
    pipeline = StableDiffusionXLImg2ImgPipeline(
        vae=make_vae(), unet=make_unet(), tokenizer=tokenizer, tokenizer_2=tokenizer, text_encoder=CLIPTextModel(config),
        text_encoder_2=CLIPTextModelWithProjection(config), add_watermarker=False,
        scheduler=EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1),
    )  # fmt: skip
    pipeline.save_pretrained(folder)
    return pipeline


def make_controlnet(folder: Path) -> None:
    controlnet = ControlNetModel(conditioning_embedding_out_channels=(8, 8, 16, 16), **BLOCKS)
    awaken(controlnet)
    controlnet.save_pretrained(folder)


def awaken(controlnet: Any) -> None:
    """A trained ControlNet has weights where a new one starts with zeros."""
    for block in [*controlnet.controlnet_down_blocks, controlnet.controlnet_mid_block]:
        torch.nn.init.normal_(block.weight, std=0.1)
    # A new one's layers let through less and less of the hint.
    for name, parameter in controlnet.controlnet_cond_embedding.named_parameters():
        torch.nn.init.zeros_(parameter) if name.endswith("bias") else torch.nn.init.normal_(parameter, std=0.2)


def make_lora(folder: Path, unet: UNet2DConditionModel) -> None:
    unet.add_adapter(LoraConfig(r=4, lora_alpha=4, init_lora_weights=False, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    layers = {name: value * 5 for name, value in get_peft_model_state_dict(unet).items()}
    StableDiffusionXLImg2ImgPipeline.save_lora_weights(folder, unet_lora_layers=layers)
    unet.delete_adapters("default")


def make_ip_adapter(folder: Path, unet: UNet2DConditionModel) -> None:
    vision = CLIPVisionConfig(
        hidden_size=32, intermediate_size=37, num_hidden_layers=1, num_attention_heads=4, image_size=32, patch_size=8, projection_dim=32
    )
    CLIPVisionModelWithProjection(vision).save_pretrained(folder / "image_encoder")
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder / "image_encoder")
    layers = {}
    names = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
    for number, name in enumerate(names):
        attention = unet.get_submodule(name.removesuffix(".processor"))
        for part in ("to_k_ip", "to_v_ip"):
            layers[f"ip_adapter.{2 * number + 1}.{part}.weight"] = torch.randn(attention.to_k.out_features, CONTEXT)
    projection = {
        "image_proj.proj.weight": torch.randn(4 * CONTEXT, 32), "image_proj.proj.bias": torch.zeros(4 * CONTEXT),
        "image_proj.norm.weight": torch.ones(CONTEXT), "image_proj.norm.bias": torch.zeros(CONTEXT),
    }  # fmt: skip
    save_file({**projection, **layers}, folder / "ip-adapter.safetensors")


def make_tiny_vae(folder: Path) -> None:
    """Of the kind that the profile `draft` takes. Its pixels are noise."""
    parts = {"encoder_block_out_channels": (8,) * 4, "decoder_block_out_channels": (8,) * 4}
    AutoencoderTiny(**parts, num_encoder_blocks=(1,) * 4, num_decoder_blocks=(1,) * 4).save_pretrained(folder)


def make_all(folder: Path) -> Path:
    """Writes the weights and `settings.toml` beside them; returns the settings' path."""
    torch.manual_seed(7)
    pipeline = make_base(folder / "tiny")
    make_controlnet(folder / "tile")
    make_lora(folder / "style", pipeline.unet)
    make_ip_adapter(folder / "ip_adapter", pipeline.unet)
    make_captioner(folder / "caption")
    make_tiny_vae(folder / "draft-vae")
    settings = folder / "settings.toml"
    settings.write_text(
        f'folder = "{folder}"\ndevice = "cpu"\ndtype = "float32"\nunet_batch = 4\n'
        '[models.tiny]\nsampler = "euler"\n[controlnets.tile]\n[loras.style]\n[ip_adapter]\n[caption]\n'
        "[ray]\nnum_gpus = 0\nnum_cpus = 0\nmin_replicas = 2\nmax_replicas = 2\n"
        '[gpu]\nname = "none, a CPU"\nprice_per_hour = 1.5\ncurrency = "EUR"\n'
    )
    return settings


if __name__ == "__main__":
    print(make_all(Path(sys.argv[1])))
