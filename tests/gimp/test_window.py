# SPDX-License-Identifier: GPL-3.0-or-later
"""The real GIMP with its windows, by real keys and clicks: from the menu to the layer, and every way in which that may end."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until
from processes import find_processes

BEFORE = [[1200, 800, ["photo.png"]]]
AFTER = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
N_TILES = 6  # 1024 px with 128 px overlap on 2400x1600


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def answer(session: Session, button: str) -> None:
    session.do("wait-sensitive", "button", button)
    session.do("press", "button", button)


def test_open_edit_run_watch_and_undo(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=2)) as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.shot("dialog")
        # By keys alone: the mnemonic of the prompt, another prompt, then the scale.
        session.do("key", "alt+m", "ctrl+a")
        session.do("type", "granite and moss")
        session.do("key", "alt+a", "ctrl+a")
        session.do("type", "4")
        session.do("key", "Tab")
        session.do("wait", "label", "24 tiles on 1 endpoint")
        session.do("key", "alt+a", "ctrl+a")
        session.do("type", "2")
        session.do("key", "Tab")
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.do("key", "alt+u")
        session.do("wait", "progress bar", "Finished tiles")
        endpoint.wait_for_tiles(2)
        wait_until(lambda: "2 of 6 tiles" in str(session.do("describe", "image", "Map of the tiles")), "the map tells of two tiles")
        session.shot("progress")
        width = session.do("box", "image", "Map of the tiles")[2]
        session.do("press", "button", "Show the map larger")
        wait_until(lambda: session.do("box", "image", "Map of the tiles")[2] > 1.5 * width, "the map is larger")
        session.shot("progress-zoomed")
        session.do("press", "button", "Show more of the map")
        session.do("focus", "image", "Map of the tiles")
        session.do("key", "Right", "Right")
        session.do("wait", "image", "Tile 2, row 1, column 2: done")
        session.do("press", "button", "Hide Details")
        session.do("wait-gone", "image", "Tile 2")
        session.shot("progress-small")
        session.do("press", "button", "Show Details")
        session.do("wait", "image", "Tile 2")
        endpoint.release()
        session.wait_for_images(AFTER)
        session.do("wait-gone", "progress bar", "Finished tiles")
        session.shot("done")
        assert {request["global_prompt"] for request in endpoint.requests} == {"granite and moss"}
        session.do("click", "menu item", "Undo")
        session.wait_for_images(BEFORE)


def test_what_is_impossible_is_said_before_ok(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("key", "alt+d")
        session.do("type", "nowhere")
        session.do("wait-insensitive", "button", "Upscale")
        session.do("wait", "label", "There is no endpoint called 'nowhere'")
        session.shot("dialog-impossible")
        session.do("key", "ctrl+a", "BackSpace")
        session.do("wait-sensitive", "button", "Upscale")
        session.do("press", "page tab", "Advanced")
        session.do("wait", "check box", "Keep to the picture")
        session.do("key", "alt+v", "ctrl+a")
        session.do("type", "600")
        session.do("key", "Tab")
        session.do("wait-insensitive", "button", "Upscale")
        session.do("wait", "label", "choose 0 to 512 px")
        session.shot("dialog-advanced")
        unnamed = [control for control in session.do("controls", "Tile Upscale") if not control["name"]]
        assert not [control for control in unnamed if control["role"] not in ("page tab list", "scroll pane", "label", "filler")], unnamed
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Upscale")
        assert session.images() == BEFORE and not endpoint.tiles


def test_presets_set_what_they_name(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("press", "combo box", "Preset")
        session.do("wait", "menu item", "Illustration")
        session.do("press", "menu item", "Illustration")
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.do("key", "alt+u")
        session.wait_for_images(AFTER)
        assert {request["gen_params"]["steps"] for request in endpoint.requests} == {28}
        assert all("illustration" in request["global_prompt"] for request in endpoint.requests)


def test_cancel_keeps_what_is_finished(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=2)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        endpoint.wait_for_tiles(2)
        wait_until(lambda: "2 of 6 tiles" in str(session.do("describe", "image", "Map of the tiles")), "two tiles are in")
        session.do("wait", "dialog", "33 % - photo.png - Tile Upscale")
        endpoint.wait_until_full()
        answer(session, "Cancel")
        session.do("wait", "label", "Stopped. 2 of 6 tiles are kept: run again")
        session.shot("cancelled")
        wait_until(lambda: endpoint.deleted, "the endpoint was told to stop")
        answer(session, "Close")
        session.do("wait-gone", "progress bar", "Finished tiles")
        assert session.images() == BEFORE
        n_requests = len(endpoint.requests)
        endpoint.release()
        session.start()
        session.wait_for_images(AFTER)
        again = [tile["index"] for request in endpoint.requests[n_requests:] for tile in request["tiles"]]
        assert len(again) == N_TILES - 2, "a finished tile was sent again"


def test_failed_tiles_are_sent_again_when_asked(folder: Path) -> None:
    with EchoEndpoint(Behavior(fail_tiles={1, 4})) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.do("wait", "label", "2 of 6 tiles failed.")
        session.do("wait", "table cell", endpoint.url + ": the endpoint says: made to fail")
        session.shot("failed")
        endpoint.behavior.fail_tiles = {4}
        n_sent = len(endpoint.tiles)
        answer(session, "Retry Failed Tiles")
        session.do("wait", "label", "1 of 6 tiles failed.")
        assert {tile["index"] for tile in endpoint.tiles[n_sent:]} == {1, 4}
        answer(session, "Keep Finished Tiles")
        session.wait_for_images(AFTER)
        session.do("wait-gone", "progress bar", "Finished tiles")


def test_failed_result_is_discarded_when_asked(folder: Path) -> None:
    with EchoEndpoint(Behavior(fail_tiles={0})) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        answer(session, "Discard")
        session.do("wait-gone", "progress bar", "Finished tiles")
        endpoint.behavior.status = 500
        assert session.images() == BEFORE
        session.open_dialog()
        session.do("press", "page tab", "Advanced")
        session.do("wait", "spin button", "Steps")
        session.do("key", "alt+t", "ctrl+a")
        session.do("type", "31")
        session.do("key", "Tab", "alt+u")
        session.do("wait", "label", "6 of 6 tiles failed.")
        session.shot("all-failed")
        endpoint.behavior.status, endpoint.behavior.fail_tiles = 0, set()
        answer(session, "Retry Failed Tiles")
        session.wait_for_images(AFTER)


def test_closing_the_image_gives_a_new_one(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=0)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        wait_until(lambda: endpoint.requests, "the batch was sent")
        session.do("click", "menu item", "Close View")
        session.wait_for_images([])
        endpoint.release()
        session.wait_for_images([[2400, 1600, ["photo.png 2x"]]])
        session.shot("new-image")


def test_gimp_quits_while_it_runs(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=1)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        endpoint.wait_for_tiles(1)
        wait_until(lambda: list(session.gimp.cache.rglob("*.png")) or list(session.gimp.cache.rglob("*")), "the tile is kept")
        assert find_processes("tile-upscale", session.process.pid)
        session.do("click", "menu item", "Quit")
        wait_until(lambda: session.process.poll() is not None, "GIMP has gone")
        wait_until(lambda: not find_processes("tile-upscale", session.process.pid), "the plug-in has gone with it")
        assert session.process.returncode in (0, -signal.SIGTERM)
        assert [path for path in session.gimp.cache.rglob("*") if path.is_file()], "the finished tile is lost"
