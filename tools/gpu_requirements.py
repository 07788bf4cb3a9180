# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints a project's requirements with some of its extras, one a line, for pip: gpu_requirements.py PYPROJECT [EXTRA...]

The torch that is there is named by its very version, so that pip never brings another one, which would be gigabytes of CUDA.
"""

import sys
import tomllib
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    project = tomllib.loads(Path(sys.argv[1]).read_text())["project"]
    wanted = project["dependencies"] + [line for extra in sys.argv[2:] for line in project["optional-dependencies"][extra]]
    print("\n".join([*wanted, f"torch=={version('torch').partition('+')[0]}"]))


main()
