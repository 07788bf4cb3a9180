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
        session.do("wait", "label", "1 tile ")
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
        session.do("click", "menu item", "Repeat Tile Upscale Recipe")
        session.do("wait-sensitive", "button", "Upscale")
        session.do("press", "button", "Upscale")
        session.wait_for_images([[2400, 1600, ["photo.png 2x", "photo.png 2x #1", "photo.png"]]])
        assert len(endpoint.tiles) == n_sent
