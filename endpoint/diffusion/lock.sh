#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes requirements-*.lock, the versions and hashes of all packages in the containers: pip install uv, then ./lock.sh [--upgrade].
# With --upgrade it takes newer versions. The image for ROCm brings torch with its libraries.
set -eu
cd "$(dirname "$0")"

lock() {
  output=$1
  shift
  # setuptools builds this package, without a download of its own.
  echo 'setuptools>=69' | uv pip compile pyproject.toml - --python-version 3.12 --python-platform x86_64-manylinux_2_28 \
    --generate-hashes --no-annotate --no-header --quiet --output-file "$output" "$@"
}

overrides=$(mktemp)
trap 'rm "$overrides"' EXIT
echo "torch; sys_platform == 'never'" >"$overrides"
lock requirements-cuda.lock "$@"
lock requirements-rocm.lock --override "$overrides" "$@"
