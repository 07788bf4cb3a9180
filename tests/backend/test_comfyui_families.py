# SPDX-License-Identifier: GPL-3.0-or-later
"""ComfyUI with models of other families than Stable Diffusion, which lie in parts in the server's folders. The double validates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy
import pytest
from backend_driver import Backend, read_picture, reference_picture
from comfyui_server import CHECKPOINTS, DIFFUSION_MODELS, GGUFS, VAES, ComfyuiServer
from tile_server import block_means

BUILT_IN = Path(__file__).parents[2] / "data" / "workflows" / "checkpoint.json"
FLUX_CONTROLNET = "FLUX.1-dev-ControlNet-Union-Pro-2.0.safetensors"
WHOLE_FLUX = "flux1-dev-fp8.safetensors"
# Parts that the templates of ComfyUI load for each model: loader, text encoders and their type, VAE, sampler and schedule.
CASES = {
    "flux1-dev": ("UNETLoader", ["clip_l.safetensors", "t5xxl_fp8_e4m3fn.safetensors"], "flux", "ae", ("euler", "simple")),
    "flux1-schnell-Q4_K_S": ("UnetLoaderGGUF", ["clip_l.safetensors", "t5xxl_fp8_e4m3fn.safetensors"], "flux", "ae", ("euler", "simple")),
    "flux-2-klein-4b-fp8": ("UNETLoader", ["qwen_3_4b.safetensors"], "flux2", "flux2-vae", ("euler", "simple")),
    "flux-2-klein-base-9b": ("UNETLoader", ["qwen_3_8b_fp8mixed.safetensors"], "flux2", "flux2-vae", ("euler", "simple")),
    "z_image_turbo_bf16": ("UNETLoader", ["qwen_3_4b.safetensors"], "lumina2", "ae", ("res_multistep", "simple")),
    "z_image_turbo-Q8_0": ("UnetLoaderGGUF", ["qwen_3_4b.safetensors"], "lumina2", "ae", ("res_multistep", "simple")),
    "qwen_image_fp8_e4m3fn": (
        "UNETLoader", ["qwen_2.5_vl_7b_fp8_scaled.safetensors"], "qwen_image", "qwen_image_vae", ("euler", "simple")
    ),
    "seedvr2_3b_fp16": ("UNETLoader", [], None, "seedvr2_ema_vae_fp16", ("euler", "simple")),
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[ComfyuiServer]:
    with ComfyuiServer(has_parts=True) as double:
        yield double


@pytest.fixture
def backend(server: ComfyuiServer, tmp_path: Path) -> Iterator[Backend]:
    with Backend(server.address, tmp_path) as driven:
        assert driven.probe()["event"] == "probed"
        yield driven


def nodes_of(server: ComfyuiServer) -> dict[str, dict[str, Any]]:
    """The inputs of the last graph by class."""
    return {node["class_type"]: node["inputs"] for node in server.graphs[-1].values()}


def test_models_in_parts_are_listed_after_the_checkpoints(backend: Backend) -> None:
    probed = backend.probe()
    assert probed["models"] == CHECKPOINTS + DIFFUSION_MODELS + GGUFS
    assert "paints with its default, 'dream.safetensors'" in backend.missing()["missing"]


def test_each_model_is_painted_with_its_own_parts(backend: Backend, server: ComfyuiServer) -> None:
    for model, (loader, encoders, kind, vae, sampling) in CASES.items():
        backend.check_answers(backend.paint((64, 128), model=model, reference=reference_picture(), ip_scale=0.5))
        nodes = nodes_of(server)
        assert nodes[loader]["unet_name"].startswith(model)
        assert [value for inputs in nodes.values() for name, value in sorted(inputs.items()) if name.startswith("clip_name")] == encoders
        assert [inputs["type"] for inputs in nodes.values() if "type" in inputs] == ([kind] if kind else [])
        assert nodes["VAELoader"]["vae_name"] == f"{vae}.safetensors"
        assert (nodes["KSampler"]["sampler_name"], nodes["KSampler"]["scheduler"]) == sampling
        assert not {"CheckpointLoaderSimple", "ControlNetApplyAdvanced", "IPAdapter"} & set(nodes)


def test_restorer_takes_neither_prompt_nor_steps(backend: Backend, server: ComfyuiServer) -> None:
    backend.check_answers(backend.paint((64, 64), model="seedvr2_3b_fp16", steps=50, strength=0.2, loras="detail.safetensors:1"))
    nodes = nodes_of(server)
    assert not {"CLIPTextEncode", "LoraLoader"} & set(nodes)
    assert (nodes["KSampler"]["steps"], nodes["KSampler"]["cfg"], nodes["KSampler"]["denoise"]) == (1, 1.0, 1.0)


def test_flux_takes_its_own_guidance_controlnet_and_loras(tmp_path: Path) -> None:
    with (
        ComfyuiServer(has_parts=True, more={"ControlNetLoader": [FLUX_CONTROLNET]}) as server,
        Backend(server.address, tmp_path) as backend,
    ):
        backend.probe()
        ended = backend.paint((64, 64), model="flux1-dev", conditioning=0.75, loras="detail:0.5,sharp:0.25")
        backend.check_answers(ended, shift=0.75 + 0.5 + 0.25)
        nodes = nodes_of(server)
        assert (nodes["FluxGuidance"]["guidance"], nodes["KSampler"]["cfg"]) == (2.0, 1.0)
        assert nodes["ControlNetLoader"]["control_net_name"] == FLUX_CONTROLNET
        assert nodes["ControlNetApplyAdvanced"]["vae"] == ["7", 0]


def test_whole_checkpoint_of_another_family_brings_its_parts(tmp_path: Path) -> None:
    with ComfyuiServer(more={"CheckpointLoaderSimple": [WHOLE_FLUX]}) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        backend.check_answers(backend.paint((64, 64), model=WHOLE_FLUX, loras="detail:0.5"), shift=0.5)
        nodes = nodes_of(server)
        assert nodes["CheckpointLoaderSimple"] == {"ckpt_name": WHOLE_FLUX}
        assert "FluxGuidance" in nodes and not {"UNETLoader", "DualCLIPLoader", "VAELoader"} & set(nodes)


def test_quantized_text_encoder_is_taken_where_there_is_no_other(tmp_path: Path) -> None:
    missing = ("t5xxl_fp8_e4m3fn.safetensors",)
    with ComfyuiServer(has_parts=True, missing=missing) as server, Backend(server.address, tmp_path) as backend:
        backend.probe()
        backend.check_answers(backend.paint((64, 64), model="flux1-dev"))
        assert nodes_of(server)["DualCLIPLoaderGGUF"]["clip_name2"] == "t5-v1_1-xxl-encoder-Q4_K_M.gguf"


@pytest.mark.parametrize(
    ("missing", "model", "words"),
    [
        (("qwen_image_vae.safetensors",), "qwen_image_fp8_e4m3fn", "also needs 'qwen_image_vae' (models/vae)"),
        (("clip_l.safetensors",), "flux1-dev", "also needs 'clip_l' (models/text_encoders)"),
        (("SeedVR2Preprocess",), "seedvr2_3b_fp16", "also needs the node 'SeedVR2Preprocess'"),
    ],
)
def test_model_without_its_parts_is_not_offered(tmp_path: Path, missing: tuple[str, ...], model: str, words: str) -> None:
    with ComfyuiServer(has_parts=True, missing=missing) as server, Backend(server.address, tmp_path) as backend:
        assert f"{model}.safetensors" not in backend.probe()["models"]
        said = backend.missing(model=f"{model}.safetensors")["missing"]
        assert f"it has no model '{model}.safetensors'" in said and words in said


def test_server_without_checkpoints_paints_with_what_it_has(tmp_path: Path) -> None:
    with ComfyuiServer(has_parts=True, missing=tuple(CHECKPOINTS)) as server, Backend(server.address, tmp_path) as backend:
        assert backend.probe()["models"] == DIFFUSION_MODELS + GGUFS
        backend.check_answers(backend.paint((64, 64)))
        assert nodes_of(server)["UNETLoader"]["unet_name"] == DIFFUSION_MODELS[0]
    with ComfyuiServer(has_parts=True, missing=(*CHECKPOINTS, *VAES)) as server, Backend(server.address, tmp_path) as backend:
        failed = backend.probe()
        assert failed["code"] == "rejected" and "'flux1-dev.safetensors' also needs 'ae' (models/vae)" in failed["message"]


def test_what_does_not_fit_the_model_is_said_before_the_job(backend: Backend) -> None:
    guides: dict[str, Any] = {"conditioning": 0.5, "reference": reference_picture(), "ip_scale": 0.5, "loras": "detail:1"}
    for model, said, unsaid in (
        ("photoXL", "", "ControlNet"),
        ("flux1-dev", "no tile ControlNet for the model 'flux1-dev'; the model 'flux1-dev' can't follow a reference", "LoRA"),
        ("z_image_turbo_bf16", "no tile ControlNet for the model 'z_image_turbo_bf16'", "LoRA"),
        ("seedvr2_3b_fp16", "the model 'seedvr2_3b_fp16' takes no LoRAs", "ControlNet"),
    ):
        missing = backend.missing(model=model, **guides)["missing"]
        assert said in missing and unsaid not in missing


def test_workflows_of_a_folder_are_offered_by_name(server: ComfyuiServer, tmp_path: Path) -> None:
    own = json.loads(BUILT_IN.read_text())
    own["1"]["inputs"]["ckpt_name"] = CHECKPOINTS[1]
    own["12"]["_meta"] = {"title": "shown"}
    own["40"] = {"class_type": "ImageInvert", "inputs": {"image": ["11", 0]}}
    own["41"] = {"class_type": "PreviewImage", "inputs": {"images": ["40", 0]}, "_meta": {"title": "tile-upscale"}}
    foreign = {**own, "42": {"class_type": "MagicUpscale", "inputs": {}}}
    folder = tmp_path / "my workflows"
    folder.mkdir()
    for name, content in (("portrait.json", json.dumps(own)), ("magic.json", json.dumps(foreign)), ("note.txt", "no workflow")):
        (folder / name).write_text(content)
    with Backend(f"{server.address}#{quote(str(folder))}", tmp_path) as backend:
        assert backend.probe()["models"] == [*CHECKPOINTS, *DIFFUSION_MODELS, *GGUFS, "portrait.json"]
        ended = backend.paint((64, 64), model="portrait.json", prompt="a %seed% photo")
        painted = read_picture(ended["answers"][0]["file"]).astype(float)
        assert numpy.abs(painted - (255 - block_means(backend.tiles[0]))).mean() < 1
        sent = server.graphs[-1]
        assert (sent["1"]["inputs"]["ckpt_name"], sent["3"]["inputs"]["text"]) == (CHECKPOINTS[1], "a %seed% photo")
        backend.check_answers(backend.paint((64, 64), model="flux1-dev"))
        said = backend.missing(model="magic.json")["missing"]
        assert (
            "no model 'magic.json'" in said and "your workflow 'magic.json' can't run there" in said and "the node 'MagicUpscale'" in said
        )
    (folder / "broken.json").write_text("{}")
    with Backend(f"{server.address}#{quote(str(folder))}", tmp_path) as backend:
        assert backend.probe()["models"][-1] == "portrait.json"
        assert "broken.json' has no place for the tile" in backend.missing(model="broken.json")["missing"]
