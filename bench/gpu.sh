#!/usr/bin/env bash
# Ten minutes on a card: does XLA compile, how fast does the sampler run there, is it the same tokens. Writes one JSON.
#
#   bench/gpu.sh [OUT.json] [PYTHON with torch and transformers]
#   DRY=1 bench/gpu.sh            the same steps with little models and numbers, on whatever device there is
#
# Run in the project's folder after `npm ci`; every step has a time limit of its own and a failed one does not stop the others.
set -u
out=${1:-gpu.json}
python=${2:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$PWD/node_modules/.bin:$PATH"
dry=${DRY:-}

# step NAME SECONDS COMMAND…
step() {
  local name=$1 limit=$2 started
  shift 2
  started=$(date +%s%N)
  timeout "$limit" "$@" >"$work/$name.out" 2>"$work/$name.err"
  printf '%s %s\n' "$?" "$((($(date +%s%N) - started) / 1000000))" >"$work/$name.rc"
  echo "$name: exit status and milliseconds $(cat "$work/$name.rc")" >&2
}


fixed=(--prompt 64 --new 64)
models=tiny,135m
problems=192
batch=64
if [ -n "$dry" ]; then
  fixed=(--prompt 8 --new 8)
  models=tiny
  problems=8
  batch=4
fi

# 1. the card, the driver, whether ptxas and libdevice are found
step doctor 60 node src/main/cli.ts doctor --json

# 2. fixed lengths: ONNX Runtime, the graph node by node, the graph compiled; 64 rows, then 192
step samplers64 150 node bench/samplers.ts --models "$models" --rounds 1 --batch "$batch" "${fixed[@]}"
[ -n "$dry" ] || step samplers192 120 node bench/samplers.ts --models tiny --rounds 1 --batch 192 "${fixed[@]}"
if [ -n "$python" ]; then
  step transformers 60 "$python" bench/pytorch.py --random bench/tiny.json --batch 64 "${fixed[@]}" --train-batch 0
fi

# 3. whole steps: rollouts on the processor, on the card, on the card compiled
for engine in "onnx off" "graph off" "graph on"; do
  set -- $engine
  step "rl-$1-$2" 90 node src/main/cli.ts bench --model resources/models/builtin --workload rl \
    --problems "$problems" --repeat 2 --sampler "$1" --xla "$2" --json
done

# 4. what a second start costs when compiled programs are kept between processes
export TF_XLA_FLAGS="--tf_xla_persistent_cache_directory=$work/xla ${TF_XLA_FLAGS:-}"
mkdir -p "$work/xla"
for start in first second; do
  step "xla-$start-start" 60 node src/main/cli.ts bench --random bench/tiny.json --train-batch 0 --repeat 1 \
    --sampler graph --xla on "${fixed[@]}" --json
done
ls -l "$work/xla" >"$work/xla-files.out" 2>&1
unset TF_XLA_FLAGS

# 5. the same tokens compiled and node by node, in any order of rows, twice; the scorer's log-probs; draws
for test in graphDraw graphSampler trainerSampler graphGolden; do
  [ -n "$dry" ] && [ "$test" != graphDraw ] && continue
  step "test-$test" 120 node --test "tests/main/host/tensorflow/$test.test.ts"
done

command -v nvidia-smi >/dev/null && nvidia-smi >"$work/nvidia-smi.out" 2>&1

node - "$work" "$out" <<'JS'
const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
const [, , folder, out] = process.argv
const steps = {}
for (const file of readdirSync(folder)) {
  const [name, kind] = [file.slice(0, file.lastIndexOf('.')), file.slice(file.lastIndexOf('.') + 1)]
  if (!['out', 'err', 'rc'].includes(kind)) continue
  const text = readFileSync(`${folder}/${file}`, 'utf8')
  const step = (steps[name] ??= {})
  if (kind === 'rc') [step.exitStatus, step.milliseconds] = text.trim().split(' ').map(Number)
  else step[kind === 'out' ? 'output' : 'errors'] = text.slice(-20000)
}
writeFileSync(out, `${JSON.stringify(steps, null, 2)}\n`)
console.log(`written to ${out}`)
JS
