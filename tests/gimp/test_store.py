# SPDX-License-Identifier: GPL-3.0-or-later
"""No tile is painted twice, in whatever way the run before ended, and no process outlives its job."""

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from echo_endpoint import Behavior, EchoEndpoint
from gimp_runner import Gimp, Outcome
from polling import wait_until
from processes import find_processes

SETTINGS = {"size": (400, 300), "scale": 2.0, "tile_size": 128, "overlap": 32, "batch_size": 2}


def make_job(endpoints: str, **settings: float) -> dict[str, Any]:
    return {**SETTINGS, "endpoints": endpoints, **settings}


@pytest.fixture
def gimp(tmp_path: Path) -> Gimp:
    return Gimp(tmp_path)


def run(gimp: Gimp, endpoint: EchoEndpoint) -> dict[str, Any]:
    """Returns the answer to a job that succeeds, and what GIMP wrote as `stderr`."""
    outcome = gimp.run_jobs(make_job(endpoint.url))
    assert_success(outcome)
    return {**outcome.answer, "stderr": outcome.stderr}


def assert_success(outcome: Outcome) -> None:
    assert outcome.answer["status"] == "success", str(outcome)
    assert outcome.answer["failed"] == 0


def kill_all(program: str, session: int) -> None:
    """Kills the processes of a session that run the program. A worker may end with its parent, before it is killed itself."""
    running = find_processes(program, session)
    assert running, f"{program} does not run"
    for process in running:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_killed_in_the_middle_sends_no_finished_tile_again(gimp: Gimp) -> None:
    with EchoEndpoint(Behavior(hold_after=9)) as endpoint:
        process = gimp.start_jobs(make_job(endpoint.url))
        wait_until(lambda: len(gimp.list_stored_tiles()) == 9, "nine tiles are kept")
        kill_all("tile-upscale", process.pid)
        killed = gimp.finish(process)
        assert killed.answer["status"] != "success"
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
        process = gimp.start_jobs(make_job(endpoint.url))
        wait_until(lambda: len(gimp.list_stored_tiles()) == 9, "nine tiles are kept")
        endpoint.wait_until_full()
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
        files = gimp.list_stored_tiles()
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
            assert 0 < len(gimp.list_stored_tiles()) < told["tiles"], "the disk was not full, or nothing was kept before it was"
    finally:
        subprocess.run(["umount", gimp.cache], check=True)
    assert "can't be kept" in told["stderr"]
    assert "No space left on device" in told["stderr"]


def wait_for_end_of_local_endpoint(session: int) -> None:
    wait_until(lambda: not find_processes("tile-upscale-endpoint", session), "the local endpoint has ended")


def list_variables(process: int) -> list[str]:
    return [entry.partition("=")[0] for entry in Path(f"/proc/{process}/environ").read_text().split("\0")]


def test_local_endpoint_gets_no_keys_and_ends_with_a_killed_plug_in(gimp: Gimp) -> None:
    process = gimp.start_jobs(make_job("local", scale=8.0), UPSCALE_TOKEN="secret", UPSCALE_MODAL_SECRET="secret")
    (endpoint,) = wait_until(lambda: find_processes("tile-upscale-endpoint", process.pid), "the local endpoint runs")
    names = list_variables(endpoint)
    assert "PATH" in names and not [name for name in names if name.startswith("UPSCALE_")]
    kill_all("tile-upscale", process.pid)
    gimp.finish(process)
    wait_for_end_of_local_endpoint(process.pid)


def test_local_endpoint_that_is_killed_is_started_again(gimp: Gimp) -> None:
    process = gimp.start_jobs(make_job("local", scale=8.0))
    wait_until(lambda: len(gimp.list_stored_tiles()) >= 3, "three tiles are done")
    kill_all("tile-upscale-endpoint", process.pid)
    assert_success(gimp.finish(process))
    wait_for_end_of_local_endpoint(process.pid)


def test_local_endpoint_ends_with_the_job(gimp: Gimp) -> None:
    process = gimp.start_jobs(make_job("local"))
    assert_success(gimp.finish(process))
    wait_for_end_of_local_endpoint(process.pid)
