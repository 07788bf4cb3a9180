# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints that die, restart, forget, run out of memory, or are late, in the middle of a job."""

import json
import threading
from pathlib import Path
from typing import Any

import fault_hooks as hooks
import pytest
from cuttable_line import CuttableLine
from echo_endpoint import Behavior, EchoEndpoint, Exchange, Ledger
from job_runner import N_TILES, Job, assert_recovers, run_job
from polling import wait_until

# The job gives an endpoint that has worked five minutes to come back.
GREATEST_HURRY = 100.0


@pytest.mark.parametrize("status", [404, 410])
def test_batch_that_the_endpoint_knows_no_more(tmp_path: Path, status: int) -> None:
    def make() -> Behavior:
        return Behavior(seconds_per_tile=0.02, hold_s=0, interfere=hooks.InjectFault("GET", hooks.answer_status(status)))

    assert_recovers(tmp_path, make, f"told to answer {status}")


def test_endpoint_that_restarts_in_the_middle(tmp_path: Path) -> None:
    def restarting_job(cache: Path, **options: float) -> tuple[Job, EchoEndpoint]:
        with EchoEndpoint(Behavior(hold_after=5, hold_s=0.1)) as endpoint, CuttableLine(endpoint.url) as line:
            job = Job(cache, line.url, **options)
            wait_until(lambda: len(job.events("tile-settled")) == 5, "five tiles have arrived")
            line.cut()
            endpoint.forget()
            wait_until(lambda: job.events("sent-again") or job.process.poll() is not None, "the job has met the dead port")
            line.mend()
            endpoint.release()
            job.process.wait(60)
        return job, endpoint

    assert restarting_job(tmp_path / "without", max_tries=1)[0].finish().n_finished < N_TILES
    job, endpoint = restarting_job(tmp_path / "with")
    job.finish().assert_whole()
    assert endpoint.ledger.repaid == []


def test_endpoint_that_dies_for_good_beside_another(tmp_path: Path) -> None:
    ledger = Ledger()
    with (
        EchoEndpoint(Behavior(hold_after=3, hold_s=0.1), ledger) as dying,
        CuttableLine(dying.url) as line,
        EchoEndpoint(Behavior(hold_after=3, hold_s=0.1), ledger) as living,
    ):
        job = Job(tmp_path, line.url, living.url, speed=GREATEST_HURRY)
        wait_until(lambda: len(job.events("tile-settled")) == 6, "six tiles have arrived")
        line.cut()
        living.release()
        job.finish().assert_whole()
    assert ledger.repaid == []
    assert len(ledger.delivered) == N_TILES


def test_all_endpoints_die(tmp_path: Path) -> None:
    """Finished tiles stay, the message names the endpoints and their failures, and the next run sends only the rest."""
    ledger = Ledger()
    with (
        EchoEndpoint(Behavior(hold_after=3, hold_s=0.1), ledger) as first,
        CuttableLine(first.url) as one,
        EchoEndpoint(Behavior(hold_after=4, hold_s=0.1), ledger) as second,
        CuttableLine(second.url) as other,
    ):
        job = Job(tmp_path, one.url, other.url, speed=GREATEST_HURRY)
        wait_until(lambda: len(job.events("tile-settled")) == 7, "seven tiles have arrived")
        one.cut()
        other.cut()
        outcome = job.finish()
    assert outcome.n_finished == 7
    assert f"{one.port}" in outcome.failures[0]
    assert "refused" in outcome.failures[0]
    assert f"tile {[t['failed'] for t in outcome.report['tiles']].index(1) + 1}:" in outcome.report["summary"]
    assert outcome.report["log"] in outcome.report["summary"]
    # The servers come back at their addresses, which are part of the cache keys.
    with EchoEndpoint(ledger=ledger) as revived, one.leading_to(revived.url), other.leading_to(revived.url):
        run_job(tmp_path, one.url, other.url).assert_whole()
    assert len(revived.painted) == N_TILES - 7
    assert ledger.repaid == []


def has_tile(index: int) -> Any:
    return lambda exchange: any(tile["index"] == index for tile in exchange.body.get("tiles", []))


def test_poison_tile_sinks_nobody_else(tmp_path: Path) -> None:
    def make() -> EchoEndpoint:
        crash = hooks.answer_status(500, "illegal memory access")
        return EchoEndpoint(Behavior(interfere=hooks.InjectFault("PUT", crash, 999, has_tile(6))))

    with make() as endpoint:
        without = run_job(tmp_path / "without", endpoint.url, max_tries=1, batch_size=4)
    with make() as endpoint:
        # With a faster clock a busy machine exceeds the five minutes, and the job gives the endpoint up.
        outcome = run_job(tmp_path / "with", endpoint.url, batch_size=4, speed=4)
    assert without.n_finished < N_TILES - 1
    assert outcome.n_finished == N_TILES - 1
    assert len(outcome.failures) == 1
    assert outcome.failures[0].startswith(f"tile 7: {endpoint.url}: ")
    assert "illegal memory access" in outcome.failures[0]
    assert endpoint.ledger.repaid == []
    assert set(endpoint.ledger.painted.values()) == {1}


