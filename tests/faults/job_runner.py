# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs whole jobs without GIMP, and reads their outcome."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echo_endpoint import Behavior, EchoEndpoint
from polling import wait_until
from processes import list_processes

N_TILES = 16  # 208 px in tiles of 64 px that overlap by 16: four a side
TIME_LIMIT_S = 120
HURRY = 20.0


@dataclass
class Outcome:
    """The report that run-job printed, and the job's log."""

    report: dict[str, Any]

    @property
    def n_finished(self) -> int:
        return int(self.report["painted"] + self.report["stored"])

    @property
    def failures(self) -> list[str]:
        return [tile["failure"] for tile in self.report["tiles"] if tile["failure"]]

    @property
    def messages(self) -> str:
        """All messages about failures that a user reads."""
        return " | ".join([*self.failures, self.report["error"] or ""])

    @property
    def log(self) -> list[dict[str, Any]]:
        return read_log(Path(self.report["log"]))

    def assert_whole(self, n_tiles: int = N_TILES, by_echo: bool = True) -> None:
        assert self.report["error"] is None, self.report
        assert self.n_finished == self.report["n_tiles"] == n_tiles, self.messages
        assert self.report["is_source"] or not by_echo

    def assert_nothing_delivered_was_sent_again(self) -> None:
        settled: set[int] = set()
        for line in self.log:
            if line["event"] == "tile-settled":
                assert line["tile"] not in settled, "a tile was settled twice"
                settled.add(line["tile"])
            elif line["event"] == "sent":
                assert not settled & {tile["tile"] for tile in line["tiles"]}, "a tile that was delivered was sent again"


def read_log(path: Path) -> list[dict[str, Any]]:
    """Reads the lines of a log, without a last one that is still being written."""
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def square(side_px: int) -> dict[str, float]:
    """Options of a job with a square picture."""
    return {"width": side_px, "height": side_px}


class Job:
    """A job that runs in a session of its own."""

    def __init__(self, cache: Path, *addresses: str, **options: float | str) -> None:
        self.cache = cache
        options.setdefault("local_program", os.environ["UPSCALE_LOCAL_ENDPOINT"])
        options.setdefault("speed", HURRY)
        options.setdefault("duplicates", "never")  # a duplicate would hide a fault
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [os.environ["UPSCALE_RUN_JOB"], f"--cache={cache}", f"--endpoints={' '.join(addresses)}", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True,
        )  # fmt: skip

    def send(self, command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(command + "\n")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.wait_for_its_processes()

    def wait_for_its_processes(self) -> None:
        wait_until(lambda: not list_processes(self.process.pid), "nothing that the job has started is left")

    def wait_for_stop(self) -> None:
        """Waits until the job has stopped itself at the moment that `stop_at` names."""
        wait_until(lambda: list_processes(self.process.pid).get(self.process.pid) == "T", "the job has come to its moment")

    def kill_local_endpoint(self) -> None:
        victims = list_processes(self.process.pid).keys() - {self.process.pid}
        assert victims, "there is no endpoint"
        for victim in victims:
            os.kill(victim, signal.SIGKILL)
        wait_until(lambda: not victims & list_processes(self.process.pid).keys(), "the endpoint is gone")

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The events of a kind that the logs hold so far."""
        lines = [line for log in sorted(self.cache.glob("jobs/*.jsonl")) for line in read_log(log)]
        return [line for line in lines if line["event"] == name]

    def finish(self) -> Outcome:
        try:
            stdout, _ = self.process.communicate(timeout=TIME_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the job hangs") from None
        assert self.process.returncode == 0, f"run-job ended with {self.process.returncode}"
        self.wait_for_its_processes()
        return Outcome(json.loads(stdout))


def run_job(cache: Path, *addresses: str, **options: float | str) -> Outcome:
    return Job(cache, *addresses, **options).finish()


MakeBehavior = Callable[[], Behavior]


def assert_recovers(cache: Path, make: MakeBehavior, cause: str, **options: float | str) -> EchoEndpoint:
    """Asserts that a fault costs tiles without retries, and none with them. Returns the endpoint of the second run."""
    with EchoEndpoint(make()) as endpoint:
        without = run_job(cache / "without", endpoint.url, max_tries=1, **options)
    assert without.n_finished < N_TILES, "the fault does nothing"
    assert cause in without.messages, without.messages
    assert "127.0.0.1" in without.messages, "the endpoint is not named"
    with EchoEndpoint(make()) as endpoint:
        run_job(cache / "with", endpoint.url, **options).assert_whole()
    assert endpoint.ledger.repaid == []
    assert endpoint.violations == []
    return endpoint
