# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP relay on a port of its own, between client and endpoint, that a test can cut and mend."""

import contextlib
import socket
import struct
import threading
from urllib.parse import urlsplit


class CuttableLine:
    """A context manager; `url` leads through the relay. Cutting resets open connections and refuses new ones."""

    def __init__(self, url: str) -> None:
        self.target = ("127.0.0.1", urlsplit(url).port or 80)
        self.port = 0
        self.listener: socket.socket | None = None
        self.ends: list[socket.socket] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "CuttableLine":
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def leading_to(self, url: str) -> "CuttableLine":
        """Returns this relay, for a new context with the same address and another server behind it."""
        self.target = ("127.0.0.1", urlsplit(url).port or 80)
        return self

    def mend(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = listener.getsockname()[1]
        self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        with self.lock:
            listener, self.listener = self.listener, None
            ends, self.ends = self.ends, []
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                server = socket.create_connection(self.target)
            except OSError:
                return
            with self.lock:
                if self.listener is not listener:
                    client.close()
                    server.close()
                    return
                self.ends += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._relay, args=(source, sink), daemon=True).start()

    @staticmethod
    def _relay(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
