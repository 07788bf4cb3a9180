# SPDX-License-Identifier: GPL-3.0-or-later
"""Users start a second job beside the first, change or close the image, or quit GIMP, by real keys and clicks."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Images, Session
from polling import wait_until
from processes import find_processes

N_TILES = 6  # 1024 px with 128 px overlap on 2400x1600


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def quit_gimp(session: Session) -> None:
    """Quits GIMP, and waits until neither GIMP nor a plug-in of its session runs."""
    assert find_processes("tile-upscale", session.process.pid)
    session.do("click", "menu item", "Quit")
    wait_until(lambda: session.process.poll() is not None, "GIMP has gone")
    wait_until(lambda: not find_processes("tile-upscale", session.process.pid), "the plug-in has gone with it")
    assert session.process.returncode in (0, -signal.SIGTERM)


def test_two_jobs_at_once_paint_a_layer_each(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=1)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        endpoint.wait_for_tiles(1)
        session.open_dialog()
        session.do("key", "alt+m", "ctrl+a")
        session.do("type", "granite and moss")
        session.do("press", "button", "Upscale")
        wait_until(lambda: "granite and moss" in {request["global_prompt"] for request in endpoint.requests}, "the second job sends")
        session.shot("two-jobs")
        endpoint.release()
        # Each layer comes right above its source.
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png 2x #1", "photo.png"]]])
        session.do("wait-gone", "progress bar", "Finished tiles")
        for prompt in {request["global_prompt"] for request in endpoint.requests}:
            sent = [tile["index"] for request in endpoint.requests if request["global_prompt"] == prompt for tile in request["tiles"]]
            assert sorted(sent) == list(range(N_TILES)), f"a tile of {prompt!r} was lost, or sent twice"


def test_changed_image_gets_the_layer_and_one_undo_step(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=1)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        endpoint.wait_for_tiles(1)
        session.do("click", "menu item", "Invert")
        session.do("click", "menu item", "Duplicate Layer")
        session.wait_for_images([[1200, 800, ["photo.png copy", "photo.png"]]])
        endpoint.release()
        session.wait_for_images([[2400, 1600, ["photo.png copy", "photo.png 2x", "photo.png"]]])
        session.do("wait-gone", "progress bar", "Finished tiles")
        session.do("click", "menu item", "Undo")
        session.wait_for_images([[1200, 800, ["photo.png copy", "photo.png"]]])


@pytest.mark.parametrize(("item", "left"), [("Close View", []), ("Delete Layer", [[1200, 800, []]])])
def test_layer_that_goes_while_the_dialog_is_open_is_said(folder: Path, item: str, left: Images) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("click", "menu item", item)
        session.wait_for_images(left)
        session.do("press", "button", "Upscale")
        session.do("wait", "label", "The layer is gone: its image was closed, or the layer was deleted.")
        session.shot("layer-gone")
        wait_until(lambda: not find_processes("tile-upscale", session.process.pid), "the plug-in has ended")
        assert session.images() == left
        assert not endpoint.tiles


def test_source_that_goes_while_the_dialog_of_a_repaint_is_open_is_said(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png"]]])
        session.do("wait-gone", "progress bar", "Finished tiles")
        n_sent = len(endpoint.tiles)
        session.tell("activate 0")
        session.tell("select 300")
        session.open_dialog()
        session.do("wait", "check box", "Repaint only the tiles under the selection")
        session.tell("activate 1")
        session.do("click", "menu item", "Delete Layer")
        session.wait_for_images([[2400, 1600, ["photo.png 2x"]]])
        session.do("press", "button", "Upscale")
        session.do("wait", "label", "The layer that this one was made from is gone: undo its removal")
        assert len(endpoint.tiles) == n_sent


def test_gimp_quits_while_the_dialog_is_open(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        quit_gimp(session)
        assert not endpoint.tiles


def test_gimp_quits_while_it_asks_about_failed_tiles(folder: Path) -> None:
    with EchoEndpoint(Behavior(fail_tiles={0})) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.do("wait", "label", "1 of 6 tiles failed.")
        quit_gimp(session)
        assert len(session.gimp.list_stored_tiles()) == N_TILES - 1, "a finished tile is lost"
