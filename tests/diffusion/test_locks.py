# SPDX-License-Identifier: GPL-3.0-or-later
"""The locked versions of the containers are those that pyproject.toml allows, and each has a hash."""

import re
import tomllib

import pytest
from gpu_service import SERVICE
from packaging.requirements import Requirement

LOCKED = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ;]+) \\\n"
    r"(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.MULTILINE,
)
BROUGHT_BY_THE_IMAGE = {"cuda": set[str](), "rocm": {"torch"}}


@pytest.mark.parametrize("kind", BROUGHT_BY_THE_IMAGE)
def test_lock_follows_the_project(kind: str) -> None:
    text = (SERVICE / f"requirements-{kind}.lock").read_text()
    versions = {match["name"]: match["version"] for match in LOCKED.finditer(text)}
    assert LOCKED.sub("", text) == "", "there are other lines than packages with hashes"
    project = tomllib.loads((SERVICE / "pyproject.toml").read_text())
    wanted = [Requirement(line) for line in project["project"]["dependencies"] + project["build-system"]["requires"]]
    for requirement in wanted:
        if requirement.name in BROUGHT_BY_THE_IMAGE[kind]:
            assert requirement.name not in versions
        else:
            assert versions[requirement.name] in requirement.specifier, f"{requirement}: call endpoint/diffusion/lock.sh"
