# shellcheck shell=bash
# Chooses the place to build in: this machine if GIMP 3 is available, else a Debian 13 root under build/root.
# ./run sources this file.

PLACE_ROOT=build/root

place_say() { echo "run: $*" >&2; }

place_fail() {
  place_say "$*"
  exit 1
}

# Prints the packages that a command of ./run needs. A user who only installs the plug-in gets no test tools.
place_packages() {
  local lists=(build)
  case $1 in
    demo | install) ;;
    docs) lists+=(docs) ;;
    coverage) lists+=(test coverage) ;;
    *) lists+=(test) ;;
  esac
  (cd tools/packages && sort "${lists[@]/%/.txt}")
}

place_has_libraries() {
  command -v pkg-config >/dev/null && pkg-config --exists gimp-3.0 json-glib-1.0 libpng libsoup-3.0 libxxhash zimg
}

# Runs a command as root: directly, or through sudo.
place_as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    place_fail "needs root to run '$1': run it as root, or install sudo and allow it for you."
  fi
}

# Runs a long step with its output in a log, and prints a line every 15 seconds.
place_long_step() {
  local what=$1 log=build/setup.log seconds=0 step
  shift
  place_say "$what (log: $log)"
  "$@" >>"$log" 2>&1 </dev/null &
  step=$!
  while kill -0 "$step" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    [ $((seconds % 15)) -ne 0 ] || place_say "$what: $seconds s, still working"
  done
  wait "$step" || {
    tail -n 20 "$log" >&2
    place_fail "$what failed; its last lines are above, all of them in $log. Run it again: it goes on from here."
  }
}

place_apt_install() {
  place_as_root env DEBIAN_FRONTEND=noninteractive sh -c \
    'dpkg --configure -a && apt-get update && apt-get install -y --no-install-recommends "$@"' sh "$@"
}

# Prints the URI and the suite of every Debian archive that this machine uses, one archive a line.
place_archives() {
  # apt-get fills in these names, not the shell.
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' |
    awk '$3 == "Debian" {print $1, $2}' | sort -u
}

# Prints the apt sources of a new root: the Debian archives of this machine, with SUITE in place of its own.
place_sources() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg suite=$1 uri machine_suite
  place_archives | while read -r uri machine_suite; do
    case $machine_suite in
      *-security) echo "deb [signed-by=$keyring] $uri $suite-security main" ;;
      *-updates | *-backports) ;;
      *) echo "deb [signed-by=$keyring] $uri $suite main" ;;
    esac
  done
}

# Makes a root of a SUITE in TARGET: place_bootstrap SUITE VARIANT TARGET PACKAGE...
place_bootstrap() {
  local suite=$1 variant=$2 target=$3 options=() line
  shift 3
  # Copies the settings of apt that reach the archives (proxies, dates), but no hooks: their programs are not in the root.
  while read -r line; do
    options+=(--aptopt="$line")
  done < <(apt-config dump | grep -E '^Acquire::(https?::|Check-|Force|Languages|Retries)')
  place_sources "$suite" | place_as_root mmdebstrap --mode=root --variant="$variant" "${options[@]}" \
    --aptopt='APT::Install-Recommends "false"' --include="$(IFS=,; echo "$*")" "$suite" "$target" -
}

place_make_root() {
  local partial=$PLACE_ROOT.partial packages
  mapfile -t packages < <(place_packages "$1")
  command -v mmdebstrap >/dev/null ||
    place_long_step "installing mmdebstrap" place_apt_install mmdebstrap debian-archive-keyring
  place_as_root apt-get update >>build/setup.log 2>&1 ||
    place_fail "'apt-get update' failed: check this machine's network and package sources."
  [ -n "$(place_sources trixie)" ] ||
    place_fail "found no Debian archive in this machine's package sources; add one to /etc/apt/sources.list.d and run again."
  place_as_root rm -rf "$partial"
  place_long_step "making a Debian 13 root in $PLACE_ROOT" place_bootstrap trixie apt "$partial" "${packages[@]}"
  place_as_root rm -rf "$PLACE_ROOT"
  place_as_root mv "$partial" "$PLACE_ROOT"
  place_packages "$1" >build/root.packages
}

