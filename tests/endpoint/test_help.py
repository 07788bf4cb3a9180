# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the endpoint: `--help`, the manual page and the log that they promise."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from wire_client import LocalEndpoint, make_request

MANUAL = Path(__file__).parents[2] / "endpoint" / "local" / "tile-upscale-endpoint.1"
MAX_COLUMNS = 90


def run_endpoint(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [os.environ["UPSCALE_LOCAL_ENDPOINT"], *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})


def read_options(text: str) -> dict[str, str]:
    """Each option with its default, "" where it has none."""
    lines = re.findall(r"^  (?:-\w, )?--([a-z-]+)(?:=[A-Z]+)? +(.+)$", text, re.MULTILINE)
    return {name: "".join(re.findall(r"\(default: (\w+)", blurb)) for name, blurb in lines}


def read_manual() -> dict[str, str]:
    text = MANUAL.read_text().replace("\\-", "-")
    sections = re.split(r"^\.TP\n", text, flags=re.MULTILINE)[1:]
    options = [(re.search(r"--([a-z-]+)", entry.splitlines()[0]), entry) for entry in sections]
    return {name.group(1): "".join(re.findall(r"default is (\w+)", entry)) for name, entry in options if name}


def test_help_explains_each_option() -> None:
    done = run_endpoint("--help")
    assert done.returncode == 0
    assert "UPSCALE_TOKEN" in done.stdout
    assert "Exit status" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= MAX_COLUMNS


def test_manual_names_the_same_options_and_defaults() -> None:
    options = read_options(run_endpoint("--help").stdout)
    assert "port" in options and "try-model" in options
    assert read_manual() == options


def test_version_is_printed() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run_endpoint("--version").stdout)


@pytest.mark.parametrize("arguments", [["--port=x"], ["--port=70000"], ["--max-tiles=0"], ["--no-such-option"]])
def test_wrong_command_line_is_refused(arguments: list[str]) -> None:
    done = run_endpoint(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("tile-upscale-endpoint: ")


def test_log_follows_a_job(capfd: pytest.CaptureFixture[str]) -> None:
    with LocalEndpoint(env={**os.environ, "G_MESSAGES_DEBUG": "tile-upscale-endpoint-jobs"}) as endpoint:
        request = make_request(tiles=2)
        endpoint.connect().finish(request)
    log = [line for line in capfd.readouterr().err.splitlines() if request["batch_id"] in line]
    assert [re.findall(r"queued|running|completed", line)[0] for line in log] == ["queued", "running", "completed"]
