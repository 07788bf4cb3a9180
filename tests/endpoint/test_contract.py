# SPDX-License-Identifier: GPL-3.0-or-later
"""The conformance suite of the wire contract: what every endpoint must do. Pointed at one by UPSCALE_ENDPOINT_URL.

UPSCALE_ENDPOINT_SERVICE starts our GPU service with a tiny model instead, under `uvicorn` or `ray`.
"""

import json
import os
import threading
from collections.abc import Iterator

import pytest
from PIL import ImageChops
from wire_client import Client, LocalEndpoint, check, decode, encode, make_picture, make_request


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    if url := os.environ.get("UPSCALE_ENDPOINT_URL"):
        yield Client(url)
        return
    if kind := os.environ.get("UPSCALE_ENDPOINT_SERVICE"):
        from gpu_service import run_service

        with run_service(kind) as url:
            yield Client(url)
        return
    with LocalEndpoint(on_socket=True) as endpoint:
        yield endpoint.connect()


def test_health(client: Client) -> None:
    reply = client.send("GET", "/v1/health")
    assert reply.status == 200
    check(reply.json, "health")
    assert reply.json["identity"]


def test_batch_is_painted(client: Client) -> None:
    request = make_request(tiles=3, target=64)
    results = client.finish(request)
    assert sorted(result["id"] for result in results) == ["0", "1", "2"]
    for result in results:
        assert result["success"], result
        assert decode(result["image"]).size == (64, 64) == (result["width"], result["height"])
        assert result["seed"] == int(result["id"])


def test_tiles_come_back_at_the_target_size(client: Client) -> None:
    if not client.send("GET", "/v1/health").json.get("resizes"):
        pytest.skip("this endpoint does not enlarge tiles")
    (result,) = client.finish(make_request(target=256))
    assert decode(result["image"]).size == (256, 256)


def test_without_a_target_tiles_keep_their_size(client: Client) -> None:
    (result,) = client.finish(make_request(target=None))
    assert decode(result["image"]).size == (64, 64)


def test_same_request_gives_the_same_pixels(client: Client) -> None:
    first = client.finish(make_request(target=128))
    second = client.finish(make_request(target=128))
    assert first[0]["image"] == second[0]["image"]


def test_same_id_and_body_is_the_same_job(client: Client) -> None:
    request = make_request(tiles=2)
    first = client.finish(request)
    again = client.answer(client.put(request))
    assert again["status"] == "completed"
    assert [result["id"] for result in again["results"]] == [result["id"] for result in first]


def test_same_id_and_other_body_is_refused(client: Client) -> None:
    request = make_request()
    client.finish(request)
    client.refused(422, client.put({**request, "global_prompt": "something else"}))


def test_results_from(client: Client) -> None:
    request = make_request(tiles=4)
    all_results = client.finish(request)
    for n in range(6):
        part = client.answer(client.get(request["batch_id"], n))["results"]
        assert [result["id"] for result in part] == [result["id"] for result in all_results[n:]]


def test_broken_tile_fails_alone(client: Client) -> None:
    request = make_request(tiles=3)
    request["tiles"][1]["image"] = encode(make_picture())[:200]
    results = {result["id"]: result for result in client.finish(request)}
    assert results["0"]["success"] and results["2"]["success"]
    assert not results["1"]["success"] and results["1"]["error"]


def test_size_that_is_not_the_images_fails_the_tile(client: Client) -> None:
    request = make_request()
    request["tiles"][0]["width"] = 32
    assert not client.finish(request)[0]["success"]


def test_delete_stops_the_work(client: Client) -> None:
    limit = client.send("GET", "/v1/health").json.get("max_tiles", 64)
    request = make_request(tiles=min(60, limit), target=1024)
    client.answer(client.put(request))
    assert client.send("DELETE", f"/v1/batches/{request['batch_id']}").status == 204
    answer = client.answer(client.get(request["batch_id"]))
    assert answer["status"] in ("cancelled", "completed")
    assert client.send("DELETE", f"/v1/batches/{request['batch_id']}").status == 204


def test_cancelled_batch_begins_anew(client: Client) -> None:
    limit = client.send("GET", "/v1/health").json.get("max_tiles", 64)
    request = make_request(tiles=min(60, limit), target=1024)
    path = f"/v1/batches/{request['batch_id']}"
    client.answer(client.put(request))
    assert client.send("DELETE", path).status == 204
    assert client.answer(client.put(request))["status"] != "cancelled"
    assert client.send("DELETE", path).status == 204


