# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from right to left and twice as large breaks neither the dialog nor the progress window."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from locales import make_locale
from polling import wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def assert_inside(session: Session, role: str, window: str) -> None:
    left, top, width, height = session.do("box", role, window)
    for control in session.do("controls", window):
        x, y, w, h = control["box"]
        assert left <= x and top <= y and x + w <= left + width and y + h <= top + height, control


def translate(folder: Path) -> None:
    """GLib turns nothing around for a program that is not translated, and we have no such language yet: an empty one will do."""
    ours = folder / "plug-ins" / "tile-upscale"
    shutil.copytree(Path(os.environ["UPSCALE_PLUGIN_FOLDER"]) / "tile-upscale", ours)
    catalog = ours / "locale" / "he" / "LC_MESSAGES" / "tile-upscale.mo"
    catalog.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    subprocess.run(["msgfmt", "-o", str(catalog), "-"], input=header, text=True, check=True)


def test_right_to_left_at_twice_the_size(folder: Path) -> None:
    language = {**make_locale(folder, "he_IL"), "GDK_DPI_SCALE": "2"}
    translate(folder)
    with (
        EchoEndpoint(Behavior(hold_after=2)) as endpoint,
        Session(folder, endpoint.url, "2600x1800", environment=language, stays_open=True) as session,
    ):
        session.open_dialog()
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.shot("dialog-large")
        assert_inside(session, "dialog", "Tile Upscale")
        spin, picture = session.do("box", "spin button", "Scale"), session.do("box", "image", "Map of the tiles")
        assert spin[0] < picture[0], "the picture does not stand on the right"
        session.do("press", "button", "Upscale")
        session.do("wait", "progress bar", "Finished tiles")
        endpoint.wait_for_tiles(2)
        session.do("wait", "label", "2 of 6 tiles")
        session.shot("progress-large")
        assert_inside(session, "dialog", "Tile Upscale")
        endpoint.release()
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png"]]])
        session.do("wait", "button", "Show Log")
        slider = ("slider", "Divider between before and after")
        session.do("focus", *slider)
        session.do("key", "Left", "Left", "Left")
        wait_until(lambda: session.do("value", *slider) > 0.525, "the first picture is on the right")
        session.shot("end-large")
        assert_inside(session, "dialog", "Tile Upscale")
