# SPDX-License-Identifier: GPL-3.0-or-later
"""The real scheduler on a clock that jumps, against the best possible makespan and a plain design; see dispatch/README.md."""

import os
import subprocess
import sys
from pathlib import Path

program = Path(os.environ["UPSCALE_BUILD_FOLDER"]) / "tests" / "bench" / "bench-dispatch"
sys.exit(subprocess.run([program]).returncode)
