# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers whose end, head or status breaks HTTP: each is an error in words, and stderr stays empty."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from backend_driver import Backend

HEALTH = b'{"protocol":1,"identity":"x"}'
SIZE = len(HEALTH)


def answer(*lines: bytes, body: bytes = HEALTH, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    return b"".join(line + b"\r\n" for line in [status, *lines, b""]) + body


LENGTH = b"Content-Length: %d" % SIZE
CHUNKED = b"Transfer-Encoding: chunked"
GOOD = {
    "plain": answer(LENGTH),
    "one length twice": answer(LENGTH, LENGTH),
    "to the end": answer(),
    "chunks": answer(CHUNKED, body=b"%x\r\n" % SIZE + HEALTH + b"\r\n0\r\n\r\n"),
    "many continues": b"HTTP/1.1 100 Continue\r\n\r\n" * 100 + answer(LENGTH),
}
BAD = {
    "two lengths": answer(b"Content-Length: 5", LENGTH),
    "two lengths, the last too short": answer(LENGTH, b"Content-Length: 5"),
    "list of lengths": answer(LENGTH + b", 5"),
    "negative length": answer(b"Content-Length: -1"),
    "huge length": answer(b"Content-Length: 9223372036854775807"),
    "length beyond 64 bits": answer(b"Content-Length: 99999999999999999999"),
    "length in words": answer(b"Content-Length: many"),
    "longer than said": answer(b"Content-Length: 500"),
    "huge chunk": answer(CHUNKED, body=b"7fffffffffffffff\r\n" + HEALTH),
    "chunk of minus one": answer(CHUNKED, body=b"ffffffffffffffff\r\n" + HEALTH),
    "chunk beyond 64 bits": answer(CHUNKED, body=b"f" * 40 + b"\r\n" + HEALTH),
    "negative chunk": answer(CHUNKED, body=b"-5\r\n" + HEALTH),
    "chunk in words": answer(CHUNKED, body=b"many\r\n" + HEALTH),
    "unknown coding": answer(b"Transfer-Encoding: rot13", LENGTH),
    "NUL in a header": answer(b"X: a\0b", LENGTH),
    "header of a megabyte": answer(b"X: " + b"a" * 1_000_000, LENGTH),
    "a million headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000_000,
    "status of six digits": answer(LENGTH, status=b"HTTP/1.1 999999 OK"),
    "negative status": answer(LENGTH, status=b"HTTP/1.1 -20 OK"),
    "no HTTP": b"\x00\xff\x16\x03\x01\r\n\r\n",
    "nothing": b"",
    "redirect to nowhere": answer(b"Content-Length: 0", body=b"", status=b"HTTP/1.1 303 See Other"),
    "redirect to half an address": answer(b"Location: http://[::1", b"Content-Length: 0", body=b"", status=b"HTTP/1.1 303 See Other"),
    "redirect to a script": answer(b"Location: javascript:alert(1)", b"Content-Length: 0", body=b"", status=b"HTTP/1.1 307 Moved"),
    "odd Retry-After": answer(b"Retry-After: Mon, 99 Zzz 99999", b"Content-Length: 0", body=b"", status=b"HTTP/1.1 503 Busy"),
}


@contextlib.contextmanager
def saying(raw: bytes) -> Iterator[str]:
    """A server that answers everything with the same bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):  # until the listener is closed
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(raw)

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def probe(raw: bytes, folder: Path) -> dict[str, Any]:
    with saying(raw) as address, Backend(address, folder) as backend:
        told = backend.probe()
    assert backend.complaints.read_text() == ""
    return told


@pytest.mark.parametrize("case", GOOD)
def test_usual_answers_are_read(tmp_path: Path, case: str) -> None:
    assert probe(GOOD[case], tmp_path)["event"] == "probed"


@pytest.mark.parametrize("case", BAD)
def test_odd_answers_are_refused_in_words(tmp_path: Path, case: str) -> None:
    told = probe(BAD[case], tmp_path)
    assert told["event"] == "probe-failed"
    assert told["code"] in ("transport", "protocol", "rejected", "busy")
    assert len(told["message"]) > 20


@pytest.mark.parametrize("length", [-2, -(1 << 63)])
def test_negative_length_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """libsoup 3.6 warns of this answer before the plug-in can read the headers."""
    monkeypatch.setenv("G_DEBUG", "")
    with saying(answer(b"Content-Length: %d" % length)) as address, Backend(address, tmp_path) as backend:
        told = backend.probe()
    assert told["code"] in ("transport", "protocol")
    assert "upscale" not in backend.complaints.read_text()
