# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress window while a job runs, waits, is stopped, fails and is retried."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from gimp_window import MISSING, Session
from polling import wait_until

BEFORE = [[1200, 800, ["photo.png"]]]
AFTER = [[2400, 1600, ["photo.png 2x", "photo.png"]]]
N_TILES = 6  # 1024 px with 128 px overlap on 2400x1600: three in a row
LONG_REASON = "the GPU has no memory left for a tile of this size, after all that other programs took of it; " * 3


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    if MISSING:
        pytest.skip(f"needs {MISSING}")
    yield tmp_path


def refuse(exchange: Exchange) -> bool:
    exchange.problem(403)
    return True


class Gate:
    """Holds the answers to probes back while it is closed."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.is_open.set()

    def __call__(self, exchange: Exchange) -> bool:
        if exchange.path == "/v1/health":
            self.is_open.wait(60)
        return False


def answer(session: Session, button: str) -> None:
    session.do("wait-sensitive", "button", button)
    session.do("press", "button", button)


def describe_map(session: Session) -> str:
    return str(session.do("describe", "image", "Map of the tiles"))


def measure(session: Session) -> int:
    """Returns the distance between the uppermost and the lowermost widget of the window."""
    top = int(session.do("box", "progress bar", session.say("Finished tiles"))[1])
    return int(session.do("box", "button", session.say("_Cancel"))[1]) - top


def test_retry_begins_where_the_job_ended_and_may_be_stopped(folder: Path) -> None:
    gate = Gate()
    with EchoEndpoint(Behavior(fail_tiles={1, 4}, interfere=gate)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.do("wait", "label", "2 of 6 tiles failed.")
        n_sent = len(endpoint.tiles)
        gate.is_open.clear()
        answer(session, "Retry Failed Tiles")
        session.do("wait", "label", "4 of 6 tiles, 4 from an earlier run, waiting for the endpoints to answer")
        session.do("wait", "label", "4 from an earlier run")
        session.do("wait", "label", "is being asked what it can do")
        session.shot("retry-waits")
        answer(session, "Cancel")
        session.do("wait", "label", "2 of 6 tiles failed.")
        session.do("wait-gone", "label", "is being asked")
        assert len(endpoint.tiles) == n_sent
        gate.is_open.set()
        endpoint.behavior.fail_tiles = set()
        answer(session, "Retry Failed Tiles")
        session.wait_for_images(AFTER)
        assert {tile["index"] for tile in endpoint.tiles[n_sent:]} == {1, 4}


def test_failed_retry_leaves_the_result_before_it(folder: Path) -> None:
    with EchoEndpoint(Behavior(fail_tiles={1, 4})) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.do("wait", "label", "2 of 6 tiles failed.")
        endpoint.behavior.interfere = refuse
        answer(session, "Retry Failed Tiles")
        session.do("wait", "label", f"The retry failed: tile 1: {endpoint.url}: it answered 403")
        session.do("wait", "label", "2 of 6 tiles failed.")
        session.shot("retry-failed")
        answer(session, "Keep Finished Tiles")
        session.wait_for_images(AFTER)


def test_cancel_before_the_first_tile_invites_to_nothing(folder: Path) -> None:
    gate = Gate()
    gate.is_open.clear()
    with EchoEndpoint(Behavior(interfere=gate)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.do("wait", "label", "0 of 6 tiles, waiting for the endpoints to answer")
        session.do("key", "Escape")
        session.do("wait", "label", "Stopped. No tile was finished.")
        session.do("wait-gone", "label", "is being asked")
        session.do("wait-gone", "label", "waiting")
        session.shot("cancelled-at-once")
        answer(session, "Close")
        gate.is_open.set()
        session.do("wait-gone", "progress bar", "Finished tiles")
        assert session.images() == BEFORE and not endpoint.tiles


def test_escape_asks_before_it_stops_tiles_at_work(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=2)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        endpoint.wait_for_tiles(2)
        endpoint.wait_until_full()
        wait_until(lambda: "2 of 6 tiles, " in describe_map(session), "two tiles are in")
        session.do("key", "Escape")
        session.do("wait", "label", "Stop the job?")
        session.do("wait", "label", "being painted, and ")
        session.do("wait", "label", "2 of 6 tiles are finished and will be kept.")
        session.shot("stop-question")
        session.do("key", "Escape")
        session.do("wait-gone", "label", "Stop the job?")
        assert not endpoint.deleted
        session.do("key", "Escape")
        answer(session, "Stop the Job")
        session.do("wait", "label", "Stopped. 2 of 6 tiles are kept")
        wait_until(lambda: endpoint.deleted, "the endpoint was told to stop")
        answer(session, "Close")
        assert session.images() == BEFORE


def test_question_goes_when_the_job_ends_meanwhile(folder: Path) -> None:
    with EchoEndpoint(Behavior(hold_after=2)) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        endpoint.wait_for_tiles(2)
        endpoint.wait_until_full()
        wait_until(lambda: "2 of 6 tiles, " in describe_map(session), "tiles are at work")
        session.do("key", "Escape")
        session.do("wait", "label", "Stop the job?")
        endpoint.release()
        session.wait_for_images(AFTER)
        session.do("wait-gone", "label", "Stop the job?")


def test_failed_tiles_are_listed_and_shown_on_the_map(folder: Path) -> None:
    with EchoEndpoint(Behavior(fail_tiles={1, 4})) as endpoint, Session(folder, endpoint.url) as session:
        session.start()
        session.do("wait", "label", "2 of 6 tiles failed.")
        session.do("wait", "table cell", f"{endpoint.url}: the endpoint says: made to fail")
        session.do("press", "button", "Hide Details")
        session.do("wait-gone", "image", "Map of the tiles")
        session.do("press", "table cell", "5 (row 2, column 2)")
        session.do("wait", "image", "Tile 5, row 2, column 2: failed")
        session.shot("failed-chosen")
        session.do("press", "button", "Show Log")
        wait_until(lambda: "made to fail" in session.do("text", "text", "Log of the job"), "the log is shown")
        session.do("key", "Escape")
        session.do("wait-gone", "text", "Log of the job")
        answer(session, "Discard")
        session.do("wait-gone", "progress bar", "Finished tiles")


class Trouble:
    """Answers the first batch as a busy server does, and then as one that fails with a long reason."""

    def __init__(self) -> None:
        self.n_put = 0

    def __call__(self, exchange: Exchange) -> bool:
        self.n_put += exchange.command == "PUT"
        if exchange.command == "PUT" and self.n_put == 1:
            exchange.problem(503, Retry_After="7")
        elif exchange.command == "PUT" and self.n_put == 2:
            exchange.problem(500, LONG_REASON)
        return exchange.command == "PUT" and self.n_put <= 2


def test_window_keeps_its_size_while_it_works(folder: Path) -> None:
    """A window that has grown stays large, so a message that is gone when the size is measured has left its trace. German is longer
    than English."""
    behavior = Behavior(fail_tiles={0}, hold_after=0, interfere=Trouble())
    with EchoEndpoint(behavior) as endpoint, Session(folder, endpoint.url, locale="de_DE") as session:
        session.start()
        sizes = [measure(session)]
        session.do("wait", "label", session.say("busy, asks again in %d s").partition("%")[0])
        session.shot("busy")
        sizes.append(measure(session))
        behavior.twist = lambda said: said | {"status": "queued"} if said["status"] == "running" else said
        session.do("wait", "label", session.say(", waiting in the server's queue (%s)").partition("%")[0])
        session.shot("queued")
        sizes.append(measure(session))
        behavior.twist = None
        for n in range(1, N_TILES):
            endpoint.let_through(n)
            endpoint.wait_for_tiles(n)
            sizes.append(measure(session))
        session.shot("works")
        assert set(sizes) == {sizes[0]}, sizes
        endpoint.release()
        session.do("wait", "label", session.say("%u of %u tiles failed.").partition("%u")[2].partition("%u")[2])
        session.shot("failed-german")
        answer(session, session.say("Di_scard"))