def out_of_memory(answer: dict[str, Any]) -> dict[str, Any]:
    error = "CUDA out of memory. Tried to allocate 2.00 GiB"
    return {**answer, "results": [{"id": result["id"], "success": False, "error": error} for result in answer["results"]]}


def test_out_of_memory_halves_the_batches(tmp_path: Path) -> None:
    """Both a failure of the request and failures of its tiles halve the batch."""

    def is_large(exchange: Exchange) -> bool:
        return len(exchange.body["tiles"]) > 2

    def fail_request() -> Behavior:
        return Behavior(interfere=hooks.InjectFault("PUT", hooks.answer_status(500, "CUDA out of memory"), 999, is_large))

    def fail_tiles() -> Behavior:
        large: set[str] = set()

        def note(exchange: Exchange) -> bool:
            if exchange.command == "PUT" and is_large(exchange):
                large.add(exchange.body["batch_id"])
            return False

        return Behavior(interfere=note, twist=lambda answer: out_of_memory(answer) if answer["batch_id"] in large else answer)

    for number, make in enumerate([fail_request, fail_tiles]):
        endpoint = assert_recovers(tmp_path / str(number), make, "out of memory", batch_size=8)
        assert {len(request["tiles"]) for request in endpoint.requests[-3:]} <= {1, 2}


def test_late_batch_is_painted_elsewhere_and_stopped_where_it_was(tmp_path: Path) -> None:
    """The slow endpoint never ends its first tile, so without a duplicate only the batch timeout ends the wait."""
    stuck = Behavior(hold_after=0, hold_s=0.1)
    with EchoEndpoint(stuck) as slow, EchoEndpoint(Behavior(seconds_per_tile=0.05)) as quick:
        outcome = run_job(tmp_path / "with", slow.url, quick.url, duplicates="allowed", batch_size=1)
        outcome.assert_whole()
        wait_until(lambda: len(slow.deleted) == len(slow.requests), "the slow endpoint was told to stop")
    assert len(quick.painted) == N_TILES
    with EchoEndpoint(stuck) as slow, EchoEndpoint(Behavior(seconds_per_tile=0.05)) as quick:
        options: dict[str, float | str] = {"duplicates": "never", "batch_size": 1, "max_tries": 1, "batch_timeout": 60}
        outcome = run_job(tmp_path / "without", slow.url, quick.url, **options)
    assert outcome.n_finished < N_TILES
    assert "60 s" in outcome.messages


def test_faster_endpoint_gets_more(tmp_path: Path) -> None:
    ledger = Ledger()
    with EchoEndpoint(Behavior(seconds_per_tile=1.0), ledger) as slow, EchoEndpoint(Behavior(seconds_per_tile=0.1), ledger) as quick:
        run_job(tmp_path, slow.url, quick.url, batch_size=1, duplicates="never", speed=1).assert_whole()
    assert len(quick.painted) > len(slow.painted) > 0
    assert set(ledger.painted.values()) == {1}


def test_autoscaling_endpoint_gets_as_many_batches_as_it_says(tmp_path: Path) -> None:
    at_once: list[int] = []
    lock = threading.Lock()

    class Wide(EchoEndpoint):
        def health(self) -> dict[str, Any]:
            return {**super().health(), "concurrency": 6, "autoscales": True}

    def note(exchange: Exchange) -> bool:
        with lock:
            at_once.append(sum(job["status"] == "running" for job in exchange.endpoint.jobs.values()))
        return False

    with Wide(Behavior(hold_after=0, hold_s=0.1, interfere=note)) as endpoint:
        job = Job(tmp_path, endpoint.url, batch_size=1)
        wait_until(lambda: at_once.count(6) >= 12, "six batches run, and each was asked for twice")
        assert len(endpoint.requests) == 6
        endpoint.release()
        job.finish().assert_whole()
    assert max(at_once) == 6


def test_log_tells_why_a_tile_failed_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSCALE_TOKEN", "t0p-s3cret")
    with EchoEndpoint(Behavior(fail_tiles={2})) as endpoint:
        monkeypatch.setenv("UPSCALE_TOKEN_ORIGIN", endpoint.url)
        outcome = run_job(tmp_path, endpoint.url)
    said = [line for line in outcome.log if line.get("tile") == 3]
    assert [line["event"] for line in said].count("tile-failed") == 2, "each of its tries is there"
    assert said[-1]["event"] == "tile-given-up"
    assert "made to fail" in said[-1]["text"]
    assert outcome.log[0]["event"] == "begun"
    assert outcome.log[0]["tiles"] == N_TILES
    assert outcome.log[-1]["event"] == "ended"
    text = json.dumps(outcome.log)
    assert "s3cret" not in text
    assert "iVBOR" not in text
