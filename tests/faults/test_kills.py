# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 of the job, or of its local endpoint, at exact moments.

No delivered tile is painted twice or lost, and no process is left. Jobs of another kind on the same endpoint ignore what the
killed job has left, and leave it alone.
"""

from pathlib import Path

import pytest
from comfyui_server import MIDDLE, NEW, ComfyuiServer
from echo_endpoint import EchoEndpoint
from job_runner import N_TILES, Job, run_job, square
from kill_moments import MOMENTS, REQUESTS, KillAtRequest
from polling import wait_until

# A smaller picture, larger tiles and a smaller scale, each with fewer tiles than the 16 of the killed job.
OTHER_JOBS: list[tuple[dict[str, float], int]] = [(square(112), 4), ({"tile": 96}, 9), ({"scale": 0.5}, 4)]


def stored(cache: Path) -> int:
    return len(list(cache.glob("tiles/*.tile")))


def assert_others_are_whole(cache: Path, endpoint: EchoEndpoint) -> None:
    """Runs the other jobs at the same time."""
    jobs = [Job(cache, endpoint.url, **options) for options, _ in OTHER_JOBS]
    for job, (_, n_tiles) in zip(jobs, OTHER_JOBS, strict=True):
        outcome = job.finish()
        outcome.assert_whole(n_tiles)
        assert outcome.report["stored"] == 0, "another job's tile was taken for one of this"


def assert_next_job_is_whole(cache: Path, endpoint: EchoEndpoint) -> None:
    """Runs jobs of other kinds after the kill, then the same job again. No two tiles of all these jobs are equal."""
    n_stored = stored(cache)
    assert_others_are_whole(cache, endpoint)
    outcome = run_job(cache, endpoint.url)
    outcome.assert_whole()
    assert outcome.report["stored"] == n_stored, "a tile that was kept is lost"
    assert len(endpoint.painted) == N_TILES + sum(n_tiles for _, n_tiles in OTHER_JOBS)
    assert len(set(endpoint.painted)) == len(endpoint.painted), "a tile was painted twice"
    assert endpoint.violations == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_job_is_killed(tmp_path: Path, moment: str) -> None:
    with EchoEndpoint() as endpoint:
        job = Job(tmp_path, endpoint.url, stop_at=moment)
        job.wait_for_stop()
        job.kill()
        assert_next_job_is_whole(tmp_path, endpoint)


@pytest.mark.parametrize("when", REQUESTS)
def test_job_is_killed_while(tmp_path: Path, when: str) -> None:
    with EchoEndpoint() as endpoint:
        moment = KillAtRequest(endpoint, when)
        moment.let_happen(Job(tmp_path, endpoint.url).kill)
        assert_next_job_is_whole(tmp_path, endpoint)


# The local endpoint enlarges 104 px to 208.
LOCAL: dict[str, float] = {**square(104), "scale": 2}
OTHER_LOCAL_JOBS = [({**LOCAL, **square(56)}, 4), ({**LOCAL, "tile": 96}, 9), ({**LOCAL, "scale": 1}, 4)]


@pytest.mark.parametrize("moment", MOMENTS)
def test_job_is_killed_with_its_local_endpoint(tmp_path: Path, moment: str) -> None:
    job = Job(tmp_path, "local", stop_at=moment, **LOCAL)
    job.wait_for_stop()
    job.kill()
    n_stored = stored(tmp_path)
    options, n_tiles = OTHER_LOCAL_JOBS[MOMENTS.index(moment) % len(OTHER_LOCAL_JOBS)]
    run_job(tmp_path, "local", **options).assert_whole(n_tiles, by_echo=False)
    outcome = run_job(tmp_path, "local", **LOCAL)
    outcome.assert_whole(by_echo=False)
    assert outcome.report["stored"] == n_stored


@pytest.mark.parametrize("moment", MOMENTS)
def test_local_endpoint_is_killed(tmp_path: Path, moment: str) -> None:
    job = Job(tmp_path, "local", stop_at=moment, **LOCAL)
    job.wait_for_stop()
    job.kill_local_endpoint()
    job.go_on()
    outcome = job.finish()
    outcome.assert_whole(by_echo=False)
    outcome.assert_nothing_delivered_was_sent_again()


@pytest.mark.parametrize("version", [MIDDLE, NEW])
def test_comfyui_goes_on_for_a_job_that_was_killed(tmp_path: Path, version: str) -> None:
    """Prompt ids are batch ids, so the next run finds the tiles that the server has painted meanwhile."""
    with ComfyuiServer(version=version) as server:
        server.hold_at = 3  # the probe paints a small tile and checks the default model
        job = Job(tmp_path, server.address)
        wait_until(lambda: server.running and len(server.pending) == 2, "one is painted and another waits")
        job.kill()
        sent = [server.running[0][0], *(entry[0] for entry in server.pending)]
        server.release()
        wait_until(lambda: sent[-1] in server.history, "they are painted")
        run_job(tmp_path, server.address).assert_whole(by_echo=False)
        small_tiles, checks = 2, 1  # the second probe finds the outcome of the check in the server's history
        assert len(server.runs) == N_TILES + small_tiles + checks, "a tile was painted twice"
        assert len(set(server.runs)) == len(server.runs)
