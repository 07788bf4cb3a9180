# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints that are busy or being started: the job waits as long as they ask, up to the batch timeout."""

import re
from pathlib import Path

import fault_hooks as hooks
import pytest
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from job_runner import N_TILES, Job, Outcome, run_job
from polling import wait_until


def run_over_waits(cache: Path, address: str, **options: float) -> Outcome:
    """Lets the clock leap over each wait that the job announces. A faster clock would take its time from the answers too."""
    job = Job(cache, address, **options)
    n_seen = 0

    def has_news() -> bool:
        return job.process.poll() is not None or len(job.events("endpoint-busy")) > n_seen

    while job.process.poll() is None:
        wait_until(has_news, "the job waits or ends")
        announced = job.events("endpoint-busy")[n_seen:]
        n_seen += len(announced)
        for line in announced:
            wait_s = re.search(r"(\d+) s$", line["text"])
            assert wait_s, line
            job.send(f"leap {wait_s[1]}")
    return job.finish()


def is_health(exchange: Exchange) -> bool:
    return exchange.path.startswith("/v1/health")


def cold(status: int, times: float, **headers: str) -> hooks.InjectFault:
    return hooks.InjectFault("GET", hooks.answer_status(status, **headers), times, is_health)


@pytest.mark.parametrize("max_tries", [1, 4])
@pytest.mark.parametrize("status", [429, 502, 503, 504, 524])
def test_endpoint_that_is_being_started(tmp_path: Path, status: int, max_tries: int) -> None:
    """Serverless platforms and their proxies answer so for minutes, and the job once gave up after four such answers."""
    with EchoEndpoint(Behavior(interfere=cold(status, 8))) as endpoint:
        run_over_waits(tmp_path, endpoint.url, max_tries=max_tries).assert_whole()


def test_endpoint_that_never_comes_up(tmp_path: Path) -> None:
    """The batch timeout also limits a longer wait that the server asks for."""
    asked: list[str] = []

    def interfere(exchange: Exchange) -> bool:
        asked.append(exchange.path)
        return busy(exchange)

    busy = cold(503, float("inf"), Retry_After="600")
    with EchoEndpoint(Behavior(interfere=interfere)) as endpoint:
        outcome = run_over_waits(tmp_path, endpoint.url, batch_timeout=120)
    assert outcome.n_finished == 0
    assert "busy for 120 s" in outcome.messages
    assert len(asked) == 2
    said = [line["text"] for line in outcome.log if line["event"] == "endpoint-busy"]
    assert said == ["busy, asks again in 120 s"]


def test_others_work_meanwhile(tmp_path: Path) -> None:
    with EchoEndpoint(Behavior(interfere=cold(503, float("inf"), Retry_After="300"))) as starting, EchoEndpoint() as good:
        run_job(tmp_path, starting.url, good.url).assert_whole()
    assert len(good.painted) == N_TILES


def test_busy_answer_to_a_batch_is_no_try(tmp_path: Path) -> None:
    for number, status in enumerate([429, 503]):
        with EchoEndpoint(Behavior(interfere=hooks.InjectFault("PUT", hooks.answer_status(status), 6))) as endpoint:
            run_over_waits(tmp_path / str(number), endpoint.url, max_tries=1).assert_whole()


def test_questions_that_are_always_refused_end_with_the_batch_timeout(tmp_path: Path) -> None:
    """The batch was accepted, so the job polls it again and again, up to the batch timeout."""
    refuse = hooks.InjectFault("GET", hooks.answer_status(429), float("inf"))
    with EchoEndpoint(Behavior(hold_after=0, hold_s=0, interfere=refuse)) as endpoint:
        outcome = run_over_waits(tmp_path, endpoint.url, batch_timeout=120, batch_size=16)
    assert outcome.n_finished == 0
    assert "busy" in outcome.messages
    assert endpoint.deleted
