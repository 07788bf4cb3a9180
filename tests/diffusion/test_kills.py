# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL of the GPU service during a job, and of both at once. Delivered tiles are not requested again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gpu_service import KillableService, make_weights
from job_runner import Job, run_job, square
from kill_moments import MOMENTS

JOB: dict[str, float] = {**square(144), "steps": 4, "batch_size": 1}
N_TILES = 9
# Jobs that differ in size, tile size and scale.
OTHER_JOBS: list[tuple[dict[str, float], int]] = [(square(64), 1), ({"tile": 96}, 4), ({"scale": 0.5}, 4)]
# One moment for each other job is enough: the restarted service has the same state in every moment.
MOMENTS_FOR_BOTH = ["send:2", "read:4", "kept:4"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KillableService]:
    with KillableService(make_weights(tmp_path_factory.mktemp("weights"))) as service:
        yield service


def start(service: KillableService, cache: Path, moment: str) -> Job:
    """Returns a stopped job whose service has been replaced by a new one."""
    job = Job(cache, service.url, stop_at=moment, **JOB)
    job.wait_for_stop()
    service.kill()
    service.start()
    return job


@pytest.mark.parametrize("moment", MOMENTS)
def test_service_is_killed(service: KillableService, tmp_path: Path, moment: str) -> None:
    job = start(service, tmp_path, moment)
    job.go_on()
    outcome = job.finish()
    outcome.assert_whole(N_TILES, by_echo=False)
    outcome.assert_nothing_delivered_was_sent_again()


@pytest.mark.parametrize(("moment", "other"), zip(MOMENTS_FOR_BOTH, OTHER_JOBS, strict=True))
def test_service_and_job_are_killed(service: KillableService, tmp_path: Path, moment: str, other: tuple[dict[str, float], int]) -> None:
    start(service, tmp_path, moment).kill()
    n_stored = len(list(tmp_path.glob("tiles/*.tile")))
    options, n_tiles = other
    run_job(tmp_path, service.url, **{**JOB, **options}).assert_whole(n_tiles, by_echo=False)
    outcome = run_job(tmp_path, service.url, **JOB)
    outcome.assert_whole(N_TILES, by_echo=False)
    assert (outcome.report["stored"], outcome.report["painted"]) == (n_stored, N_TILES - n_stored)
