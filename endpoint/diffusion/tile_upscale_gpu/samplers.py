# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampler names as users know them, and the diffusers scheduler each one stands for."""

from typing import Any

SAMPLERS: dict[str, tuple[str, dict[str, Any]]] = {
    "euler": ("EulerDiscreteScheduler", {}),
    "euler a": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "ddim": ("DDIMScheduler", {}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "dpm++ 2m": ("DPMSolverMultistepScheduler", {}),
    "dpm++ 2m karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "dpm++ 2m sde karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True, "algorithm_type": "sde-dpmsolver++"}),
    # Few-step models want the sampler they were distilled for, with its own spacing of the steps.
    "lightning": ("EulerDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "turbo": ("EulerAncestralDiscreteScheduler", {"timestep_spacing": "trailing"}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
}


def make_scheduler(name: str, config: dict[str, Any]) -> Any:
    """A new scheduler: it carries the state of one run. `config` is the model's own scheduler's."""
    import diffusers

    class_name, changes = SAMPLERS[name.lower()]
    return getattr(diffusers, class_name).from_config(config, **changes)
