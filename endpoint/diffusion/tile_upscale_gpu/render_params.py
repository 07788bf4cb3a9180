# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of a batch as the pipeline takes them."""

import math
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tile_upscale_gpu.messages import Request
from tile_upscale_gpu.settings import Settings

DEFAULT_STRENGTH = 0.3
DEFAULT_STEPS = 30
DEFAULT_CFG_SCALE = 6.0
DEFAULT_CONDITIONING_SCALE = 0.6
DEFAULT_REFERENCE_SCALE = 0.6


@dataclass(frozen=True)
class RenderParams:
    """Parameters that all tiles of a batch share, with defaults filled in."""

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
    def make(cls, request: Request, reference: Image.Image | None, settings: Settings) -> "RenderParams":
        config, params = request.model_config_, request.gen_params
        control = config.controlnet if config.controlnet and config.controlnet.enabled else None
        return cls(
            strength=_or(params.strength, DEFAULT_STRENGTH),
            steps=_or(params.steps, DEFAULT_STEPS),
            cfg_scale=_or(params.cfg_scale, DEFAULT_CFG_SCALE),
            sampler=params.sampler or settings.models[config.base_model or settings.default_model].sampler,
            controlnet=(control.model or next(iter(settings.controlnets))) if control else None,
            conditioning={
                "controlnet_conditioning_scale": float(_or(control.conditioning_scale, DEFAULT_CONDITIONING_SCALE)),
                "control_guidance_start": float(_or(control.guidance_start, 0.0)),
                "control_guidance_end": float(_or(control.guidance_end, 1.0)),
            } if control else {},
            loras={lora.name: lora.weight for lora in config.loras or []},
            reference=reference,
            reference_scale=_or(request.ip_adapter_scale, DEFAULT_REFERENCE_SCALE) if reference else 0.0,
        )  # fmt: skip

    @property
    def is_guided(self) -> bool:
        return self.cfg_scale > 1

    @property
    def enough_steps(self) -> int:
        """Number of steps to ask diffusers for. img2img runs the last `strength` of them, so a low strength needs more to run one."""
        if self.strength <= 0 or int(self.steps * self.strength) >= 1:
            return self.steps
        return math.ceil(1 / self.strength)


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
