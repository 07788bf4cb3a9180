# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a batch as the pipeline takes them."""

from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tile_upscale_gpu.messages import Controlnet, Request
from tile_upscale_gpu.samplers import find_sampler
from tile_upscale_gpu.settings import BaseModelWeights, Settings

DEFAULT_STRENGTH = 0.3
DEFAULT_CONDITIONING_SCALE = 0.6
DEFAULT_REFERENCE_SCALE = 0.6


@dataclass(frozen=True)
class RenderParams:
    """Parameters that all tiles of a batch share, with defaults filled in."""

    strength: float
    steps: int
    seed: int
    cfg_scale: float
    sampler: str
    controlnet: str | None
    conditioning: dict[str, float] = field(default_factory=dict)
    loras: dict[str, float] = field(default_factory=dict)
    reference: Image.Image | None = None
    reference_scale: float = 0.0

    @classmethod
    def make(cls, request: Request, reference: Image.Image | None, settings: Settings) -> "RenderParams":
        config, params = request.model_config_, request.gen_params
        control = config.controlnet if config.controlnet and config.controlnet.enabled else None
        model = choose_model(request, settings)
        return cls(
            strength=_or(params.strength, DEFAULT_STRENGTH),
            steps=_or(params.steps, model.steps),
            seed=_or(params.seed, 0),
            cfg_scale=_or(params.cfg_scale, model.cfg_scale),
            sampler=params.sampler or model.sampler,
            controlnet=(control.model or settings.find_controlnets(model)[0]) if control else None,
            conditioning={
                "controlnet_conditioning_scale": float(_or(control.conditioning_scale, DEFAULT_CONDITIONING_SCALE)),
                "control_guidance_start": control_range(control)[0],
                "control_guidance_end": control_range(control)[1],
            } if control else {},
            loras={lora.name: lora.weight for lora in config.loras or []},
            reference=reference,
            reference_scale=_or(request.ip_adapter_scale, DEFAULT_REFERENCE_SCALE) if reference else 0.0,
        )  # fmt: skip

    @property
    def is_guided(self) -> bool:
        return self.cfg_scale > 1

    @property
    def schedule_steps(self) -> int:
        """Number of steps to ask diffusers for, or 0 if the strength is too low for one step of the sampler's longest schedule.

        img2img runs the last int(steps * strength) of them, so a low strength needs a longer schedule to run one.
        """
        lengths = range(self.steps, find_sampler(self.sampler).max_steps + 1)
        return next((length for length in lengths if int(length * self.strength) >= 1), 0)


def choose_model(request: Request, settings: Settings) -> BaseModelWeights:
    return settings.models[request.model_config_.base_model or settings.default_model]


def control_range(control: Controlnet) -> tuple[float, float]:
    """Part of the steps, from 0 to 1, in which the ControlNet is active."""
    return float(_or(control.guidance_start, 0.0)), float(_or(control.guidance_end, 1.0))


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
