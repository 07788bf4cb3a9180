# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders of a tile with other content: the map of the real window marks them, and they are repainted when the user asks for it."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until
from processes import find_processes

BEFORE = [[1200, 800, ["photo.png"]]]
AFTER = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
N_TILES = 6  # 1024 px with 128 px overlap on 2400x1600: three in a row
UNRELATED = 1
N_BORDERS = 3  # to both sides, and below


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def start(session: Session) -> None:
    """Starts a job at full strength, at which a model may paint anything."""
    session.open_dialog()
    session.do("key", "alt+g", "ctrl+a")
    session.do("type", "1")
    session.do("key", "Tab")
    session.do("wait-sensitive", "button", "Upscale")
    session.do("press", "button", "Upscale")


def answer(session: Session, button: str) -> None:
    session.do("wait-sensitive", "button", button)
    session.do("press", "button", button)


def wait_for_offer(session: Session) -> None:
    session.do("wait", "label", f"{N_BORDERS} borders between tiles show in the result")
    session.do("wait", "label", f"Repaint Borders paints a new tile on each: {N_BORDERS} tiles in")


def test_bad_borders_are_marked_and_repainted(folder: Path) -> None:
    with EchoEndpoint(Behavior(unrelated_tiles={UNRELATED})) as endpoint, Session(folder, endpoint.url) as session:
        start(session)
        wait_for_offer(session)
        assert "3 borders show" in str(session.do("describe", "image", "Map of the tiles"))
        session.do("focus", "image", "Map of the tiles")
        session.do("key", "Right")
        wait_until(lambda: "The border to tile 2 shows" in str(session.do("controls", "Tile Upscale")), "the map tells of the border")
        session.shot("borders-marked")
        endpoint.behavior.unrelated_tiles = set()
        endpoint.behavior.hold_after = endpoint.n_let_through
        answer(session, "Repaint Borders")
        session.do("wait", "label", "0 of 2 tiles")
        session.shot("borders-repainted")
        endpoint.release()
        session.wait_for_images(AFTER)
        session.do("wait-gone", "progress bar", "Finished tiles")
        session.shot("borders-done")
        columns, rows = (sorted({tile[axis] for tile in endpoint.tiles[:N_TILES]}) for axis in "xy")
        middle = (rows[0] + rows[1]) // 2
        places = {((columns[i] + columns[i + 1]) // 2, rows[0]) for i in range(2)} | {(columns[UNRELATED], middle)}
        again = [(tile["x"], tile["y"]) for tile in endpoint.tiles[N_TILES:]]
        assert len(again) == N_BORDERS and set(again) == places
        # The noise of a server may follow the base seed and the place.
        base_seeds = {batch["gen_params"]["seed"] for batch in endpoint.requests}
        assert len(base_seeds) == 3


def test_cancelled_repaint_keeps_the_result_and_the_tiles(folder: Path) -> None:
    with EchoEndpoint(Behavior(unrelated_tiles={UNRELATED})) as endpoint, Session(folder, endpoint.url) as session:
        start(session)
        wait_for_offer(session)
        endpoint.behavior.unrelated_tiles = set()
        endpoint.behavior.hold_after = endpoint.n_let_through + 1
        answer(session, "Repaint Borders")
        session.do("wait", "label", "1 of 2 tiles")
        answer(session, "Cancel")
        session.wait_for_images(AFTER)
        wait_until(lambda: endpoint.deleted, "the endpoint was told to stop")
        n_sent = len(endpoint.painted)
        endpoint.release()
        session.tell("activate 1")
        start(session)
        wait_for_offer(session)
        assert len(endpoint.painted) == n_sent, "a tile was paid for twice"
        answer(session, "Repaint Borders")
        wait_until(lambda: len(session.images()[0][2]) == 3, "the second layer is there", 120)
        assert len(endpoint.painted) == n_sent + N_BORDERS - 1


def test_killed_repaint_goes_on_from_there(folder: Path) -> None:
    with EchoEndpoint(Behavior(unrelated_tiles={UNRELATED})) as endpoint, Session(folder, endpoint.url) as session:
        start(session)
        wait_for_offer(session)
        endpoint.behavior.unrelated_tiles = set()
        endpoint.behavior.hold_after = endpoint.n_let_through + 1
        answer(session, "Repaint Borders")
        session.do("wait", "label", "1 of 2 tiles")
        # After some seconds the idle slot paints a duplicate of the held tile.
        wait_until(lambda: len(endpoint.tiles) >= N_TILES + 2, "the other tile is under way")
        for plug_in in find_processes("tile-upscale", session.process.pid):
            with suppress(ProcessLookupError):  # The plug-in's second process ends with the first.
                os.kill(plug_in, signal.SIGKILL)
        wait_until(lambda: not find_processes("tile-upscale", session.process.pid), "the plug-in is gone")
        assert session.images() == BEFORE
        n_sent = len(endpoint.tiles)
        endpoint.release()
        session.tell("activate 1")
        start(session)
        wait_for_offer(session)
        answer(session, "Repaint Borders")
        session.wait_for_images(AFTER)
        assert len(endpoint.tiles) == n_sent + N_BORDERS - 2, "a tile was paid for twice"


def test_failed_repaint_says_why_and_keeps_the_result(folder: Path) -> None:
    with EchoEndpoint(Behavior(unrelated_tiles={UNRELATED})) as endpoint, Session(folder, endpoint.url) as session:
        start(session)
        wait_for_offer(session)
        endpoint.behavior.status = 401
        answer(session, "Repaint Borders")
        session.do("wait", "label", "2 of 2 tiles failed.")
        session.do("wait", "table cell", "1 (row ")
        session.do("wait", "table cell", f"{endpoint.url}: it answered 401")
        answer(session, "Keep Finished Tiles")
        # The middle one of three, the other two of which are left out.
        session.do("wait", "label", "1 of 1 tiles failed.")
        session.do("wait", "table cell", "2 (row ")
        answer(session, "Keep Finished Tiles")
        session.wait_for_images(AFTER)


def test_discarded_repaint_keeps_the_result(folder: Path) -> None:
    with EchoEndpoint(Behavior(unrelated_tiles={UNRELATED})) as endpoint, Session(folder, endpoint.url) as session:
        start(session)
        wait_for_offer(session)
        endpoint.behavior.unrelated_tiles = set()
        endpoint.behavior.fail_tiles = {0}
        answer(session, "Repaint Borders")
        session.do("wait", "label", "1 of 2 tiles failed")
        n_sent = len(endpoint.tiles)
        answer(session, "Discard")
        session.wait_for_images(AFTER)
        assert len(endpoint.tiles) == n_sent, "the borders of the other direction were repainted"


def test_result_is_kept_as_it_is(folder: Path) -> None:
    with EchoEndpoint(Behavior(unrelated_tiles={UNRELATED})) as endpoint, Session(folder, endpoint.url) as session:
        start(session)
        wait_for_offer(session)
        answer(session, "Keep as It Is")
        session.wait_for_images(AFTER)
        assert len(endpoint.tiles) == N_TILES
