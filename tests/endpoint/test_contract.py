# SPDX-License-Identifier: GPL-3.0-or-later
"""The conformance suite of the wire contract, endpoint/README.md: what every endpoint must do. It follows the server's own health.

UPSCALE_ENDPOINT_URL points it at a server. UPSCALE_ENDPOINT_SERVICE starts our GPU service with a tiny model instead, under `uvicorn` or
`ray`. Without either it runs against the local endpoint, UPSCALE_LOCAL_ENDPOINT.
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import ImageChops
from polling import wait_until
from server_under_test import BLOCKING_ROUTE, BUSY, ServerUnderTest
from wire_client import Client, LocalEndpoint, decode, encode, is_final

LEASE_S = 1
# The contract says "a few seconds".
LEASE_OVER_S = 4
# Tiles that may be painted before the server notices that no client waits for them.
MOST_AFTER_HANG_UP = 3
PLAIN_ID = "AZaz09-_.~"
UNKNOWN = (404, 410)


def look_at(url: str) -> ServerUnderTest:
    try:
        return ServerUnderTest(Client(url))
    except (OSError, ValueError) as error:
        pytest.exit(f"{url} does not answer: {error}. Check UPSCALE_ENDPOINT_URL, and that the server runs", 2)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerUnderTest]:
    if url := os.environ.get("UPSCALE_ENDPOINT_URL"):
        yield look_at(url)
        return
    if kind := os.environ.get("UPSCALE_ENDPOINT_SERVICE"):
        from gpu_service import run_service

        with run_service(kind) as url:
            yield ServerUnderTest(Client(url))
        return
    if "UPSCALE_LOCAL_ENDPOINT" not in os.environ:
        pytest.exit("no server is named: set UPSCALE_ENDPOINT_URL to its address", 2)
    with LocalEndpoint() as endpoint:
        yield ServerUnderTest(endpoint.connect())


@pytest.fixture
def client(server: ServerUnderTest) -> Client:
    """For tests of the routes of `batches`."""
    if not server.has_batches:
        pytest.skip("this server has the blocking route only")
    return server.client


def test_health_stays_the_same(server: ServerUnderTest) -> None:
    """The schema of health is checked at the start of each test run."""
    assert server.client.send("GET", "/v1/health").json["identity"] == server.health["identity"]


def test_server_has_a_way_to_submit(server: ServerUnderTest) -> None:
    assert server.has_batches or server.has_blocking_route


# Pictures and sizes.


def test_batch_is_painted(server: ServerUnderTest) -> None:
    request = server.make_request(tiles=3)
    results = server.finish(request)
    assert sorted(result["id"] for result in results) == [tile["id"] for tile in request["tiles"]]
    for result in results:
        assert result["success"], result
        assert decode(result["image"]).size == (server.side, server.side) == (result["width"], result["height"])
        assert result.get("seed", int(result["id"])) == int(result["id"])


def test_tiles_come_back_at_the_target_size(server: ServerUnderTest) -> None:
    target = 2 * server.side
    if server.resizes:
        (result,) = server.finish(server.make_request(target=target))
        assert decode(result["image"]).size == (target, target) == (result["width"], result["height"])
    else:
        server.is_refused_or_painted(server.make_request(target=target), (target, target))


@pytest.mark.parametrize("target", [{}, {"target_width": None, "target_height": None}], ids=["absent", "null"])
def test_without_a_target_tiles_keep_their_size(server: ServerUnderTest, target: dict[str, None]) -> None:
    request = server.make_request()
    del request["target_width"], request["target_height"]
    (result,) = server.finish({**request, **target})
    assert decode(result["image"]).size == (server.side, server.side)


def test_sizes_that_are_no_multiple_are_refused_or_painted(server: ServerUnderTest) -> None:
    side = server.side + 1
    server.is_refused_or_painted(server.make_request(side=side), (side, side))


def test_tiles_of_several_sizes_are_refused_or_painted(server: ServerUnderTest) -> None:
    request = server.make_request(tiles=2)
    request["tiles"][-1] = server.make_tile(1, server.side + server.multiple_of)
    server.is_refused_or_painted(request, (server.side, server.side))


def test_same_request_gives_the_same_pixels(server: ServerUnderTest) -> None:
    first, second = (decode(server.finish(server.make_request())[0]["image"]) for _ in range(2))
    assert ImageChops.difference(first, second).getbbox() is None


@pytest.mark.parametrize("image", ["", "AAAA", "iVBORw0KGgo="], ids=["empty", "nothing", "beginning"])
def test_broken_tile_fails_alone(server: ServerUnderTest, image: str) -> None:
    request = server.make_request(tiles=3)
    request["tiles"][0]["image"] = image
    results = {result["id"]: result for result in server.finish(request)}
    assert not results["0"]["success"] and results["0"]["error"]
    assert all(result["success"] for name, result in results.items() if name != "0")


def test_picture_of_another_size_fails_its_tile(server: ServerUnderTest) -> None:
    request = server.make_request(tiles=2)
    request["tiles"][0]["image"] = server.make_tile(0, server.side + server.multiple_of)["image"]
    results = {result["id"]: result for result in server.finish(request)}
    assert not results["0"]["success"] and results["0"]["error"]
    assert all(result["success"] for name, result in results.items() if name != "0")


def make_caption_request(server: ServerUnderTest) -> dict[str, Any]:
    """As the plug-in sends it: without anything that has no effect."""
    if not server.health.get("captions"):
        pytest.skip("this server describes no tiles")
    request = server.make_request(tiles=3, caption=True, model_config={}, gen_params={}, global_prompt="", negative_prompt="")
    return {name: value for name, value in request.items() if name not in ("target_width", "target_height", "ip_adapter_enabled")}


def test_captions_are_single_lines(server: ServerUnderTest) -> None:
    """The schema limits their length."""
    request = make_caption_request(server)
    results = server.finish(request)
    assert sorted(result["id"] for result in results) == [tile["id"] for tile in request["tiles"]]
    for result in results:
        assert result["success"] and "image" not in result, result
        assert result["caption"].strip() and result["caption"].isprintable()


def test_tile_that_cannot_be_described_fails_alone(server: ServerUnderTest) -> None:
    request = make_caption_request(server)
    request["tiles"][0]["image"] = "AAAA"
    results = {result["id"]: result for result in server.finish(request)}
    assert not results["0"]["success"] and results["0"]["error"]
    assert all(result["caption"] for name, result in results.items() if name != "0")


def test_same_caption_batch_is_the_same_job(server: ServerUnderTest, client: Client) -> None:
    request = make_caption_request(server)
    first = server.finish(request)
    again = client.answer(client.put(request))
    assert (again["status"], again["results"]) == ("completed", first)
    client.refused(422, client.put({**request, "lease_s": 7}))


def test_same_size_is_the_identity_for_engines_that_only_enlarge(server: ServerUnderTest) -> None:
    if server.uses_prompt:
        pytest.skip("this endpoint repaints")
    request = server.make_request()
    painted = decode(server.finish(request)[0]["image"])
    assert ImageChops.difference(painted, decode(request["tiles"][0]["image"])).getbbox() is None


def test_flat_color_stays_flat_for_engines_that_only_enlarge(server: ServerUnderTest) -> None:
    if server.uses_prompt:
        pytest.skip("a diffusion model may paint on flat ground")
    request = server.make_request(target=2 * server.side if server.resizes else server.side)
    flat = decode(request["tiles"][0]["image"])
    flat.paste((90, 120, 30), (0, 0, *flat.size))
    request["tiles"][0]["image"] = encode(flat)
    painted = np.asarray(decode(server.finish(request)[0]["image"])).astype(int)
    assert painted.shape[2] == 3
    assert abs(painted - (90, 120, 30)).max() <= 1


# Requests.


def test_unknown_members_are_ignored(server: ServerUnderTest) -> None:
    request = server.make_request(tomorrow={"new": True})
    request["tiles"][0]["later"] = 1
    assert server.finish(request)[0]["success"]


def test_members_may_be_absent(server: ServerUnderTest) -> None:
    request = server.make_request(model_config={}, gen_params={})
    for name in ("ip_adapter_enabled", "target_width", "target_height"):
        del request[name]
    assert server.finish(request)[0]["success"]


@pytest.mark.parametrize("body", ["", "no json", "[]", "null", "{}{}", "{} 7", "{'a':1}", "{/**/}"])
def test_no_json_object(server: ServerUnderTest, body: str) -> None:
    server.client.refused(400, server.send_body(body))


def test_other_protocol(server: ServerUnderTest) -> None:
    request = server.make_request(protocol=2)
    server.client.refused(400, server.send_body(json.dumps(request), server.path_of(request)))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tiles": []}, "tiles"), ({"tiles": 7}, "tiles"), ({"lease_s": 0}, "lease_s"),
        ({"target_width": 0}, "target_width"), ({"target_width": "wide"}, "target_width"),
    ],
)  # fmt: skip
def test_broken_rules_name_the_field(server: ServerUnderTest, change: dict[str, Any], field: str) -> None:
    request = {**server.make_request(), **change}
    assert field in server.client.refused(422, server.send_body(json.dumps(request), server.path_of(request)))


@pytest.mark.parametrize(
    ("field", "value"), [("width", -1), ("image", 5), ("seed", -1), ("height", 1.5), ("id", ""), ("id", "a\nb"), ("id", "x" * 201)]
)
def test_broken_tiles_name_the_field(server: ServerUnderTest, field: str, value: object) -> None:
    request = server.make_request()
    request["tiles"][0][field] = value
    assert field in server.client.refused(422, server.send_body(json.dumps(request), server.path_of(request)))


def test_tile_ids_must_differ(server: ServerUnderTest) -> None:
    request = server.make_request(tiles=2)
    if len(request["tiles"]) < 2:
        pytest.skip("this server takes one tile at once")
    request["tiles"][1]["id"] = "0"
    server.client.refused(422, server.send_body(json.dumps(request), server.path_of(request)))


def test_too_many_tiles(server: ServerUnderTest) -> None:
    request = server.make_request()
    tile = request["tiles"][0]
    request["tiles"] = [{**tile, "id": str(number), "index": number} for number in range(server.max_tiles + 1)]
    server.client.refused(413, server.send_body(json.dumps(request), server.path_of(request)))


def test_too_large_a_body(server: ServerUnderTest) -> None:
    if not 0 < server.max_body_bytes <= 4 << 20:
        pytest.skip("this server takes larger bodies than are worth sending")
    server.client.refused(413, server.send_body(b" " * (server.max_body_bytes + 1)))
    assert server.finish(server.make_request())[0]["success"]


@pytest.mark.parametrize("batch_id", ["", "a\nb", "\x7f", "x" * 201], ids=["empty", "line", "delete", "long"])
def test_batch_ids_that_are_refused(server: ServerUnderTest, batch_id: str) -> None:
    """Some servers find no route for such a path."""
    request = server.make_request(batch_id=batch_id)
    path = f"/v1/batches/{quote(batch_id or 'x', safe='')}"
    reply = server.send_body(json.dumps(request), path)
    assert reply.status in (400, 404, 422), (reply.status, reply.body[:300])
    server.client.refused(reply.status, reply)


@pytest.mark.parametrize("tile_id", [PLAIN_ID, "\u00e4" * 200], ids=["plain", "long"])
def test_tile_ids_come_back(server: ServerUnderTest, tile_id: str) -> None:
    request = server.make_request()
    request["tiles"][0]["id"] = tile_id
    reply = server.submit(request)
    if reply.status == 422 and tile_id != PLAIN_ID:
        return
    assert [result["id"] for result in server.client.collect(request["batch_id"], reply)] == [tile_id]


def test_many_batches_at_once(server: ServerUnderTest) -> None:
    """A refused request waits as long as `Retry-After` says."""
    n = server.n_at_once + 3
    with ThreadPoolExecutor(n) as threads:
        counts = list(threads.map(lambda _: len(server.finish(server.make_request())), range(n)))
    assert counts == [1] * n


# A batch's life.


def test_same_id_and_body_is_the_same_job(server: ServerUnderTest, client: Client) -> None:
    request = server.make_request(tiles=2)
    first = server.finish(request)
    again = client.answer(client.put(request))
    assert again["status"] == "completed"
    assert [result["id"] for result in again["results"]] == [result["id"] for result in first]


def test_same_id_and_other_body_is_refused(server: ServerUnderTest, client: Client) -> None:
    request = server.make_request()
    server.finish(request)
    client.refused(422, client.put({**request, "global_prompt": "something else"}))


def test_results_from(server: ServerUnderTest, client: Client) -> None:
    request = server.make_request(tiles=4)
    all_results = server.finish(request)
    for n in range(len(all_results) + 2):
        part = client.answer(client.get(request["batch_id"], n))["results"]
        assert [result["id"] for result in part] == [result["id"] for result in all_results[n:]]


def test_results_from_is_ignored_on_put(server: ServerUnderTest, client: Client) -> None:
    request = server.make_request()
    server.finish(request)
    path = server.path_of(request) + "?results_from=1&max_results=0"
    again = client.answer(client.send("PUT", path, json.dumps(request), {"Content-Type": "application/json"}))
    assert len(again["results"]) == 1


def test_answers_stay_small_when_asked(server: ServerUnderTest, client: Client) -> None:
    request = server.make_request(tiles=5)
    n = len(server.finish(request))
    answer = client.answer(client.get(request["batch_id"], 1, more="&max_results=2"))
    assert len(answer["results"]) == min(2, n - 1) and answer["tiles_processed"] == n
    client.refused(422, client.get(request["batch_id"], more="&max_results=x"))


def test_held_answer_comes_with_the_news(server: ServerUnderTest, client: Client) -> None:
    """An answer may be held until the next result. A server that ignores the preference answers sooner."""
    request = server.make_request()
    answer = client.answer(server.submit(request))
    while answer["tiles_processed"] == 0:
        answer = client.answer(client.get(request["batch_id"], wait_s=20))
    assert len(answer["results"]) == 1


def test_delete_stops_the_work(server: ServerUnderTest, client: Client) -> None:
    request = server.make_heavy_request()
    client.answer(server.submit(request, 0))
    server.stop(request)
    answer = client.answer(client.get(request["batch_id"]))
    assert answer["status"] in ("cancelled", "completed")
    assert answer["status"] == "completed" or answer["error"]
    server.stop(request)


def test_cancelled_id_with_another_body_is_refused(server: ServerUnderTest, client: Client) -> None:
    request = server.make_heavy_request()
    client.answer(server.submit(request, 0))
    server.stop(request)
    client.refused(422, client.put({**request, "global_prompt": "something else"}))


def test_cancelled_batch_begins_anew(server: ServerUnderTest, client: Client) -> None:
    request = server.make_heavy_request()
    client.answer(server.submit(request, 0))
    server.stop(request)
    assert client.answer(server.submit(request, 0))["status"] != "cancelled"
    server.stop(request)


def test_lease_that_runs_out_cancels(server: ServerUnderTest, client: Client) -> None:
    """Submits as many batches as the server accepts, so that the last one must wait."""
    requests = [server.make_heavy_request(lease_s=LEASE_S) for _ in range(server.n_at_once)]
    replies = [client.put(request, 0) for request in requests]
    taken = [request for request, reply in zip(requests, replies, strict=True) if reply.status not in BUSY]
    over = time.monotonic() + LEASE_S + LEASE_OVER_S
    wait_until(lambda: time.monotonic() > over, "the lease is over", interval_s=0.1)
    reply = client.get(taken[-1]["batch_id"], wait_s=0)
    if reply.status in UNKNOWN:
        return
    answer = client.answer(reply)
    for request in taken:
        client.send("DELETE", server.path_of(request))
    if answer["status"] == "completed":
        pytest.skip("this server paints faster than a lease can run out")
    assert answer["status"] == "cancelled" and answer["error"], answer["status"]


def test_unknown_batch(client: Client) -> None:
    for method, path in (("GET", "/v1/batches/never-heard-of?results_from=0"), ("DELETE", "/v1/batches/never-heard-of")):
        reply = client.send(method, path)
        assert reply.status in UNKNOWN
        client.refused(reply.status, reply)


def test_location_leads_to_the_batch(server: ServerUnderTest, client: Client) -> None:
    """Checks `Location` for any id, where the server sends it. A server may refuse ids with unusual characters."""
    for start in (PLAIN_ID, "a \u00e4\u65e5/?#%41"):
        request = server.make_heavy_request(batch_id=start + server.make_request()["batch_id"])
        path = "/v1/batches/" + quote(request["batch_id"], safe="")
        reply = client.send("PUT", path, json.dumps(request), {"Content-Type": "application/json"})
        if 400 <= reply.status < 500 and start != PLAIN_ID:
            continue
        assert client.answer(reply)["batch_id"] == request["batch_id"]
        if location := reply.headers.get("location"):
            leads_to = client.resolve(client.base_path + path, location)
            assert client.answer(client.follow("GET", leads_to))["batch_id"] == request["batch_id"]
        assert client.send("DELETE", path).status == 204


def test_id_in_path_and_body_must_agree(server: ServerUnderTest, client: Client) -> None:
    client.refused(422, client.send("PUT", "/v1/batches/another", json.dumps(server.make_request())))


def test_unknown_route(server: ServerUnderTest) -> None:
    server.client.refused(404, server.client.send("GET", "/v1/nothing"))


def test_wrong_method(server: ServerUnderTest) -> None:
    wrong = [("POST", "/v1/health", "GET")]
    wrong += [("POST", "/v1/batches/x", "PUT")] if server.has_batches else []
    wrong += [("GET", BLOCKING_ROUTE, "POST")] if server.has_blocking_route else []
    for method, path, right in wrong:
        reply = server.client.send(method, path, "{}" if method == "POST" else None)
        server.client.refused(405, reply)
        assert right in reply.headers["allow"]


# The blocking route.


@pytest.fixture
def blocking(server: ServerUnderTest) -> Client:
    if not server.has_blocking_route:
        pytest.skip("this server has no blocking route")
    return server.client


def post(server: ServerUnderTest, request: dict[str, Any]) -> dict[str, Any]:
    """Returns the final answer, and waits for room."""

    def attempt() -> dict[str, Any] | None:
        reply = server.client.send("POST", BLOCKING_ROUTE, json.dumps(request), {"Content-Type": "application/json"})
        return None if reply.status in BUSY else server.client.answer(reply)

    answer = wait_until(attempt, "the server has room")
    assert is_final(answer)
    return answer


def test_blocking_route(server: ServerUnderTest, blocking: Client) -> None:
    request = server.make_request(tiles=2)
    assert len(post(server, request)["results"]) == len(request["tiles"])


def test_blocking_route_knows_the_batch(server: ServerUnderTest, blocking: Client) -> None:
    """A server with this route only may have forgotten the batch, and paints it again."""
    request = server.make_request(tiles=2)
    server.finish(request)
    assert len(post(server, request)["results"]) == len(request["tiles"])
    if server.has_batches:
        other = json.dumps({**request, "global_prompt": "something else"})
        blocking.refused(422, blocking.send("POST", BLOCKING_ROUTE, other))


def test_client_that_goes_away_cancels(server: ServerUnderTest, blocking: Client, client: Client) -> None:
    request = server.make_heavy_request()
    connection = client.open()
    headers = {**client.headers, "Content-Type": "application/json"}
    connection.request("POST", client.base_path + BLOCKING_ROUTE, json.dumps(request), headers)
    wait_until(lambda: client.get(request["batch_id"], wait_s=0).status not in UNKNOWN, "the batch has arrived")
    connection.close()
    n_before = client.answer(client.get(request["batch_id"], 1 << 20, wait_s=0))["tiles_processed"]

    def find_end() -> dict[str, Any] | None:
        answer = client.answer(client.get(request["batch_id"], 1 << 20, wait_s=0))
        assert is_final(answer) or answer["tiles_processed"] <= n_before + MOST_AFTER_HANG_UP, "it paints on"
        return answer if is_final(answer) else None

    if wait_until(find_end, "it is cancelled")["status"] == "completed":
        pytest.skip("this server paints faster than it can notice")


# Access.


BATCH = "/v1/batches/x"
ROUTES = [("GET", "/v1/health"), ("GET", BATCH), ("DELETE", BATCH), ("PUT", BATCH), ("POST", BLOCKING_ROUTE)]


def test_key_is_wanted_everywhere(server: ServerUnderTest) -> None:
    if not server.client.headers:
        pytest.skip("this server wants no key")
    wrong = {name: value[:-1] + ("a" if value[-1] != "a" else "b") for name, value in server.client.headers.items()}
    for stranger in (Client(server.client.parts.geturl(), headers) for headers in ({}, wrong)):
        for method, path in ROUTES:
            reply = stranger.send(method, path, json.dumps(server.make_request()) if method in ("PUT", "POST") else None)
            assert reply.status in (401, 403), (method, path, reply.status)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
    ids=str,
)
def test_pages_in_a_browser_are_refused(server: ServerUnderTest, headers: dict[str, str]) -> None:
    if server.client.headers:
        pytest.skip("this server wants a key, which no page has")
    reply = server.client.send("GET", "/v1/health", headers=headers)
    server.client.refused(403, reply)


def test_programs_on_this_machine_are_answered(server: ServerUnderTest) -> None:
    if server.client.headers or server.client.parts.scheme == "unix":
        pytest.skip("this server does not listen on loopback, or wants a key")
    for host in (f"localhost:{server.client.parts.port}", "127.0.0.1", "[::1]:80"):
        assert server.client.send("GET", "/v1/health", headers={"Host": host}).status == 200, host
