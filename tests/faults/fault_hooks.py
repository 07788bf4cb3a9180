# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults for the hooks of an `EchoEndpoint`: each happens to the first requests or answers of a kind."""

import os
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

from echo_endpoint import Exchange

Action = Callable[[Exchange], None]


class InjectFault:
    """An `interfere` hook: runs `action` instead of answering the first `times` requests of a method for which `chosen` holds."""

    def __init__(self, method: str, action: Action, times: float = 1, chosen: Callable[[Exchange], bool] | None = None) -> None:
        self.method = method
        self.action = action
        self.left = times
        self.chosen = chosen or (lambda exchange: "/batches/" in exchange.path)
        self.lock = threading.Lock()

    def __call__(self, exchange: Exchange) -> bool:
        with self.lock:
            if exchange.command != self.method or self.left <= 0 or not self.chosen(exchange):
                return False
            self.left -= 1
        self.action(exchange)
        return True


class MutateAnswers:
    """A `twist` hook: applies `change` to the first `times` answers that hold a result."""

    def __init__(self, change: Callable[[dict[str, Any]], Any], times: float = 1) -> None:
        self.change = change
        self.left = times
        self.lock = threading.Lock()

    def __call__(self, answer: dict[str, Any]) -> Any:
        with self.lock:
            if self.left <= 0 or not answer["results"]:
                return answer
            self.left -= 1
        return self.change(answer)


def reset(exchange: Exchange) -> None:
    """Ends the connection with RST."""
    connection = exchange.connection
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    exchange.close_connection = True
    os.close(connection.detach())


def reset_in_the_middle(exchange: Exchange) -> None:
    exchange.send_response(200)
    exchange.send_header("Content-Type", "application/json")
    exchange.send_header("Content-Length", "100000")
    exchange.end_headers()
    exchange.wfile.write(b'{"batch_id": "')
    reset(exchange)


def work_then_reset(exchange: Exchange) -> None:
    """Submits the batch, and loses the answer."""
    exchange.endpoint.submit(exchange.body)
    reset(exchange)


def stall(exchange: Exchange) -> None:
    """Sends nothing until the client closes the connection."""
    exchange.connection.recv(1)
    exchange.close_connection = True


def trickle(exchange: Exchange) -> None:
    """Sends a byte every 50 ms until the client closes the connection."""
    exchange.send_response(200)
    exchange.send_header("Content-Length", "100000")
    exchange.end_headers()
    pause = threading.Event()
    try:
        while not pause.wait(0.05):
            exchange.wfile.write(b" ")
    except OSError:
        exchange.close_connection = True


def answer_status(status: int, detail: str = "", **headers: str) -> Action:
    return lambda exchange: exchange.problem(status, detail, **headers)


def answer_page(exchange: Exchange) -> None:
    exchange.reply(200, b"<html><body>Welcome to nginx!</body></html>", "text/html")