# Installs missing packages. The list of installed ones is written last, so an interrupted step is repeated.
place_complete_root() {
  local missing
  [ -d "$PLACE_ROOT" ] || place_make_root "$1"
  mapfile -t missing < <(place_packages "$1" | grep -vxFf build/root.packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  place_long_step "adding packages to $PLACE_ROOT" place_in_root root env DEBIAN_FRONTEND=noninteractive sh -c \
    'dpkg --configure -a && apt-get update && apt-get install -y --no-install-recommends "$@"' sh "${missing[@]}"
  printf '%s\n' "${missing[@]}" >>build/root.packages
}

# Runs a command in the root, as USER, in this folder, which has the same path there. The mounts are in a namespace of
# their own and end with the command.
place_in_root() {
  local user=$1 ids
  shift
  ids=$(id -u):$(id -g)
  [ "$user" = caller ] || ids=0:0
  # The inner shell expands these.
  # shellcheck disable=SC2016
  place_as_root unshare --mount --propagation private sh -c '
    set -e
    root=$1 here=$2 ids=$3
    shift 3
    mkdir -p "$root$here"
    # The root is a mount of its own, so that a root within the root can make its mounts private too.
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$here" "$root$here"
    for file in resolv.conf hosts; do
      if [ -e "/etc/$file" ]; then cat "/etc/$file" >"$root/etc/$file"; fi
    done
    exec chroot --userspec="$ids" "$root" sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$here" "$@"
  ' sh "$here/$PLACE_ROOT" "$here" "$ids" "$@"
}

# Prints the settings of pip that reach the Python registry (mirror, proxy, certificates) as lines of `name=value`.
place_pip_settings() {
  local option name value bundle=build/home/ca-certificates.crt
  for option in index-url extra-index-url proxy trusted-host; do
    name=PIP_$(echo "$option" | tr 'a-z-' 'A-Z_')
    value=${!name:-$(python3 -m pip config get "global.$option" 2>/dev/null || true)}
    # Files of this machine are not visible in the root.
    case $value in
      "" | *file:*) ;;
      *) echo "$name=$value" ;;
    esac
  done
  cp "${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}" "$bundle" 2>/dev/null || return 0
  echo "PIP_CERT=$here/$bundle"
}

place_reenter() {
  local keep=() name
  for name in CI TERM UPSCALE_BASIC UPSCALE_BATCH_SIZE UPSCALE_ENDPOINTS UPSCALE_TOKEN_ORIGIN \
    UPSCALE_REAL_COMFYUI UPSCALE_REAL_SDAPI UPSCALE_REAL_SDCPP \
    http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || keep+=("$name=${!name}")
  done
  mapfile -t -O "${#keep[@]}" keep < <(place_pip_settings)
  place_in_root caller env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME="$here/build/home" \
    UPSCALE_PLACE=root "${keep[@]}" ./run "$@"
}

# Copies the caller's file into this folder, keeps the ending of its name, and prints the path of the copy.
place_bring() {
  local copy=build/demo/input.${1##*.}
  if ! [ -f "$1" ] || ! [ -r "$1" ]; then
    place_fail "the picture '$1' can't be read: name one that exists."
  fi
  mkdir -p build/demo
  [ "$1" -ef "$copy" ] || cp "$1" "$copy"
  echo "$copy"
}

# Copies the caller's folder into this one and prints the path of the copy.
place_bring_folder() {
  local copy=build/bench/pictures
  if ! [ -d "$1" ] || ! [ -r "$1" ]; then
    place_fail "the folder '$1' can't be read: name one that exists."
  fi
  if ! [ "$1" -ef "$copy" ]; then
    rm -rf "$copy"
    mkdir -p "$copy"
    cp -R "$1/." "$copy"
  fi
  echo "$copy"
}

# Returns if the build works on this machine; else runs the same command line in the root and exits with its status.
place_enter() {
  mkdir -p build/home
  [ -z "${UPSCALE_PLACE:-}" ] || return 0
  if ! command -v apt-get >/dev/null || place_has_own_gimp; then
    place_check_tools
  elif place_distribution_has_gimp; then
    place_complete_machine "$1"
  else
    [ "$1" != install ] || place_fail "this machine has no GIMP 3 to install into: install GIMP 3 first."
    place_complete_root "$1"
    place_reenter "$@"
    exit $?
  fi
}

# If GIMP does not come from a package, no package of GIMP is installed beside it.
place_has_own_gimp() { place_has_libraries && ! place_installed | grep -xF libgimp-3.0-dev >/dev/null; }

place_installed() { dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p'; }

place_distribution_has_gimp() {
  # On a system that was never updated the folder has a lock file only.
  compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null || place_as_root apt-get update >>build/setup.log 2>&1 || true
  # No pipe into 'grep -q': grep ends at the first match, apt-cache gets SIGPIPE, and pipefail reports a failure.
  [[ $(apt-cache policy libgimp-3.0-dev) =~ Candidate:\ [0-9] ]]
}

place_complete_machine() {
  local missing
  mapfile -t missing < <(place_packages "$1" | grep -vxFf <(place_installed))
  [ ${#missing[@]} -eq 0 ] || place_long_step "installing what is missing" place_apt_install "${missing[@]}"
}

place_check_tools() {
  local missing=() tool
  for tool in meson ninja cc msgfmt python3 pkg-config; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  place_has_libraries || missing+=("the development files of gimp-3.0, json-glib-1.0, libpng, libsoup-3.0, libxxhash and zimg")
  [ ${#missing[@]} -eq 0 ] ||
    place_fail "lacks $(printf '%s, ' "${missing[@]}" | sed 's/, $//'): install them with this machine's package manager and run again."
}
