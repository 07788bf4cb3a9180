# SPDX-License-Identifier: GPL-3.0-or-later
"""Breaks the painter in one place at a time, and expects the test that is named beside the break to fail."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from gpu_service import SERVICE

# Each broken painter runs in a fork of this process, which has these loaded: they take longer than the tests.
import compel  # noqa: F401 # isort: skip
import diffusers
import peft  # noqa: F401
import torch  # noqa: F401

HERE = Path(__file__).parent
PACKAGE = "tile_upscale_gpu"
PARITY = "test_parity.py::test_setting_gives_the_pixels_of_diffusers"
SAMPLER = "test_parity.py::test_sampler_gives_the_pixels_of_diffusers"
BATCH = "test_parity.py::test_tiles_of_a_batch_have_their_own_pixels_and_texts"
PLACE = "test_parity.py::test_place_gives_the_pixels_of_diffusers"
STRENGTH_0 = "test_painter.py::test_strength_0_gives_the_picture_back_through_the_vae"


@dataclass(frozen=True)
class Mutant:
    """`words` choose the cases of a test with parameters, as pytest's -k does."""

    name: str
    file: str
    text: str
    broken: str
    test: str
    words: str = ""


MUTANTS = [
    Mutant("black hint", "img2img", "[source.picture for source", "[Image.new('RGB', source.picture.size) for source", BATCH),
    Mutant("exchanged prompts", "img2img", "[source.prompt] for", "[source.negative_prompt] for", BATCH),
    Mutant("every sampler is Euler", "samplers",
           "getattr(diffusers, sampler.class_name)", "diffusers.EulerDiscreteScheduler", SAMPLER, "ddim"),
    Mutant("samplers without their settings", "samplers", "config, **sampler.changes", "config", SAMPLER, "karras"),
    Mutant("one seed for all tiles", "img2img", "manual_seed(source.seed)", "manual_seed(sources[0].seed)", BATCH),
    Mutant("fixed strength", "img2img", "strength=self.params.strength", "strength=0.6", PARITY, "strength"),
    Mutant("fixed guidance", "img2img", "guidance_scale=self.params.cfg_scale", "guidance_scale=2.0", PARITY, "guidance_scale"),
    Mutant("a step too many", "render_params", "next((length for", "next((length + 1 for", PARITY, "num_inference_steps"),
    Mutant("LoRA without its weight", "model", "list(weights.values())", "[1.0] * len(weights)", PARITY, "lora"),
    Mutant("reference without its scale", "model", "set_ip_adapter_scale(scale)", "set_ip_adapter_scale(1.0)", PARITY, "reference"),
    Mutant("no end of the ControlNet", "render_params", "control_range(control)[1]", "1.0", PARITY, "control_guidance_end"),
    Mutant("no start of the ControlNet", "render_params", "control_range(control)[0]", "0.0", PARITY, "control_guidance_start"),
    Mutant("fixed conditioning", "render_params", "float(_or(control.conditioning_scale, ", "float(_or(None, ", PARITY, "1.8"),
    Mutant("empty negative text is encoded", "img2img", "if model.zeroes_empty_negative:", "if False:", PARITY, "controlnet"),
    Mutant("pooled embeddings of another tile", "img2img",
           "[pooled for _, pooled in embeddings]", "[embeddings[0][1] for _ in embeddings]", BATCH),
    Mutant("noise without the place", "noise", "[place[0], place[1] + row,", "[0, row,",
           "test_place.py::test_noise_of_a_position_is_the_same_in_every_tile"),
    Mutant("each step adds the same noise", "noise", "self.n_drawn[generator] += 1", "pass", PLACE),
    Mutant("noise of the tile's seed", "img2img", "PlacedNoise(self.params.seed,", "PlacedNoise(sources[0].seed,", PLACE),
    Mutant("corner with x before y", "img2img", "*reversed(place.corner)", "*place.corner", PLACE),
    Mutant("tile's size for the picture's", "img2img", "*reversed(place.picture)", "*reversed(picture.size)", PLACE),
    Mutant("latents without their scale", "model",
           "latents.to(vae.dtype) / vae.config.scaling_factor", "latents.to(vae.dtype)", STRENGTH_0),
    Mutant("red and blue exchanged", "img2img", "((pixels[0].clamp", "((pixels[0][[2, 1, 0]].clamp", STRENGTH_0),
    Mutant("values are cut, not rounded", "img2img", "* 127.5).round()", "* 127.5)", STRENGTH_0),
    Mutant("filled up with black", "pictures", 'mode="symmetric"', 'mode="constant"', "test_pictures.py"),
    Mutant("weights of words are lost", "prompt_encoder",
           "(tokens, token_weights, mask, device)", "(tokens, token_weights * 0 + 1, mask, device)",
           "test_prompts.py::test_weight_moves_the_tokens_away_from_the_empty_text"),
    Mutant("own text is cut first", "prompt_encoder",
           "self._cut(given, kept, limit)", "self._cut(kept, given, limit)",
           "test_prompts.py::test_own_text_is_whole_in_both_embeddings"),
]  # fmt: skip


def break_package(folder: Path, mutant: Mutant) -> None:
    shutil.copytree(SERVICE / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / PACKAGE / f"{mutant.file}.py"
    source = file.read_text()
    assert source.count(mutant.text) == 1, f"the text to break occurs {source.count(mutant.text)} times in {file.name}"
    broken = source.replace(mutant.text, mutant.broken)
    compile(broken, file.name, "exec")
    file.write_text(broken)


def run_in_fork(folder: Path, mutant: Mutant) -> tuple[int, str]:
    """Returns pytest's exit status and output."""
    output = folder / "output"
    child = os.fork()
    if child == 0:
        sys.stdout = sys.stderr = output.open("w")
        sys.path.insert(0, str(folder))
        options = ["-x", "-q", "--tb=line", "-W", "ignore", "-p", "no:cacheprovider", "--basetemp", str(folder / "tmp")]
        status = pytest.main([*options, *(["-k", mutant.words] if mutant.words else []), str(HERE / mutant.test)])
        sys.stdout.flush()
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status, output.read_text(errors="replace")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_mutant_is_found(mutant: Mutant, tmp_path: Path) -> None:
    break_package(tmp_path, mutant)
    status, output = run_in_fork(tmp_path, mutant)
    assert status == pytest.ExitCode.TESTS_FAILED, f"status {status}: {output}"
    assert ": assert " in output or "AssertionError" in output, f"it failed for another reason: {output}"


def test_parts_are_loaded_before_the_forks() -> None:
    """Access loads diffusers' parts, which are lazy."""
    assert diffusers.StableDiffusionXLControlNetImg2ImgPipeline
