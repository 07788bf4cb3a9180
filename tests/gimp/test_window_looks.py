# SPDX-License-Identifier: GPL-3.0-or-later
"""Every window in several languages, themes and sizes: nothing is cut, leaves the screen or changes its size, and a screenshot of
each lies among the screens, for people to look at."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

SMALL, LARGE = "1366x768", "1920x1080"


@dataclass
class Look:
    locale: str = ""
    scheme: str = "dark"
    size: str = SMALL
    is_whole: bool = False  # whether questions and the dialog's further uses are seen, too
    is_mirrored: bool = False
    environment: dict[str, str] = field(default_factory=dict)


LOOKS = {
    "english": Look(scheme="light", is_whole=True),
    "german": Look("de_DE", is_whole=True),
    # The text of twice its size does not fit a small screen in GIMP's own windows either.
    "japanese": Look("ja_JP", "light", LARGE, environment={"GDK_DPI_SCALE": "2"}),
    "right-to-left": Look(is_mirrored=True),
}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


class Tour:
    """Goes through the windows, and notes what is wrong with each."""

    def __init__(self, session: Session, name: str) -> None:
        self.session = session
        self.name = name
        self.faults: dict[str, list[str]] = {}

    def look(self, what: str) -> None:
        self.session.shot(f"look-{self.name}-{what}")
        faults = self.session.do("faults")
        if faults:
            self.faults[what] = faults

    def press(self, role: str, message: str) -> None:
        self.session.do("press", role, self.session.say(message))

    def turn_to(self, page: str, role: str, message: str) -> None:
        """Turns to a page, and waits for a control of it."""
        self.press("page tab", page)
        self.session.do("wait", role, self.session.name(message))

    def wait(self, role: str, message: str) -> None:
        """Waits for a message up to its first number or name."""
        self.session.do("wait", role, self.session.say(message).partition("%")[0])

    def wait_gone(self, role: str, message: str) -> None:
        self.session.do("wait-gone", role, self.session.say(message))

    def measure_progress(self) -> int:
        """Returns the distance between the uppermost and the lowermost widget of the progress window."""
        top = int(self.session.do("box", "progress bar", self.session.say("Finished tiles"))[1])
        return int(self.session.do("box", "button", self.session.say("_Cancel"))[1]) - top

    def see_pages(self) -> None:
        self.look("picture")
        self.turn_to("Where", "label", "Regions")
        self.press("button", "Add a _region")
        self.session.do("focus", "combo box", self.session.say("Channel, layer mask or layer of the region"))
        self.session.do("key", "Down")
        self.press("image", "Map of the tiles")
        self.session.do("wait-sensitive", "text", self.session.name("Prompt o_f the tile"))
        self.session.do("type", "a lake")
        prompt = self.session.name("Prompt o_f the tile")
        wait_until(lambda: self.session.do("text", "text", prompt) == "a lake", "the text is typed")
        self.look("where")
        self.turn_to("Advanced", "spin button", "S_teps")
        self.look("advanced")
        self.turn_to("Trials", "combo box", "Compare _with")
        self.session.do("wait-insensitive", "slider", self.session.say("Divider between before and after"))
        self.look("trials-empty")

    def try_tile(self) -> None:
        self.turn_to("Picture", "spin button", "Sc_ale")
        self.press("image", "Map of the tiles")
        self.press("button", "Tr_y This Tile")
        self.wait("radio button", "Trial %u")
        self.session.do("wait-sensitive", "slider", self.session.say("Divider between before and after"))
        self.look("trial")
        self.turn_to("Picture", "spin button", "Sc_ale")

    def see_windows_of_dialog(self) -> None:
        self.press("button", "_Edit...")
        self.press("button", "Add an endpoint")
        self.look("endpoints")
        self.session.do("key", "Escape")
        self.wait_gone("button", "Add an endpoint")
        self.press("button", "Save as a preset")
        self.wait("button", "_Save")
        self.look("preset")
        self.session.do("key", "Escape")
        self.wait_gone("button", "_Save")

    def set_tiles(self, size_px: int, overlap_px: int) -> None:
        self.session.retype(self.session.name("O_verlap (px)"), str(overlap_px))
        self.session.retype(self.session.name("T_ile size (px)"), str(size_px))
        self.session.do("key", "Tab")

    def see_large_question(self) -> None:
        self.turn_to("Advanced", "spin button", "S_teps")
        self.set_tiles(128, 64)
        self.wait("label", "This job is large: you are asked again before it begins.")
        self.look("large")
        self.press("button", "_Upscale")
        self.wait("label", "Begin this large job?")
        self.look("large-question")
        self.session.do("key", "Escape")
        self.wait_gone("label", "Begin this large job?")
        self.set_tiles(1024, 128)
        self.wait_gone("label", "This job is large: you are asked again before it begins.")
        self.turn_to("Picture", "spin button", "Sc_ale")

    def see_job(self, endpoint: EchoEndpoint) -> None:
        self.press("button", "_Upscale")
        self.wait("progress bar", "Finished tiles")
        sizes = [self.measure_progress()]
        endpoint.wait_until_full()
        endpoint.let_through(2)
        endpoint.wait_for_tiles(2)
        sizes.append(self.measure_progress())
        self.look("works")
        self.session.do("key", "Escape")
        self.wait("label", "Stop the job?")
        self.look("stop-question")
        self.session.do("key", "Escape")
        self.wait_gone("label", "Stop the job?")
        sizes.append(self.measure_progress())
        endpoint.release()
        self.wait("button", "_Retry Failed Tiles")
        self.look("failed")
        self.press("button", "Show _Log")
        self.wait("text", "Log of the job")
        self.look("log")
        self.session.do("key", "Escape")
        self.wait_gone("text", "Log of the job")
        assert len(set(sizes)) == 1, sizes

    def see_end(self) -> None:
        self.press("button", "_Retry Failed Tiles")
        self.wait("slider", "Divider between before and after")
        self.look("end")
        self.press("button", "_Close")
        self.wait_gone("slider", "Divider between before and after")

    def see_repaint(self) -> None:
        self.session.tell("activate 0")
        self.session.tell("select 300")
        self.session.open_dialog()
        self.look("repaint")
        self.session.do("key", "Escape")
        self.wait_gone("button", "_Upscale")

    def see_repeat_question(self) -> None:
        self.session.tell("open-again 0")
        wait_until(lambda: len(self.session.images()) == 2, "the second image is open")
        self.session.do("click", "menu item", self.session.say("Tile Upscale: Repeat _Recipe..."))
        self.wait("label", "This image has no recipe. Use that of another open image?")
        self.look("repeat-question")
        self.press("button", "_Use Recipe")
        self.wait("label", "The image has no channel, layer or layer mask '%s': correct the name of the region, or remove it.")
        self.look("repeat")
        self.session.do("key", "Escape")


@pytest.mark.parametrize("name", LOOKS)
def test_all_windows_can_be_read(folder: Path, name: str) -> None:
    look = LOOKS[name]
    modules = [os.environ[name] for name in ("UPSCALE_WINDOW_FAULTS", *(["UPSCALE_MIRROR_WINDOWS"] if look.is_mirrored else []))]
    environment = {"GTK_MODULES": ":".join(modules), **look.environment}
    with EchoEndpoint(Behavior(hold_after=1, fail_tiles={3, 5})) as endpoint:
        session = Session(folder, endpoint.url, look.size, environment=environment, locale=look.locale, stays_open=True)
        profile = folder / "profile" / "gimprc"
        profile.write_text(f"{profile.read_text()}(theme-color-scheme {look.scheme})\n")
        with session:
            tour = Tour(session, name)
            session.tell("add-channel 250")
            session.open_dialog()
            tour.see_pages()
            tour.try_tile()
            tour.see_windows_of_dialog()
            if look.is_whole:
                tour.see_large_question()
            tour.see_job(endpoint)
            endpoint.behavior.fail_tiles = set()
            tour.see_end()
            if look.is_whole:
                tour.see_repaint()
                tour.see_repeat_question()
    assert not tour.faults, "\n".join(f"{what}: {fault}" for what, faults in tour.faults.items() for fault in faults)
