# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps, CFG scale and tile size follow what a service tells about its model, until the user changes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfyui_server import ComfyuiServer
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

FOLLOWING = "Following the model until you change them: "
SUGGESTS = "The model suggests: "


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def describe(name: str, native_px: int, steps: int, cfg_scale: float) -> dict[str, Any]:
    """Describes a model as endpoint/diffusion does."""
    return {
        "name": name, "family": "sdxl", "native_px": native_px, "default_steps": steps, "default_cfg_scale": cfg_scale,
        "default_sampler": "euler", "samplers": [{"name": "euler", "max_steps": 150}], "prompt_tokens": 600,
    }  # fmt: skip


def wait_for_steps(session: Session, steps: str) -> None:
    wait_until(lambda: session.do("text", "spin button", "Steps") == steps, f"steps are {steps}")


def test_values_follow_the_model_until_the_user_changes_them(folder: Path) -> None:
    behavior = Behavior(models=["turbo"], model_details=[describe("turbo", 512, 8, 2.0)])
    with EchoEndpoint(behavior) as endpoint, Session(folder, "") as session:
        session.open_dialog()
        session.do("key", "alt+d")
        session.do("type", endpoint.url)
        session.do("wait", "label", f"{FOLLOWING}Steps 8, CFG scale 2, Tile size (px) 512.")
        session.do("wait", "label", "24 tiles on 1 endpoint")
        session.shot("models-follow")
        session.do("press", "page tab", "Advanced")
        wait_for_steps(session, "8")
        session.retype("Steps", "12")
        session.do("wait", "label", f"{SUGGESTS}Steps 8.")
        session.do("wait", "label", f"{FOLLOWING}CFG scale 2, Tile size (px) 512.")
        session.shot("models-typed")
        # The user wants the values of the model back, and then those of a preset.
        session.do("focus", "label", SUGGESTS)
        session.do("key", "Return")
        wait_for_steps(session, "8")
        session.do("press", "page tab", "Picture")
        session.do("press", "combo box", "Preset")
        session.do("press", "menu item", "Photograph")
        session.do("wait", "label", f"{SUGGESTS}Steps 8, CFG scale 2.")
        session.do("press", "button", "Upscale")
        wait_until(lambda: len(session.images()[0][2]) == 2, "the result is there")
        sent = [(request["gen_params"]["steps"], request["gen_params"]["cfg_scale"]) for request in endpoint.requests]
        assert set(sent) == {(30, 6)}
        assert {tile["target_width"] for tile in endpoint.tiles} == {512}
        # The next dialog goes on with that, whatever the service tells then.
        session.do("wait-gone", "progress bar", "Finished tiles")
        session.tell("activate 1")
        behavior.model_details = [describe("turbo", 768, 9, 3.0)]
        session.open_dialog()
        session.do("wait", "label", f"{FOLLOWING}Tile size (px) 768.")
        session.do("wait", "label", f"{SUGGESTS}Steps 9, CFG scale 3.")


def test_family_in_the_name_of_a_model_decides_where_the_server_tells_nothing(folder: Path) -> None:
    with ComfyuiServer(has_parts=True) as server, Session(folder, "") as session:
        session.open_dialog()
        session.do("key", "alt+d")
        session.do("type", server.address)
        session.do("press", "page tab", "Advanced")
        session.do("focus", "text", "Model")
        session.do("type", "z_image_turbo_bf16")
        session.do("wait", "label", f"{FOLLOWING}Steps 15, CFG scale 1, Tile size (px) 1024.")
        session.do("wait", "label", "no tile ControlNet for the model 'z_image_turbo_bf16'")
        session.shot("models-family")
        session.do("focus", "text", "Model")
        session.do("key", "ctrl+a")
        session.do("type", "seedvr2_3b_fp16")
        session.do("wait-insensitive", "spin button", "Steps")
        assert "restores the picture without prompts" in session.do("describe", "spin button", "Steps")
        session.do("wait-sensitive", "spin button", "Seed")
        session.do("press", "page tab", "Picture")
        session.do("wait-insensitive", "text", "Prompt")
        session.shot("models-restorer")
