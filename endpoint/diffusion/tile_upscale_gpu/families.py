# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of models: how each is loaded, reads texts and is told the place of a tile. Their limits are in `settings`."""

import inspect
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import torch
from compel import ReturnedEmbeddingsType
from diffusers import (
    ControlNetModel,
    ControlNetUnionModel,
    FlowMatchEulerDiscreteScheduler,
    FluxControlNetImg2ImgPipeline,
    FluxControlNetModel,
    FluxImg2ImgPipeline,
    StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLControlNetImg2ImgPipeline,
    StableDiffusionXLControlNetUnionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
)
from PIL import Image

from tile_upscale_gpu.prompt_encoder import FluxPromptEncoder, PromptEncoder
from tile_upscale_gpu.samplers import make_scheduler
from tile_upscale_gpu.settings import BaseModelWeights

# Of xinsir's ControlNet Union ProMax.
UNION_TILE_MODE = 6
Embeddings = tuple[torch.Tensor, torch.Tensor]


class Family(ABC):
    """Has no state. `pipeline` is the one that load() returned, which has all parts."""

    plain_kind: type
    # Arguments of all pipelines of the family.
    options: dict[str, Any]
    # True if the model was trained with the size of the picture and the place of a crop as conditions.
    knows_places = False
    # False for models whose guidance is distilled: they read no negative prompt.
    reads_negative = True
    denoiser_name = "unet"
    controlnet_kind: type = ControlNetModel
    fuses_projections = True

    def load(self, path: Path, **how: Any) -> Any:
        return self.plain_kind.from_pretrained(path, **self.options, **how)  # type: ignore[attr-defined]

    def make_pipeline(self, pipeline: Any, controlnet: Any) -> Any:
        """Returns a pipeline over the same parts, but without encoders, which may be on another device than the rest."""
        parts = {**pipeline.components, **dict.fromkeys(pipeline.components.keys() & {"text_encoder", "text_encoder_2", "image_encoder"})}
        kind = self.plain_kind if controlnet is None else self.choose_controlled_kind(controlnet)
        known = inspect.signature(kind).parameters
        return kind(**{name: part for name, part in {**parts, **self.options, "controlnet": controlnet}.items() if name in known})

    @abstractmethod
    def choose_controlled_kind(self, controlnet: Any) -> type: ...

    @abstractmethod
    def make_prompt_encoder(self, pipeline: Any, weights: BaseModelWeights) -> PromptEncoder: ...

    @abstractmethod
    def name_embeddings(self, embeddings: Embeddings, prefix: str = "") -> dict[str, torch.Tensor]:
        """Returns the arguments of a pipeline."""

    def zeroes_empty_negative(self, pipeline: Any) -> bool:
        return False

    def make_scheduler(self, sampler: str, config: dict[str, Any]) -> Any:
        return make_scheduler(sampler, config)

    def name_size(self, size: tuple[int, int]) -> dict[str, int]:
        """Arguments of a pipeline that can't read the size off the latents. Width and height are in px."""
        return {}

    def unpack(self, pipeline: Any, painted: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """Returns latents (tiles, channels, height, width)."""
        return painted

    def make_hint(self, pictures: list[Image.Image], controlnet: Any) -> dict[str, Any]:
        return {"control_image": pictures}


class Sdxl(Family):
    plain_kind = StableDiffusionXLImg2ImgPipeline
    options = {"add_watermarker": False}
    knows_places = True

    def make_pipeline(self, pipeline: Any, controlnet: Any) -> Any:
        made = super().make_pipeline(pipeline, controlnet)
        made.register_to_config(force_zeros_for_empty_prompt=self.zeroes_empty_negative(pipeline))
        return made

    def choose_controlled_kind(self, controlnet: Any) -> type:
        is_union = isinstance(controlnet, ControlNetUnionModel)
        return StableDiffusionXLControlNetUnionImg2ImgPipeline if is_union else StableDiffusionXLControlNetImg2ImgPipeline

    def make_prompt_encoder(self, pipeline: Any, weights: BaseModelWeights) -> PromptEncoder:
        return PromptEncoder(
            [pipeline.tokenizer, pipeline.tokenizer_2],
            [pipeline.text_encoder, pipeline.text_encoder_2],
            ReturnedEmbeddingsType.PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED,
            is_pooled=True,
        )

    def name_embeddings(self, embeddings: Embeddings, prefix: str = "") -> dict[str, torch.Tensor]:
        embeds, pooled = embeddings
        return {f"{prefix}prompt_embeds": embeds, f"{prefix}pooled_prompt_embeds": pooled}

    def zeroes_empty_negative(self, pipeline: Any) -> bool:
        """SDXL was trained with zeros in place of the embedding of an empty negative prompt."""
        return bool(pipeline.config.force_zeros_for_empty_prompt)

    def make_hint(self, pictures: list[Image.Image], controlnet: Any) -> dict[str, Any]:
        if isinstance(controlnet, ControlNetUnionModel):
            return {"control_image": [pictures], "control_mode": [UNION_TILE_MODE]}
        return super().make_hint(pictures, controlnet)


class Sd15(Family):
    plain_kind = StableDiffusionImg2ImgPipeline
    options = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}

    def choose_controlled_kind(self, controlnet: Any) -> type:
        return StableDiffusionControlNetImg2ImgPipeline

    def make_prompt_encoder(self, pipeline: Any, weights: BaseModelWeights) -> PromptEncoder:
        if weights.clip_skip == 2:
            # The ways of diffusers 0.42 and compel 2.5 fail with transformers 5, which renamed the text encoder's parts.
            layers = getattr(pipeline.text_encoder, "text_model", pipeline.text_encoder).encoder.layers
            del layers[-1]
        kind = ReturnedEmbeddingsType.LAST_HIDDEN_STATES_NORMALIZED
        return PromptEncoder([pipeline.tokenizer], [pipeline.text_encoder], kind, is_pooled=False)

    def name_embeddings(self, embeddings: Embeddings, prefix: str = "") -> dict[str, torch.Tensor]:
        return {f"{prefix}prompt_embeds": embeddings[0]}


