# shellcheck shell=bash
# The commands of ./run, run where the build works. ./run sources this file.

TASK_BUILD=build/work
TASK_SANITIZED=build/sanitized
TASK_FUZZ=build/fuzz
TASK_COVERAGE=build/coverage
TASK_DOCS=build/docs
TASK_RELEASE=build/release
# Optimized like the release build, with the programs of the benches.
TASK_MEASURED=build/measured
# Without the suites that start GIMP, which is built without sanitizers, and without `style`, whose result would be the same.
TASK_SANITIZED_SUITES=(core files png image arguments dispatch backend job ui faults endpoint)

task_fail() {
  echo "run: $*" >&2
  exit 1
}

# An interrupted configuration leaves no build.ninja and is repeated.
task_configure() {
  local folder=$1
  shift
  [ -f "$folder/build.ninja" ] || {
    rm -rf "$folder"
    meson setup "$folder" -Dplugin_dir="$PWD/$folder/stage/plug-ins/tile-upscale" "$@" ||
      task_fail "the build could not be configured; the reason is above."
  }
}

task_build() {
  task_configure "$TASK_BUILD" -Dwerror=true
  meson compile -C "$TASK_BUILD"
  meson install -C "$TASK_BUILD" --quiet
}

task_build_measured() {
  task_configure "$TASK_MEASURED" --buildtype=release -Dwerror=true
  meson compile -C "$TASK_MEASURED"
  meson install -C "$TASK_MEASURED" --quiet
}

task_build_sanitized() {
  task_configure "$TASK_SANITIZED" -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false
  meson compile -C "$TASK_SANITIZED"
}

task_build_fuzz() {
  CC=clang task_configure "$TASK_FUZZ" -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false
  meson compile -C "$TASK_FUZZ" fuzz
}

# A virtual environment for packages of the Python registry; torch comes from the distribution. Without the environment the
# tests that need it are skipped.
TASK_VENV=build/venv
TASK_VENV_SUITES=(diffusion endpoint gimp)

task_venv_stamp() { { python3 --version && cat endpoint/diffusion/pyproject.toml; } | sha256sum; }

task_venv_install() {
  python3 -m venv --clear --system-site-packages "$TASK_VENV" &&
    python3 tools/gpu_requirements.py endpoint/diffusion/pyproject.toml modal ray test >"$TASK_VENV/requirements.txt" &&
    "$TASK_VENV/bin/python" -m pip install --disable-pip-version-check --no-input --retries 2 \
      --requirement "$TASK_VENV/requirements.txt"
}

task_venv() {
  local stamp
  stamp=$(task_venv_stamp)
  [ "$(cat "$TASK_VENV/ready" 2>/dev/null)" != "$stamp" ] || return 0
  rm -f "$TASK_VENV/ready"
  python3 -c 'import ensurepip, torch' 2>/dev/null || {
    echo "run: the tests of endpoint/diffusion are skipped: they need the distribution's torch and venv for Python." >&2
    return 0
  }
  if (place_long_step "installing what the tests of endpoint/diffusion need" task_venv_install); then
    echo "$stamp" >"$TASK_VENV/ready"
  else
    echo "run: the tests of endpoint/diffusion are skipped: the Python registry could not be reached." >&2
  fi
}

# Runs the tests of a build folder: task_run_tests FOLDER PROCESSES ARGUMENT... A test's limit of time assumes a core of its own.
task_run_tests() {
  meson test -C "$1" --print-errorlogs --no-rebuild --num-processes "$2" --timeout-multiplier 2 "${@:3}"
}

