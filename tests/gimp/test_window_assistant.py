# SPDX-License-Identifier: GPL-3.0-or-later
"""A service is set up one question at a time; servers of this computer are found at their usual ports, without any key."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from gimp_window import MISSING, Session

USUAL_PORT = 8765  # of `tile-upscale-gpu serve`
FOUND = f"Found on this computer: http://127.0.0.1:{USUAL_PORT}"
KEY = "t0ken-of-the-assistant"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


class Doorman:
    """Notes the key of each request, and lets nobody in before it is told to."""

    def __init__(self) -> None:
        self.keys: list[str | None] = []
        self.is_open = threading.Event()
        self.is_open.set()

    def __call__(self, exchange: Exchange) -> None:
        self.keys.append(exchange.headers["Authorization"])
        self.is_open.wait(60)


def serve(doorman: Doorman) -> EchoEndpoint:
    try:
        return EchoEndpoint(Behavior(on_headers=doorman), port=USUAL_PORT)
    except OSError as error:
        pytest.skip(f"port {USUAL_PORT}: {error}")


@pytest.mark.skipif(not shutil.which("gnome-keyring-daemon"), reason="needs gnome-keyring")
def test_a_server_of_this_computer_is_found_tested_and_used(folder: Path) -> None:
    home = folder / "home"
    home.mkdir()
    doorman = Doorman()
    # The user has bound a key to this very address, which is no reason to show it to whoever listens there.
    environment = {"HOME": str(home), "UPSCALE_TOKEN": KEY, "UPSCALE_TOKEN_ORIGIN": f"http://127.0.0.1:{USUAL_PORT}"}
    with serve(doorman) as endpoint, Session(folder, "", keyring=True, environment=environment) as session:
        session.open_dialog()
        session.do("focus", "text", "Model on this computer")
        session.do("type", "resample")
        session.do("press", "button", "Set Up...")
        session.do("wait", "label", FOUND)
        session.do("wait", "frame", "Set Up a GPU Service")
        session.shot("assistant-kind")
        assert doorman.keys and set(doorman.keys) == {None}
        session.do("press", "button", "Next")
        assert session.do("text", "text", "Address") == f"http://127.0.0.1:{USUAL_PORT}"
        session.do("focus", "text", "Name")
        session.do("key", "ctrl+a")
        session.do("type", "a b")
        session.do("wait-insensitive", "button", "Next")
        session.shot("assistant-address")
        session.do("key", "ctrl+a")
        session.do("type", "desk")
        session.do("press", "button", "Next")
        session.do("press", "combo box", "Key")
        session.do("press", "menu item", "Bearer token")
        session.do("wait", "label", "Type the key, or choose None")
        session.do("wait-insensitive", "button", "Next")
        session.do("focus", "password text", "Key")
        session.do("type", KEY)
        session.shot("assistant-key")
        session.do("press", "button", "Next")
        session.do("press", "button", "Test")
        session.do("wait", "label", "It works: a test tile of 256 px took")
        session.shot("assistant-test")
        session.do("press", "button", "Next")
        session.retype("Price", "990")
        session.shot("assistant-price")
        session.do("press", "button", "Apply")
        session.do("wait-gone", "button", "Apply")
        session.do("wait", "label", "6 tiles on 1 endpoint\ndesk: the small test tile took ")
        assert session.do("text", "text", "Endpoints") == "desk"
        kept = (folder / "profile" / "tile-upscale" / "endpoints.conf").read_text()
        assert "[desk]" in kept and f"address=http://127.0.0.1:{USUAL_PORT}" in kept and "price-per-hour=990" in kept
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png"]]])
        assert endpoint.keys == {f"Bearer {KEY}"}
        assert endpoint.requests[-1]["model_config"]["base_model"] == ""
        told = [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
        assert not told, f"the key lies in {told}"


def test_a_server_that_does_not_answer_holds_nothing_up(folder: Path) -> None:
    doorman = Doorman()
    doorman.is_open.clear()
    with serve(doorman), Session(folder, "") as session:
        session.open_dialog()
        session.do("press", "button", "Set Up...")
        session.do("wait", "label", "No server was found at its usual port on this computer.")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Next")
        # The next search is under way when the user leaves.
        session.do("press", "button", "Set Up...")
        session.do("wait", "label", "Looking for servers on this computer...")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Next")
        doorman.is_open.set()
        session.do("wait", "label", "The picture stays on this computer.")
        assert not (folder / "profile" / "tile-upscale" / "endpoints.conf").exists()
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png"]]])