def test_answers_stay_small_when_asked(client: Client) -> None:
    request = make_request(tiles=5)
    client.finish(request)
    answer = client.answer(client.get(request["batch_id"], 1, more="&max_results=2"))
    assert len(answer["results"]) == 2 and answer["tiles_processed"] == 5
    client.refused(422, client.get(request["batch_id"], more="&max_results=x"))


def test_held_answer_comes_with_the_news(client: Client) -> None:
    """Held for a result at most: a server that ignores the wish answers sooner."""
    request = make_request()
    answer = client.answer(client.put(request, wait_s=20))
    while answer["tiles_processed"] == 0:
        answer = client.answer(client.get(request["batch_id"], wait_s=20))
    assert len(answer["results"]) == 1


def test_unknown_batch(client: Client) -> None:
    client.refused(404, client.get("never-heard-of"))
    client.refused(404, client.send("DELETE", "/v1/batches/never-heard-of"))


@pytest.mark.parametrize("body", ["", "no json", "[]", "null", "{}{}", "{} 7", "{'a':1}", "{/**/}"])
def test_no_json_object(client: Client, body: str) -> None:
    client.refused(400, client.send("PUT", "/v1/batches/x", body, {"Content-Type": "application/json"}))


def test_other_protocol(client: Client) -> None:
    client.refused(400, client.put(make_request(protocol=2)))


@pytest.mark.parametrize(
    ("change", "field"),
    [({"tiles": []}, "tiles"), ({"tiles": 7}, "tiles"), ({"target_width": 0}, "target_width"), ({"target_width": "wide"}, "target_width")],
)
def test_broken_rules_name_the_field(client: Client, change: dict, field: str) -> None:
    assert field in client.refused(422, client.put({**make_request(), **change}))


@pytest.mark.parametrize(("field", "value"), [("width", -1), ("image", 5), ("id", ""), ("seed", -1), ("height", 1.5)])
def test_broken_tiles_name_the_field(client: Client, field: str, value: object) -> None:
    request = make_request()
    request["tiles"][0][field] = value
    assert field in client.refused(422, client.put(request))


def test_tile_ids_must_differ(client: Client) -> None:
    request = make_request(tiles=2)
    request["tiles"][1]["id"] = "0"
    client.refused(422, client.put(request))


def test_id_in_path_and_body_must_agree(client: Client) -> None:
    request = make_request()
    client.refused(422, client.send("PUT", "/v1/batches/another", json.dumps(request)))


def test_too_many_tiles(client: Client) -> None:
    limit = client.send("GET", "/v1/health").json.get("max_tiles", 64)
    client.refused(413, client.put(make_request(tiles=limit + 1, size=8)))


def test_unknown_route_and_wrong_method(client: Client) -> None:
    client.refused(404, client.send("GET", "/v1/nothing"))
    client.refused(405, client.send("POST", "/v1/batches/x", "{}"))
    client.refused(405, client.send("GET", "/process_tile_batch"))


def test_blocking_route(client: Client) -> None:
    request = make_request(tiles=2)
    reply = client.send("POST", "/process_tile_batch", json.dumps(request))
    answer = client.answer(reply)
    assert reply.status == 200
    assert len(answer["results"]) == 2


def test_many_batches_at_once(client: Client) -> None:
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(len(client.finish(make_request(tiles=3))))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [3] * 8


def test_unknown_members_are_ignored(client: Client) -> None:
    request = make_request(tomorrow={"new": True})
    request["tiles"][0]["later"] = 1
    assert client.finish(request)[0]["success"]


def test_flat_colour_stays_flat(client: Client) -> None:
    request = make_request(target=128)
    flat = make_picture()
    flat.paste((90, 120, 30), (0, 0, 64, 64))
    request["tiles"][0]["image"] = encode(flat)
    painted = decode(client.finish(request)[0]["image"])
    if client.send("GET", "/v1/health").json.get("uses_prompt", True):
        pytest.skip("a diffusion model may paint on flat ground")
    assert all(abs(low - value) <= 1 >= abs(high - value) for (low, high), value in zip(painted.getextrema(), (90, 120, 30), strict=True))


def test_same_size_is_the_identity_for_engines_that_only_enlarge(client: Client) -> None:
    if client.send("GET", "/v1/health").json.get("uses_prompt", True):
        pytest.skip("this endpoint repaints")
    request = make_request(target=64)
    painted = decode(client.finish(request)[0]["image"])
    assert ImageChops.difference(painted, make_picture(64, 0)).getbbox() is None
