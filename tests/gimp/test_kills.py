# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL of GIMP, or of the plug-in, at ten moments one after the other; each session resumes the killed one's job."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from kill_moments import REQUESTS, KillAtRequest
from polling import wait_until
from processes import find_processes, list_processes


class Shape(NamedTuple):
    width: int
    height: int
    scale: float
    tile_size: int
    n_tiles: int

    def make_job(self, endpoint: EchoEndpoint) -> dict[str, Any]:
        return {
            "size": (self.width, self.height), "scale": self.scale, "tile_size": self.tile_size, "overlap": 32, "batch_size": 2,
            "endpoints": endpoint.url,
        }  # fmt: skip


JOB = Shape(400, 300, scale=2, tile_size=128, n_tiles=8 * 6)
# Jobs that differ from JOB in the image's size, the tiles' size and the scale.
OTHER_JOBS = (
    Shape(200, 150, scale=2, tile_size=128, n_tiles=4 * 3),
    Shape(400, 300, scale=2, tile_size=256, n_tiles=4 * 3),
    Shape(400, 300, scale=1, tile_size=128, n_tiles=4 * 3),
)
Kill = Callable[["subprocess.Popen[str]"], None]


def kill_gimp(session: "subprocess.Popen[str]") -> None:
    os.kill(session.pid, signal.SIGKILL)
    session.wait()
    wait_until(lambda: not list_processes(session.pid), "nothing is left of the session")


def kill_plug_in(session: "subprocess.Popen[str]") -> None:
    # A request of a plug-in that was killed before may arrive before this session's plug-in has started.
    for plug_in in wait_until(lambda: find_processes("tile-upscale", session.pid), "there is a plug-in"):
        with suppress(ProcessLookupError):  # The plug-in's second process ends with the first.
            os.kill(plug_in, signal.SIGKILL)
    wait_until(lambda: not find_processes("tile-upscale", session.pid), "the plug-in is gone")


def start(gimp: Gimp, endpoint: EchoEndpoint, *shapes: Shape) -> "subprocess.Popen[str]":
    return gimp.start_jobs(*(shape.make_job(endpoint) for shape in shapes))


def end(gimp: Gimp, session: "subprocess.Popen[str]") -> None:
    assert gimp.finish(session).answer["status"] != "success"
    wait_until(lambda: not list_processes(session.pid), "nothing is left of the session")


def kill_at_requests(gimp: Gimp, endpoint: EchoEndpoint, kill: Kill) -> None:
    """Kills while two batches of two tiles are under way. The endpoint paints these in the next session, which sends others."""
    for number, when in enumerate(REQUESTS):
        endpoint.let_through(4 * number + 4)
        moment = KillAtRequest(endpoint, when)
        session = start(gimp, endpoint, JOB)
        moment.let_happen(lambda session=session: kill(session))  # type: ignore[misc]
        end(gimp, session)


def kill_between_tiles(gimp: Gimp, endpoint: EchoEndpoint, kill: Kill) -> None:
    """Kills when so many tiles are in the cache: at the last moment all, so the layer is about to be written, or is written."""
    for n in (24, 30, 36, 42, JOB.n_tiles):
        endpoint.let_through(n)
        session = start(gimp, endpoint, JOB)
        wait_until(lambda n=n: len(gimp.list_stored_tiles()) == n, f"{n} tiles are kept")  # type: ignore[misc]
        kill(session)
        end(gimp, session)


@pytest.mark.parametrize("kill", [kill_gimp, kill_plug_in])
def test_killed_at_ten_moments(tmp_path: Path, kill: Kill) -> None:
    gimp = Gimp(tmp_path)
    with EchoEndpoint(Behavior(hold_s=0.1)) as endpoint:
        kill_at_requests(gimp, endpoint, kill)
        kill_between_tiles(gimp, endpoint, kill)
        endpoint.release()
        answers = gimp.finish(start(gimp, endpoint, *OTHER_JOBS, JOB)).answers
    assert [(answer["status"], answer["message"], answer["tiles"], answer["failed"]) for answer in answers] == [
        ("success", "", shape.n_tiles, 0) for shape in (*OTHER_JOBS, JOB)
    ]
    assert len(set(endpoint.painted)) == len(endpoint.painted), "a tile was painted twice"
    assert len(endpoint.painted) == JOB.n_tiles + sum(shape.n_tiles for shape in OTHER_JOBS)
