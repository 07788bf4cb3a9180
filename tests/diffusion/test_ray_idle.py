# SPDX-License-Identifier: GPL-3.0-or-later
"""Ray Serve scales from zero replicas up, and down again without stopping a replica at work. The replicas only wait."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gpu_service import find_replicas, run_ray
from polling import wait_until
from wire_client import Client, make_request

SETTINGS = """
max_jobs = 1
unet_batch = 24
[models.none]
[ray]
num_gpus = 0
num_cpus = 0
min_replicas = 0
max_replicas = 2
idle_s = 1
"""
# One group of waits of a second each, longer than Serve takes to scale down.
LONG_TILES = 24


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("settings")
    path = folder / "settings.toml"
    path.write_text(f'folder = "{folder}"\n{SETTINGS}')
    return path


@pytest.fixture(scope="module")
def client(settings: Path) -> Iterator[Client]:
    with run_ray(settings, "slow") as (url, _):
        yield Client(url)


def make_plain_request(tiles: int) -> dict[str, Any]:
    request = make_request(tiles)
    request["model_config"]["controlnet"]["enabled"] = False
    return request


def make_uneven_request() -> dict[str, Any]:
    """Three groups, since only tiles of one size are painted together."""
    request = make_plain_request(1)
    tiles = [tile for size in (64, 72, 80) for tile in make_request(8, size=size)["tiles"]]
    request["tiles"] = [{**tile, "id": str(number), "index": number} for number, tile in enumerate(tiles)]
    return request


def start(client: Client, request: dict[str, Any]) -> None:
    client.answer(client.put(request, wait_s=0))
    wait_until(lambda: read_status(client, request) == "running", "it is painted")


def read_status(client: Client, request: dict[str, Any]) -> str:
    status: str = client.answer(client.get(request["batch_id"], wait_s=0, more="&max_results=0"))["status"]
    return status


def stop(client: Client, request: dict[str, Any]) -> None:
    assert client.send("DELETE", f"/v1/batches/{request['batch_id']}").status == 204


def test_replicas_come_with_the_work_and_go_without_it(client: Client, settings: Path) -> None:
    assert client.send("GET", "/v1/health").json["autoscales"]
    assert find_replicas(settings) == set()
    request = make_plain_request(tiles=2)
    assert client.answer(client.put(request))["status"] == "starting"
    assert all(result["success"] for result in client.finish(request))
    assert find_replicas(settings)
    wait_until(lambda: not find_replicas(settings), "the idle replica has ended", 120)


def test_all_batches_that_health_asks_for_are_accepted_and_the_last_one_is_shared(client: Client) -> None:
    """The seed of a result is the process that painted it."""
    health = client.send("GET", "/v1/health").json
    n = health["concurrency"] + health["queue"]
    last, *others = [make_uneven_request(), *(make_plain_request(LONG_TILES) for _ in range(n - 1))]
    for request in (last, *others):
        client.answer(client.put(request, wait_s=0))
    client.refused(429, client.put(make_plain_request(1)))
    for request in others:
        stop(client, request)
    results = client.finish(last)
    assert sorted(int(result["id"]) for result in results) == list(range(24))
    assert len({result["seed"] for result in results}) == 2


def test_scaling_down_lets_a_replica_finish_its_batch(client: Client, settings: Path) -> None:
    """Serve stops the newest replica first. That one paints the second batch, while the older one is idle."""
    wait_until(lambda: not find_replicas(settings), "no replica is left of other batches", 120)
    first, second = make_plain_request(LONG_TILES), make_plain_request(LONG_TILES)
    start(client, first)
    (older,) = find_replicas(settings)
    start(client, second)
    (newer,) = find_replicas(settings) - {older}
    stop(client, first)

    def has_ended() -> bool:
        status = read_status(client, second)
        assert status in ("running", "completed"), "its replica was stopped"
        return status == "completed"

    wait_until(has_ended, "the batch is done", 300)
    assert [result["id"] for result in client.finish(second)] == [tile["id"] for tile in second["tiles"]]
    wait_until(lambda: newer not in find_replicas(settings), "Serve has stopped the newest replica", 120)
