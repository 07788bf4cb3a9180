# SPDX-License-Identifier: GPL-3.0-or-later
"""`tile-upscale-gpu fetch` with the real huggingface_hub, against a hub on loopback."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpu_service import PYTHON, make_environment
from hub_server import HubServer

SDXL = "stabilityai/stable-diffusion-xl-base-1.0"
VAE = "madebyollin/sdxl-vae-fp16-fix"
CONTROLNET = "xinsir/controlnet-tile-sdxl-1.0"
UNET = "unet/diffusion_pytorch_model.fp16.safetensors"
# The client writes parts of 10 MiB, and goes on after the last whole one.
BYTES = random.Random(4).randbytes(13_000_000)


@pytest.fixture
def hub() -> Iterator[HubServer]:
    weights = {"config.json": b"{}", "diffusion_pytorch_model.safetensors": b"weights" * 1000}
    base = {"model_index.json": b"{}", UNET: BYTES, "unet/diffusion_pytorch_model.safetensors": b"twice as large"}
    with HubServer({SDXL: base, VAE: weights, CONTROLNET: weights}) as hub:
        yield hub


def run(home: Path, url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = make_environment(XDG_CONFIG_HOME=str(home), HF_HOME=str(home / "hf"), HF_ENDPOINT=url, HF_HUB_DISABLE_XET="1")
    environment["HF_HUB_OFFLINE"] = "0"
    command = [PYTHON, "-m", "tile_upscale_gpu.main", "fetch", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=100)


def test_sizes_and_licenses_are_said_before_anything_is_downloaded(tmp_path: Path, hub: HubServer) -> None:
    told = run(tmp_path, hub.url)
    assert told.returncode == 1 and "--yes" in told.stderr
    assert f"sdxl: {SDXL}, 0.0 GB, license openrail++" in told.stdout and "8 GB of memory" in told.stdout
    assert hub.sent == []


def test_weights_come_once_and_are_whole(tmp_path: Path, hub: HubServer) -> None:
    folder = tmp_path / "tile-upscale-gpu" / "models"
    first = run(tmp_path, hub.url, "--yes")
    assert first.returncode == 0, first.stderr
    assert (folder / "sdxl" / UNET).read_bytes() == BYTES
    assert (folder / "tile" / "config.json").exists() and (folder / "fp16-fix" / "config.json").exists()
    assert not (folder / "sdxl" / "unet" / "diffusion_pytorch_model.safetensors").exists()
    n_sent = len(hub.sent)
    assert run(tmp_path, hub.url).returncode == 0
    assert len(hub.sent) == n_sent


def test_broken_download_goes_on(tmp_path: Path, hub: HubServer) -> None:
    hub.cut_after = 12_000_000
    assert run(tmp_path, hub.url, "--yes").returncode == 0
    assert UNET in hub.ranges
    assert (tmp_path / "tile-upscale-gpu" / "models" / "sdxl" / UNET).read_bytes() == BYTES


def test_file_with_another_hash_is_refused(tmp_path: Path, hub: HubServer) -> None:
    hub.wrong = {UNET}
    wrong = run(tmp_path, hub.url, "--yes")
    assert wrong.returncode == 1 and UNET in wrong.stderr and "Traceback" not in wrong.stderr
    assert not (tmp_path / "tile-upscale-gpu" / "models" / "sdxl" / UNET).exists()


def test_unknown_repository_and_model_are_told(tmp_path: Path, hub: HubServer) -> None:
    del hub.repositories[VAE]
    assert "can't be reached" in run(tmp_path, hub.url, "--yes").stderr
    assert "there is no model 'other'" in run(tmp_path, hub.url, "other").stderr


def test_without_a_network_a_folder_serves(tmp_path: Path) -> None:
    """Nobody listens on port 9."""
    folder = tmp_path / "copied"
    missing = run(tmp_path, "http://127.0.0.1:9", "--folder", str(folder))
    assert missing.returncode == 1 and str(folder / "sdxl") in missing.stderr and "Traceback" not in missing.stderr
    for name in ("sdxl", "tile", "fp16-fix"):
        (folder / name).mkdir(parents=True)
        (folder / name / "config.json").write_text("{}")
    told = run(tmp_path, "http://127.0.0.1:9")
    assert told.returncode == 0 and "tile-upscale-gpu serve" in told.stdout
    again = run(tmp_path, "http://127.0.0.1:9", "--folder", str(tmp_path))
    assert again.returncode == 1 and "change it there" in again.stderr


def test_service_makes_a_token_in_a_terminal_only(tmp_path: Path) -> None:
    """In a log it would be read by others."""
    code = "import sys; from tile_upscale_gpu import main; sys.stdout.isatty = lambda: {}; print(repr(main.choose_token('0.0.0.0')))"
    outputs = [
        subprocess.run([PYTHON, "-c", code.format(is_terminal)], env=make_environment(), capture_output=True, text=True).stdout
        for is_terminal in (True, False)
    ]
    assert outputs[0].startswith("token: ") and len(outputs[0].splitlines()[1]) > 40
    assert outputs[1] == "''\n"
