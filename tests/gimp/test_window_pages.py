# SPDX-License-Identifier: GPL-3.0-or-later
"""The first page: the size of the result in any unit, the strength with its words, and the names of image and layer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

PPI = 72  # of a picture that tells none
MM_PER_INCH = 25.4


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def wait_for_text(session: Session, name: str, text: str) -> None:
    wait_until(lambda: session.do("text", "spin button", name) == text, f"{name} shows {text}")


def test_a_typed_size_is_the_size_of_the_result(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("wait", "dialog", "photo.png - Tile Upscale")
        session.do("wait", "label", "photo.png, photo.png")
        session.do("wait-gone", "button", "Save Settings")
        session.do("press", "button", "Help")
        session.do("wait", "dialog", "Manual of Tile Upscale")
        assert "This computer" in session.do("text", "text", "Manual of Tile Upscale")
        session.shot("help")
        session.do("press", "button", "Close")
        session.do("wait-gone", "dialog", "Manual of Tile Upscale")
        session.retype("Scale", "2.5")
        wait_for_text(session, "Width", "3000")
        wait_for_text(session, "Height", "2000")
        session.retype("Height", "1000")
        wait_for_text(session, "Width", "1500")
        wait_for_text(session, "Scale", "1.25")
        # No scale of two decimals gives this width, and passing through the scale's entry changes nothing.
        session.retype("Width", "1301")
        wait_for_text(session, "Height", "867")
        session.do("focus", "spin button", "Scale")
        session.do("key", "Tab")
        session.do("wait", "label", "Result: 1301 × 867 px")
        session.do("press", "button", "Upscale")
        session.wait_for_images([[1301, 867, ["photo.png 1.084x", "photo.png"]]])


def test_the_size_can_be_typed_in_units_of_length(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url, locale="de_DE") as session:
        session.open_dialog()
        width, height, size = session.say("Width"), session.say("Height"), session.say("Result: %d × %d px")
        session.do("wait-gone", "combo box", "px")  # GIMP's own, which has no name but its text
        session.do("press", "combo box", session.say("Unit"))
        session.do("press", "menu item", "cm")
        wait_for_text(session, width, f"{2400 / PPI * MM_PER_INCH / 10:.3f}".replace(".", ","))
        session.do("press", "combo box", session.say("Unit"))
        session.do("press", "menu item", "mm")
        wait_for_text(session, width, f"{2400 / PPI * MM_PER_INCH:.2f}".replace(".", ","))
        for typed in ("900.5", "900,5"):
            session.retype(width, "846")
            session.do("wait", "label", size % (2398, 1599))
            session.retype(width, typed)
            # 900.5 / 25.4 * 72 px are 2552.6, and two thirds of them 1701.7.
            session.do("wait", "label", size % (2553, 1702))
        session.do("key", "Tab")
        wait_for_text(session, height, f"{1702 / PPI * MM_PER_INCH:.2f}".replace(".", ","))
        session.retype(session.say("Pixels per inch"), "144")
        session.do("key", "Tab")
        wait_for_text(session, width, f"{2553 / 144 * MM_PER_INCH:.2f}".replace(".", ","))
        session.do("wait", "label", size % (2553, 1702))
        session.shot("size-millimeters")


def test_the_slider_and_the_number_show_one_strength(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("focus", "slider", "Strength")
        session.do("key", "Right", "Right")
        wait_for_text(session, "Strength", "0.40")
        session.retype("Strength", "0.8")
        session.do("press", "button", "Upscale")
        wait_until(lambda: endpoint.requests, "a batch was sent")
        assert endpoint.requests[0]["gen_params"]["strength"] == 0.8


@pytest.mark.parametrize("locale", ["", "de_DE"])
def test_all_pages_fit_a_small_screen(folder: Path, locale: str) -> None:
    height = 768
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url, locale=locale, size=f"1366x{height}") as session:
        session.open_dialog()
        for page in ("Picture", "Where", "Advanced", "Trials"):
            session.do("press", "page tab", session.say(page))
            session.shot(f"small-screen-{locale or 'en'}-{page.lower()}")
            box = session.do("box", "button", session.say("_Upscale"))
            assert box[1] + box[3] < height, f"the buttons below the page {page} are out of sight"
