# SPDX-License-Identifier: GPL-3.0-or-later
"""One tile is tried in the dialog before the job, with real clicks: it counts in the job, can be compared, and can be stopped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_window import MISSING, Session
from polling import wait_until

BEFORE = [[1200, 800, ["photo.png"]]]
AFTER = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
SIZE = (2400, 1600)
N_TILES = 6  # 1024 px with 128 px overlap on 2400x1600: three in a row
TRIED = 4  # in the middle of the lower row
MIDDLE = (1200, 1200)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def click_map(session: Session, point: tuple[int, int]) -> None:
    """Clicks on a point of the target, which the map shows in its middle, as large as fits."""
    x, y, width, height = session.do("box", "image", session.say("Map of the tiles"))
    scale = min(width / SIZE[0], height / SIZE[1])
    at = (round(x + width / 2 + (point[0] - SIZE[0] / 2) * scale), round(y + height / 2 + (point[1] - SIZE[1] / 2) * scale))
    session.do("drag", *at, *at)


def choose_tile(session: Session) -> None:
    session.open_dialog()
    session.do("wait-insensitive", "button", session.say("Tr_y This Tile"))
    click_map(session, MIDDLE)
    session.do("wait-sensitive", "button", session.say("Tr_y This Tile"))


def try_tile(session: Session, number: int) -> None:
    session.do("press", "button", session.say("Tr_y This Tile"))
    session.do("wait", "radio button", f"Trial {number}")


def test_tried_tiles_are_compared_and_count_in_the_job(folder: Path) -> None:
    with EchoEndpoint() as endpoint, Session(folder, endpoint.url) as session:
        choose_tile(session)
        try_tile(session, 1)
        session.do("wait", "label", f"Tile {TRIED + 1} is painted. The job uses it as it is unless you change the settings.")
        assert [tile["index"] for tile in endpoint.tiles] == [TRIED]
        session.shot("trial")
        session.do("press", "page tab", "Picture")
        session.retype("Strength", "0.4")
        session.do("key", "Tab")
        try_tile(session, 2)
        assert session.do("describe", "radio button", "Trial 2") == "Strength: 0.40"
        session.do("press", "combo box", "Compare with")
        session.do("press", "menu item", "Trial 1")
        session.shot("trials-compared")
        session.do("press", "radio button", "Trial 1")
        session.shot("trials")
        session.do("press", "button", "Upscale")
        session.wait_for_images(AFTER)
        assert sorted(tile["index"] for tile in endpoint.tiles[2:]) == [index for index in range(N_TILES) if index != TRIED]
        sent = endpoint.requests[1:]
        assert {request["gen_params"]["strength"] for request in sent} == {0.4}
        # The same tile in both trials, and one grid with those of the job.
        first, second = endpoint.tiles[:2]
        assert {key: first[key] for key in ("x", "y", "seed", "sha")} == {key: second[key] for key in ("x", "y", "seed", "sha")}
        assert len({(tile["width"], tile["height"]) for tile in endpoint.tiles}) == 1


def test_a_trial_is_stopped_at_the_server(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=0)) as endpoint, Session(folder, endpoint.url) as session:
        choose_tile(session)
        session.do("press", "button", "Try This Tile")
        wait_until(lambda: endpoint.requests, "the tile was sent")
        session.do("wait-insensitive", "button", "Upscale")
        assert session.tell("select 100") == "done", "GIMP works while the tile is painted"
        session.tell("select 0")
        session.shot("trial-running")
        session.do("press", "button", "Stop")
        session.do("wait", "label", "Stopped.")
        wait_until(lambda: len(endpoint.deleted) == 1, "the server was told to stop")
        session.do("wait-sensitive", "button", "Upscale")
        session.do("press", "page tab", "Picture")
        session.do("press", "button", "Try This Tile")
        wait_until(lambda: len(endpoint.requests) == 2, "the tile was sent again")
        session.do("press", "button", "Cancel")
        wait_until(lambda: len(endpoint.deleted) == 2, "closing the dialog stops it, too")
        assert session.images() == BEFORE


def test_a_trial_that_fails_says_why(folder: Path) -> None:
    """In a light theme, in German."""
    with EchoEndpoint(Behavior(fail_tiles={TRIED})) as endpoint:
        session = Session(folder, endpoint.url, locale="de_DE")
        profile = folder / "profile" / "gimprc"
        profile.write_text(profile.read_text() + "(theme-color-scheme light)\n")
        with session:
            choose_tile(session)
            session.do("press", "button", session.say("Tr_y This Tile"))
            session.do("wait", "label", "made to fail")
            session.shot("trial-failed")
            endpoint.behavior.fail_tiles = set()
            session.do("press", "page tab", session.say("Picture"))
            session.do("press", "button", session.say("Tr_y This Tile"))
            session.do("wait", "radio button", session.say("Trial %u") % 1)
            session.shot("trial-german")
