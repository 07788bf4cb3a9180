# SPDX-License-Identifier: GPL-3.0-or-later
"""A plug-in that runs out of memory or address space, or is killed, says so, and loses no painted tile."""

import os
import signal
from pathlib import Path

from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from polling import wait_until
from processes import find_parent, find_processes

SCRIPT = """
import os
from gimp_inside import *
answer = upscale(*make_image(400, 300), scale=2.0, tile_size=128, overlap=32, batch_size=2, endpoints=os.environ["TEST_ENDPOINT"])
tell(status=answer.status, message=answer.message, tiles=answer.tiles, failed=answer.failed)
"""
N_TILES = 8 * 6


def kill_worker(session: int) -> None:
    """What the kernel does where memory runs out: it takes the process that holds most."""
    found = find_processes("tile-upscale", session)
    workers = [process for process in found if find_parent(process) in found]
    os.kill(workers[0] if workers else found[0], signal.SIGKILL)


def test_killed_says_so_and_keeps_the_tiles(tmp_path: Path) -> None:
    gimp = Gimp(tmp_path)
    with EchoEndpoint(Behavior(hold_after=20)) as endpoint:
        session = gimp.start(SCRIPT, TEST_ENDPOINT=endpoint.url)
        wait_until(lambda: len(list(gimp.cache.glob("*.tile"))) == 20, "20 tiles are kept")
        kill_worker(session.pid)
        outcome = gimp.finish(session)
        endpoint.release()
        again = gimp.run(SCRIPT, TEST_ENDPOINT=endpoint.url).values
        painted = endpoint.painted
    assert outcome.values["status"] == "execution-error", outcome
    assert "memory ran out. Painted tiles are kept" in outcome.values["message"]
    assert again == {"status": "success", "message": "", "tiles": N_TILES, "failed": 0}
    assert len(set(painted)) == len(painted) == N_TILES, "a tile was painted twice"


# Enough to start with, and too little for the libraries alone.
LIMIT_KIB = 300_000


def test_no_address_space_says_so(tmp_path: Path) -> None:
    wrapper = tmp_path / "limited"
    wrapper.write_text(f'#!/bin/sh\nulimit -v {LIMIT_KIB}\nexec "$@"\n')
    wrapper.chmod(0o755)
    gimp = Gimp(tmp_path, environment={"GIMP_PLUGIN_DEBUG_WRAP": "tile-upscale,run", "GIMP_PLUGIN_DEBUG_WRAPPER": str(wrapper)})
    with EchoEndpoint() as endpoint:
        outcome = gimp.run(SCRIPT, TEST_ENDPOINT=endpoint.url)
    assert outcome.values["status"] == "execution-error", outcome
    assert "memory ran out. Painted tiles are kept" in outcome.values["message"]
