# SPDX-License-Identifier: GPL-3.0-or-later
"""The real GIMP with its windows and one picture open, on a screen of its own, and a connection to a plug-in in it that describes
its images."""

import json
import re
import shutil
import socket
import subprocess
from contextlib import ExitStack
from gettext import NullTranslations
from pathlib import Path
from typing import Any

import numpy
from gimp_runner import Gimp
from locales import load_translations, make_locale
from PIL import Image, ImageDraw, ImageFilter
from polling import wait_until
from screen import Screen

GUI = next((name for name in ("gimp-3.0", "gimp-3.2", "gimp") if shutil.which(name)), "")
PLUG_INS = Path(__file__).parents[1] / "gimp" / "plug-ins"
SIZE = (1200, 800)
START_LIMIT_S = 120
RUN_LIMIT_S = 180
# Width, height and the names of the layers of each image, all as JSON has them.
Images = list[list[Any]]
# GTK's accessibility says that a menu which is clicked while it is closed has no window, and says so in GIMP's own process, too.
# It also trips over a widget that goes while the driver of the screen asks about it.
NOT_OURS = "gdk_window_get_window_type|gtk_accessible_get_widget"
WARNING = re.compile(rf"\(tile-upscale:\d+\): (Gtk|Gdk|GLib|Pango)-(WARNING|CRITICAL|ERROR) (?!.*({NOT_OURS}))")
MISSING = [name for name in (GUI or "gimp", "Xvfb", "xdotool", "openbox") if not shutil.which(name)]


def paint(path: Path, size: tuple[int, int] = SIZE) -> None:
    """Paints hills under an evening sky, with a little noise as cameras make it."""
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
        draw.polygon([(0, height), *zip(map(float, x), map(float, ridge), strict=True), (width, height)], fill=color)
    pixels = numpy.asarray(picture.filter(ImageFilter.GaussianBlur(1.5))).astype(float) + random.normal(0, 4, (height, width, 1))
    Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8)).save(path)


class Session:
    """Use as a context manager; the dialog takes `endpoints` where its field for endpoints is empty."""

    def __init__(
        self, folder: Path, endpoints: str, size: str = "1400x1000", keyring: bool = False, picture: str = "photo.png",
        environment: dict[str, str] | None = None, locale: str = "", stays_open: bool = False,
    ) -> None:  # fmt: skip
        """Starts GIMP in `locale`, such as de_DE, or else in English. The progress window stays open at the end of a job if told to."""
        self.keyring = keyring
        self.picture = picture
        self.gimp = Gimp(folder, plug_ins=[PLUG_INS / "saboteur"])
        profile = folder / "profile" / "gimprc"
        # GIMP welcomes a user whose profile another version has written, and the welcome lies before all other windows.
        version = subprocess.run([GUI, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1]
        profile.write_text(f'{profile.read_text()}(config-version "{version}")\n')
        if not stays_open:
            own = folder / "profile" / "tile-upscale"
            own.mkdir(exist_ok=True)
            (own / "windows.conf").write_text("[Progress Window]\nclose-when-done=true\n")
        self.socket = folder / "socket"
        self.log = folder / "gimp.log"
        self.translations = load_translations(locale) if locale else NullTranslations()
        extra = {"UPSCALE_ENDPOINTS": endpoints, "SABOTEUR_SOCKET": str(self.socket), "GTK_MODULES": "", "NO_AT_BRIDGE": "0"}
        language = make_locale(folder, locale) if locale else {}
        self.screen = Screen(self.gimp.make_environment({**extra, **language, **(environment or {})}), size)
        paint(folder / "photo.png")

    def __enter__(self) -> "Session":
        with ExitStack() as stack:
            stack.enter_context(self.screen)
            if self.keyring:
                self.screen.start_keyring()
            command = [GUI, "--no-splash", "--new-instance", "--no-data", "--no-fonts", self.picture]
            with self.log.open("w") as log:
                self.process = self.screen.start(command, cwd=self.gimp.folder, stderr=log)
            wait_until(lambda: self.socket.exists() and self.images(), "GIMP has the picture open", START_LIMIT_S)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.stack.close()
        warnings = [] if kind else self.list_warnings()
        assert not warnings, warnings

    def list_warnings(self) -> list[str]:
        """Returns what GTK, GLib and our own code have warned of in the plug-in."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if WARNING.search(line)]

    def tell(self, command: str) -> str:
        """Sends a command to the saboteur inside GIMP, and returns its answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.sendall(command.encode() + b"\n")
            return connection.recv(5000).decode()

    def images(self) -> Images:
        images: Images = json.loads(self.tell("describe 0"))
        return images

    def wait_for_images(self, expected: Images) -> None:
        wait_until(lambda: self.images() == expected, f"images are {expected}, not {self.images()}", RUN_LIMIT_S)

    def shot(self, name: str) -> None:
        self.screen.shot(name)

    def do(self, *command: str | int) -> Any:
        return self.screen.do(*command)

    def say(self, message: str) -> str:
        """Returns a message of the plug-in in the session's language, without the mark of its mnemonic."""
        return self.translations.gettext(message).replace("_", "")

    def name(self, message: str) -> str:
        """Returns the accessible name of a control beside the label with this message: no language's mnemonic in brackets is in it."""
        return re.sub(r"\(\w\)$", "", self.say(message))

    def press_mnemonic(self, message: str) -> None:
        """Presses the keys that activate the control with this label."""
        self.do("key", "alt+" + self.translations.gettext(message).partition("_")[2][0].lower())

    def retype(self, name: str, text: str) -> None:
        """Replaces the text of a spin button as the user does, and leaves the focus in it."""
        self.do("focus", "spin button", name)
        self.do("key", "ctrl+a")
        self.do("type", text)

    def open_dialog(self, item: str = "Tile U_pscale...") -> None:
        self.do("click", "menu item", self.say(item))
        self.do("wait-sensitive", "button", self.say("_Upscale"))

    def start(self) -> None:
        """Opens the dialog and starts a job with the dialog's values."""
        self.open_dialog()
        self.do("press", "button", self.say("_Upscale"))
        self.do("wait", "progress bar", self.say("Finished tiles"))
