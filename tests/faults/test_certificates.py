# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers with a certificate that fails verification: each fault has its own message, and a fingerprint overrules it."""

import hashlib
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from echo_endpoint import Behavior, EchoEndpoint, Exchange
from job_runner import Outcome, run_job

GREAT_HURRY = 60.0
MakeIdentity = Callable[..., "Identity"]


@dataclass
class Identity:
    context: ssl.SSLContext
    fingerprint: str  # in the form that openssl and browsers show


@pytest.fixture
def make_identity(tmp_path: Path) -> MakeIdentity:
    def make(name: str = "IP:127.0.0.1", *dates: str) -> Identity:
        key, certificate = tmp_path / "key", tmp_path / "certificate"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=gpu", "-addext", f"subjectAltName={name}",
             *(dates or ["-days", "2"]), "-keyout", key, "-out", certificate], check=True, capture_output=True,
        )  # fmt: skip
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest().upper()
        return Identity(context, ":".join(digest[i : i + 2] for i in range(0, len(digest), 2)))

    return make


def run_against(folder: Path, identity: Identity, by_name: bool = False) -> Outcome:
    with EchoEndpoint(identity=identity.context) as endpoint:
        if not by_name:
            return run_job(folder / "job", endpoint.url)
        (folder / "job").mkdir(exist_ok=True)
        (folder / "job/endpoints.conf").write_text(f"[home]\naddress={endpoint.url}\ncertificate={identity.fingerprint}\n")
        return run_job(folder / "job", "home")


PAST = ("-not_before", "20200101000000Z", "-not_after", "20200102000000Z")
FUTURE = ("-not_before", "21000101000000Z", "-not_after", "21000102000000Z")
FAULTS = [
    ((), "nobody whom this computer trusts", ["expired", "another host", "not valid before"]),
    (("IP:127.0.0.1", *PAST), "it expired on 2020-01-02", ["another host", "not valid before"]),
    (("IP:127.0.0.1", *FUTURE), "not valid before 2100-01-01", ["another host", "expired"]),
    (("DNS:gpu.example",), "it is for 'gpu.example', another host", ["expired", "not valid before"]),
]


@pytest.mark.parametrize(("how", "words", "others"), FAULTS, ids=["self-signed", "expired", "not-yet-valid", "wrong-host"])
def test_each_fault_has_its_words_and_can_be_overruled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_identity: MakeIdentity, how: tuple[str, ...], words: str, others: list[str]
) -> None:
    identity = make_identity(*how)
    refused = run_against(tmp_path, identity)
    assert refused.n_finished == 0
    assert words in refused.messages
    assert identity.fingerprint in refused.messages
    assert not any(other in refused.messages for other in others)
    run_against(tmp_path, identity, by_name=True).assert_whole()
    monkeypatch.setenv("UPSCALE_CERTIFICATE", identity.fingerprint.replace(":", "").lower())
    run_against(tmp_path, identity).assert_whole()


def test_only_that_certificate_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_identity: MakeIdentity) -> None:
    monkeypatch.setenv("UPSCALE_CERTIFICATE", make_identity().fingerprint)
    assert run_against(tmp_path, make_identity()).n_finished == 0


def test_fingerprint_that_is_none(tmp_path: Path, make_identity: MakeIdentity) -> None:
    """A malformed fingerprint ends the run instead of allowing any certificate."""
    identity = make_identity()
    identity.fingerprint = "12:34"
    with pytest.raises(AssertionError, match="run-job ended with"):
        run_against(tmp_path, identity, by_name=True)


def test_redirect_to_https_on_the_same_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_identity: MakeIdentity) -> None:
    """The redirect is followed once; batches go straight to https."""
    identity = make_identity()
    moved: list[str] = []

    def send_away(exchange: Exchange) -> bool:
        moved.append(exchange.path)
        exchange.reply(301, None, Location=secure.url + exchange.path)
        return True

    monkeypatch.setenv("UPSCALE_CERTIFICATE", identity.fingerprint)
    with EchoEndpoint(identity=identity.context) as secure, EchoEndpoint(Behavior(interfere=send_away)) as plain:
        run_job(tmp_path, plain.url).assert_whole()
    assert moved == ["/v1/health"]
    assert secure.violations == []


def test_redirect_from_https_to_http_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_identity: MakeIdentity) -> None:
    identity = make_identity()
    monkeypatch.setenv("UPSCALE_CERTIFICATE", identity.fingerprint)
    with EchoEndpoint() as plain:

        def send_away(exchange: Exchange) -> bool:
            exchange.reply(301, None, Location=plain.url + exchange.path)
            return True

        with EchoEndpoint(Behavior(interfere=send_away), identity=identity.context) as secure:
            outcome = run_job(tmp_path, secure.url)
    assert outcome.n_finished == 0
    assert "it redirects to" in outcome.messages


def test_http_server_behind_https(tmp_path: Path) -> None:
    with EchoEndpoint() as endpoint:
        outcome = run_job(tmp_path, endpoint.url.replace("http:", "https:"), speed=GREAT_HURRY)
        assert outcome.n_finished == 0
        assert f"give its address as {endpoint.url}." in outcome.messages
        assert "certificate" not in outcome.messages
