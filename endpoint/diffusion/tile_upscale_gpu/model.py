# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of one of the families with its ControlNets, IP-Adapter and LoRAs. Loads from local folders, never from a network."""

import contextlib
import functools
import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers
from diffusers import AutoencoderKL, AutoencoderTiny, ControlNetModel, ControlNetUnionModel
from diffusers.hooks.layerwise_casting import DEFAULT_SKIP_MODULES_PATTERN
from PIL import Image
from transformers import CLIPVisionModelWithProjection

from tile_upscale_gpu.device import free_memory
from tile_upscale_gpu.families import FAMILIES
from tile_upscale_gpu.job_context import CannotLoad
from tile_upscale_gpu.memory import CONTROLNET_PART, MemoryPlan, count_bytes, find_free_bytes, plan_memory
from tile_upscale_gpu.prompts import Prompt
from tile_upscale_gpu.settings import Settings, VaeWeights
from tile_upscale_gpu.speed import FusedProjections, compile_blocks, find_compile_hindrance

log = logging.getLogger(__name__)
# The texts of a picture come again with each batch. One of SDXL's takes 0.3 MB and more.
CACHED_PROMPTS = 128
# Each takes up to 0.4 GB. The one that was used longest ago goes first.
MAX_LORAS = 8
# Sides of the parts in which the VAE works when memory is short.
VAE_TILE_PX = 512
STORED_DTYPE = torch.float8_e4m3fn
# Progress bars would fill the log with control characters.
diffusers.utils.logging.disable_progress_bar()
transformers.utils.logging.disable_progress_bar()


