# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests: their number, their size and their keys."""

from pathlib import Path
from typing import Any

import pytest
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from job_runner import N_TILES, run_job


class Blocking(EchoEndpoint):
    """A server with one route, as the contract allows."""

    def __init__(self, refusal: int) -> None:
        self.refusal = refusal
        self.n_refused = 0
        super().__init__()

    def _make_handler(self) -> type[Exchange]:
        server = self

        class BlockingExchange(Exchange):
            endpoint = server

            def do_PUT(self) -> None:
                self.is_interfered_with()
                server.n_refused += 1
                self.problem(server.refusal)

            def do_POST(self) -> None:
                self.is_interfered_with()
                job = server.submit(self.body)
                with server.lock:
                    server.lock.wait_for(lambda: job["status"] != "running")
                self.reply_batch(job, 0)

        return BlockingExchange


@pytest.mark.parametrize("refusal", [404, 405])
def test_server_with_one_route_gets_each_batch_once(tmp_path: Path, refusal: int) -> None:
    """The backend remembers the refusal of PUT. The first two batches are sent at once, before an answer."""
    with Blocking(refusal) as endpoint:
        run_job(tmp_path, endpoint.url, batch_size=1).assert_whole()
    assert len(endpoint.requests) == N_TILES
    assert endpoint.n_refused <= 2


class Narrow(EchoEndpoint):
    """Takes small bodies only, and tells the limit in health."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.too_large: list[int] = []
        super().__init__(Behavior(on_headers=self.see_size))

    def see_size(self, exchange: Exchange) -> None:
        size = int(exchange.headers.get("Content-Length") or 0)
        if size > self.most:
            self.too_large.append(size)

    def health(self) -> dict[str, Any]:
        return {**super().health(), "max_body_bytes": self.most}


def test_limit_of_a_request_is_kept(tmp_path: Path) -> None:
    """A tile of 64 x 64 px takes 16 KiB without compression."""
    with Narrow(40 << 10) as endpoint:
        run_job(tmp_path, endpoint.url, batch_size=16).assert_whole()
    assert endpoint.too_large == []


def test_tile_that_is_too_large_for_a_server(tmp_path: Path) -> None:
    with Narrow(2 << 10) as endpoint, EchoEndpoint() as wide:
        alone = run_job(tmp_path / "alone", endpoint.url)
        assert alone.n_finished == 0
        assert "a single tile takes" in alone.messages
        assert "takes 2 KiB at most: use smaller tiles" in alone.messages
        run_job(tmp_path / "beside", endpoint.url, wide.url).assert_whole()
    assert endpoint.too_large == []
    assert endpoint.requests == []


def test_tile_that_fails_the_same_way_twice_is_given_up(tmp_path: Path) -> None:
    with EchoEndpoint(Behavior(fail_tiles={2, 9})) as endpoint:
        outcome = run_job(tmp_path, endpoint.url)
    assert outcome.n_finished == N_TILES - 2
    assert {index: n for index, n in endpoint.ledger.painted.items() if n > 1} == {2: 2, 9: 2}


def test_keys_of_the_environment_are_trimmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with EchoEndpoint() as endpoint:
        monkeypatch.setenv("UPSCALE_TOKEN", " t0ken \r\n")
        monkeypatch.setenv("UPSCALE_TOKEN_ORIGIN", endpoint.url)
        run_job(tmp_path, endpoint.url).assert_whole()
        assert endpoint.keys == {"Bearer t0ken"}


def test_empty_key_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSCALE_TOKEN", " \n")
    with EchoEndpoint() as endpoint:
        run_job(tmp_path, endpoint.url).assert_whole()
        assert endpoint.keys == {""}
