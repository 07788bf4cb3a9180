# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of GIMP, or of the plug-in, at ten moments one after the other; each session goes on where the one before was killed."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from kill_moments import REQUESTS, KillAtRequest
from polling import wait_until
from processes import find_processes, list_processes

# One job for each line of TEST_JOBS: width, height, scale, tile size.
SCRIPT = """
import os
from gi.repository import Gimp
from gimp_inside import *
for number, line in enumerate(os.environ["TEST_JOBS"].splitlines()):
    width, height, scale, tile_size = map(int, line.split())
    answer = upscale(*make_image(width, height), scale=scale, tile_size=tile_size, overlap=32, batch_size=2,
                     endpoints=os.environ["TEST_ENDPOINT"])
    tell(**{str(number): [answer.status, answer.message, answer.tiles, answer.failed]})
"""
JOB = "400 300 2 128"
N_TILES = 8 * 6
# Another size, another tile size and another scale, and how many tiles they have.
OTHER_JOBS = {"200 150 2 128": 4 * 3, "400 300 2 256": 4 * 3, "400 300 1 128": 4 * 3}
Kill = Callable[["subprocess.Popen[str]"], None]


def kill_gimp(session: "subprocess.Popen[str]") -> None:
    os.kill(session.pid, signal.SIGKILL)
    session.wait()
    wait_until(lambda: not list_processes(session.pid), "nothing is left of the session")


def kill_plug_in(session: "subprocess.Popen[str]") -> None:
    # A request that a killed plug-in has left in the line comes before the next one has started.
    for plug_in in wait_until(lambda: find_processes("tile-upscale", session.pid), "there is a plug-in"):
        with suppress(ProcessLookupError):  # it ends with the one before
            os.kill(plug_in, signal.SIGKILL)
    wait_until(lambda: not find_processes("tile-upscale", session.pid), "the plug-in is gone")


def start(gimp: Gimp, endpoint: EchoEndpoint, jobs: list[str]) -> "subprocess.Popen[str]":
    return gimp.start(SCRIPT, TEST_ENDPOINT=endpoint.url, TEST_JOBS="\n".join(jobs))


def end(gimp: Gimp, session: "subprocess.Popen[str]") -> None:
    told = gimp.finish(session).values
    assert told.get("0", [""])[0] != "success"
    wait_until(lambda: not list_processes(session.pid), "nothing is left of the session")


def kill_at_requests(gimp: Gimp, endpoint: EchoEndpoint, kill: Kill) -> None:
    """Two batches of two tiles are under way at each kill; they are let through in the next session, so that it sends others."""
    for number, when in enumerate(REQUESTS):
        endpoint.let_through(4 * number + 4)
        moment = KillAtRequest(endpoint, when)
        session = start(gimp, endpoint, [JOB])
        moment.let_happen(lambda session=session: kill(session))  # type: ignore[misc]
        end(gimp, session)


def kill_between_tiles(gimp: Gimp, endpoint: EchoEndpoint, kill: Kill) -> None:
    """At the last moment all are kept, and the layer is about to be written, or is."""
    for n in (24, 30, 36, 42, N_TILES):
        endpoint.let_through(n)
        session = start(gimp, endpoint, [JOB])
        wait_until(lambda n=n: len(list(gimp.cache.glob("*.tile"))) == n, f"{n} tiles are kept")  # type: ignore[misc]
        kill(session)
        end(gimp, session)


@pytest.mark.parametrize("kill", [kill_gimp, kill_plug_in])
def test_killed_at_ten_moments(tmp_path: Path, kill: Kill) -> None:
    gimp = Gimp(tmp_path)
    with EchoEndpoint(Behavior(hold_s=0.1)) as endpoint:
        kill_at_requests(gimp, endpoint, kill)
        kill_between_tiles(gimp, endpoint, kill)
        endpoint.release()
        told = gimp.finish(start(gimp, endpoint, [*OTHER_JOBS, JOB])).values
    assert told == {str(i): ["success", "", n, 0] for i, n in enumerate([*OTHER_JOBS.values(), N_TILES])}
    assert len(set(endpoint.painted)) == len(endpoint.painted), "a tile was painted twice"
    assert len(endpoint.painted) == N_TILES + sum(OTHER_JOBS.values())
