# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels to pixels: a few pictures of one size through VAE, UNet and VAE, with one look."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy
import torch
from PIL import Image

from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.model import Model
from tile_upscale_gpu.samplers import make_scheduler
from tile_upscale_gpu.settings import Settings

DEFAULT_STRENGTH = 0.3
DEFAULT_STEPS = 30
DEFAULT_CFG_SCALE = 6.0
DEFAULT_CONDITIONING_SCALE = 0.6
DEFAULT_REFERENCE_SCALE = 0.6

Check = Callable[[], None]


@dataclass(frozen=True)
class Look:
    """How a batch is painted: what its tiles have in common."""

    strength: float
    steps: int
    cfg_scale: float
    sampler: str
    controlnet: str | None
    conditioning: dict[str, float] = field(default_factory=dict)
    loras: dict[str, float] = field(default_factory=dict)
    reference: Image.Image | None = None
    reference_scale: float = 0.0

    @classmethod
    def make(cls, request: Request, reference: Image.Image | None, settings: Settings) -> "Look":
        config, params = request.model_config_, request.gen_params
        control = config.controlnet
        is_controlled = bool(control and control.enabled)
        return cls(
            strength=_or(params.strength, DEFAULT_STRENGTH),
            steps=_or(params.steps, DEFAULT_STEPS),
            cfg_scale=_or(params.cfg_scale, DEFAULT_CFG_SCALE),
            sampler=params.sampler or settings.models[config.base_model or settings.default_model].sampler,
            controlnet=(control.model or next(iter(settings.controlnets))) if is_controlled else None,
            conditioning={
                "controlnet_conditioning_scale": float(_or(control.conditioning_scale, DEFAULT_CONDITIONING_SCALE)),
                "control_guidance_start": float(_or(control.guidance_start, 0.0)),
                "control_guidance_end": float(_or(control.guidance_end, 1.0)),
            } if is_controlled else {},
            loras={lora.name: lora.weight for lora in config.loras or []},
            reference=reference,
            reference_scale=_or(request.ip_adapter_scale, DEFAULT_REFERENCE_SCALE) if reference else 0.0,
        )  # fmt: skip

    @property
    def is_guided(self) -> bool:
        return self.cfg_scale > 1

    @property
    def enough_steps(self) -> int:
        """img2img runs the last `strength` of the steps; a strength that asks for change gets one step at least."""
        if self.strength <= 0 or int(self.steps * self.strength) >= 1:
            return self.steps
        return math.ceil(1 / self.strength)


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


class Repaint:
    """A look that is set up: LoRAs in force, prompts and reference encoded, once for the whole batch."""

    def __init__(self, model: Model, look: Look, texts: set[str]) -> None:
        self.model = model
        self.look = look
        self.pipeline = model.choose_pipeline(look.controlnet)
        with torch.inference_mode():
            model.set_loras(look.loras)
            self.embeddings = model.encode_prompts(sorted(texts | {""}))
            if model.zeroes_empty_negative:
                embeds, pooled = self.embeddings[""]
                self.empty_negative = (torch.zeros_like(embeds), torch.zeros_like(pooled))
            else:
                self.empty_negative = self.embeddings[""]
            model.set_reference_scale(look.reference_scale)
            self.reference = model.encode_reference(look.reference, look.is_guided)

    @torch.inference_mode()
    def run(
        self, pictures: list[Image.Image], seeds: list[int], prompts: list[tuple[str, str]], check: Check
    ) -> list[Image.Image | None]:  # fmt: skip
        """`prompts` are (positive, negative). `check` is called between steps and may raise. None for a picture that is not finite."""
        latents = []
        for picture in pictures:
            check()
            latents.append(self.model.encode_picture(_to_tensor(picture)))
        painted = torch.cat(latents)
        if self.look.strength > 0:
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

        control = {"control_image": pictures, **self.look.conditioning} if self.look.controlnet else {}
        # A scheduler carries the state of its run; noise from the CPU is the same on every kind of GPU.
        self.pipeline.scheduler = make_scheduler(self.look.sampler, self.model.scheduler_config)
        return self.pipeline(
            image=latents, strength=self.look.strength, num_inference_steps=self.look.enough_steps,
            guidance_scale=self.look.cfg_scale, generator=[torch.Generator("cpu").manual_seed(seed) for seed in seeds],
            ip_adapter_image_embeds=self.reference, callback_on_step_end=on_step_end, output_type="latent",
            **self._stack_prompts(prompts), **control,
        ).images  # fmt: skip

    def _stack_prompts(self, prompts: list[tuple[str, str]]) -> dict[str, torch.Tensor]:
        positive = [self.embeddings[prompt] for prompt, _ in prompts]
        stacked = {
            "prompt_embeds": torch.cat([one[0] for one in positive]),
            "pooled_prompt_embeds": torch.cat([one[1] for one in positive]),
        }
        if self.look.is_guided:
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
