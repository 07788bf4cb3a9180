# SPDX-License-Identifier: GPL-3.0-or-later
"""A model's process can't write, connect or signal, and has no keys; where the kernel can't refuse something, the log says so."""

import ctypes
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import onnx_models
import pytest
from polling import wait_until
from wire_client import LocalEndpoint, make_request

LANDLOCK_CREATE_RULESET = 444
ALLOW, REFUSE_AS_UNKNOWN = 0x7FFF0000, 0x00050000 | errno.ENOSYS


def landlock_version() -> int:
    return int(ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1))


LANDLOCK = landlock_version()
HAS_LANDLOCK = LANDLOCK >= 6
HAS_SECCOMP = "Seccomp:" in Path("/proc/self/status").read_text()

needs_both = pytest.mark.skipif(not (HAS_LANDLOCK and HAS_SECCOMP), reason="this kernel has no Landlock of version 6, or no seccomp")

# The process must fail at each of these. `file` and `folder` belong to the user, `port` to another program.
FILES = {
    "write": "open(file, 'r+b')",
    "create": "open(new, 'xb')",
    "replace": "open(file, 'wb')",
    "truncate": "os.truncate(file, 0)",
    "unlink": "os.unlink(file)",
    "rename": "os.rename(file, new)",
    "link": "os.link(file, new)",
    "symlink": "os.symlink(file, new)",
    "mkdir": "os.mkdir(new)",
    "rmdir": "os.rmdir(folder + '/empty')",
    "mkfifo": "os.mkfifo(new)",
    "signal": "os.kill(os.getppid(), 0)",
}
OTHERS = {
    "chmod": "os.chmod(file, 0o666)",
    "chown": "os.chown(file, os.getuid(), os.getgid())",
    "utime": "os.utime(file)",
    "connect": "socket.create_connection(('127.0.0.1', port))",
    "listen": "socket.create_server(('127.0.0.1', 0))",
    "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "unix": "socket.socket(socket.AF_UNIX)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "pair": "socket.socketpair()",
}
# Painting requires these.
NEEDED = {
    "read": "open(file).read()",
    "null": "open('/dev/null', 'w').write('x')",
    "pipe": "os.pipe()",
    "thread": "threading.Thread(target=int).start()",
    "program": "subprocess.run(['true'], check=True)",
}
SCRIPT = """
import json, os, socket, subprocess, sys, threading
port = int(sys.argv[2])
def attempt(code, folder):
    file, new = folder + "/file", folder + "/new"
    try:
        eval(code)
        return 0
    except OSError as error:
        return error.errno
print(json.dumps({name: attempt(code, sys.argv[1] + "/" + name) for name, code in json.loads(sys.argv[3]).items()}))
"""


def attempt(folder: Path, *before: str) -> dict[str, int]:
    """Tries everything in one process, each attempt in a folder of its own, and returns the errors."""
    attempts = FILES | OTHERS | NEEDED
    for name in attempts:
        (folder / name / "empty").mkdir(parents=True)
        (folder / name / "file").write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = [sys.executable, "-c", SCRIPT, str(folder), str(server.getsockname()[1]), json.dumps(attempts)]
        run = subprocess.run([*before, *script], capture_output=True, text=True, check=True)
    if before and HAS_LANDLOCK and HAS_SECCOMP:
        assert run.stderr == ""
    errors: dict[str, int] = json.loads(run.stdout)
    return errors


def run_confined(*flags: str) -> list[str]:
    return [os.environ["UPSCALE_RUN_CONFINED"], *flags]


