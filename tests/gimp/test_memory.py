# SPDX-License-Identifier: GPL-3.0-or-later
"""A plug-in that is killed, or lacks memory or address space, reports it and loses no painted tile."""

import os
import signal
from pathlib import Path

from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from polling import wait_until
from processes import find_parent, find_processes

SETTINGS = {"size": (400, 300), "scale": 2.0, "tile_size": 128, "overlap": 32, "batch_size": 2}
N_TILES = 8 * 6


def kill_worker(session: int) -> None:
    """Kills as the kernel does when memory runs out: the process that holds most."""
    found = find_processes("tile-upscale", session)
    workers = [process for process in found if find_parent(process) in found]
    os.kill(workers[0] if workers else found[0], signal.SIGKILL)


def test_killed_says_so_and_keeps_the_tiles(tmp_path: Path) -> None:
    gimp = Gimp(tmp_path)
    with EchoEndpoint(Behavior(hold_after=20)) as endpoint:
        session = gimp.start_jobs({**SETTINGS, "endpoints": endpoint.url})
        wait_until(lambda: len(gimp.list_stored_tiles()) == 20, "20 tiles are kept")
        kill_worker(session.pid)
        outcome = gimp.finish(session)
        endpoint.release()
        again = gimp.run_jobs({**SETTINGS, "endpoints": endpoint.url}).answer
        painted = endpoint.painted
    assert outcome.answer["status"] == "execution-error", str(outcome)
    assert "memory ran out. Painted tiles are kept" in outcome.answer["message"]
    assert (again["status"], again["message"], again["tiles"], again["failed"]) == ("success", "", N_TILES, 0)
    assert len(set(painted)) == len(painted) == N_TILES, "a tile was painted twice"


# The first that is too small for a job is still enough for the start of the process. Versions of the libraries differ in which.
LIMITS_KIB = (300_000, 260_000, 220_000, 190_000, 165_000, 140_000)


def test_no_address_space_says_so(tmp_path: Path) -> None:
    wrapper = tmp_path / "limited"
    gimp = Gimp(tmp_path, environment={"GIMP_PLUGIN_DEBUG_WRAP": "tile-upscale,run", "GIMP_PLUGIN_DEBUG_WRAPPER": str(wrapper)})
    with EchoEndpoint() as endpoint:
        for limit_kib in LIMITS_KIB:
            wrapper.write_text(f'#!/bin/sh\nulimit -v {limit_kib}\nexec "$@"\n')
            wrapper.chmod(0o755)
            outcome = gimp.run_jobs({**SETTINGS, "endpoints": endpoint.url})
            if outcome.answer["status"] != "success":
                break
    assert outcome.answer["status"] == "execution-error", str(outcome)
    assert "memory ran out. Painted tiles are kept" in outcome.answer["message"]
