# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that says where the picture is painted otherwise: the real GIMP with its windows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import EchoEndpoint
from gimp_window import MISSING, Session

AFTER = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
TWICE = [[2400, 1600, ["photo.png 2x", "photo.png 2x #1", "photo.png"]]]
N_TILES = 6  # 1024 px with 128 px overlap on 2400x1600


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def choose_next(session: Session, combo: str) -> None:
    session.do("focus", "combo box", combo)
    session.do("key", "Down")


def test_map_regions_and_texts(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        assert session.tell("add-channel 250") == "done"
        session.open_dialog()
        session.do("press", "page tab", "Where")
        session.do("wait", "label", "Click a tile to give it a text of its own.")
        session.do("wait-insensitive", "text", "Prompt of the tile")
        session.shot("where-empty")

        session.do("press", "button", "Add a region")
        choose_next(session, "Channel, layer mask or layer of the region")
        session.do("focus", "text", "Prompt of the region")
        session.do("type", "clouds")
        session.do("focus", "text", "Strength of the region")
        session.do("type", "0,6")
        session.do("press", "image", "Map of the tiles")
        session.do("wait-sensitive", "text", "Prompt of the tile")
        session.do("type", "a lake")
        session.do("wait", "label", "Tile 2, row 1, column 2")
        session.shot("where-filled")
        unnamed = [control for control in session.do("controls", "Tile Upscale") if not control["name"]]
        assert not [control for control in unnamed if control["role"] not in ("page tab list", "scroll pane", "label", "filler")], unnamed
        session.do("press", "button", "Upscale")
        session.wait_for_images(AFTER)
        session.do("wait-gone", "progress bar", "Finished tiles")
        assert len(endpoint.tiles) == N_TILES
        assert {tile["index"]: tile.get("prompt") for tile in endpoint.tiles} == {
            0: "clouds",
            1: "a lake",
            2: None,
            3: None,
            4: None,
            5: None,
        }
        sent = {tile["index"]: request["gen_params"]["strength"] for request in endpoint.requests for tile in request["tiles"]}
        assert sent[0] > 0.3 and {sent[index] for index in range(1, N_TILES)} == {0.3}

        # The same picture finds its texts again. A map that is black beyond the corner leaves one tile, which is in the store.
        session.tell("activate 1")
        session.open_dialog()
        session.do("press", "page tab", "Where")
        choose_next(session, "Strength map")
        session.do("wait", "text", "Prompt of the region")
        session.do("wait", "label", "1 tile (a part of the layer)")
        session.shot("where-map")
        session.do("press", "button", "Upscale")
        session.wait_for_images(TWICE)
        session.do("wait-gone", "progress bar", "Finished tiles")
        assert len(endpoint.tiles) == N_TILES
