# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers mean what was typed, with either decimal separator, and other texts change nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

WHOLE = "%s: '%s' is not a whole number from %s to %s. It stays %s."
DECIMAL = "%s: '%s' is not a number from %s to %s. It stays %s."
# All arguments that are numbers but the weight of IP-Adapter, which waits for a picture, and that of the page Where; and three of the size.
N_NUMBERS = 17


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def wait_for_text(session: Session, name: str, text: str) -> None:
    wait_until(lambda: session.do("text", "spin button", name) == text, f"{name} shows {text}")


@pytest.mark.parametrize(("locale", "separator"), [("", "."), ("de_DE", ",")])
def test_both_separators_are_read(folder: Path, locale: str, separator: str) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url, locale=locale) as session:
        scale, upscale, size = session.say("Sc_ale"), session.say("_Upscale"), session.say("Result: %d × %d px")
        session.open_dialog()
        for typed in ("2.5", "2,5"):
            session.retype(scale, "1")
            session.do("wait", "label", size % (1200, 800))
            session.retype(scale, typed)
            session.do("wait", "label", size % (3000, 2000))
            session.do("key", "Tab")
            wait_for_text(session, scale, f"2{separator}50")
        for nonsense in ("abc", "25"):
            problem = session.say(DECIMAL) % (scale, nonsense, "1", "8", f"2{separator}50")
            session.retype(scale, nonsense)
            session.do("wait", "label", problem)
            session.do("wait-insensitive", "button", upscale)
            session.shot(f"number-refused-{locale or 'en'}")
            session.do("key", "Tab")
            wait_for_text(session, scale, f"2{separator}50")
            session.do("wait-sensitive", "button", upscale)
            session.do("wait", "label", problem)
            session.do("wait", "label", size % (3000, 2000))
        # The number counts before the focus leaves it.
        session.retype(scale, "1.5")
        session.press_mnemonic("_Upscale")
        session.wait_for_images([[1800, 1200, ["photo.png 1.5x", "photo.png"]]])


def test_a_long_text_leaves_the_buttons_on_the_screen(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        place = session.do("box", "button", "Upscale")
        session.retype("Scale", "1" * 300)
        session.do("wait", "label", "1' is not a number from 1 to 8. It stays 2.00.")
        assert session.do("box", "button", "Upscale") == place
        session.do("key", "Tab")
        wait_for_text(session, "Scale", "2.00")
        session.do("focus", "text", "Endpoints")
        session.do("type", "x" * 300)
        session.do("wait", "label", f"There is no endpoint called '{'x' * 300}'")
        assert session.do("box", "button", "Upscale")[0] == place[0]


def test_every_number_of_the_dialog_refuses_letters(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        seen: list[str] = []
        for page, control in (("Picture", "Scale"), ("Advanced", "Steps")):
            session.do("press", "page tab", page)
            session.do("wait", "spin button", control)
            if page == "Advanced":
                session.do("press", "button", "Add a LoRA")
                session.do("wait", "spin button", "Weight of the LoRA")
            for name in [control["name"] for control in session.do("controls", "Tile Upscale") if control["role"] == "spin button"]:
                if name == "IP-Adapter style weight":
                    continue
                text = session.do("text", "spin button", name)
                session.retype(name, "x1")
                session.do("wait", "label", f"{name}: 'x1' is not a ")
                session.do("key", "Tab")
                wait_for_text(session, name, text)
                seen.append(name)
        assert len(set(seen)) == len(seen) == N_NUMBERS + 1, seen


def test_a_whole_number_has_no_separator(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url, locale="de_DE") as session:
        session.open_dialog()
        session.do("press", "page tab", session.say("Advanced"))
        steps, batch_size, automatic = session.say("S_teps"), session.say("_Batch size"), session.say("automatic")
        session.retype(steps, "1.000")
        session.do("wait", "label", session.say(WHOLE) % (steps, "1.000", "1", "150", "30"))
        session.retype(batch_size, "2,0")
        session.do("wait", "label", session.say(WHOLE) % (batch_size, "2,0", "0", "1000", automatic))
        session.do("key", "Tab")
        wait_for_text(session, batch_size, automatic)
        session.retype(batch_size, "3")
        session.do("key", "Tab")
        wait_for_text(session, batch_size, "3")
        session.retype(batch_size, "0")
        session.do("key", "Tab")
        wait_for_text(session, batch_size, automatic)


def test_numbers_of_endpoints_and_loras(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, "") as session:
        session.open_dialog()
        session.do("press", "button", "Edit...")
        session.do("press", "button", "Add an endpoint")
        session.do("key", "alt+r", "ctrl+a")
        session.do("type", endpoint.url)
        session.retype("Price ($/h)", "1,25")
        session.retype("Slots", "two")
        session.do("wait", "label", WHOLE % ("Slots", "two", "0", "256", "automatic"))
        session.do("wait-insensitive", "button", "Save")
        session.shot("endpoints-number-refused")
        session.do("key", "Tab")
        session.do("wait-sensitive", "button", "Save")
        wait_for_text(session, "Price ($/h)", "1.250")
        session.retype("Slots", "2")
        session.do("key", "alt+s")
        session.do("wait-gone", "button", "Add an endpoint")
        kept = (folder / "profile" / "tile-upscale" / "endpoints.conf").read_text()
        assert "price-per-hour=1.25\n" in kept and "slots=2\n" in kept, kept
        session.do("key", "alt+d")
        session.do("type", "gpu")
        session.do("press", "page tab", "Advanced")
        session.do("press", "button", "Add a LoRA")
        session.do("wait", "spin button", "Weight of the LoRA")
        session.do("type", "detail")
        session.retype("Weight of the LoRA", "0,75")
        session.do("key", "alt+u")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png"]]])
        assert endpoint.requests[-1]["model_config"]["loras"] == [{"name": "detail", "weight": 0.75}]
