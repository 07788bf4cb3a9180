# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a state, with a deadline: tests never sleep for good luck."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
INTERVAL_S = 0.02
# Far beyond what an idle machine needs, so that a busy one fails no test.
LIMIT_S = 120.0


def wait_until(condition: Callable[[], T | None], what: str, timeout_s: float = LIMIT_S, interval_s: float = INTERVAL_S) -> T:
    """Returns the first true value of the condition; fails when the time is over."""
    deadline = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(interval_s)
    return value
