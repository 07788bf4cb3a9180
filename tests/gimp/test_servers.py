# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole jobs in GIMP over servers of other makers. The model answers the means of 8x8 blocks, so the result must be those of the
whole image. The same tests run against real servers: real-server.md says how."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from comfyui_server import ComfyuiServer
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import SCRIPTS, Gimp, Outcome
from PIL import Image
from polling import wait_until
from sdapi_server import SdapiServer
from sdcpp_server import SdcppServer
from tile_server import block_means, unrelated_picture

# Rounding to 8 bits, in the tile and in the color correction.
ROUNDING = 2.01
# The model of a real server adds so much on average; 2 was measured.
NOISE = 4.0
REAL = {kind: os.environ.get(f"UPSCALE_REAL_{kind.upper()}") for kind in ("sdapi", "sdcpp", "comfyui")}


def upscale(
    folder: Path, *endpoints: str, size: tuple[int, int] = (320, 224), environment: dict[str, str] | None = None, **settings: Any
) -> Outcome:
    settings = {"strength": 0.35, "steps": 4, "cfg_scale": 2.0, "controlnet_enabled": False, **settings}
    settings["endpoints"] = " ".join(endpoints)
    environment = {name: value for name in ("UPSCALE_BASIC",) if (value := os.environ.get(name))} | (environment or {})
    environment["UPSCALE_TOKEN_ORIGIN"] = " ".join(endpoints)
    return Gimp(folder).run(SCRIPTS / "block_means.py", {"size": size, "settings": settings}, **environment)


def check(outcome: Outcome, n_tiles: int, is_real: bool = False) -> None:
    found = outcome.values
    assert (found["status"], found["failed"], found["tiles"]) == ("success", 0, n_tiles), str(outcome)
    if is_real:
        assert found["mean"] <= NOISE, str(outcome)
    else:
        assert found["worst"] <= ROUNDING, str(outcome)


@contextlib.contextmanager
def serve(kind: str) -> Iterator[tuple[str, bool, Any]]:
    """Yields the address of a server, whether the server is real, and its double if not."""
    if REAL.get(kind):
        yield f"{kind}+{REAL[kind]}", True, None
        return
    doubles = {"sdapi": SdapiServer, "sdcpp": SdcppServer, "comfyui": ComfyuiServer}
    with doubles[kind]() as double:
        yield double.address, False, double


def means_of_blocks(picture: Image.Image) -> Image.Image:
    return Image.fromarray(block_means(numpy.asarray(picture.convert("RGB"))).round().astype(numpy.uint8))


@pytest.mark.parametrize("kind", ["sdapi", "sdcpp", "comfyui"])
def test_one_server_paints_the_picture(tmp_path: Path, kind: str) -> None:
    with serve(kind) as (address, is_real, _):
        check(upscale(tmp_path, address), 6, is_real)


def test_three_kinds_of_servers_paint_one_picture_together(tmp_path: Path) -> None:
    with serve("sdapi") as (sdapi, sdapi_is_real, one), serve("sdcpp") as (sdcpp, sdcpp_is_real, other):
        behavior = Behavior(change=means_of_blocks)
        with EchoEndpoint(behavior) as endpoint:
            if one and other:
                # The fast endpoint leaves tiles for the others.
                behavior.on_tile = lambda _: wait_until(
                    lambda: one.count("POST", "/sdapi/v1/img2img") > 1 and len(other.bodies) > 3, "all are at work"
                )
            outcome = upscale(tmp_path, sdapi, sdcpp, endpoint.url, size=(416, 320))
            check(outcome, 12, sdapi_is_real or sdcpp_is_real)
            assert endpoint.painted


@pytest.mark.parametrize("kind", ["sdapi", "sdcpp", "comfyui"])
def test_sizes_are_padded_and_cut_back(tmp_path: Path, kind: str) -> None:
    with serve(kind) as (address, is_real, _):
        check(upscale(tmp_path, address, size=(100, 71)), 1, is_real)


def test_name_and_password_come_from_the_environment(tmp_path: Path) -> None:
    with SdapiServer(auth="me:pass:word") as server:
        refused = upscale(tmp_path, server.address, environment={"UPSCALE_BASIC": "me:wrong"})
        assert refused.values["status"] != "success"
        assert "401" in refused.values["message"]
        outcome = upscale(tmp_path, server.address, environment={"UPSCALE_BASIC": "me:pass:word"})
        check(outcome, 6)
    assert "pass:word" not in str(outcome) + str(refused)


