# SPDX-License-Identifier: GPL-3.0-or-later
"""A job that is cancelled, killed, or put to sleep."""

from pathlib import Path

from cuttable_line import CuttableLine
from echo_endpoint import Behavior, EchoEndpoint
from job_runner import N_TILES, Job, run_job
from polling import wait_until
from sdcpp_server import SdcppServer


def holding(after: int) -> EchoEndpoint:
    return EchoEndpoint(Behavior(hold_after=after, hold_s=0.1))


def wait_for_five_tiles(job: Job, endpoint: EchoEndpoint) -> None:
    """Waits until five tiles have arrived, and the batches that follow them are at the endpoint."""
    wait_until(lambda: len(job.events("tile-settled")) == 5, "five tiles have arrived")
    endpoint.wait_until_full()


def test_cancel_stops_the_servers_and_keeps_every_tile(tmp_path: Path) -> None:
    with holding(5) as endpoint:
        job = Job(tmp_path, endpoint.url, speed=1)
        wait_for_five_tiles(job, endpoint)
        job.send("cancel")
        outcome = job.finish()
        assert outcome.report["error"] is not None
        running = {id for id, batch in endpoint.jobs.items() if batch["status"] == "running"}
        assert running == set(), "a batch still costs money"
        endpoint.release()
        run_job(tmp_path, endpoint.url).assert_whole()
    assert endpoint.ledger.repaid == []
    assert sum(endpoint.ledger.painted.values()) == N_TILES


def test_killed_job_is_collected_by_the_next(tmp_path: Path) -> None:
    """Tiles that the endpoint finished after the kill are collected, and not painted again."""
    with holding(5) as endpoint:
        job = Job(tmp_path, endpoint.url, speed=1)
        wait_for_five_tiles(job, endpoint)
        job.kill()
        endpoint.release()
        submitted = {tile["index"] for request in endpoint.requests for tile in request["tiles"]}
        wait_until(lambda: set(endpoint.ledger.painted) == submitted, "the endpoint has painted what it had")
        outcome = run_job(tmp_path, endpoint.url)
    outcome.assert_whole()
    assert outcome.report["stored"] == 5
    assert set(endpoint.ledger.painted.values()) == {1}


class SlowSdcppServer(SdcppServer):
    """Stops painting after a number of pictures, until the test releases it."""

    stops_after: int | None = 3 + 4  # the pictures of the probe, and four tiles

    def wait_while_held(self) -> None:
        done = sum(job["status"] == "completed" for job in self.jobs.values())
        self.held = self.stops_after is not None and done >= self.stops_after
        super().wait_while_held()


def kill_with_four_under_way(cache: Path, server: SlowSdcppServer) -> None:
    """Kills a job after four tiles, and lets the server paint the four that are queued there."""
    job = Job(cache, server.address)
    wait_until(lambda: len(job.events("named")) == 4 + 4, "four tiles are painted, and four wait there")
    wait_until(lambda: len(job.events("tile-settled")) == 4, "the painted ones have arrived")
    job.kill()
    server.stops_after = None
    server.release()
    wait_until(lambda: all(entry["status"] == "completed" for entry in server.jobs.values()), "the server has painted what it had")


def test_killed_job_of_a_server_with_names_of_its_own_is_collected(tmp_path: Path) -> None:
    """stable-diffusion.cpp gives jobs ids of its own, and keeps them for ten minutes."""
    with SlowSdcppServer() as server:
        kill_with_four_under_way(tmp_path, server)
        outcome = run_job(tmp_path, server.address)
        outcome.assert_whole(outcome.report["n_tiles"], by_echo=False)
        assert len(server.bodies) == 3 + 3 + outcome.report["n_tiles"], "a tile was painted twice"


def test_job_that_a_server_has_forgotten_is_sent_again(tmp_path: Path) -> None:
    with SlowSdcppServer() as server:
        kill_with_four_under_way(tmp_path, server)
        server.expire()
        outcome = run_job(tmp_path, server.address)
        outcome.assert_whole(outcome.report["n_tiles"], by_echo=False)


def test_killed_job_whose_lease_has_ended_is_collected_too(tmp_path: Path) -> None:
    """The server ended the lease in the middle of a batch: finished tiles are collected, the others are sent again."""
    with holding(5) as endpoint:
        job = Job(tmp_path, endpoint.url, speed=1, batch_size=4)
        wait_for_five_tiles(job, endpoint)
        job.kill()
        endpoint.behavior.hold_after = None
        for batch_id in list(endpoint.jobs):
            endpoint.stop(batch_id, "nobody has asked for it for 120 s")
        painted = dict(endpoint.ledger.painted)
        run_job(tmp_path, endpoint.url).assert_whole()
    assert {index: endpoint.ledger.painted[index] for index in painted} == dict.fromkeys(painted, 1)
    assert sum(endpoint.ledger.painted.values()) == N_TILES


def test_orphaned_batches_of_other_settings_are_left_alone(tmp_path: Path) -> None:
    """A run with another seed ignores the first run's batches; a third run with the first seed collects them."""
    with holding(0) as endpoint:
        job = Job(tmp_path, endpoint.url, speed=1, seed=1)
        endpoint.wait_until_full()
        job.kill()
        endpoint.release()
        wait_until(lambda: len(endpoint.ledger.painted) == 6, "six tiles are painted")
        other = run_job(tmp_path, endpoint.url, seed=2)
        other.assert_whole()
        n_sent = len(endpoint.tiles)
        third = run_job(tmp_path, endpoint.url, seed=1)
        third.assert_whole()
    assert other.report["painted"] == N_TILES
    assert n_sent == 6 + N_TILES
    assert len(endpoint.tiles) - n_sent == N_TILES - 6


def test_running_job_keeps_its_batches_to_itself(tmp_path: Path) -> None:
    """A second job neither collects nor stops the batches of a job that still runs."""
    with holding(0) as endpoint:
        first = Job(tmp_path, endpoint.url, speed=1)
        endpoint.wait_until_full()
        second = Job(tmp_path, endpoint.url, speed=1)
        wait_until(lambda: len(endpoint.requests) == 4, "the second has sent its own")
        second.send("cancel")
        assert second.finish().report["error"] is not None
        assert set(endpoint.deleted) == {request["batch_id"] for request in endpoint.requests[2:]}
        endpoint.release()
        first.finish().assert_whole()


def test_machine_that_slept(tmp_path: Path) -> None:
    """After hours of sleep connections are gone, every deadline is due, and the endpoint has ended its leases."""
    with holding(5) as endpoint, CuttableLine(endpoint.url) as line:
        job = Job(tmp_path, line.url, speed=1)
        wait_for_five_tiles(job, endpoint)
        for batch_id in list(endpoint.jobs):
            endpoint.stop(batch_id, "nobody has asked for it for 120 s")
        line.cut()
        job.send("leap 10800")
        wait_until(lambda: job.events("sent-again") + job.events("batch-failed"), "the job has found out")
        line.mend()
        endpoint.release()
        job.finish().assert_whole()
    assert endpoint.ledger.repaid == []
