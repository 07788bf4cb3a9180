# SPDX-License-Identifier: GPL-3.0-or-later
"""This computer paints without any setting up, and services do when they are chosen; controls without effect say why."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

AFTER = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
LOCAL, SERVICES = "This computer – sharpens, no new detail", "GPU services – paint new detail"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def test_without_any_setting_up_this_computer_paints(folder: Path) -> None:
    with Session(folder, "") as session:
        session.open_dialog()
        session.do("wait", "label", "The picture stays on this computer.")
        session.do("wait-insensitive", "text", "Prompt")
        session.do("wait-insensitive", "spin button", "Strength")
        assert "No effect on this computer" in session.do("describe", "spin button", "Strength")
        session.do("wait-sensitive", "spin button", "Scale")
        session.shot("painter-local")
        session.do("press", "page tab", "Advanced")
        session.do("wait-insensitive", "spin button", "Steps")
        session.do("wait-sensitive", "spin button", "Overlap (px)")
        session.shot("painter-local-advanced")
        session.do("press", "page tab", "Picture")
        session.do("press", "button", "Upscale")
        session.wait_for_images(AFTER)


def test_each_painter_keeps_its_model(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, "") as session:
        session.open_dialog()
        session.do("focus", "text", "Model on this computer")
        session.do("type", "resample")
        session.do("press", "radio button", SERVICES)
        session.do("wait", "label", "No service is named")
        session.do("wait-insensitive", "button", "Upscale")
        session.do("wait-insensitive", "text", "Model on this computer")
        session.do("wait-sensitive", "spin button", "Strength")
        assert "No effect" not in session.do("describe", "spin button", "Strength")
        session.shot("painter-none-named")
        session.do("press", "radio button", LOCAL)
        session.do("wait-sensitive", "button", "Upscale")
        wait_until(lambda: session.do("text", "text", "Model on this computer") == "resample", "the local model is kept")
        # A typed name is a choice of its own.
        session.do("key", "alt+d")
        session.do("type", endpoint.url)
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.do("wait-sensitive", "text", "Prompt")
        session.do("press", "button", "Upscale")
        session.wait_for_images(AFTER)
        assert {request["model_config"]["base_model"] for request in endpoint.requests} == {""}
        # The last choice stands, and the way back is one click.
        session.do("wait-gone", "progress bar", "Finished tiles")
        session.tell("activate 1")
        session.open_dialog()
        session.do("wait", "label", f"go to {endpoint.url.removeprefix('http://')} on this computer")
        session.do("press", "radio button", LOCAL)
        session.do("wait", "label", "The picture stays on this computer.")
