#!/bin/sh
# Started by Ray in the folder into which it has unpacked Recheck's code: gives the code its packages, and
# becomes the job.
#
#   clusterJob.sh worker.ts|inspect.ts FOLDER
#
# Packages hold native code for one system, so they don't travel: they are those of $RECHECK_MODULES, else they
# are installed once for each package-lock.json under the user's cache folder.
set -eu
cd "$(dirname "$0")/../.."
if [ ! -e node_modules ]; then
  modules=${RECHECK_MODULES:-}
  if [ -z "$modules" ]; then
    home=${XDG_CACHE_HOME:-$HOME/.cache}/recheck/cluster/$(sha256sum package-lock.json | cut -c1-16)
    mkdir -p "$home"
    (
      flock 9
      if [ ! -e "$home/installed" ]; then
        echo "Recheck's packages are installed in $home, once for all jobs of this machine."
        cp -R package.json package-lock.json scripts src resources "$home"
        cd "$home"
        npm ci --no-audit --no-fund
        touch installed
      fi
    ) 9>"$home/lock"
    modules=$home/node_modules
  fi
  if [ ! -x "$modules/.bin/node" ]; then
    echo "Recheck has no packages here: expected $modules/.bin/node on $(hostname), and there is none. docs/scaling.md shows what each machine must have." >&2
    exit 1
  fi
  # several jobs share this folder
  ln -s "$modules" node_modules 2>/dev/null || [ -e node_modules ]
fi
exec node_modules/.bin/node "src/main/$1" --job "$2"
