# SPDX-License-Identifier: GPL-3.0-or-later
"""Ray Serve on this machine with two replicas of the tiny model. The tests kill replicas, the front and the actor."""

import os
import signal
import threading
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from gpu_service import find_processes, find_replicas, make_weights, run_ray
from polling import wait_until
from wire_client import Client, Reply, make_request


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_weights(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def client(settings: Path) -> Iterator[Client]:
    with run_ray(settings) as (url, _):
        yield Client(url)


def make_slow_request(tiles: int) -> dict[str, Any]:
    request = make_request(tiles)
    request["gen_params"].update(strength=1.0, steps=12)
    return request


def finish_all(client: Client, requests: list[dict[str, Any]], on_start: Any = None) -> list[list[dict[str, Any]]]:
    results: list[list[dict[str, Any]]] = [[] for _ in requests]

    def finish(number: int) -> None:
        results[number] = client.finish(requests[number])

    threads = [threading.Thread(target=finish, args=(number,)) for number in range(len(requests))]
    for thread in threads:
        thread.start()
    if on_start:
        on_start()
    for thread in threads:
        thread.join()
    return results


def test_health(client: Client) -> None:
    health = client.send("GET", "/v1/health").json
    assert health["concurrency"] == 2


def test_81_tiles_in_batches_survive_the_loss_of_a_replica(client: Client, settings: Path) -> None:
    """Every tile is painted and delivered exactly once."""
    requests = [make_slow_request(9) for _ in range(9)]
    before = find_replicas(settings)
    assert len(before) == 2

    def kill_one_at_work() -> None:
        ids = [request["batch_id"] for request in requests]

        def is_at_work() -> bool:
            replies = [client.get(batch_id, wait_s=0) for batch_id in ids]
            return sum(reply.status == 202 and reply.json["status"] == "running" for reply in replies) == 2

        wait_until(is_at_work, "both replicas paint")
        os.kill(min(before), signal.SIGKILL)

    for request, results in zip(requests, finish_all(client, requests, kill_one_at_work), strict=True):
        assert sorted(int(result["id"]) for result in results) == list(range(9)), request["batch_id"]
        assert all(result["success"] for result in results)
    wait_until(lambda: len(now := find_replicas(settings)) == 2 and now != before, "the lost replica is replaced", 120)


def ask(client: Client, batch_id: str) -> Reply | None:
    """Returns None while the service does not answer."""
    try:
        reply = client.get(batch_id, wait_s=0)
    except (OSError, HTTPException):
        return None
    return None if reply.status in (500, 503) else reply


def test_batch_survives_the_loss_of_the_front(client: Client, settings: Path) -> None:
    """Requests fail while the front is down, but the replicas go on painting."""
    request = make_slow_request(9)
    client.answer(client.put(request))
    (front,) = find_replicas(settings, "Front")
    os.kill(front, signal.SIGKILL)

    def has_ended() -> bool:
        reply = ask(client, request["batch_id"])
        assert reply is None or reply.status in (200, 202), reply
        return reply is not None and reply.status == 200

    wait_until(has_ended, "another front has the answer", 120)
    answer = client.answer(client.get(request["batch_id"]))
    assert answer["status"] == "completed" and len(answer["results"]) == 9


def test_lost_job_store_is_replaced(client: Client, settings: Path) -> None:
    """The new actor answers 404 for batches of the old one, and accepts them again."""
    request = make_request(tiles=3)
    client.finish(request)
    (job_store,) = find_processes(settings, "JobStoreActor")
    os.kill(job_store, signal.SIGKILL)
    reply = wait_until(lambda: ask(client, request["batch_id"]), "another actor answers", 120)
    client.refused(404, reply)
    assert all(result["success"] for result in client.finish(request))


def test_failing_batch_leaves_the_others_alone(client: Client) -> None:
    broken, good = make_request(tiles=3), make_request(tiles=3)
    for tile in broken["tiles"]:
        tile["image"] = "bm90IGEgcGljdHVyZQ=="
    bad_results, good_results = finish_all(client, [broken, good])
    assert not any(result["success"] for result in bad_results)
    assert all(result["success"] for result in good_results)


def test_delete_stops_between_steps(client: Client) -> None:
    # Half an hour of work, longer than a test may take: hundreds of steps at 512 px.
    long = make_request(tiles=20, target=512)
    long["gen_params"].update(strength=1.0, steps=150)
    requests = [{**long, "batch_id": f"long-{number}"} for number in range(2)]
    for request in requests:
        client.answer(client.put(request))
    for request in requests:
        assert client.send("DELETE", f"/v1/batches/{request['batch_id']}").status == 204
        assert client.answer(client.get(request["batch_id"]))["status"] == "cancelled"
    # Both replicas are free again.
    for results in finish_all(client, [make_request(tiles=2) for _ in range(4)]):
        assert all(result["success"] for result in results)


def test_strangers_are_refused_without_a_token(client: Client) -> None:
    client.refused(403, client.send("GET", "/v1/health", headers={"Host": "evil.example"}))
    client.refused(403, client.send("GET", "/v1/health", headers={"Origin": "https://evil.example"}))
