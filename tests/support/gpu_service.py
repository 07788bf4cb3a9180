# SPDX-License-Identifier: GPL-3.0-or-later
"""endpoint/diffusion with a tiny random model, running for a test: under uvicorn, or on Ray Serve."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
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
        url = process.wait_for_line("listening on ").removeprefix("listening on ").strip()
        yield url, process
    finally:
        process.stop()


def run_uvicorn(settings: Path, *arguments: str, **environment: str) -> contextlib.AbstractContextManager[tuple[str, Process]]:
    command = [PYTHON, "-m", "tile_upscale_gpu.main", "--settings", str(settings), "--port", "0", *arguments]
    return serve(Process(command, **environment))


class KillableService:
    """Use as a context manager. The service under uvicorn on a port that stays; a start after a kill takes no seconds."""

    def __init__(self, settings: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [PYTHON, str(SUPPORT / "serve_again.py"), "--settings", str(settings), "--port", str(port)]
        self.process = Process(command)
        self.n_started = 0
        self.pid = 0

    def __enter__(self) -> "KillableService":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.process.stop()

    def start(self) -> None:
        self.process.tell("start")
        self.n_started += 1
        started = wait_until(self._find_started, f"the service was started: {self.process.text}", START_LIMIT_S)
        self.pid = int(started.split()[1])
        wait_until(self._is_there, f"the service answers: {self.process.text}", START_LIMIT_S)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        session = self.process.process.pid
        wait_until(lambda: set(list_processes(session)) == {session}, "the service is gone, with all it has started")

    def _find_started(self) -> str:
        lines = [line for line in list(self.process.lines) if line.startswith("started ")]
        return lines[-1] if len(lines) == self.n_started else ""

    def _is_there(self) -> bool:
        try:
            return Client(self.url).send("GET", "/v1/health").status == 200
        except OSError:
            return False


def run_ray(settings: Path) -> contextlib.AbstractContextManager[tuple[str, Process]]:
    # Ray's processes leave ours; what they inherit tells them from another test's.
    return serve(Process([PYTHON, str(SUPPORT / "serve_ray.py"), str(settings)], **{RUN_VARIABLE: str(settings)}))


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
    runners = {"uvicorn": run_uvicorn, "ray": run_ray}
    with tempfile.TemporaryDirectory() as folder, runners[kind](make_weights(Path(folder))) as (url, _):
        assert Client(url).send("GET", "/v1/health").status == 200
        yield url
