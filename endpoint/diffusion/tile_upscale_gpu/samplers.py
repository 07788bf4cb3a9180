# SPDX-License-Identifier: GPL-3.0-or-later
"""Maps the usual names of samplers to diffusers' schedulers."""

from dataclasses import dataclass, field
from typing import Any

# SD and SDXL were trained with this number of timesteps, and diffusers refuses longer schedules.
TRAINED_STEPS = 1000
# LCM and TCD take their steps from the schedule of their distillation.
DISTILLED_STEPS = 50


@dataclass(frozen=True)
class Sampler:
    """`max_steps` is the length of the longest schedule."""

    class_name: str
    changes: dict[str, Any] = field(default_factory=dict)
    max_steps: int = TRAINED_STEPS


DISTILLED = {"original_inference_steps": DISTILLED_STEPS}
SAMPLERS = {
    "euler": Sampler("EulerDiscreteScheduler"),
    "euler a": Sampler("EulerAncestralDiscreteScheduler"),
    "heun": Sampler("HeunDiscreteScheduler"),
    "ddim": Sampler("DDIMScheduler"),
    "unipc": Sampler("UniPCMultistepScheduler"),
    "dpm++ 2m": Sampler("DPMSolverMultistepScheduler"),
    "dpm++ 2m karras": Sampler("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpm++ 2m sde karras": Sampler("DPMSolverMultistepScheduler", {"use_karras_sigmas": True, "algorithm_type": "sde-dpmsolver++"}),
    # Few-step models need the sampler and the step spacing that they were distilled with.
    "lightning": Sampler("EulerDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "turbo": Sampler("EulerAncestralDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "lcm": Sampler("LCMScheduler", DISTILLED, DISTILLED_STEPS),
    "tcd": Sampler("TCDScheduler", DISTILLED, DISTILLED_STEPS),
}


def find_sampler(name: str) -> Sampler:
    return SAMPLERS[name.lower()]


def make_scheduler(name: str, config: dict[str, Any]) -> Any:
    """Makes a scheduler for one run. `config` is the configuration of the model's own scheduler."""
    import diffusers

    sampler = find_sampler(name)
    return getattr(diffusers, sampler.class_name).from_config(config, **sampler.changes)