@pytest.mark.skipif(0 < LANDLOCK < 6, reason="this kernel's Landlock is older and refuses less")
def test_a_confined_process_can_do_no_harm(tmp_path: Path) -> None:
    free = attempt(tmp_path / "free")
    assert set(free.values()) == {0}, "a case does not try what it says"
    confined = attempt(tmp_path / "confined", *run_confined())
    refused = (FILES if HAS_LANDLOCK else {}) | (OTHERS if HAS_SECCOMP else {})
    assert {name for name, code in confined.items() if code in (errno.EACCES, errno.EPERM, errno.EXDEV)} == set(refused)
    assert {name for name, code in confined.items() if code == 0} == set(free) - set(refused)
    for name in FILES if HAS_LANDLOCK else []:
        left = {path.name for path in (tmp_path / "confined" / name).iterdir()}
        assert left == {"file", "empty"} and (tmp_path / "confined" / name / "file").read_text() == "precious"


@pytest.mark.skipif(not HAS_LANDLOCK, reason="this kernel has no Landlock of version 6")
def test_a_process_for_one_model_starts_no_program() -> None:
    assert subprocess.run(run_confined("true"), check=False).returncode == 0
    assert subprocess.run(run_confined("--no-programs", "true"), check=False).returncode == errno.EACCES


def status_of(task: Path) -> dict[str, str]:
    return dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)


def is_confined(process: int, times: int = 1) -> bool:
    tasks = [status_of(task) for task in Path(f"/proc/{process}/task").iterdir()]
    return all(task["NoNewPrivs"] == "1" and task["Seccomp"] == "2" and int(task["Seccomp_filters"]) >= times for task in tasks)


def children(process: int) -> list[int]:
    found = (path for path in Path("/proc").iterdir() if path.name.isdigit())
    return [int(path.name) for path in found if path.exists() and status_of(path).get("PPid") == str(process)]


def variables(process: int) -> list[str]:
    return [entry.partition("=")[0] for entry in Path(f"/proc/{process}/environ").read_text().split("\0")]


@needs_both
def test_endpoint_and_probe_are_confined_and_the_probe_has_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSCALE_TOKEN", "secret")
    onnx_models.hanging(tmp_path / "slow.onnx")
    request = make_request()
    request["model_config"]["base_model"] = "slow"
    with LocalEndpoint("--models", str(tmp_path)) as endpoint:
        client, server = endpoint.connect(), endpoint.process.pid
        # Paint once, so that worker threads exist.
        client.finish(make_request())
        assert is_confined(server)
        asking = threading.Thread(target=client.put, args=(request,))
        asking.start()
        (probe,) = wait_until(lambda: children(server), "the probe starts")
        wait_until(lambda: "--try-model" in Path(f"/proc/{probe}/cmdline").read_text(), "the probe is itself")
        # The process itself, and its start environment.
        own = 1 + int(status_of(Path(f"/proc/{server}"))["Seccomp_filters"])
        wait_until(lambda: is_confined(probe, own), "the probe is confined")
        names = variables(probe)
        assert "PATH" in names and not [name for name in names if name.startswith("UPSCALE_")]
        os.kill(probe, signal.SIGKILL)
        asking.join()


def without_landlock() -> None:
    """Makes the kernel behave as one without Landlock, for this process and programs that it executes."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(seccomp.seccomp_init(ALLOW))
    assert seccomp.seccomp_rule_add(rules, REFUSE_AS_UNKNOWN, LANDLOCK_CREATE_RULESET, 0) == 0
    assert seccomp.seccomp_load(rules) == 0


def log_of(prepare: Callable[[], None] | None) -> str:
    """Starts and ends the endpoint, and returns its output."""
    command = [os.environ["UPSCALE_LOCAL_ENDPOINT"], "--exit-with-parent", "--no-token"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=prepare
    )
    assert process.stdout and process.stdout.readline().startswith("listening on ")
    assert process.stderr and process.stdin
    process.stdin.close()
    log = process.stderr.read()
    assert process.wait(60) == 0
    return log


@needs_both
def test_log_is_silent_where_the_kernel_can_refuse_everything() -> None:
    assert log_of(None) == ""


@pytest.mark.skipif(not HAS_SECCOMP, reason="this kernel has no seccomp")
def test_log_says_so_where_the_kernel_has_no_landlock() -> None:
    log = log_of(without_landlock)
    assert "Landlock: Function not implemented" in log and "seccomp" not in log and "threads" not in log
