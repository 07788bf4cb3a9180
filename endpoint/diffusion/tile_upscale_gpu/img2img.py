# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs SDXL img2img on a few pictures of one size that share their RenderParams."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from PIL import Image

from tile_upscale_gpu.device import synchronize
from tile_upscale_gpu.memory import work_with_relief
from tile_upscale_gpu.metrics import measure_stage
from tile_upscale_gpu.model import Model
from tile_upscale_gpu.noise import PlacedNoise
from tile_upscale_gpu.pictures import Place
from tile_upscale_gpu.prompts import Prompt
from tile_upscale_gpu.render_params import RenderParams

Check = Callable[[], None]


@dataclass(frozen=True)
class Source:
    """A picture to repaint. With a place its noise comes from the seed of the batch, so that neighbors agree; else from its own seed."""

    picture: Image.Image
    seed: int
    prompt: Prompt
    negative_prompt: Prompt
    place: Place | None = None


class Img2Img:
    """A model that is set up for one batch: LoRAs are active, prompts and the reference picture are encoded."""

    def __init__(self, model: Model, params: RenderParams, prompts: set[Prompt]) -> None:
        self.model = model
        self.params = params
        self.pipeline = model.choose_pipeline(params.controlnet)
        self.is_guided = params.is_guided and model.family.reads_negative
        with torch.inference_mode():
            model.set_loras(params.loras)
            self.embeddings = model.encode_prompts(prompts | {Prompt()})
            # Fills up the shorter one of a tile's two prompts.
            self.padding = self.embeddings[Prompt()][0]
            self.negatives = dict(self.embeddings)
            if model.zeroes_empty_negative:
                embeds, pooled = self.embeddings[Prompt()]
                self.negatives[Prompt()] = (torch.zeros_like(embeds), torch.zeros_like(pooled))
            model.set_reference_scale(params.reference_scale)
            self.reference = model.encode_reference(params.reference, self.is_guided)

    def measure_prompts(self, source: Source) -> int:
        """Returns the length of the source's embeddings. Only sources of one length are painted together."""
        prompts = (source.prompt, source.negative_prompt) if self.is_guided else (source.prompt,)
        return max(self.embeddings[prompt][0].shape[1] for prompt in prompts)

    @torch.inference_mode()
    def run(self, sources: list[Source], check: Check) -> list[Image.Image | None]:
        """`check` is called between steps and may raise. Returns None for a picture with a NaN. All sources have a place, or none."""
        with self._stage("encode"):
            painted = torch.cat([self._encode(source, check) for source in sources])
        if self.params.schedule_steps:
            with self._stage("denoise"):
                painted = self._denoise(painted, sources, check)
        with self._stage("decode"):
            return [self._decode(latent, check) for latent in painted.split(1)]

    @contextlib.contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        """A GPU works after the call has returned, so the measurement waits for it."""
        with measure_stage(name):
            yield
            synchronize(self.model.device)

    def _encode(self, source: Source, check: Check) -> torch.Tensor:
        check()
        return self._relieved(functools.partial(self.model.encode_picture, _to_tensor(source.picture)))

    def _decode(self, latent: torch.Tensor, check: Check) -> Image.Image | None:
        """The latents stay when memory is short: to paint them again takes far longer."""
        check()
        return _to_picture(self._relieved(functools.partial(self.model.decode_picture, latent)))

    def _relieved(self, work: Callable[[], torch.Tensor]) -> torch.Tensor:
        return work_with_relief(work, self.model.relieve)

    def _denoise(self, latents: torch.Tensor, sources: list[Source], check: Check) -> torch.Tensor:
        def on_step_end(_pipeline: object, _step: int, _time: object, tensors: dict[str, Any]) -> dict[str, Any]:
            check()
            return tensors

        family, size = self.model.family, sources[0].picture.size
        others: dict[str, Any] = family.name_size(size)
        if self.reference is not None:
            others["ip_adapter_image_embeds"] = self.reference
        if self.params.controlnet:
            hint = family.make_hint([source.picture for source in sources], self.pipeline.controlnet)
            others |= {**hint, **self.params.conditioning}
        # A scheduler holds the state of one run. Noise drawn on the CPU is the same with every kind of GPU.
        self.pipeline.scheduler = self.model.family.make_scheduler(self.params.sampler, self.model.scheduler_config)
        with self._condition_on_places(sources):
            painted = self.pipeline(
                image=latents, strength=self.params.strength, num_inference_steps=self.params.schedule_steps,
                guidance_scale=self.params.cfg_scale, generator=self._make_generators(sources),
                callback_on_step_end=on_step_end, output_type="latent",
                **self._stack_prompts(sources), **others,
            ).images  # fmt: skip
        return family.unpack(self.pipeline, painted, size)

    def _make_generators(self, sources: list[Source]) -> list[torch.Generator]:
        places = [source.place.latent for source in sources if source.place]
        if not places:
            return [torch.Generator("cpu").manual_seed(source.seed) for source in sources]
        noise = PlacedNoise(self.params.seed, places)
        noise.install(self.pipeline.scheduler)
        return noise.generators

    @contextlib.contextmanager
    def _condition_on_places(self, sources: list[Source]) -> Iterator[None]:
        """Tells the model where each tile lies. A hook does this, because diffusers' pipelines take one place for all tiles of a call."""
        rows = [_make_time_ids(source.picture, source.place) for source in sources if source.place and self.model.family.knows_places]
        modules = [self.pipeline.unet, *([self.pipeline.controlnet] if self.params.controlnet else [])] if rows else []
        time_ids = torch.tensor(rows, dtype=torch.float32, device=self.model.device)

        def on_forward(_module: object, args: Any, kwargs: dict[str, Any]) -> Any:
            known = kwargs["added_cond_kwargs"]
            # With guidance the batch holds all tiles twice.
            repeated = time_ids.repeat(len(known["time_ids"]) // len(time_ids), 1)
            return args, {**kwargs, "added_cond_kwargs": {**known, "time_ids": repeated}}

        with contextlib.ExitStack() as stack:
            for module in modules:
                stack.callback(module.register_forward_pre_hook(on_forward, with_kwargs=True).remove)
            yield

    def _stack_prompts(self, sources: list[Source]) -> dict[str, torch.Tensor]:
        length = self.measure_prompts(sources[0])

        def stack(embeddings: list[tuple[torch.Tensor, torch.Tensor]]) -> tuple[torch.Tensor, torch.Tensor]:
            missing = [(length - one.shape[1]) // self.padding.shape[1] for one, _ in embeddings]
            filled = [torch.cat([one, *[self.padding] * n], dim=1) for (one, _), n in zip(embeddings, missing, strict=True)]
            return torch.cat(filled), torch.cat([pooled for _, pooled in embeddings])

        family = self.model.family
        stacked = family.name_embeddings(stack([self.embeddings[source.prompt] for source in sources]))
        if self.is_guided:
            stacked |= family.name_embeddings(stack([self.negatives[source.negative_prompt] for source in sources]), "negative_")
        return stacked


def _make_time_ids(picture: Image.Image, place: Place) -> list[int]:
    """SDXL's conditions on a size: the whole picture, the corner of the tile in it, and the tile, each as y before x."""
    return [*reversed(place.picture), *reversed(place.corner), *reversed(picture.size)]


def _to_tensor(picture: Image.Image) -> torch.Tensor:
    pixels = torch.from_numpy(numpy.asarray(picture).copy()).permute(2, 0, 1)[None]
    return pixels.float() / 127.5 - 1


def _to_picture(pixels: torch.Tensor) -> Image.Image | None:
    if not torch.isfinite(pixels).all():
        return None
    values = ((pixels[0].clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return Image.fromarray(values.permute(1, 2, 0).cpu().numpy())
