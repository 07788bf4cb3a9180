# SPDX-License-Identifier: GPL-3.0-or-later
"""Ray Serve scales from zero replicas up, and back to zero when idle."""

from pathlib import Path

from gpu_service import find_replicas, make_weights, run_ray
from polling import wait_until
from wire_client import Client, make_request


def test_replicas_come_with_the_work_and_go_without_it(tmp_path: Path) -> None:
    settings = make_weights(tmp_path)
    settings.write_text(settings.read_text().replace("min_replicas = 2", "min_replicas = 0\nidle_s = 3"))
    with run_ray(settings) as (url, _):
        client = Client(url)
        assert client.send("GET", "/v1/health").json["autoscales"]
        assert find_replicas(settings) == set()
        request = make_request(tiles=2)
        assert client.answer(client.put(request))["status"] == "starting"
        assert all(result["success"] for result in client.finish(request))
        assert find_replicas(settings)
        wait_until(lambda: not find_replicas(settings), "the idle replica has ended", 120)