task_test() {
  local status=0 name sanitized=() cores side_by_side
  cores=$(nproc)
  # Most tests wait for a program half of their time. Each also takes memory, so on many cores there are not twice as many.
  side_by_side=$((cores + 2))
  [ $# -eq 0 ] || { [ "$1" = --suite ] && [ $# -eq 2 ]; } ||
    task_fail "write './run test' or './run test --suite NAME'."
  for name in "${TASK_VENV_SUITES[@]}"; do
    if [ $# -eq 0 ] || [ "$2" = "$name" ]; then
      task_venv
      break
    fi
  done
  task_build
  # Remove the results of earlier runs, which count_tests.py would count again.
  rm -f build/{work,sanitized,fuzz}/meson-logs/testlog.json
  task_run_tests "$TASK_BUILD" "$side_by_side" "$@" || status=1
  for name in "${TASK_SANITIZED_SUITES[@]}"; do
    if [ $# -eq 0 ] || [ "$2" = "$name" ]; then
      sanitized+=(--suite "$name")
    fi
  done
  if [ ${#sanitized[@]} -gt 0 ]; then
    task_build_sanitized
    task_run_tests "$TASK_SANITIZED" "$side_by_side" "${sanitized[@]}" || status=1
  fi
  if [ $# -eq 0 ] || [ "$2" = fuzz ]; then
    task_build_fuzz
    task_run_tests "$TASK_FUZZ" "$cores" || status=1
  fi
  python3 tools/count_tests.py "$status" "$TASK_BUILD" "$TASK_SANITIZED" "$TASK_FUZZ"
}

# Installs the release build, which `demo` and `install` share, into a folder.
task_install_release() {
  task_configure "$TASK_RELEASE" --buildtype=release -Dtests=false
  meson configure "$TASK_RELEASE" -Dplugin_dir="$1"
  meson compile -C "$TASK_RELEASE"
  meson install -C "$TASK_RELEASE" --quiet
}

# Makes a GIMP profile that replaces the user's.
task_gimp_profile() {
  local profile=$1 plug_ins=$2
  mkdir -p "$profile"
  cat >"$profile/gimprc" <<TEXT
(plug-in-path "$plug_ins:\${gimp_plug_in_dir}/plug-ins")
(check-updates no)
(show-welcome-dialog no)
TEXT
}

task_demo() {
  local image=${1:-} scale=${2:-4} gimp
  [ $# -le 2 ] || task_fail "write './run demo [IMAGE [SCALE]]'."
  [ -n "$image" ] || image=$(find /usr/share/gimp /usr/local/share/gimp -name gimp-splash.png -print -quit 2>/dev/null || true)
  [ -r "$image" ] || task_fail "the picture '$image' can't be read: name one that exists."
  task_install_release "$PWD/build/demo/plug-ins/tile-upscale"
  task_gimp_profile build/demo/profile "$PWD/build/demo/plug-ins"
  gimp=$(command -v gimp-console-3.0 || command -v gimp-console-3.2 || command -v gimp-console) ||
    task_fail "found no gimp-console: install GIMP 3."
  echo "demo: $image, ${scale}x, with GIMP $("$gimp" --version | grep -o '[0-9.]*$')" >&2
  # GIMP prints warnings at its end (broken pipe, stray image); they go to a log.
  GIMP3_DIRECTORY=$PWD/build/demo/profile DEMO_IMAGE=$image DEMO_SCALE=$scale DEMO_FOLDER=build/demo \
    XDG_CACHE_HOME=$PWD/build/demo/cache \
    "$gimp" --no-data --no-fonts --quit --batch-interpreter=python-fu-eval -b - <tools/demo.py 2> \
    >(tee build/demo/gimp.log | grep --line-buffered '^tile-upscale:' >&2) ||
    task_fail "the demo failed: build/demo/gimp.log says why."
}

task_bench() {
  local name=${1:-} found='' python=python3
  [ $# -le 2 ] || task_fail "write './run bench [NAME [CHOICE]]'; './run' lists the choices."
  [ ! -e "$TASK_VENV/ready" ] || python=$TASK_VENV/bin/python
  task_build_measured
  if [ -z "$name" ] || [ "$name" = fuzz ]; then task_build_fuzz; fi
  for bench in tests/bench/*.py; do
    [ -z "$name" ] || [ "$(basename "$bench" .py)" = "$name" ] || continue
    [ "$(basename "$bench" | cut -c1)" != _ ] || continue
    found=yes
    UPSCALE_PLUGIN_FOLDER=$PWD/$TASK_MEASURED/stage/plug-ins UPSCALE_BUILD_FOLDER=$PWD/$TASK_MEASURED \
      UPSCALE_FUZZ_FOLDER=$PWD/$TASK_FUZZ/tests/fuzz \
      PYTHONDONTWRITEBYTECODE=1 "$python" "$bench" "${@:2}"
  done
  [ -n "$found" ] || task_fail "there is no bench '$name': $(cd tests/bench && echo *.py | sed 's/\.py//g')."
}

# Finds a Python with the packages of the GPU service: the one that UPSCALE_GPU_PYTHON names, or the caller's.
TASK_GPU_PYTHON=${UPSCALE_GPU_PYTHON:-python3}
task_gpu_python() {
  "$TASK_GPU_PYTHON" -c 'import compel, diffusers, fastapi, torch' 2>/dev/null && return
  [ -z "${UPSCALE_GPU_PYTHON:-}" ] || task_fail "$UPSCALE_GPU_PYTHON lacks packages: run '$UPSCALE_GPU_PYTHON -m pip install ./endpoint/diffusion'."
  return 1
}

# Installs into the plug-ins folder of the calling user's GIMP.
task_install() {
  local target version
  version=$(pkg-config --modversion gimp-3.0 | cut -d. -f1,2)
  target=${XDG_CONFIG_HOME:-$HOME/.config}/GIMP/$version/plug-ins/tile-upscale
  task_install_release "$target"
  echo "installed in $target: restart GIMP, then Filters > Enhance > Tile Upscale..."
}

# Prints one line per folder. Programs that a test kills with SIGKILL write no counters, so their lines count as not covered.
task_coverage() {
  local selection=("$@")
  [ $# -eq 0 ] || { [ "$1" = --suite ] && [ $# -eq 2 ]; } ||
    task_fail "write './run coverage' or './run coverage --suite NAME'."
  [ $# -gt 0 ] || selection=(--no-suite style --no-suite diffusion)
  task_configure "$TASK_COVERAGE" -Db_coverage=true >&2
  meson compile -C "$TASK_COVERAGE" >&2
  meson install -C "$TASK_COVERAGE" --quiet
  find "$TASK_COVERAGE" -name '*.gcda' -delete
  meson test -C "$TASK_COVERAGE" --no-rebuild --quiet "${selection[@]}" >&2 ||
    echo "run: some tests failed; the numbers below count them nevertheless." >&2
  gcovr --root . --object-directory "$TASK_COVERAGE" --filter '(plugin|ui|endpoint)/' --exclude-throw-branches \
    --gcov-ignore-parse-errors=all --json-summary - "$TASK_COVERAGE" | python3 tools/coverage_by_folder.py
}

task_docs() {
  [ $# -eq 0 ] || task_fail "'./run docs' takes no arguments."
  task_configure "$TASK_DOCS" -Ddocs=true -Dtests=false
  meson compile -C "$TASK_DOCS"
  echo "wrote $TASK_DOCS/docs/api/index.html"
}

task_format() { find plugin ui endpoint tests -name '*.[ch]' -exec clang-format -i {} +; }

task_shell() { exec "${SHELL:-/bin/bash}" "$@"; }
