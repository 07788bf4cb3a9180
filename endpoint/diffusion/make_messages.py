# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints tile_upscale_gpu/messages.py, the pydantic models of the wire contract, made from ../tile-batch.schema.json:

python make_messages.py > tile_upscale_gpu/messages.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

SCHEMA = Path(__file__).parents[1] / "tile-batch.schema.json"
HEADER = """# SPDX-License-Identifier: GPL-3.0-or-later
# Made from endpoint/tile-batch.schema.json by endpoint/diffusion/make_messages.py: change the schema, not this file."""
OPTIONS = [
    "--input-file-type", "jsonschema", "--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11",
    "--class-name", "Messages", "--use-annotated", "--collapse-root-models", "--enum-field-as-literal", "all",
    "--extra-fields", "ignore", "--use-union-operator", "--use-standard-collections", "--use-double-quotes",
    "--formatters", "builtin", "--disable-timestamp", "--custom-file-header", HEADER,
]  # fmt: skip


def make_messages() -> str:
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "messages.py"
        command = [sys.executable, "-m", "datamodel_code_generator", "--input", str(SCHEMA), "--output", str(output), *OPTIONS]
        subprocess.run(command, check=True)
        return output.read_text()


if __name__ == "__main__":
    sys.stdout.write(make_messages())
