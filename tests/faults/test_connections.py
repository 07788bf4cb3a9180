# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that fail, stall, or lead elsewhere."""

import socket
import ssl
import subprocess
import time
from pathlib import Path

import fault_hooks as hooks
import pytest
from cuttable_line import CuttableLine
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from job_runner import HURRY, N_TILES, Job, assert_recovers, run_job
from polling import wait_until

# The stall timeout is 200 s for a submitted batch and 60 s for a poll.
GREAT_HURRY = 60.0


def dead_address() -> str:
    """Returns an address with a closed port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("address", [dead_address(), "http://nowhere.invalid:8000"], ids=["refused", "unknown-host"])
def test_endpoint_that_is_not_there(tmp_path: Path, address: str) -> None:
    alone = run_job(tmp_path / "alone", address, speed=GREAT_HURRY)
    assert alone.n_finished == 0
    host = address.removeprefix("http://").partition(":")[0]
    assert host in alone.messages
    assert ("refused" if host[0] == "1" else "no such host") in alone.messages
    with EchoEndpoint() as endpoint:
        run_job(tmp_path / "beside", address, endpoint.url).assert_whole()
    assert len(endpoint.painted) == N_TILES


def test_endpoint_that_comes_up_late(tmp_path: Path) -> None:
    with EchoEndpoint() as endpoint, CuttableLine(endpoint.url) as line:
        line.cut()
        assert run_job(tmp_path / "without", line.url, max_tries=1).n_finished == 0
        job = Job(tmp_path / "with", line.url)
        wait_until(lambda: job.events("probe-failed"), "the job has asked in vain")
        line.mend()
        job.finish().assert_whole()


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder = tmp_path_factory.mktemp("identity")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", folder / "key", "-out", folder / "certificate"], check=True, capture_output=True,
    )  # fmt: skip
    identity = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    identity.load_cert_chain(folder / "certificate", folder / "key")
    return identity


def test_certificate_that_nobody_vouches_for(tmp_path: Path, self_signed: ssl.SSLContext) -> None:
    with EchoEndpoint(identity=self_signed) as doubtful, EchoEndpoint() as good:
        alone = run_job(tmp_path / "alone", doubtful.url)
        assert "certificate" in alone.messages
        assert "127.0.0.1" in alone.messages
        run_job(tmp_path / "beside", doubtful.url, good.url).assert_whole()
    assert doubtful.requests == []


@pytest.mark.parametrize("action", [hooks.reset, hooks.reset_in_the_middle, hooks.work_then_reset], ids=["before", "during", "after"])
def test_reset_of_a_submitted_batch(tmp_path: Path, action: hooks.Action) -> None:
    endpoint = assert_recovers(tmp_path, lambda: Behavior(interfere=hooks.InjectFault("PUT", action, 2)), "")
    assert set(endpoint.ledger.painted.values()) == {1}


def test_reset_of_a_question(tmp_path: Path) -> None:
    def make() -> Behavior:
        return Behavior(seconds_per_tile=0.02, hold_s=0, interfere=hooks.InjectFault("GET", hooks.reset_in_the_middle, 2))

    endpoint = assert_recovers(tmp_path, make, "")
    assert set(endpoint.ledger.painted.values()) == {1}


@pytest.mark.parametrize("action", [hooks.stall, hooks.trickle], ids=["stall", "trickle"])
def test_silence(tmp_path: Path, action: hooks.Action) -> None:
    assert_recovers(tmp_path, lambda: Behavior(interfere=hooks.InjectFault("PUT", action)), "nothing came from it", speed=GREAT_HURRY)


def send_round_and_round(exchange: Exchange) -> None:
    endpoint = exchange.endpoint
    endpoint.submit(exchange.body) if exchange.command == "PUT" else None
    exchange.reply(303, None, Location=exchange.path)


def test_redirects_without_end_in_sight_are_followed(tmp_path: Path) -> None:
    """Modal answers 303 every 150 seconds; browsers give up after 20 of them."""

    def interfere(exchange: Exchange) -> bool:
        return first(exchange) or later(exchange)

    first = hooks.InjectFault("PUT", send_round_and_round, 1)
    later = hooks.InjectFault("GET", send_round_and_round, 40)
    with EchoEndpoint(Behavior(interfere=interfere)) as endpoint:
        run_job(tmp_path, endpoint.url, max_tries=1).assert_whole()
    assert later.left == 0


def round_and_round(part: str, seen: list[str]) -> Behavior:
    """Redirects to itself for ever. Without a pause the job followed hundreds of thousands in a minute."""

    def interfere(exchange: Exchange) -> bool:
        if part not in exchange.path or exchange.command == "DELETE":
            return False
        seen.append(exchange.path)
        exchange.reply(303, None, Location=exchange.path)
        return True

    return Behavior(interfere=interfere)


def test_redirects_that_lead_nowhere_are_paced(tmp_path: Path) -> None:
    seen: list[str] = []
    with EchoEndpoint(round_and_round("/batches/", seen)) as endpoint:
        outcome = run_job(tmp_path, endpoint.url, max_tries=1, batch_timeout=200, speed=GREAT_HURRY)
    assert outcome.n_finished == 0
    assert "longer than 200 s" in outcome.messages
    assert max(map(seen.count, seen)) < 100


def test_redirects_that_lead_nowhere_are_given_up(tmp_path: Path) -> None:
    seen: list[str] = []
    with EchoEndpoint(round_and_round("/health", seen)) as endpoint:
        job = Job(tmp_path, endpoint.url, speed=2 * GREAT_HURRY)
        wait_until(lambda: job.events("probe-failed"), "the endpoint is not asked any longer")
        job.send("cancel")
        assert job.finish().n_finished == 0
    assert "from address to address" in job.events("probe-failed")[0]["text"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirected_batches_keep_their_body(tmp_path: Path, status: int) -> None:
    def interfere(exchange: Exchange) -> bool:
        if exchange.command != "PUT" or exchange.path.endswith("?moved"):
            return False
        exchange.reply(status, None, Location=f"{exchange.path}?moved")
        return True

    with EchoEndpoint(Behavior(interfere=interfere)) as endpoint:
        run_job(tmp_path, endpoint.url, max_tries=1).assert_whole()
    assert endpoint.violations == []


def test_redirect_to_another_origin_is_refused_and_gets_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def note(exchange: Exchange) -> bool:
        seen.append(str(exchange.headers))
        return False

    monkeypatch.setenv("UPSCALE_MODAL_KEY", "wk-s3cret")
    monkeypatch.setenv("UPSCALE_MODAL_SECRET", "ws-s3cret")
    with EchoEndpoint(Behavior(interfere=note)) as elsewhere:
        away = hooks.InjectFault("PUT", lambda exchange: exchange.reply(303, None, Location=f"{elsewhere.url}/v1/batches/x"), 9)
        with EchoEndpoint(Behavior(interfere=away)) as endpoint:
            monkeypatch.setenv("UPSCALE_TOKEN_ORIGIN", endpoint.url)
            outcome = run_job(tmp_path, endpoint.url)
    assert outcome.n_finished == 0
    assert "another host" in outcome.messages
    assert seen == []
    assert "s3cret" not in outcome.messages + Path(outcome.report["log"]).read_text()


def test_network_gone_for_two_minutes(tmp_path: Path) -> None:
    outage_s = 120 / GREAT_HURRY

    def interrupted_job(cache: Path, endpoint: EchoEndpoint, **options: float) -> Job:
        with CuttableLine(endpoint.url) as line:
            job = Job(cache, line.url, speed=GREAT_HURRY, **options)
            wait_until(lambda: len(job.events("tile-settled")) == 5, "five tiles have arrived")
            line.cut()
            mended_at = time.monotonic() + outage_s
            wait_until(lambda: time.monotonic() > mended_at or job.process.poll() is not None, "the outage is over")
            line.mend()
            endpoint.release()
            job.process.wait(60)
        return job

    with EchoEndpoint(Behavior(hold_after=5, hold_s=0.1)) as endpoint:
        assert interrupted_job(tmp_path / "without", endpoint, max_tries=1).finish().n_finished < N_TILES
    with EchoEndpoint(Behavior(hold_after=5, hold_s=0.1)) as endpoint:
        interrupted_job(tmp_path / "with", endpoint).finish().assert_whole()
    assert endpoint.ledger.repaid == []
    assert set(endpoint.ledger.painted.values()) == {1}


def test_retry_after_is_kept_to_in_both_forms(tmp_path: Path) -> None:
    def dated(exchange: Exchange) -> None:
        when = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 20))
        exchange.problem(503, Retry_After=when)

    for number, action in enumerate([hooks.answer_status(503, Retry_After="20"), dated]):
        times: list[float] = []
        busy = hooks.InjectFault("PUT", action)

        def note(exchange: Exchange, times: list[float] = times, busy: hooks.InjectFault = busy) -> bool:
            if exchange.command == "PUT":
                times.append(time.monotonic())
            return busy(exchange)

        with EchoEndpoint(Behavior(interfere=note)) as endpoint:
            run_job(tmp_path / str(number), endpoint.url, batch_size=16).assert_whole()
        # A date has whole seconds only, so up to one of them is lost.
        assert times[1] - times[0] >= 19 / HURRY * 0.95
