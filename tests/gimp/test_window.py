# SPDX-License-Identifier: GPL-3.0-or-later
"""The real GIMP with its windows: from the menu to the new layer, Undo, Cancel, and closing the image meanwhile."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behaviour, EchoEndpoint
from gimp_runner import Gimp
from PIL import Image
from polling import wait_until
from screen import Screen

GUI = next((name for name in ("gimp-3.0", "gimp-3.2", "gimp") if shutil.which(name)), "")
SHOTS = Path(os.environ.get("UPSCALE_SCREENS", "build/test/screens"))
PLUG_INS = Path(__file__).parent / "plug-ins"


class Session:
    """GIMP with one picture open, on a screen of its own."""

    def __init__(self, folder: Path, endpoint: EchoEndpoint) -> None:
        self.gimp = Gimp(folder, plug_ins=[PLUG_INS / "saboteur"])
        profile = folder / "profile" / "gimprc"
        profile.write_text(profile.read_text() + '(config-version "3.0.4")\n')
        self.socket = folder / "socket"
        self.screen = Screen(
            self.gimp.make_environment({"UPSCALE_ENDPOINTS": endpoint.url, "SABOTEUR_SOCKET": str(self.socket), "GTK_MODULES": ""})
        )
        picture = Image.radial_gradient("L").resize((300, 240))
        Image.merge("RGB", (picture, picture.rotate(180), picture)).save(folder / "photo.png")

    def __enter__(self) -> "Session":
        self.screen.__enter__()
        self.screen.start([GUI, "--no-splash", "--new-instance", "--no-data", "--no-fonts", "photo.png"], cwd=self.gimp.folder)
        wait_until(lambda: self.socket.exists() and self.images(), "GIMP has the picture open")
        return self

    def __exit__(self, *_: object) -> None:
        self.screen.__exit__()

    def images(self) -> list:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.sendall(b"describe 0\n")
            return json.loads(connection.recv(5000).decode())

    def wait_for_images(self, expected: list) -> None:
        wait_until(lambda: self.images() == expected, f"images are {expected}, not {self.images()}")

    def upscale(self) -> None:
        self.screen.do("click", "menu item", "Tile Upscale...")
        self.screen.do("wait", "button", "Upscale")
        self.screen.shot(SHOTS / "dialog.png")
        self.screen.do("click", "button", "Upscale")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if not GUI or not shutil.which("Xvfb"):
        pytest.skip("needs GIMP with windows, and Xvfb")
    yield tmp_path


def test_from_the_menu_to_the_layer_and_one_undo(folder: Path) -> None:
    with EchoEndpoint(Behaviour(hold_after=0)) as endpoint, Session(folder, endpoint) as session:
        session.upscale()
        session.screen.do("wait", "progress bar", "Finished tiles")
        session.screen.shot(SHOTS / "progress.png")
        endpoint.release()
        session.wait_for_images([[600, 480, ["photo.png 2x", "photo.png"]]])
        session.screen.do("wait-gone", "progress bar", "Finished tiles")
        session.screen.shot(SHOTS / "done.png")
        session.screen.do("click", "menu item", "Undo")
        session.wait_for_images([[300, 240, ["photo.png"]]])


def test_cancel_stops_the_server_and_leaves_the_image(folder: Path) -> None:
    with EchoEndpoint(Behaviour(hold_after=0)) as endpoint, Session(folder, endpoint) as session:
        session.upscale()
        session.screen.do("wait", "progress bar", "Finished tiles")
        wait_until(lambda: endpoint.requests, "the batch was sent")
        session.screen.do("click", "button", "Cancel")
        session.screen.do("wait-gone", "progress bar", "Finished tiles")
        assert endpoint.deleted == [request["batch_id"] for request in endpoint.requests]
        assert session.images() == [[300, 240, ["photo.png"]]]


def test_closing_the_image_gives_a_new_one(folder: Path) -> None:
    with EchoEndpoint(Behaviour(hold_after=0)) as endpoint, Session(folder, endpoint) as session:
        session.upscale()
        session.screen.do("wait", "progress bar", "Finished tiles")
        wait_until(lambda: endpoint.requests, "the batch was sent")
        session.screen.do("click", "menu item", "Close View")
        session.wait_for_images([])
        endpoint.release()
        session.wait_for_images([[600, 480, ["photo.png 2x"]]])
        session.screen.shot(SHOTS / "new-image.png")