class Flux(Family):
    """Flux.1, whose latents are a row of 2x2 squares."""

    plain_kind = FluxImg2ImgPipeline
    options = {}
    reads_negative = False
    denoiser_name = "transformer"
    controlnet_kind = FluxControlNetModel
    fuses_projections = False

    def make_pipeline(self, pipeline: Any, controlnet: Any) -> Any:
        made = super().make_pipeline(pipeline, controlnet)
        # The pipelines of the other families take latents. These must be told what latents are, and not to encode them.
        made.image_processor.register_to_config(vae_latent_channels=pipeline.vae.config.latent_channels)
        made._encode_vae_image = lambda image, generator: image
        if controlnet is not None:
            controlnet.register_forward_pre_hook(_cast_hint, with_kwargs=True)
        return made

    def choose_controlled_kind(self, controlnet: Any) -> type:
        return FluxControlNetImg2ImgPipeline

    def make_prompt_encoder(self, pipeline: Any, weights: BaseModelWeights) -> PromptEncoder:
        return FluxPromptEncoder([pipeline.tokenizer, pipeline.tokenizer_2], [pipeline.text_encoder, pipeline.text_encoder_2])

    def name_embeddings(self, embeddings: Embeddings, prefix: str = "") -> dict[str, torch.Tensor]:
        return {"prompt_embeds": embeddings[0], "pooled_prompt_embeds": embeddings[1]}

    def make_scheduler(self, sampler: str, config: dict[str, Any]) -> Any:
        return FlowMatchEulerDiscreteScheduler.from_config(config)

    def name_size(self, size: tuple[int, int]) -> dict[str, int]:
        return {"width": size[0], "height": size[1]}

    def unpack(self, pipeline: Any, painted: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        unpacked: torch.Tensor = pipeline._unpack_latents(painted, size[1], size[0], pipeline.vae_scale_factor)
        return unpacked


def _cast_hint(controlnet: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """The VAE, which encodes the hint, may be of another precision than the ControlNet."""
    return args, {**kwargs, "controlnet_cond": kwargs["controlnet_cond"].to(controlnet.dtype)}


FAMILIES: dict[str, Family] = {"sdxl": Sdxl(), "sd15": Sd15(), "flux": Flux()}
