# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that was painted is painted twice, however the run before ended, and nothing is left running."""

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp
from polling import wait_until
from processes import find_processes

SCRIPT = """
import os
from gi.repository import Gimp
from gimp_inside import *
image, layer = make_image(400, 300)
answer = upscale(image, layer, scale=float(os.environ.get("TEST_SCALE", "2")), tile_size=128, overlap=32, batch_size=2,
                 endpoints=os.environ["TEST_ENDPOINT"])
tell(status=answer.status, message=answer.message, tiles=answer.tiles, failed=answer.failed)
"""


@pytest.fixture
def gimp(tmp_path: Path) -> Gimp:
    return Gimp(tmp_path)


def run(gimp: Gimp, endpoint: EchoEndpoint) -> dict:
    outcome = gimp.run(SCRIPT, TEST_ENDPOINT=endpoint.url)
    assert outcome.values.get("status") == "success", outcome
    assert outcome.values["failed"] == 0
    return {**outcome.values, "stderr": outcome.stderr}


def stored(gimp: Gimp) -> list[Path]:
    return sorted(gimp.cache.glob("*.tile"))


def kill_all(program: str, session: int) -> None:
    """Kills the processes of a session that run the program. A worker may end with its parent, before it is killed itself."""
    running = find_processes(program, session)
    assert running, f"{program} does not run"
    for process in running:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_killed_in_the_middle_sends_no_finished_tile_again(gimp: Gimp) -> None:
    with EchoEndpoint(Behavior(hold_after=9)) as endpoint:
        process = gimp.start(SCRIPT, TEST_ENDPOINT=endpoint.url)
        wait_until(lambda: len(stored(gimp)) == 9, "nine tiles are kept")
        kill_all("tile-upscale", process.pid)
        killed = gimp.finish(process)
        assert killed.values.get("status") != "success"
        finished = list(endpoint.painted)
    with EchoEndpoint(port=endpoint.port) as endpoint:
        told = run(gimp, endpoint)
        sent_again = [tile["sha"] for tile in endpoint.tiles]
    assert len(finished) == 9
    assert told["tiles"] > 20
    assert len(sent_again) == told["tiles"] - 9
    assert not set(sent_again) & set(finished), "a finished tile was paid for twice"


def test_what_the_endpoint_finished_after_the_kill_is_collected(gimp: Gimp) -> None:
    with EchoEndpoint(Behavior(hold_after=9)) as endpoint:
        process = gimp.start(SCRIPT, TEST_ENDPOINT=endpoint.url)
        wait_until(lambda: len(stored(gimp)) == 9, "nine tiles are kept")
        kill_all("tile-upscale", process.pid)
        gimp.finish(process)
        endpoint.release()
        submitted = {tile["index"] for request in endpoint.requests for tile in request["tiles"]}
        wait_until(lambda: set(endpoint.ledger.painted) == submitted, "the endpoint has painted what it had")
        told = run(gimp, endpoint)
    assert len(submitted) > 9
    assert sorted(endpoint.ledger.painted) == list(range(told["tiles"]))
    assert set(endpoint.ledger.painted.values()) == {1}, "a tile was paid for twice"


def test_second_run_sends_nothing(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        first = run(gimp, endpoint)
        assert len(endpoint.tiles) == first["tiles"]
        run(gimp, endpoint)
        assert len(endpoint.tiles) == first["tiles"]


def test_damaged_entries_are_replaced(gimp: Gimp) -> None:
    with EchoEndpoint() as endpoint:
        first = run(gimp, endpoint)
        files = stored(gimp)
        cut, flipped, emptied = files[0], files[1], files[2]
        cut.write_bytes(cut.read_bytes()[:-10])
        flipped.write_bytes(flipped.read_bytes()[:-1] + b"x")
        emptied.write_bytes(b"")
        run(gimp, endpoint)
        assert len(endpoint.tiles) == first["tiles"] + 3
        run(gimp, endpoint)
        assert len(endpoint.tiles) == first["tiles"] + 3, "damaged entries were not replaced"


def test_unwritable_folder_costs_a_warning_only(gimp: Gimp) -> None:
    gimp.cache.parent.mkdir(parents=True)
    gimp.cache.write_text("a file where the folder should be")
    with EchoEndpoint() as endpoint:
        told = run(gimp, endpoint)
    assert "can't be kept" in told["stderr"]


def test_full_disk_costs_a_warning_only(gimp: Gimp) -> None:
    gimp.cache.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", gimp.cache], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        with EchoEndpoint() as endpoint:
            told = run(gimp, endpoint)
            assert 0 < len(stored(gimp)) < told["tiles"], "the disk was not full, or nothing was kept before it was"
    finally:
        subprocess.run(["umount", gimp.cache], check=True)
    assert "can't be kept" in told["stderr"]
    assert "No space left on device" in told["stderr"]


def no_local_endpoint(session: int) -> Callable[[], bool]:
    return lambda: not find_processes("tile-upscale-endpoint", session)


def variables(process: int) -> list[str]:
    return [entry.partition("=")[0] for entry in Path(f"/proc/{process}/environ").read_text().split("\0")]


def test_local_endpoint_gets_no_keys_and_ends_with_a_killed_plug_in(gimp: Gimp) -> None:
    process = gimp.start(SCRIPT, TEST_ENDPOINT="local", TEST_SCALE="8", UPSCALE_TOKEN="secret", UPSCALE_MODAL_SECRET="secret")
    (endpoint,) = wait_until(lambda: find_processes("tile-upscale-endpoint", process.pid), "the local endpoint runs")
    names = variables(endpoint)
    assert "PATH" in names and not [name for name in names if name.startswith("UPSCALE_")]
    kill_all("tile-upscale", process.pid)
    gimp.finish(process)
    wait_until(no_local_endpoint(process.pid), "the local endpoint has ended")


def test_local_endpoint_that_is_killed_is_started_again(gimp: Gimp) -> None:
    process = gimp.start(SCRIPT, TEST_ENDPOINT="local", TEST_SCALE="8")
    wait_until(lambda: len(stored(gimp)) >= 3, "three tiles are done")
    kill_all("tile-upscale-endpoint", process.pid)
    outcome = gimp.finish(process)
    assert outcome.values.get("status") == "success", outcome
    assert outcome.values["failed"] == 0
    wait_until(no_local_endpoint(process.pid), "the local endpoint has ended")


def test_local_endpoint_ends_with_the_job(gimp: Gimp) -> None:
    process = gimp.start(SCRIPT, TEST_ENDPOINT="local")
    outcome = gimp.finish(process)
    assert outcome.values["status"] == "success", outcome
    wait_until(no_local_endpoint(process.pid), "the local endpoint has ended")
