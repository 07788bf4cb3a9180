# SPDX-License-Identifier: GPL-3.0-or-later
"""A job on a machine whose memory or address space is used up."""

import os
from pathlib import Path

import pytest
from job_runner import Job


def test_job_goes_on_when_no_thread_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that GLib queues for its shared pool while the pool has no thread and can start none is never run."""
    flag = tmp_path / "no-more-threads"
    monkeypatch.setenv("LD_PRELOAD", os.environ["UPSCALE_NO_MORE_THREADS"])
    monkeypatch.setenv("NO_MORE_THREADS_FILE", str(flag))
    job = Job(tmp_path, "local", stop_at="send:1")
    job.wait_for_stop()
    flag.touch()
    job.go_on()
    job.finish().assert_whole(by_echo=False)
