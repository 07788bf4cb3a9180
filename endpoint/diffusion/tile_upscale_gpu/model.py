# SPDX-License-Identifier: GPL-3.0-or-later
"""An SDXL model with its ControlNets, IP-Adapter and LoRAs. Loads from local folders, never from a network."""

import functools
import logging
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from compel import ReturnedEmbeddingsType
from diffusers import AutoencoderKL, ControlNetModel, StableDiffusionXLControlNetImg2ImgPipeline, StableDiffusionXLImg2ImgPipeline
from PIL import Image
from transformers import CLIPVisionModelWithProjection

from tile_upscale_gpu.job_context import CannotLoad
from tile_upscale_gpu.prompt_encoder import PromptEncoder
from tile_upscale_gpu.prompts import Prompt
from tile_upscale_gpu.settings import Settings

log = logging.getLogger(__name__)
# The texts of a picture come again with each batch. One of SDXL's takes 0.3 MB and more.
CACHED_PROMPTS = 128
# Progress bars would fill the log with control characters.
diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.disable_progress_bar()


class Model:
    """One base model on its device. Not thread-safe: paint one batch at a time."""

    def __init__(self, settings: Settings, name: str, device: torch.device) -> None:
        self.settings = settings
        self.name = name
        self.weights = settings.models[name]
        self.device = device
        self.dtype = getattr(torch, settings.dtype)
        self.plain = self._load_plain()
        self.scheduler_config = self.plain.scheduler.config
        self.prompts = PromptEncoder(
            [self.plain.tokenizer, self.plain.tokenizer_2],
            [self.plain.text_encoder, self.plain.text_encoder_2],
            ReturnedEmbeddingsType.PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED,
        )
        self._encode_prompt = functools.lru_cache(CACHED_PROMPTS)(lambda _loras, prompt: self.prompts.encode(prompt))
        self.controlled: dict[str, StableDiffusionXLControlNetImg2ImgPipeline] = {}
        self.loaded_loras: set[str] = set()
        self.active_loras: dict[str, float] = {}

    def _load_plain(self) -> StableDiffusionXLImg2ImgPipeline:
        path = self.settings.locate(self.name, self.weights)
        if not path.is_dir():
            raise CannotLoad(f"model '{self.name}': there is no folder {path}; put the weights there, or set 'path' or 'folder'")
        pipeline = StableDiffusionXLImg2ImgPipeline.from_pretrained(
            path, vae=self._load_vae(path), image_encoder=self._load_image_encoder(), dtype=self.dtype, variant=self.weights.variant,
            add_watermarker=False, local_files_only=True,
        )  # fmt: skip
        pipeline.set_progress_bar_config(disable=True)
        pipeline.to(self.device)
        for module in (pipeline.unet, pipeline.vae):
            torch.nn.Module.to(module, memory_format=torch.channels_last)
        if adapter := self.settings.ip_adapter:
            pipeline.load_ip_adapter(
                str(self.settings.locate("ip_adapter", adapter)), subfolder="", weight_name=adapter.weight_name,
                image_encoder_folder=None, local_files_only=True,
            )  # fmt: skip
        log.info("loaded model '%s' on %s", self.name, self.device)
        return pipeline

    def _load_vae(self, base: Path) -> AutoencoderKL:
        how = {"dtype": getattr(torch, self.settings.vae_dtype), "local_files_only": True}
        if self.weights.vae:
            return AutoencoderKL.from_pretrained(self.settings.folder / self.weights.vae, **how)
        return AutoencoderKL.from_pretrained(base / "vae", variant=self.weights.variant, **how)

    def _load_image_encoder(self) -> CLIPVisionModelWithProjection | None:
        adapter = self.settings.ip_adapter
        if not adapter:
            return None
        path = self.settings.locate("ip_adapter", adapter) / adapter.image_encoder
        return CLIPVisionModelWithProjection.from_pretrained(path, dtype=self.dtype, local_files_only=True)

    def choose_pipeline(self, controlnet: str | None) -> Any:
        """Returns the pipeline with that ControlNet, or without one. All pipelines share this model's modules."""
        if controlnet is None:
            return self.plain
        if controlnet not in self.controlled:
            weights = self.settings.controlnets[controlnet]
            path = self.settings.locate(controlnet, weights)
            module = ControlNetModel.from_pretrained(path, dtype=self.dtype, variant=weights.variant, local_files_only=True)
            torch.nn.Module.to(module, self.device, memory_format=torch.channels_last)
            pipeline = StableDiffusionXLControlNetImg2ImgPipeline(
                **self.plain.components, controlnet=module, add_watermarker=False,
                force_zeros_for_empty_prompt=self.zeroes_empty_negative,
            )  # fmt: skip
            pipeline.set_progress_bar_config(disable=True)
            self.controlled[controlnet] = pipeline
        return self.controlled[controlnet]

    def set_loras(self, wanted: dict[str, float]) -> None:
        """Activates these LoRAs and those that the settings tie to the model, and no others."""
        self.active_loras = weights = {**self.weights.loras, **wanted}
        for name in weights.keys() - self.loaded_loras:
            lora = self.settings.loras[name]
            path = self.settings.locate(name, lora)
            folder, file = (path.parent, path.name) if path.is_file() else (path, lora.weight_name)
            self.plain.load_lora_weights(str(folder), weight_name=file, adapter_name=name, local_files_only=True)
            self.loaded_loras.add(name)
        if weights:
            self.plain.enable_lora()
            self.plain.set_adapters(list(weights), list(weights.values()))
        elif self.loaded_loras:
            self.plain.disable_lora()

    def encode_prompt(self, prompt: Prompt) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the embeddings and the pooled embedding. LoRAs may change the text encoders, too."""
        encoded: tuple[torch.Tensor, torch.Tensor] = self._encode_prompt(tuple(sorted(self.active_loras.items())), prompt)
        return encoded

    @property
    def zeroes_empty_negative(self) -> bool:
        """SDXL was trained with zeros in place of the embedding of an empty negative prompt."""
        return bool(self.plain.config.force_zeros_for_empty_prompt)

    def encode_reference(self, picture: Image.Image | None, is_guided: bool) -> list[torch.Tensor] | None:
        """Image embeddings for the IP-Adapter. Without a reference these are zeros: a UNet with an adapter always needs them."""
        if not self.settings.ip_adapter:
            return None
        given = picture or Image.new("RGB", (64, 64))
        embeds = self.plain.prepare_ip_adapter_image_embeds([given], None, self.device, 1, is_guided)
        return embeds if picture else [torch.zeros_like(one) for one in embeds]

    def set_reference_scale(self, scale: float) -> None:
        if self.settings.ip_adapter:
            self.plain.set_ip_adapter_scale(scale)

    def encode_picture(self, pixels: torch.Tensor) -> torch.Tensor:
        """Encodes one picture (1, 3, H, W) in -1..1 to scaled latents. Takes the distribution's mean, because the source is exact."""
        vae = self.plain.vae
        latents = vae.encode(pixels.to(self.device, vae.dtype)).latent_dist.mode()
        return (latents * vae.config.scaling_factor).to(self.dtype)

    def decode_picture(self, latents: torch.Tensor) -> torch.Tensor:
        """Decodes latents to a float32 picture (1, 3, H, W) of about -1..1."""
        vae = self.plain.vae
        return vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor, return_dict=False)[0].float()
