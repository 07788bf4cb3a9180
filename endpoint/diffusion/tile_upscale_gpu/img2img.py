# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs SDXL img2img on a few pictures of one size that share their RenderParams."""

from collections.abc import Callable
from typing import Any

import numpy
import torch
from PIL import Image

from tile_upscale_gpu.model import Model
from tile_upscale_gpu.render_params import RenderParams
from tile_upscale_gpu.samplers import make_scheduler

Check = Callable[[], None]


class Img2Img:
    """A model that is set up for one batch: LoRAs are active, prompts and the reference picture are encoded."""

    def __init__(self, model: Model, params: RenderParams, texts: set[str]) -> None:
        self.model = model
        self.params = params
        self.pipeline = model.choose_pipeline(params.controlnet)
        with torch.inference_mode():
            model.set_loras(params.loras)
            self.embeddings = model.encode_prompts(sorted(texts | {""}))
            if model.zeroes_empty_negative:
                embeds, pooled = self.embeddings[""]
                self.empty_negative = (torch.zeros_like(embeds), torch.zeros_like(pooled))
            else:
                self.empty_negative = self.embeddings[""]
            model.set_reference_scale(params.reference_scale)
            self.reference = model.encode_reference(params.reference, params.is_guided)

    @torch.inference_mode()
    def run(
        self, pictures: list[Image.Image], seeds: list[int], prompts: list[tuple[str, str]], check: Check
    ) -> list[Image.Image | None]:  # fmt: skip
        """`prompts` are (positive, negative); `check` is called between steps and may raise. Returns None for a picture with a NaN."""
        latents = []
        for picture in pictures:
            check()
            latents.append(self.model.encode_picture(_to_tensor(picture)))
        painted = torch.cat(latents)
        if self.params.schedule_steps:
            painted = self._denoise(painted, pictures, seeds, prompts, check)
        answers = []
        for latent in painted.split(1):
            check()
            answers.append(_to_picture(self.model.decode_picture(latent)))
        return answers

    def _denoise(
        self, latents: torch.Tensor, pictures: list[Image.Image], seeds: list[int], prompts: list[tuple[str, str]], check: Check
    ) -> torch.Tensor:  # fmt: skip
        def on_step_end(_pipeline: object, _step: int, _time: object, tensors: dict[str, Any]) -> dict[str, Any]:
            check()
            return tensors

        control = {"control_image": pictures, **self.params.conditioning} if self.params.controlnet else {}
        # A scheduler holds the state of one run. Noise drawn on the CPU is the same with every kind of GPU.
        self.pipeline.scheduler = make_scheduler(self.params.sampler, self.model.scheduler_config)
        return self.pipeline(
            image=latents, strength=self.params.strength, num_inference_steps=self.params.schedule_steps,
            guidance_scale=self.params.cfg_scale, generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
            ip_adapter_image_embeds=self.reference, callback_on_step_end=on_step_end, output_type="latent",
            **self._stack_prompts(prompts), **control,
        ).images  # fmt: skip

    def _stack_prompts(self, prompts: list[tuple[str, str]]) -> dict[str, torch.Tensor]:
        positive = [self.embeddings[prompt] for prompt, _ in prompts]
        stacked = {
            "prompt_embeds": torch.cat([one[0] for one in positive]),
            "pooled_prompt_embeds": torch.cat([one[1] for one in positive]),
        }
        if self.params.is_guided:
            negative = [self.embeddings[text] if text else self.empty_negative for _, text in prompts]
            stacked["negative_prompt_embeds"] = torch.cat([one[0] for one in negative])
            stacked["negative_pooled_prompt_embeds"] = torch.cat([one[1] for one in negative])
        return stacked


def _to_tensor(picture: Image.Image) -> torch.Tensor:
    pixels = torch.from_numpy(numpy.asarray(picture).copy()).permute(2, 0, 1)[None]
    return pixels.float() / 127.5 - 1


def _to_picture(pixels: torch.Tensor) -> Image.Image | None:
    if not torch.isfinite(pixels).all():
        return None
    values = ((pixels[0].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return Image.fromarray(values.permute(1, 2, 0).cpu().numpy())
