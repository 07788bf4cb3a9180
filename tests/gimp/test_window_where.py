# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that says where the picture is painted otherwise: the real GIMP with its windows."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

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


def open_page(session: Session) -> None:
    session.open_dialog()
    session.do("press", "page tab", session.say("Where"))


def test_described_tiles_are_painted_with_their_texts(folder: Path) -> None:
    """The user's own text stays, a text that came is changed, and the server stops when it is told to."""
    behavior = Behavior(captions="part {} of a picture".format, hold_after=2)
    with EchoEndpoint(behavior) as endpoint, Session(folder, endpoint.url) as session:
        open_page(session)
        session.do("wait", "label", f"Small pictures of {N_TILES} tiles without a text go to 127.0.0.1:{endpoint.port} on this computer.")
        session.do("press", "image", "Map of the tiles")
        session.do("wait", "label", "Tile 2, row 1, column 2")
        session.do("type", "a lake")
        session.do("wait", "label", f"Small pictures of {N_TILES - 1} tiles")
        session.shot("describe-ready")
        session.do("press", "button", "Describe Tiles")
        session.do("wait", "label", "Describing: 2 of 5 tiles")
        session.do("wait-insensitive", "button", "Upscale")
        assert session.tell("select 100") == "done", "GIMP works while tiles are described"
        session.tell("select 0")
        session.shot("describe-running")
        session.do("press", "button", "Stop")
        session.do("wait", "label", f"Stopped.\nSmall pictures of {N_TILES - 3} tiles without a text go to")
        wait_until(lambda: endpoint.deleted, "the server was told to stop")
        endpoint.release()

        session.do("press", "button", "Describe Tiles")
        session.do("wait", "label", "3 tiles have a text now, which you can change.")
        session.do("wait-insensitive", "button", "Describe Tiles")
        described = sorted(tile["index"] for tile in endpoint.tiles)
        assert set(described) == {0, 2, 3, 4, 5}, "the tile with a text of the user's own stays here"
        assert not endpoint.violations and all(request.get("caption") for request in endpoint.requests)
        session.do("wait", "text", "Prompt of the tile")
        session.shot("described")

        n_before = len(endpoint.tiles)
        session.do("press", "button", "Upscale")
        session.wait_for_images(AFTER)
        painted = {tile["index"]: tile.get("prompt") for tile in endpoint.tiles[n_before:]}
        assert painted == {1: "a lake", **{index: f"part {index} of a picture" for index in (0, 2, 3, 4, 5)}}


def type_address(session: Session, url: str) -> None:
    session.do("press", "page tab", session.say("Picture"))
    session.press_mnemonic("En_dpoints")
    session.do("key", "ctrl+a")
    session.do("type", url)
    session.do("press", "page tab", session.say("Where"))


def test_typed_servers_say_whether_they_describe(folder: Path) -> None:
    """In a light theme, in German."""
    with EchoEndpoint() as endpoint:
        session = Session(folder, endpoint.url, locale="de_DE")
        profile = folder / "profile" / "gimprc"
        profile.write_text(profile.read_text() + "(theme-color-scheme light)\n")
        with session:
            session.open_dialog()
            type_address(session, endpoint.url)
            session.do("wait", "label", session.say("None of the chosen services describes tiles."))
            session.do("wait-insensitive", "button", session.say("Describe Tile_s"))
            session.shot("describe-unable-german")
            endpoint.behavior.captions = "Teil {} eines Bildes".format
            endpoint.behavior.fail_tiles = {3}
            type_address(session, endpoint.url)
            session.do("wait-sensitive", "button", session.say("Describe Tile_s"))
            session.do("press", "button", session.say("Describe Tile_s"))
            session.do("wait", "label", "made to fail")
            session.do("wait-sensitive", "button", session.say("Describe Tile_s"))
            session.shot("described-german")
            endpoint.behavior.fail_tiles = set()
            endpoint.let_through(0)
            n_before = len(endpoint.requests)
            session.do("press", "button", session.say("Describe Tile_s"))
            wait_until(lambda: len(endpoint.requests) > n_before, "the tile was sent again")
            session.do("key", "Escape")
            wait_until(lambda: endpoint.deleted, "closing the dialog stops the server")


def test_page_reads_from_right_to_left(folder: Path) -> None:
    environment = {"GTK_MODULES": os.environ["UPSCALE_MIRROR_WINDOWS"]}
    behavior = Behavior(captions="part {} of a picture".format)
    with EchoEndpoint(behavior) as endpoint, Session(folder, endpoint.url, environment=environment) as session:
        open_page(session)
        session.do("press", "button", "Describe Tiles")
        session.do("wait", "label", f"{N_TILES} tiles have a text now, which you can change.")
        session.shot("described-right-to-left")
        left, right = (session.do("box", *control)[0] for control in (("text", "Prompt of the tile"), ("image", "Map of the tiles")))
        assert left < right, "the page is not mirrored"
