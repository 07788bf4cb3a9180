# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a job in the real window: the picture before and after, the desktop's notification, and the ways to close it."""

import base64
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from arrays import Array
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from PIL import Image
from polling import wait_until
from processes import find_processes
from screen import SHOTS

BEFORE = [[1200, 800, ["photo.png"]]]
AFTER = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
N_TILES = 6  # 1024 px with 128 px overlap on 2400x1600
SLIDER = ("slider", "Divider between before and after")
CANVAS = ("image", "Before and after")
APART = 60
DESKTOP = Path(__file__).parents[1] / "support" / "desktop.py"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def brighten(picture: Image.Image) -> Image.Image:
    """Makes every pixel brighter by 60 of 255."""
    return picture.point([min(255, value + APART) for value in range(256)] * 3)


def run(session: Session) -> None:
    """Runs a job without color correction, which would take out what the endpoint changes."""
    session.open_dialog()
    session.do("press", "page tab", "Advanced")
    session.retype("Color correction", "0")
    session.do("key", "Tab", "alt+u")
    session.do("wait", "label", "photo.png 2x: 6 of 6 tiles, ")


def see(session: Session, name: str) -> list[tuple[int, ...]]:
    """Keeps a screenshot, and returns the canvas's colors in a row a little above its middle."""
    x, y, width, height = session.do("box", *CANVAS)
    session.shot(name)
    with Image.open(SHOTS / f"{name}.png") as screen:
        part = screen.convert("RGB").crop((x, y, x + width, y + height))
    return [part.getpixel((column, height // 2 - 40)) for column in range(width)]


def find_divider(row: list[tuple[int, ...]]) -> int:
    """Returns the first column of the white line of the divider."""
    return next(i for i in range(2, len(row) - 2) if row[i] == row[i + 1] == (255, 255, 255) and sum(row[i - 2]) < sum(row[i]))


def test_before_and_after_can_be_compared(folder: Path) -> None:
    with EchoEndpoint(Behavior(change=brighten)) as endpoint, Session(folder, endpoint.url, stays_open=True) as session:
        run(session)
        assert session.images() == AFTER, "the layer comes before the comparison"
        row = see(session, "end")
        session.do("focus", *SLIDER)
        session.do("key", "Left", "Left")
        wait_until(lambda: abs(session.do("value", *SLIDER) - 0.48) < 0.001, "the divider follows the keys")
        x, y, width, height = session.do("box", *CANVAS)
        session.do("drag", x + int(width * 0.48), y + height // 2, x + width // 4, y + height // 2)
        wait_until(lambda: abs(session.do("value", *SLIDER) - 0.25) < 0.01, "the divider follows the mouse")
        moved = see(session, "end-divider")
        middle = len(row) * 3 // 8
        assert all(abs(b - a - APART) <= 3 for a, b in zip(row[middle], moved[middle], strict=True)), (row[middle], moved[middle])


def join_tiles(endpoint: EchoEndpoint) -> Array:
    """Returns the enlarged picture as the endpoint has seen it."""
    picture = Image.new("RGB", (2400, 1600))
    for request in endpoint.requests:
        for tile in request["tiles"]:
            picture.paste(Image.open(io.BytesIO(base64.b64decode(tile["image"]))), (tile["x"], tile["y"]))
    return numpy.asarray(picture).astype(int)


def is_part(seen: Array, picture: Array, left: int, top: int) -> bool:
    """Compares to the last bit but one, since the result is rounded once more."""
    height, width = seen.shape[:2]
    return bool(abs(seen - picture[top : top + height, left : left + width]).max() <= 1)


def test_every_pixel_can_be_seen(folder: Path) -> None:
    with EchoEndpoint(Behavior(change=brighten)) as endpoint, Session(folder, endpoint.url, stays_open=True) as session:
        run(session)
        session.do("press", "button", "Show every pixel (100 %)")
        wait_until(lambda: session.do("describe", *CANVAS) == "100 %", "the picture is shown at 100 %")
        x, y, width, height = session.do("box", *CANVAS)
        before = join_tiles(endpoint)
        after = numpy.minimum(before + APART, 255)

        def is_shown() -> bool:
            session.shot("end-100")
            with Image.open(SHOTS / "end-100.png") as screen:
                seen = numpy.asarray(screen.convert("RGB").crop((x, y, x + width, y + height))).astype(int)
            # Below the names, and beside the divider and its handle.
            left, right = seen[50:-10, 10 : width // 2 - 20], seen[50:-10, width // 2 + 20 : -10]
            places = [(1200 - width // 2 + a, 800 - height // 2 + b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
            return any(
                is_part(left, before, at + 10, top + 50) and is_part(right, after, at + width // 2 + 20, top + 50) for at, top in places
            )

        wait_until(is_shown, "each px of the screen is one px of the base or of the result, in its place")
        session.do("drag", x + width // 4, y + height // 2, x + width // 4 - 20, y + height // 2)
        session.do("wheel", x + width // 2 + 50, y + height // 2, "up", "ctrl")
        wait_until(lambda: session.do("describe", *CANVAS) == "200 %", "the wheel zooms in")
        session.shot("end-200")
        session.do("focus", *CANVAS)
        session.do("key", "0")
        session.do("wait-insensitive", "button", "Show the whole picture")
        session.do("wait-insensitive", "button", "Zoom out")


def test_undo_while_the_window_is_open(folder: Path) -> None:
    """One step removes the new layer and the plain enlargement below it."""
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url, stays_open=True) as session:
        session.open_dialog()
        session.do("press", "page tab", "Advanced")
        session.do("press", "check box", "Also keep a plain enlargement below")
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png 2x, plain", "photo.png"]]])
        session.do("wait", "button", "Show Log")
        session.do("click", "menu item", "Undo")
        session.wait_for_images(BEFORE)
        session.do("press", "button", "Close")
        session.do("wait-gone", *CANVAS)
        wait_until(lambda: not find_processes("tile-upscale", session.process.pid), "the plug-in has ended")
        session.shot("end-undone")
        session.open_dialog()


def test_window_closes_itself_when_asked(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=0)) as endpoint, Session(folder, endpoint.url, stays_open=True) as session:
        session.start()
        session.do("press", "check box", "Close this window when the job is done")
        endpoint.release()
        session.wait_for_images(AFTER)
        session.do("wait-gone", "check box", "Close this window when the job is done")
        session.tell("activate 1")
        session.open_dialog()
        session.do("press", "button", "Upscale")
        wait_until(lambda: len(session.images()[0][2]) == 3, "the second layer is there", 120)
        session.do("wait-gone", "check box", "Close this window when the job is done")


def test_desktop_is_told_while_the_user_looks_elsewhere(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=0)) as endpoint, Session(folder, endpoint.url, stays_open=True) as session:
        told = folder / "told"
        session.screen.start([sys.executable, str(DESKTOP), str(told)])
        wait_until(told.exists, "the desktop takes notifications")
        session.start()
        # The title of GIMP's own window.
        session.do("drag", 300, 10, 300, 10)
        endpoint.release()
        wait_until(lambda: "photo.png 2x: 6 of 6 tiles, " in told.read_text(), "the desktop is told")
        session.do("press", "button", "Close")
        session.tell("activate 1")
        session.start()
        session.do("wait", "label", "photo.png 2x #1: 6 of 6 tiles, ")
        assert told.read_text().count("\n") == 1, "the window that the user looks at says it already"


def test_log_is_shown(folder: Path) -> None:
    """In a light theme, in German."""
    with EchoEndpoint() as endpoint:
        session = Session(folder, endpoint.url, locale="de_DE", stays_open=True)
        profile = folder / "profile" / "gimprc"
        profile.write_text(profile.read_text() + "(theme-color-scheme light)\n")
        with session:
            session.start()
            session.do("wait", "button", session.say("Show _Log"))
            session.shot("end-german")
            session.do("press", "button", session.say("Show _Log"))
            assert '"tile"' in session.do("text", "text", session.say("Log of the job"))
            session.shot("end-log")
