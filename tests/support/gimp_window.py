# SPDX-License-Identifier: GPL-3.0-or-later
"""The real GIMP with its windows and one picture open, on a screen of its own, and a line to a plug-in that tells what is in it."""

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path

import numpy
from gimp_runner import Gimp
from PIL import Image, ImageDraw, ImageFilter
from polling import wait_until
from screen import Screen

GUI = next((name for name in ("gimp-3.0", "gimp-3.2", "gimp") if shutil.which(name)), "")
SHOTS = Path(os.environ.get("UPSCALE_SCREENS", "build/test/screens"))
PLUG_INS = Path(__file__).parents[1] / "gimp" / "plug-ins"
SIZE = (1200, 800)
MISSING = [name for name in (GUI or "gimp", "Xvfb", "xdotool", "openbox") if not shutil.which(name)]


def paint(path: Path, size: tuple[int, int] = SIZE) -> None:
    """Something to look at: hills under an evening sky, and a little noise as cameras make it."""
    width, height = size
    random = numpy.random.default_rng(3)
    y = numpy.linspace(0, 1, height)[:, None, None]
    sky = (1 - y) * numpy.array([60, 90, 160]) + y * numpy.array([250, 170, 110])
    picture = Image.fromarray(numpy.broadcast_to(sky, (height, width, 3)).astype(numpy.uint8))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((width * 0.62, height * 0.3, width * 0.74, height * 0.48), fill=(255, 236, 190))
    x = numpy.arange(width)
    for base, color in ((0.62, (92, 84, 120)), (0.74, (60, 70, 84)), (0.86, (30, 44, 40))):
        ridge = height * (base + 0.06 * numpy.sin(x / width * 9 + base * 40) + 0.03 * numpy.sin(x / width * 31 + base * 7))
        draw.polygon([(0, height), *zip(x.tolist(), ridge.tolist(), strict=True), (width, height)], fill=color)
    pixels = numpy.asarray(picture.filter(ImageFilter.GaussianBlur(1.5))).astype(float) + random.normal(0, 4, (height, width, 1))
    Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8)).save(path)


class Session:
    """Use as a context manager; `endpoints` stands in where the dialog names none."""

    def __init__(
        self, folder: Path, endpoints: str, size: str = "1400x1000", keyring: bool = False, picture: str = "photo.png", **environment: str
    ) -> None:
        self.keyring = keyring
        self.picture = picture
        self.gimp = Gimp(folder, plug_ins=[PLUG_INS / "saboteur"])
        profile = folder / "profile" / "gimprc"
        profile.write_text(profile.read_text() + '(config-version "3.0.4")\n')
        self.socket = folder / "socket"
        extra = {"UPSCALE_ENDPOINTS": endpoints, "SABOTEUR_SOCKET": str(self.socket), "GTK_MODULES": "", "NO_AT_BRIDGE": "0"}
        self.screen = Screen(self.gimp.make_environment({**extra, **environment}), size)
        paint(folder / "photo.png")

    def __enter__(self) -> "Session":
        self.screen.__enter__()
        if self.keyring:
            self.screen.start_keyring()
        command = [GUI, "--no-splash", "--new-instance", "--no-data", "--no-fonts", self.picture]
        self.process = self.screen.start(command, cwd=self.gimp.folder, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.socket.exists() and self.images(), "GIMP has the picture open")
        return self

    def __exit__(self, *_: object) -> None:
        self.screen.__exit__()

    def tell(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.sendall(command.encode() + b"\n")
            return connection.recv(5000).decode()

    def images(self) -> list:
        return json.loads(self.tell("describe 0"))

    def wait_for_images(self, expected: list) -> None:
        wait_until(lambda: self.images() == expected, f"images are {expected}, not {self.images()}", 180)

    def shot(self, name: str) -> None:
        self.screen.shot(SHOTS / f"{name}.png")

    def do(self, *command: str) -> object:
        return self.screen.do(*command)

    def open_dialog(self, item: str = "Tile Upscale...") -> None:
        self.do("click", "menu item", item)
        self.do("wait-sensitive", "button", "Upscale")

    def start(self) -> None:
        """From the menu to the running job, with what the dialog has."""
        self.open_dialog()
        self.do("press", "button", "Upscale")
        self.do("wait", "progress bar", "Finished tiles")
