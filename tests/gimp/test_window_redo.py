# SPDX-License-Identifier: GPL-3.0-or-later
"""A result can be repainted where the selection is, and its recipe repeated: the real GIMP with its windows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_window import MISSING, Session

FIRST = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
REPAINTED = [[2400, 1600, ["photo.png 2x #1", "photo.png 2x", "photo.png"]]]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def test_repaint_under_the_selection_and_repeat(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.wait_for_images(FIRST)
        session.do("wait-gone", "progress bar", "Finished tiles")
        seeds = {tile["index"]: tile["seed"] for tile in endpoint.tiles}
        n_sent = len(endpoint.tiles)
        assert n_sent == 6

        assert session.tell("activate 0") == "done" and session.tell("select 300") == "done"
        session.open_dialog()
        session.do("wait", "check box", "Repaint only the tiles under the selection")
        session.do("wait", "label", "Only the 1 tile under the selection is repainted; the rest stays as it is.")
        session.do("wait-insensitive", "check box", "Ignore the selection")
        session.do("wait-insensitive", "spin button", "Scale")
        session.shot("redo-dialog")
        session.do("press", "button", "Upscale")
        session.wait_for_images(REPAINTED)
        session.do("wait-gone", "progress bar", "Finished tiles")
        session.shot("redo-done")
        again = endpoint.tiles[n_sent:]
        assert [(tile["x"], tile["y"], tile["width"], tile["height"]) for tile in again] == [(0, 0, 1024, 1024)]
        assert again[0]["seed"] != seeds[0]

        session.do("click", "menu item", "Undo")
        session.wait_for_images(FIRST)
        # The recipe is that of the layer, so all its tiles are in the store.
        n_sent = len(endpoint.tiles)
        session.tell("select 0")
        session.tell("activate 0")
        session.do("click", "menu item", "Tile Upscale: Repeat Recipe")
        session.do("wait-sensitive", "button", "Upscale")
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png 2x #1", "photo.png"]]])
        assert len(endpoint.tiles) == n_sent


def test_a_selection_is_told_and_can_be_ignored(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.open_dialog()
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.do("wait-gone", "check box", "Ignore the selection")
        session.do("wait-gone", "label", "under the selection")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Upscale")
        session.tell("select 300")
        session.open_dialog()
        session.do("wait", "label", "Only the 1 tile under the selection is repainted; the rest is plainly enlarged.")
        session.shot("selection-dialog")
        session.do("press", "check box", "Ignore the selection")
        session.do("wait-gone", "label", "under the selection")
        session.do("wait", "label", "6 tiles on 1 endpoint")
        session.do("press", "button", "Upscale")
        session.wait_for_images(FIRST)
        session.do("wait-gone", "progress bar", "Finished tiles")
        assert len(endpoint.tiles) == 6
        # The next selection may be meant, so it counts again.
        session.tell("activate 1")
        session.open_dialog()
        session.do("wait", "label", "Only the 1 tile under the selection is repainted")
        session.do("press", "button", "Cancel")
        session.do("wait-gone", "button", "Upscale")
        # A selection beside the layer is no reason to show no dialog.
        assert session.tell("move 400") == "done"
        session.do("click", "menu item", "Tile Upscale...")
        session.do("wait", "label", "There is nothing to upscale: the selection does not touch the layer.")
        session.do("wait-insensitive", "button", "Upscale")
        session.shot("selection-elsewhere")
        session.do("press", "check box", "Ignore the selection")
        session.do("wait", "label", "6 tiles (all of the layer) go to")
        session.do("wait-sensitive", "button", "Upscale")


def test_a_recipe_of_another_image_is_offered(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.wait_for_images(FIRST)
        session.do("wait-gone", "progress bar", "Finished tiles")
        session.tell("open-again 0")
        session.wait_for_images([[1200, 800, ["Background"]], *FIRST])
        session.do("click", "menu item", "Tile Upscale: Repeat Recipe")
        session.do("wait", "label", "This image has no recipe.")
        session.shot("repeat-question")
        session.do("press", "button", "Use Recipe")
        session.do("wait-sensitive", "button", "Upscale")
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["Background 2x", "Background"]], *FIRST])
