# SPDX-License-Identifier: GPL-3.0-or-later
"""The painter gives the pixels of a plain diffusers call, for each setting, written as diffusers' documentation does it."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import diffusers
import numpy
import pytest
import torch
from arrays import Array
from diffusers import (
    AutoencoderTiny,
    ControlNetModel,
    ControlNetUnionModel,
    FluxControlNetImg2ImgPipeline,
    FluxControlNetModel,
    FluxImg2ImgPipeline,
    StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLControlNetImg2ImgPipeline,
    StableDiffusionXLControlNetUnionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
)  # fmt: skip
from PIL import Image
from tile_upscale_gpu.jobs import Capacity
from tile_upscale_gpu.noise import PlacedNoise
from tile_upscale_gpu.painter import Painter
from tile_upscale_gpu.problem import Problem
from tile_upscale_gpu.samplers import SAMPLERS
from tile_upscale_gpu.settings import Settings, read_settings
from tile_upscale_gpu.web import make_health
from tiny_families import make_families
from tiny_painter import FIXED, make, paint
from transformers import CLIPVisionModelWithProjection
from wire_client import decode, encode, make_picture

REFERENCE = make_picture(48, 9)
REFERENCE_MEMBERS = {"ip_adapter_enabled": True, "ip_adapter_image_bytes": encode(REFERENCE)}
SEED = 11

# By the names that people use, from the makers' and diffusers' documentation.
SCHEDULERS: dict[str, Callable[[Any], Any]] = {
    "euler": diffusers.EulerDiscreteScheduler.from_config,
    "euler a": diffusers.EulerAncestralDiscreteScheduler.from_config,
    "heun": diffusers.HeunDiscreteScheduler.from_config,
    "ddim": diffusers.DDIMScheduler.from_config,
    "unipc": diffusers.UniPCMultistepScheduler.from_config,
    "dpm++ 2m": diffusers.DPMSolverMultistepScheduler.from_config,
    "dpm++ 2m karras": functools.partial(diffusers.DPMSolverMultistepScheduler.from_config, use_karras_sigmas=True),
    "dpm++ 2m sde karras": functools.partial(
        diffusers.DPMSolverMultistepScheduler.from_config, use_karras_sigmas=True, algorithm_type="sde-dpmsolver++"
    ),
    "lightning": functools.partial(diffusers.EulerDiscreteScheduler.from_config, timestep_spacing="trailing"),
    "turbo": functools.partial(diffusers.EulerAncestralDiscreteScheduler.from_config, timestep_spacing="trailing"),
    "lcm": diffusers.LCMScheduler.from_config,
    "tcd": diffusers.TCDScheduler.from_config,
}


class PlainCall:
    """diffusers' pipelines with all parts loaded anew for each call."""

    def __init__(self, painter: Painter) -> None:
        self.folder = painter.settings.folder

    def make_pipeline(self, controlled: bool, with_reference: bool) -> Any:
        """Of SDXL."""
        how: dict[str, Any] = {"add_watermarker": False}
        if with_reference:
            how["image_encoder"] = CLIPVisionModelWithProjection.from_pretrained(self.folder / "ip_adapter" / "image_encoder")
        if not controlled:
            return StableDiffusionXLImg2ImgPipeline.from_pretrained(self.folder / "tiny", **how)
        how["controlnet"] = ControlNetModel.from_pretrained(self.folder / "tile")
        return StableDiffusionXLControlNetImg2ImgPipeline.from_pretrained(self.folder / "tiny", **how)

    def encode_picture(self, vae: Any, picture: Image.Image) -> torch.Tensor:
        """The mean: diffusers draws from the distribution, and would take other noise afterwards."""
        pixels = torch.from_numpy(numpy.asarray(picture).copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
        encoded = vae.encode(pixels)
        latents: torch.Tensor = (encoded.latents if "latents" in encoded else encoded.latent_dist.mode()) * vae.config.scaling_factor
        return latents

    @torch.inference_mode()
    def __call__(
        self, picture: Image.Image, sampler: str = "euler", lora: float = 0, reference: float = 0, noise: PlacedNoise | None = None,
        vae: str = "", **how: Any,
    ) -> Array:  # fmt: skip
        controlled = how.get("controlnet_conditioning_scale") != 0
        pipeline = self.make_pipeline(controlled, reference > 0)
        pipeline.set_progress_bar_config(disable=True)
        pipeline.scheduler = SCHEDULERS[sampler](pipeline.scheduler.config)
        if vae:
            pipeline.vae = AutoencoderTiny.from_pretrained(self.folder / vae)
        if lora:
            pipeline.load_lora_weights(str(self.folder / "style"), adapter_name="style")
            pipeline.set_adapters(["style"], [lora])
        if reference:
            pipeline.load_ip_adapter(
                str(self.folder / "ip_adapter"), subfolder="", weight_name="ip-adapter.safetensors", image_encoder_folder=None
            )
            pipeline.set_ip_adapter_scale(reference)
            how["ip_adapter_image"] = REFERENCE
        if controlled:
            how = {"controlnet_conditioning_scale": 0.6, "control_image": picture, **how}
        else:
            del how["controlnet_conditioning_scale"]
        # None, since the model was trained with zeros in place of an empty text.
        how = {
            "prompt": "sharp", "negative_prompt": None, "strength": FIXED["strength"], "num_inference_steps": FIXED["steps"],
            "guidance_scale": FIXED["cfg_scale"], "generator": torch.Generator("cpu").manual_seed(SEED), **how,
        }  # fmt: skip
        how["image"] = self.encode_picture(pipeline.vae, picture)
        if noise:
            how["generator"] = noise.generators
            # Nothing is installed in the scheduler here, so the first draw is a draw like the others.
            noise.n_drawn = dict.fromkeys(noise.generators, 0)
        with noise or contextlib.nullcontext():
            painted: Array = pipeline(output_type="np", **how).images[0]
        return (painted * 255).round().astype(int)


@pytest.fixture(scope="module")
def plain_call(painter: Painter) -> PlainCall:
    return PlainCall(painter)


def make_one(**changes: Any) -> dict[str, Any]:
    request = make(**changes)
    request["tiles"][0]["seed"] = SEED
    return request


def assert_alike(painted: Array, expected: Array) -> None:
    """Sums in another order change the last bit, and rounding makes it a level."""
    assert painted.shape == expected.shape
    assert abs(painted - expected).max() <= 1


@pytest.mark.parametrize(
    ("members", "arguments"),
    [
        ({}, {}),
        ({"global_prompt": "a red brick wall"}, {"prompt": "a red brick wall"}),
        ({"negative_prompt": "blurry"}, {"negative_prompt": "blurry"}),
        ({"global_prompt": "sky", "negative_prompt": "grass"}, {"prompt": "sky", "negative_prompt": "grass"}),
        ({"cfg_scale": 7.5}, {"guidance_scale": 7.5}),
        ({"cfg_scale": 1.0, "negative_prompt": "grass"}, {"guidance_scale": 1.0}),
        ({"steps": 9}, {"num_inference_steps": 9}),
        ({"strength": 0.9}, {"strength": 0.9}),
        ({"strength": 1.0}, {"strength": 1.0}),
        ({"controlnet": {"enabled": False}}, {"controlnet_conditioning_scale": 0}),
        ({"controlnet": {"enabled": True, "conditioning_scale": 1.8}}, {"controlnet_conditioning_scale": 1.8}),
        ({"controlnet": {"enabled": True, "guidance_start": 0.5}}, {"control_guidance_start": 0.5}),
        (
            {"controlnet": {"enabled": True, "guidance_end": 0.3}, "steps": 12},
            {"control_guidance_end": 0.3, "num_inference_steps": 12},
        ),
        ({"loras": [{"name": "style", "weight": 0.7}]}, {"lora": 0.7}),
        ({**REFERENCE_MEMBERS, "ip_adapter_scale": 0.8}, {"reference": 0.8}),
        ({**REFERENCE_MEMBERS, "cfg_scale": 1.0}, {"reference": 0.6, "guidance_scale": 1.0}),
    ],
    ids=str,
)
def test_setting_gives_the_pixels_of_diffusers(
    painter: Painter, plain_call: PlainCall, members: dict[str, Any], arguments: dict[str, Any]
) -> None:
    assert_alike(paint(painter, make_one(**members))["0"], plain_call(make_picture(64, 0), **arguments))


@pytest.mark.parametrize("sampler", sorted(SAMPLERS))
def test_sampler_gives_the_pixels_of_diffusers(painter: Painter, plain_call: PlainCall, sampler: str) -> None:
    """At a strength where the noise that a sampler adds in its steps counts."""
    how = {"strength": 0.8, "steps": 5}
    painted = paint(painter, make_one(sampler=sampler, **how))["0"]
    assert_alike(painted, plain_call(make_picture(64, 0), sampler, strength=0.8, num_inference_steps=5))


@pytest.mark.parametrize("sampler", ["euler", "euler a"])
def test_place_gives_the_pixels_of_diffusers(painter: Painter, plain_call: PlainCall, sampler: str) -> None:
    """diffusers is told the place by its own arguments, and draws its noise from the same source."""
    request = make_one(sampler=sampler, seed=5)
    request.update(picture_width=1000, picture_height=700)
    request["tiles"][0].update(x=160, y=320)
    sizes = {"original_size": (700, 1000), "crops_coords_top_left": (320, 160), "target_size": (64, 64)}
    expected = plain_call(make_picture(64, 0), sampler, noise=PlacedNoise(5, [(20, 40)]), **sizes)
    assert_alike(paint(painter, request)["0"], expected)


def test_generation_size_gives_the_pixels_of_diffusers(painter: Painter, plain_call: PlainCall) -> None:
    enlarged = make_picture(64, 0).resize((128, 128), Image.Resampling.LANCZOS)
    expected = Image.fromarray(plain_call(enlarged).astype(numpy.uint8)).resize((64, 64), Image.Resampling.LANCZOS)
    painted = paint(painter, make_one(gen_res=128))["0"]
    assert abs(painted - numpy.asarray(expected).astype(int)).max() <= 2


def test_tiles_of_a_batch_have_their_own_pixels_and_texts(painter: Painter, plain_call: PlainCall) -> None:
    request = make(tiles=3, negative_prompt="grass")
    for number, tile in enumerate(request["tiles"]):
        tile.update(seed=SEED + number, prompt=("sky", "", "sea")[number], negative_prompt=("", "fog", "")[number])
    painted = paint(painter, request)
    texts = [("sharp, sky", "grass"), ("sharp", "grass, fog"), ("sharp, sea", "grass")]
    for number, (prompt, negative_prompt) in enumerate(texts):
        generator = torch.Generator("cpu").manual_seed(SEED + number)
        picture = decode(request["tiles"][number]["image"])
        expected = plain_call(picture, prompt=prompt, negative_prompt=negative_prompt, generator=generator)
        assert_alike(painted[str(number)], expected)


def make_profiled(painter: Painter, keeps_adapter: bool = False, **changes: Any) -> Painter:
    data = painter.settings.model_dump(exclude_none=True)
    return Painter(Settings.model_validate({**data, "ip_adapter": data["ip_adapter"] if keeps_adapter else None, **changes}))


def test_fast_gives_the_pixels_of_diffusers(painter: Painter, plain_call: PlainCall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a LoRA, for which the fused projections are taken apart. Without a compiler, whose code takes a minute to make."""
    monkeypatch.setattr("tile_upscale_gpu.speed.BACKEND", "eager")
    fast, picture = make_profiled(painter, profile="fast"), make_picture(64, 0)
    model = fast.load()
    base = plain_call(picture)
    assert_alike(paint(fast, make_one())["0"], base)
    assert model.is_compiled and {type(one).__name__ for one in model.plain.unet.attn_processors.values()} == {"FusedAttnProcessor2_0"}
    assert_alike(paint(fast, make_one(loras=[{"name": "style", "weight": 0.7}]))["0"], plain_call(picture, lora=0.7))
    assert_alike(paint(fast, make_one())["0"], base)


def test_draft_gives_the_pixels_of_diffusers(painter: Painter, plain_call: PlainCall, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that names the few-step LoRA too changes its weight. At full weight the tiny model is chaotic."""
    monkeypatch.setattr("tile_upscale_gpu.speed.BACKEND", "eager")
    how = {"lora": "style", "weight": 0.5, "sampler": "lightning", "steps": 5, "vae": "draft-vae"}
    draft, picture = make_profiled(painter, profile="draft", draft=how, vaes={"draft-vae": {}}), make_picture(64, 0)
    request = make_one()
    for member in ("steps", "cfg_scale", "sampler"):
        del request["gen_params"][member]
    plain: dict[str, Any] = {"vae": "draft-vae", "num_inference_steps": 5, "guidance_scale": 1.0}
    assert_alike(paint(draft, request)["0"], plain_call(picture, "lightning", lora=0.5, **plain))
    request["model_config"]["loras"] = [{"name": "style", "weight": 0.25}]
    assert_alike(paint(draft, request)["0"], plain_call(picture, "lightning", lora=0.25, **plain))


def test_profile_says_what_it_leaves_out(painter: Painter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("tile_upscale_gpu.speed.BACKEND", "missing")
    expected = paint(painter, make_one())["0"]
    assert_alike(paint(make_profiled(painter, True, profile="fast"), make_one())["0"], expected)
    for words in ("not compiled: ", "not fused in its projections: an IP-Adapter", "not fast in its VAE: it works in float32"):
        assert f"profile 'fast': model 'tiny' is {words}" in caplog.text
    with pytest.raises(ValueError, match="needs a table"):
        make_profiled(painter, profile="draft")


@pytest.fixture(scope="module")
def families(painter: Painter) -> Painter:
    """With the models of all families, whose weights lie beside the others."""
    folder = painter.settings.folder
    (folder / "families.toml").write_text((folder / "settings.toml").read_text() + make_families(folder))
    return Painter(read_settings(folder / "families.toml"))


class PlainSd15Call(PlainCall):
    def make_pipeline(self, controlled: bool, with_reference: bool) -> Any:
        if not controlled:
            return StableDiffusionImg2ImgPipeline.from_pretrained(self.folder / "old", safety_checker=None)
        controlnet = ControlNetModel.from_pretrained(self.folder / "old-tile")
        return StableDiffusionControlNetImg2ImgPipeline.from_pretrained(self.folder / "old", controlnet=controlnet, safety_checker=None)

    @torch.inference_mode()
    def encode_without_last_layer(self, text: str) -> torch.Tensor:
        """diffusers' own clip_skip fails with transformers 5."""
        tokenizer, encoder = (getattr(self.make_pipeline(False, False), name) for name in ("tokenizer", "text_encoder"))
        ids = tokenizer([text], padding="max_length", truncation=True, return_tensors="pt").input_ids
        states: torch.Tensor = encoder(ids, output_hidden_states=True).hidden_states[-2]
        normalized: torch.Tensor = next(module for name, module in encoder.named_modules() if name.endswith("final_layer_norm"))(states)
        return normalized


@pytest.mark.parametrize(
    ("members", "arguments"),
    [
        ({}, {"negative_prompt": ""}),
        ({"negative_prompt": "grass", "cfg_scale": 7.5}, {"negative_prompt": "grass", "guidance_scale": 7.5}),
        ({"controlnet": {"enabled": False}, "cfg_scale": 1.0}, {"controlnet_conditioning_scale": 0, "guidance_scale": 1.0}),
    ],
    ids=str,
)
def test_sd15_gives_the_pixels_of_diffusers(families: Painter, members: dict[str, Any], arguments: dict[str, Any]) -> None:
    painted = paint(families, make_one(sampler="euler", **{"base_model": "old", **members}))["0"]
    assert_alike(painted, PlainSd15Call(families)(make_picture(64, 0), **arguments))


def test_clip_skip_reads_the_layer_before_the_last(families: Painter) -> None:
    plain = PlainSd15Call(families)
    texts = {name: plain.encode_without_last_layer(text) for name, text in (("prompt_embeds", "sharp"), ("negative_prompt_embeds", ""))}
    painted = paint(families, make_one(sampler="euler", base_model="old-skip"))["0"]
    assert_alike(painted, plain(make_picture(64, 0), prompt=None, **texts))


def test_union_gives_the_pixels_of_diffusers(families: Painter) -> None:
    """Several tiles at once, each with its own hint, in the mode for tiles."""
    folder, request = families.settings.folder, make(tiles=2, controlnet={"enabled": True, "model": "union"})
    painted = paint(families, request)

    class PlainUnionCall(PlainCall):
        def make_pipeline(self, controlled: bool, with_reference: bool) -> Any:
            controlnet = ControlNetUnionModel.from_pretrained(folder / "union")
            return StableDiffusionXLControlNetUnionImg2ImgPipeline.from_pretrained(
                folder / "tiny", controlnet=controlnet, add_watermarker=False
            )

    for number, tile in enumerate(request["tiles"]):
        picture, generator = decode(tile["image"]), torch.Generator("cpu").manual_seed(tile["seed"])
        expected = PlainUnionCall(families)(picture, control_image=[picture], control_mode=[6], generator=generator)
        assert_alike(painted[str(number)], expected)


class PlainFluxCall(PlainCall):
    @torch.inference_mode()
    def __call__(self, picture: Image.Image, controlled: bool = True, **how: Any) -> Array:  # type: ignore[override]
        pipeline: Any
        if controlled:
            controlnet = FluxControlNetModel.from_pretrained(self.folder / "flow-tile")
            pipeline = FluxControlNetImg2ImgPipeline.from_pretrained(self.folder / "flow", controlnet=controlnet)
            how = {"control_image": picture, "controlnet_conditioning_scale": 0.6, **how}
        else:
            pipeline = FluxImg2ImgPipeline.from_pretrained(self.folder / "flow")
        pipeline.set_progress_bar_config(disable=True)
        mode, config = pipeline.vae.encode, pipeline.vae.config
        # The mean, as of the other families.
        pipeline._encode_vae_image = lambda image, generator: (mode(image).latent_dist.mode() - config.shift_factor) * config.scaling_factor
        painted: Array = pipeline(
            prompt="sharp", image=picture, strength=FIXED["strength"], num_inference_steps=int(FIXED["steps"]), width=64, height=64,
            generator=torch.Generator("cpu").manual_seed(SEED), output_type="np", **{"guidance_scale": FIXED["cfg_scale"], **how},
        ).images[0]  # fmt: skip
        return (painted * 255).round().astype(int)


@pytest.mark.parametrize(
    ("members", "arguments"),
    [
        ({"negative_prompt": "grass"}, {}),
        ({"controlnet": {"enabled": False}}, {"controlled": False}),
        ({"controlnet": {"enabled": False}, "cfg_scale": 7.0}, {"controlled": False, "guidance_scale": 7.0}),
        ({"controlnet": {"enabled": True, "guidance_end": 0.4}}, {"control_guidance_end": 0.4}),
    ],
    ids=str,
)
def test_flux_gives_the_pixels_of_diffusers(families: Painter, members: dict[str, Any], arguments: dict[str, Any]) -> None:
    painted = paint(families, make_one(base_model="flow", **members))["0"]
    assert_alike(painted, PlainFluxCall(families)(make_picture(64, 0), **arguments))


def test_flux_knows_places_and_paints_tiles_together(families: Painter) -> None:
    """The noise follows the seed of the batch and the place. Half precision goes beside a whole VAE."""
    request = make(tiles=2, base_model="flow", seed=5)
    request.update(picture_width=1000, picture_height=700)
    together = paint(families, request)
    for tile in request["tiles"]:
        alone = paint(families, {**request, "tiles": [tile]})
        assert abs(alone[tile["id"]] - together[tile["id"]]).max() <= 1
    for other in ({"gen_params": {**request["gen_params"], "seed": 6}}, {"tiles": [{**request["tiles"][0], "x": 8}]}):
        assert abs(paint(families, {**request, **other})["0"] - together["0"]).max() > 1
    half = Painter(families.settings.model_copy(update={"dtype": "bfloat16"}))
    assert paint(half, request)["0"].shape == (64, 64, 3)


def test_weights_of_another_family_are_refused(families: Painter) -> None:
    for members in ({"loras": [{"name": "style", "weight": 1.0}]}, {"controlnet": {"enabled": True, "model": "tile"}}, REFERENCE_MEMBERS):
        with pytest.raises(Problem, match="sd15|no IP-Adapter for this model"):
            paint(families, make_one(base_model="old", **members))
    details = {one.name: one for one in make_health(families.settings, Capacity(), "x").model_details or []}
    assert (details["old"].family, details["old"].native_px, details["tiny"].native_px) == ("sd15", 512, 1024)
