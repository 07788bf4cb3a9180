# SPDX-License-Identifier: GPL-3.0-or-later
"""Has the codec write requests for several recipes, and holds each against the contract's schema."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema


def main() -> int:
    program, schema_file = sys.argv[1:]
    schema = json.loads(Path(schema_file).read_text())
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "-p", "/codec/requests-are-written"]
        subprocess.run(command, env={**os.environ, "UPSCALE_WRITE_REQUESTS": folder}, check=True, stdout=subprocess.DEVNULL)
        requests = sorted(Path(folder).glob("*.json"))
        for request in requests:
            jsonschema.validate(json.loads(request.read_text()), schema)
            print(f"{request.name} keeps the schema")
    return 0 if len(requests) >= 3 else 1


if __name__ == "__main__":
    sys.exit(main())