def test_missing_feature_is_reported_before_the_server_paints(tmp_path: Path) -> None:
    with SdapiServer(extension=False) as server:
        outcome = upscale(tmp_path, server.address, controlnet_enabled=True)
        check(outcome, 6)
    lines = [line for line in outcome.stderr.splitlines() if line.startswith("tile-upscale:")]
    assert lines[0] == (f"tile-upscale: warning: {server.address}: it has no tile ControlNet; install the ControlNet extension there")


@pytest.mark.parametrize(("arguments", "words"), [({"loras": "nobody:1"}, "no LoRA 'nobody'"), ({"model": "nobody"}, "no model 'nobody'")])
def test_missing_model_is_named_before_the_server_paints(tmp_path: Path, arguments: dict[str, Any], words: str) -> None:
    with SdapiServer() as server:
        outcome = upscale(tmp_path, server.address, **arguments)
        assert len(server.bodies) == 1, "only the small tile of the probe"
    assert outcome.values["status"] != "success"
    assert words in outcome.values["message"]


def test_jpeg_answers_are_read_and_warned_of(tmp_path: Path) -> None:
    with SdapiServer("sdnext") as server:
        server.options["samples_format"] = "jpg"
        outcome = upscale(tmp_path, server.address)
    assert (outcome.values["status"], outcome.values["failed"]) == ("success", 0), str(outcome)
    assert outcome.values["mean"] < NOISE
    assert "it answers with 'jpg' pictures" in outcome.stderr


class Liar(SdapiServer):
    """Paints the small tile of the probe well, and answers with unrelated pictures from then on."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def run(self, *asked: Any) -> bytes:
        painted = super().run(*asked)
        return painted if len(self.bodies) == 1 else unrelated_picture(*self.size)


LIES = {"does not resemble the source": (128, 128), "64x128 px instead of 128x128": (64, 128)}


@pytest.mark.parametrize("words", LIES)
def test_unrelated_pictures_are_refused(tmp_path: Path, words: str) -> None:
    """stable-diffusion.cpp answers with such a picture when the request's picture can't be read."""
    with Liar(LIES[words]) as liar:
        outcome = upscale(tmp_path, liar.address, retries=0)
    assert outcome.values["failed"] > 0 or outcome.values["status"] != "success"
    assert words in str(outcome)


def test_honest_server_paints_the_tiles_of_a_liar(tmp_path: Path) -> None:
    with Liar((128, 128)) as liar, EchoEndpoint(Behavior(change=means_of_blocks)) as honest:
        honest.behavior.on_tile = lambda _: wait_until(lambda: len(liar.bodies) > 1, "the liar is at work")
        check(upscale(tmp_path, liar.address, honest.url), 6)


@pytest.fixture
def previewing_workflow(tmp_path: Path) -> Path:
    """Shows the source before it shows the painted tile."""
    workflow = json.loads((Path(__file__).parents[2] / "data" / "workflows" / "checkpoint.json").read_text())
    path = tmp_path / "workflow.json"
    path.write_text(json.dumps({"0": {"class_type": "PreviewImage", "inputs": {"images": ["5", 0]}}, **workflow}))
    return path


def test_workflow_that_previews_the_source_paints(tmp_path: Path, previewing_workflow: Path) -> None:
    with ComfyuiServer() as server:
        check(upscale(tmp_path, f"{server.address}#{previewing_workflow}"), 6)


def test_workflow_in_gimps_folder_paints_by_its_name(tmp_path: Path, previewing_workflow: Path) -> None:
    folder = tmp_path / "profile" / "tile-upscale" / "workflows"
    folder.mkdir(parents=True)
    previewing_workflow.rename(folder / "mine.json")
    with ComfyuiServer() as server:
        check(upscale(tmp_path, server.address, model="mine.json"), 6)
        assert "0" in server.graphs[-1]


def test_workflow_that_the_server_runs_in_part_is_no_success(tmp_path: Path, previewing_workflow: Path) -> None:
    with ComfyuiServer() as server:
        server.nodes["KSampler"][0]["cfg"] = ("FLOAT", 0, 1)
        try:
            outcome = upscale(tmp_path, f"{server.address}#{previewing_workflow}")
        finally:
            server.nodes["KSampler"][0]["cfg"] = ("FLOAT", 0, 100)
    assert outcome.values["status"] != "success", str(outcome)
    assert "node 10 (KSampler): Value 2.0 bigger than max of 1" in str(outcome)
