# SPDX-License-Identifier: GPL-3.0-or-later
"""endpoint/diffusion with a tiny random model, running for a test: under uvicorn, or on Ray Serve."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from polling import wait_until
from processes import list_processes
from wire_client import Client

ROOT = Path(__file__).parents[2]
SUPPORT = Path(__file__).parent
SERVICE = ROOT / "endpoint" / "diffusion"
# The one with diffusers in it; GIMP's tests run in another.
PYTHON = os.environ.get("UPSCALE_GPU_PYTHON", sys.executable)
START_LIMIT_S = 120
RUN_VARIABLE = "TEST_RUN"


def make_environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UPSCALE_")}
    return {
        **kept, "PYTHONPATH": f"{SERVICE}:{SUPPORT}", "PYTHONDONTWRITEBYTECODE": "1", "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "RAY_USAGE_STATS_ENABLED": "0", **extra,
    }  # fmt: skip


def make_weights(folder: Path) -> Path:
    """Returns the settings' path."""
    command = [PYTHON, str(SUPPORT / "tiny_sdxl.py"), str(folder)]
    subprocess.run(command, env=make_environment(), check=True, stdout=subprocess.DEVNULL, timeout=START_LIMIT_S)
    return folder / "settings.toml"


class Process:
    """A server of ours in a process group of its own; what it says is kept in `lines`."""

    def __init__(self, command: list[str], **environment: str) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            env=make_environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)

    def tell(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def wait_for_line(self, beginning: str) -> str:
        def find() -> str | None:
            assert self.process.poll() is None, f"the service ended: {self.text}"
            return next((line for line in list(self.lines) if line.startswith(beginning)), None)

        return wait_until(find, f"the service says '{beginning}': {self.lines}", START_LIMIT_S) or ""

    def find_address(self) -> str:
        return self.wait_for_line("listening on ").removeprefix("listening on ").strip()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=60)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@contextlib.contextmanager
def serve(process: Process) -> Iterator[tuple[str, Process]]:
    """Yields the service's address and its process."""
    try:
        url = process.find_address()
        wait_until(lambda: Client(url, {}).send("GET", "/readyz").status == 200, f"it is ready: {process.lines}", START_LIMIT_S)
        yield url, process
    finally:
        process.stop()


def start_uvicorn(settings: Path, *arguments: str, **environment: str) -> Process:
    return Process([PYTHON, "-m", "tile_upscale_gpu.main", "serve", "--settings", str(settings), "--port", "0", *arguments], **environment)


def run_uvicorn(settings: Path, *arguments: str, **environment: str) -> contextlib.AbstractContextManager[tuple[str, Process]]:
    return serve(start_uvicorn(settings, *arguments, **environment))


class ForkedService:
    """A running `tile-upscale-gpu`, made by a ServiceForker."""

    def __init__(self, forker: Process, pid: int, n_before: int) -> None:
        self.forker = forker
        self.pid = pid
        self.n_before = n_before

    @property
    def text(self) -> str:
        """All that the service, and the forker meanwhile, has printed."""
        return "".join(self.forker.lines[self.n_before :])

    def find_address(self) -> str:
        found = wait_until(lambda: re.search(r"^listening on (\S+)\n", self.text, re.MULTILINE), "it listens", START_LIMIT_S)
        return found[1]

    def wait_until_ready(self) -> Client:
        client = Client(self.find_address(), {})
        wait_until(lambda: client.send("GET", "/readyz").status == 200, f"it is ready: {self.text}", START_LIMIT_S)
        return client

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait(self) -> int:
        """Returns the exit status, negative after a signal."""
        end = wait_until(lambda: re.search(rf"^ended {self.pid} (-?\d+)\n", self.text, re.MULTILINE), f"it ends: {self.text}")
        return int(end[1])


class ServiceForker:
    """Use as a context manager. Starts services, one after the other, in no seconds each."""

    def __enter__(self) -> "ServiceForker":
        self.process = Process([PYTHON, str(SUPPORT / "serve_again.py")])
        self.services: list[ForkedService] = []
        return self

    def __exit__(self, *_: object) -> None:
        for service in self.services:
            service.send_signal(signal.SIGKILL)
        self.process.stop()

    def start(self, settings: Path, port: int = 0, twist: str = "none") -> ForkedService:
        n_before = len(self.process.lines)
        self.process.tell(f"{twist} serve --settings {settings} --port {port}")

        def find_started() -> str | None:
            return next((line for line in self.process.lines[n_before:] if line.startswith("started ")), None)

        started = wait_until(find_started, f"the service was started: {self.process.text}", START_LIMIT_S)
        self.services.append(ForkedService(self.process, int(started.split()[1]), n_before))
        return self.services[-1]


class KillableService:
    """Use as a context manager. The service under uvicorn on a port that stays."""

    def __init__(self, settings: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.settings = settings
        self.url = f"http://127.0.0.1:{self.port}"
        self.forker = ServiceForker()

    def __enter__(self) -> "KillableService":
        self.forker.__enter__()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.forker.__exit__()

    def start(self) -> None:
        self.service = self.forker.start(self.settings, self.port)
        self.service.wait_until_ready()

    def kill(self) -> None:
        self.service.send_signal(signal.SIGKILL)
        session = self.forker.process.process.pid
        wait_until(lambda: set(list_processes(session)) == {session}, "the service is gone, with all it has started")


def run_ray(settings: Path, *arguments: str) -> contextlib.AbstractContextManager[tuple[str, Process]]:
    # Ray's processes leave ours; what they inherit tells them from another test's.
    return serve(Process([PYTHON, str(SUPPORT / "serve_ray.py"), str(settings), *arguments], **{RUN_VARIABLE: str(settings)}))


def find_processes(settings: Path, name: str) -> set[int]:
    """Process ids. Ray names a process after the actor in it; other tests may run actors of their own."""
    mine = f"{RUN_VARIABLE}={settings}\0".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                title, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if title.startswith(f"ray::{name}".encode()) and mine in environment:
                found.add(int(entry.name))
    return found


def find_replicas(settings: Path, deployment: str = "Gpu") -> set[int]:
    return find_processes(settings, f"ServeReplica:default:{deployment}")


@contextlib.contextmanager
def run_service(kind: str) -> Iterator[str]:
    """The service with a model of its own; `kind` is uvicorn or ray."""
    runners: dict[str, Callable[[Path], contextlib.AbstractContextManager[tuple[str, Process]]]] = {"uvicorn": run_uvicorn, "ray": run_ray}
    with tempfile.TemporaryDirectory() as folder, runners[kind](make_weights(Path(folder))) as (url, _):
        assert Client(url).send("GET", "/v1/health").status == 200
        yield url
