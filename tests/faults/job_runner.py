# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts whole jobs without GIMP, and says how they ended."""

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
    """What run-job printed, and the job's log."""

    report: dict[str, Any]

    @property
    def n_had(self) -> int:
        return self.report["painted"] + self.report["stored"]

    @property
    def failures(self) -> list[str]:
        return [tile["failure"] for tile in self.report["tiles"] if tile["failure"]]

    @property
    def words(self) -> str:
        """All that a user is told of failures."""
        return " | ".join([*self.failures, self.report["error"] or ""])

    @property
    def log(self) -> list[dict[str, Any]]:
        return read_log(Path(self.report["log"]))

    def assert_whole(self, n_tiles: int = N_TILES, by_echo: bool = True) -> None:
        assert self.report["error"] is None, self.report
        assert self.n_had == self.report["n_tiles"] == n_tiles, self.words
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
    """A line that is being written right now is left out."""
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def square(side_px: int) -> dict[str, float]:
    """Options of a job whose picture has four equal sides."""
    return {"width": side_px, "height": side_px}


class Job:
    """A job that runs in a session of its own."""

    def __init__(self, cache: Path, *addresses: str, **options: float | str) -> None:
        self.cache = cache
        options.setdefault("local_program", os.environ["UPSCALE_LOCAL_ENDPOINT"])
        options.setdefault("speed", HURRY)
        options.setdefault("duplicates", "never")  # or a copy would hide a fault
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [os.environ["UPSCALE_RUN_JOB"], f"--cache={cache}", f"--endpoints={' '.join(addresses)}", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True,
        )  # fmt: skip

    def say(self, command: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(command + "\n")

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
        self.wait_for_its_processes()

    def wait_for_its_processes(self) -> None:
        wait_until(lambda: not list_processes(self.process.pid), "nothing that the job has started is left")

    def wait_for_stop(self) -> None:
        """Until it has come to where `stop_at` lets it stop."""
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
        """What the log says of one kind of event so far."""
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


def show_harmless(cache: Path, make: MakeBehavior, cause: str, **options: float | str) -> EchoEndpoint:
    """A fault that costs tiles with retries off, and none with them; returns the endpoint of the second run."""
    with EchoEndpoint(make()) as endpoint:
        without = run_job(cache / "without", endpoint.url, max_tries=1, **options)
    assert without.n_had < N_TILES, "the fault does nothing"
    assert cause in without.words, without.words
    assert "127.0.0.1" in without.words, "the endpoint is not named"
    with EchoEndpoint(make()) as endpoint:
        run_job(cache / "with", endpoint.url, **options).assert_whole()
    assert endpoint.ledger.repaid == []
    assert endpoint.violations == []
    return endpoint