class Model:
    """One base model on its device. Not thread-safe: paint one batch at a time."""

    def __init__(self, settings: Settings, name: str, device: torch.device) -> None:
        self.settings = settings
        self.name = name
        self.weights = settings.models[name]
        self.family = FAMILIES[self.weights.family]
        self.adapter = settings.find_ip_adapter(self.weights)
        self.device = device
        self.dtype = getattr(torch, settings.dtype)
        self.memory = MemoryPlan()
        self.plain = self._load_plain()
        self._put_on_device()
        self.scheduler_config = self.plain.scheduler.config
        self.prompts = self.family.make_prompt_encoder(self.plain, self.weights)
        self._encode_prompt = functools.lru_cache(CACHED_PROMPTS)(lambda _loras, prompt: self.prompts.encode(prompt))
        self.pipelines: dict[str | None, Any] = {}
        self.loaded_loras: OrderedDict[str, None] = OrderedDict()
        self.active_loras: dict[str, float] = {}
        self.fused_loras: dict[str, float] = {}
        self.fused: FusedProjections | None = None
        self.is_compiled = False
        if settings.profile != "faithful":
            self._speed_up()

    def _load_plain(self) -> Any:
        path = self.settings.locate(self.name, self.weights)
        if not path.is_dir():
            raise CannotLoad(f"model '{self.name}': there is no folder {path}; put the weights there, or set 'path' or 'folder'")
        pipeline = self.family.load(
            path, vae=self._load_vae(path), image_encoder=self._load_image_encoder(), dtype=self.dtype, variant=self.weights.variant,
            local_files_only=True,
        )  # fmt: skip
        if adapter := self.adapter:
            pipeline.load_ip_adapter(
                str(self.settings.locate("ip_adapter", adapter)), subfolder="", weight_name=adapter.weight_name,
                image_encoder_folder=None, local_files_only=True,
            )  # fmt: skip
        return pipeline

    def _speed_up(self) -> None:
        """Applies what the weights and the machine allow, and logs what they do not."""
        self._fuse_tied_loras()
        hindrance = "the weights are stored in 8 bits" if self.memory.stores_in_8_bits else find_compile_hindrance(self.device)
        if not hindrance:
            self.is_compiled = True
            compile_blocks(self.denoiser)
        self._say_if_not("compiled", hindrance)
        qkv_hindrance = "an IP-Adapter is loaded" if self.adapter else None
        if not self.family.fuses_projections:
            qkv_hindrance = "this is made for UNets"
        if self.memory.stores_in_8_bits:
            qkv_hindrance = "the weights are stored in 8 bits"
        if not qkv_hindrance:
            self.fused = FusedProjections(self.denoiser)
        self._say_if_not("fused in its projections", qkv_hindrance)
        is_whole = self.plain.vae.dtype is torch.float32
        self._say_if_not("fast in its VAE", "it works in float32; name one for half precision in 'vae' of the model" if is_whole else None)

    def _say_if_not(self, what: str, hindrance: str | None) -> None:
        if hindrance:
            log.warning("profile '%s': model '%s' is not %s: %s", self.settings.profile, self.name, what, hindrance)
        else:
            log.info("profile '%s': model '%s' is %s", self.settings.profile, self.name, what)

    def _fuse_tied_loras(self) -> None:
        """Once and for ever: to take a LoRA out of half precision again leaves errors in the weights."""
        if not self.weights.loras:
            return
        self.set_loras({})
        with self._unet_in_whole_precision():
            self.plain.fuse_lora(adapter_names=list(self.weights.loras))
            self.plain.unload_lora_weights()
        self.loaded_loras.clear()
        self.fused_loras = self.weights.loras

    def _load_vae(self, base: Path) -> AutoencoderKL | AutoencoderTiny:
        name = self.weights.vae
        vae = self.settings.vaes[name] if name else VaeWeights(variant=self.weights.variant)
        path = self.settings.locate(name, vae) if name else base / "vae"
        dtype = getattr(torch, vae.dtype or self.settings.vae_dtype)
        name_of_class = AutoencoderKL.load_config(path, local_files_only=True)["_class_name"]
        kind = AutoencoderTiny if name_of_class == AutoencoderTiny.__name__ else AutoencoderKL
        return kind.from_pretrained(path, dtype=dtype, variant=vae.variant, local_files_only=True)

    def _put_on_device(self) -> None:
        parts = self.plain
        painting = int(count_bytes(self.denoiser) * (1 + CONTROLNET_PART * bool(self.settings.find_controlnets(self.weights))))
        plan = plan_memory(find_free_bytes(self.device), painting, count_bytes(parts.vae, *self.encoders))
        if plan.stores_in_8_bits:
            self.store_in_8_bits(self.denoiser)
        if plan.tiles_vae:
            self.tile_vae()
        if plan.offloads_encoders:
            self.offload_encoders()
        else:
            self._move_encoders(self.device)
        for module in (self.denoiser, parts.vae):
            torch.nn.Module.to(module, self.device, memory_format=torch.channels_last)
        log.info("loaded model '%s' on %s: %s", self.name, self.device, plan.describe())

    @property
    def denoiser(self) -> Any:
        """The UNet or transformer."""
        return getattr(self.plain, self.family.denoiser_name)

    @property
    def encoders(self) -> list[torch.nn.Module]:
        parts = (self.plain.components.get(name) for name in ("text_encoder", "text_encoder_2", "image_encoder"))
        return [part for part in parts if part is not None]

    def _move_encoders(self, device: torch.device) -> None:
        for module in self.encoders:
            torch.nn.Module.to(module, device)

    def store_in_8_bits(self, module: Any) -> None:
        """Halves the memory of the weights; each layer is converted while it works."""
        self.memory = replace(self.memory, stores_in_8_bits=True)
        # The IP-Adapter's projection takes the type of its weights for that of its input.
        skipped = (*DEFAULT_SKIP_MODULES_PATTERN, "encoder_hid_proj")
        module.enable_layerwise_casting(STORED_DTYPE, self.dtype, skip_modules_pattern=skipped)

    @contextlib.contextmanager
    def _unet_in_whole_precision(self) -> Iterator[None]:
        """Lets LoRAs be added: peft gives them the type of the layer that they are added to. Takes place in the main memory."""
        unet = self.denoiser
        stored = [module for module in unet.modules() if any(weight.dtype is STORED_DTYPE for weight in module.parameters(recurse=False))]
        if stored:
            torch.nn.Module.to(unet, "cpu")
        for module in stored:
            module.to(self.dtype)
        try:
            yield
        finally:
            for module in stored:
                module.to(STORED_DTYPE)
            if stored:
                torch.nn.Module.to(unet, self.device)

    def tile_vae(self) -> None:
        self.memory = replace(self.memory, tiles_vae=True)
        vae = self.plain.vae
        vae.tile_sample_min_size = VAE_TILE_PX
        vae.tile_latent_min_size = VAE_TILE_PX // 2 ** (len(vae.config.block_out_channels) - 1)
        vae.enable_tiling()

    def offload_encoders(self) -> None:
        self.memory = replace(self.memory, offloads_encoders=True)
        self._move_encoders(torch.device("cpu"))

    def relieve(self) -> bool:
        """Frees memory in a way that was not tried yet. Returns False if none is left."""
        if not self.memory.tiles_vae:
            self.tile_vae()
        elif not self.memory.offloads_encoders:
            self.offload_encoders()
        else:
            return False
        free_memory(self.device)
        log.warning("out of GPU memory: %s from now on", self.memory.describe())
        return True

    @contextlib.contextmanager
    def _encoders_on_device(self) -> Iterator[None]:
        if not self.memory.offloads_encoders:
            yield
            return
        self._move_encoders(self.device)
        try:
            yield
        finally:
            self._move_encoders(torch.device("cpu"))
            free_memory(self.device)

    def _load_image_encoder(self) -> CLIPVisionModelWithProjection | None:
        adapter = self.adapter
        if not adapter:
            return None
        path = self.settings.locate("ip_adapter", adapter) / adapter.image_encoder
        return CLIPVisionModelWithProjection.from_pretrained(path, dtype=self.dtype, local_files_only=True)

    def choose_pipeline(self, controlnet: str | None) -> Any:
        """Returns the pipeline with that ControlNet, or without one. All pipelines share this model's modules."""
        if controlnet not in self.pipelines:
            pipeline = self.family.make_pipeline(self.plain, None if controlnet is None else self._load_controlnet(controlnet))
            pipeline.set_progress_bar_config(disable=True)
            self.pipelines[controlnet] = pipeline
        return self.pipelines[controlnet]

    def _load_controlnet(self, name: str) -> Any:
        weights = self.settings.controlnets[name]
        path = self.settings.locate(name, weights)
        # The class has several names in the files that people share.
        is_union = "num_control_type" in ControlNetModel.load_config(path, local_files_only=True)
        kind: Any = ControlNetUnionModel if is_union else self.family.controlnet_kind
        module = kind.from_pretrained(path, dtype=self.dtype, variant=weights.variant, local_files_only=True)
        if self.memory.stores_in_8_bits:
            self.store_in_8_bits(module)
        if self.is_compiled:
            compile_blocks(module)
        torch.nn.Module.to(module, self.device, memory_format=torch.channels_last)
        return module

    def set_loras(self, wanted: dict[str, float]) -> None:
        """Activates these LoRAs and those that the settings tie to the model, and no others."""
        weights = {**self.weights.loras, **wanted}
        self.active_loras = weights = {name: rest for name, weight in weights.items() if (rest := weight - self.fused_loras.get(name, 0))}
        if self.fused:
            self.fused.fuse(not weights)
        for name in weights.keys() - self.loaded_loras.keys():
            lora = self.settings.loras[name]
            path = self.settings.locate(name, lora)
            folder, file = (path.parent, path.name) if path.is_file() else (path, lora.weight_name)
            with self._unet_in_whole_precision():
                self.plain.load_lora_weights(str(folder), weight_name=file, adapter_name=name, local_files_only=True)
        self._keep_loras(list(weights))
        if weights:
            self.plain.enable_lora()
            self.plain.set_adapters(list(weights), list(weights.values()))
        elif self.loaded_loras:
            self.plain.disable_lora()

    def _keep_loras(self, wanted: list[str]) -> None:
        for name in wanted:
            self.loaded_loras[name] = None
            self.loaded_loras.move_to_end(name)
        while len(self.loaded_loras) > max(MAX_LORAS, len(wanted)):
            oldest, _ = self.loaded_loras.popitem(last=False)
            self.plain.delete_adapters(oldest)

    def encode_prompts(self, prompts: Iterable[Prompt]) -> dict[Prompt, tuple[torch.Tensor, torch.Tensor]]:
        with self._encoders_on_device():
            return {prompt: self.encode_prompt(prompt) for prompt in prompts}

    def encode_prompt(self, prompt: Prompt) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the embeddings and the pooled embedding. LoRAs may change the text encoders, too."""
        encoded: tuple[torch.Tensor, torch.Tensor] = self._encode_prompt(tuple(sorted(self.active_loras.items())), prompt)
        return encoded

    @property
    def zeroes_empty_negative(self) -> bool:
        return self.family.zeroes_empty_negative(self.plain)

    def encode_reference(self, picture: Image.Image | None, is_guided: bool) -> list[torch.Tensor] | None:
        """Image embeddings for the IP-Adapter. Without a reference these are zeros: a UNet with an adapter always needs them."""
        if not self.adapter:
            return None
        given = picture or Image.new("RGB", (64, 64))
        with self._encoders_on_device():
            embeds = self.plain.prepare_ip_adapter_image_embeds([given], None, self.device, 1, is_guided)
        return embeds if picture else [torch.zeros_like(one) for one in embeds]

    def set_reference_scale(self, scale: float) -> None:
        if self.adapter:
            self.plain.set_ip_adapter_scale(scale)

    def encode_picture(self, pixels: torch.Tensor) -> torch.Tensor:
        """Encodes one picture (1, 3, H, W) in -1..1 to scaled latents. Takes the distribution's mean, because the source is exact."""
        vae = self.plain.vae
        encoded = vae.encode(pixels.to(self.device, vae.dtype))
        latents = encoded.latents if isinstance(vae, AutoencoderTiny) else encoded.latent_dist.mode()
        return ((latents - (vae.config.shift_factor or 0)) * vae.config.scaling_factor).to(self.dtype)

    def decode_picture(self, latents: torch.Tensor) -> torch.Tensor:
        """Decodes latents to a float32 picture (1, 3, H, W) of about -1..1."""
        vae = self.plain.vae
        raw = latents.to(vae.dtype) / vae.config.scaling_factor + (vae.config.shift_factor or 0)
        return vae.decode(raw, return_dict=False)[0].float()
