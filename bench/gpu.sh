#!/usr/bin/env bash
# Ten minutes on a card: does XLA compile, how fast does the sampler run there, is it the same tokens. Writes one JSON.
#
#   bench/gpu.sh [OUT.json] [PYTHON with torch and transformers]
#   DRY=1 bench/gpu.sh            every step of it with little models and numbers, on whatever device there is
#   ONLY="doctor rl" bench/gpu.sh the steps whose names begin so
#
# Run in the project's folder after `npm ci`. Every step has a time limit of its own, and all of them together have
# SECONDS_IN_ALL (600; dry 3600); a step that fails does not stop the others, one that there was no time for is
# said to be not run. The exit status is 1 where any step failed or was not run.
set -u
out=${1:-gpu.json}
python=${2:-}
dry=${DRY:-}
only=${ONLY:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$PWD/node_modules/.bin:$PATH"
default=600
[ -n "$dry" ] && default=3600
end=$((SECONDS + ${SECONDS_IN_ALL:-$default}))

# step NAME SECONDS COMMAND…
step() {
  local name=$1 limit=$2 started status left=$((end - SECONDS)) prefix isWanted=
  shift 2
  for prefix in ${only:-"$name"}; do [ "${name#"$prefix"}" != "$name" ] && isWanted=1; done
  [ -z "$isWanted" ] && return
  [ "$left" -lt "$limit" ] && limit=$left
  if [ "$limit" -lt 5 ]; then
    echo "not-run 0" >"$work/$name.rc"
    echo "$name: not run, no time left" >&2
    return
  fi
  # on a busy processor a step takes longer than on the card that its limit is for
  [ -n "$dry" ] && limit=600
  started=$(date +%s%N)
  timeout "$limit" "$@" >"$work/$name.out" 2>"$work/$name.err"
  status=$?
  printf '%s %s\n' "$status" "$((($(date +%s%N) - started) / 1000000))" >"$work/$name.rc"
  echo "$name: exit status and milliseconds $(cat "$work/$name.rc")" >&2
}

fixed=(--prompt 64 --new 64)
tiny=tiny
middle=135m
large=1.5b
batch=64
wide=192
problems=192
if [ -n "$dry" ]; then
  fixed=(--prompt 8 --new 8)
  middle=tiny
  large=tiny
  batch=4
  wide=8
  problems=8
fi

# 1. the card, the driver, whether ptxas and libdevice are found and XLA compiles
step doctor 60 node src/main/cli.ts doctor --json

# 2. fixed lengths: ONNX Runtime, the graph node by node, the graph compiled, beside transformers' generate
samplers=(node bench/samplers.ts --json --rounds 1 "${fixed[@]}")
pytorch=("$python" bench/pytorch/workloads.py --repeat 2 --train-batch 0 "${fixed[@]}")
step samplers-tiny 60 "${samplers[@]}" --models "$tiny" --batch "$batch"
[ -n "$python" ] && step pytorch-tiny 40 "${pytorch[@]}" --random "bench/shapes/$tiny.json" --batch "$batch"
step samplers-135m 90 "${samplers[@]}" --models "$middle" --engines graph,xla --batch "$batch"
[ -n "$python" ] && step pytorch-135m 40 "${pytorch[@]}" --random "bench/shapes/$middle.json" --batch "$batch"

# 3. whole steps of training: rollouts on the processor, on the card, on the card compiled; the same loop in PyTorch
rl=(--model resources/models/builtin --workload rl --problems "$problems" --repeat 2)
for engine in "onnx off" "graph off" "graph on"; do
  set -- $engine
  step "rl-$1-$2" 60 node src/main/cli.ts bench "${rl[@]}" --sampler "$1" --xla "$2" --json
done
[ -n "$python" ] && step rl-pytorch 60 "$python" bench/pytorch/workloads.py "${rl[@]}"

# 4. 1.5 B's shape with weights in bf16: time, compiling, peak memory
step samplers-1.5b 200 "${samplers[@]}" --models "$large" --engines graph,xla --stored bf16 --batch "$batch"
[ -n "$python" ] && step pytorch-1.5b 60 "${pytorch[@]}" --random "bench/shapes/$large.json" --dtype bfloat16 --batch "$batch"

# 5. what a second start costs when compiled programs are kept between processes
mkdir -p "$work/cache"
for start in first second; do
  step "xla-$start-start" 60 env TF_XLA_FLAGS="--tf_xla_persistent_cache_directory=$work/cache" \
    "${samplers[@]}" --models "$tiny" --engines xla --batch "$batch"
done

# 6. an update, beside PyTorch's
update=(--random "bench/shapes/$middle.json" --batch 1 --prompt 2 --new 2 --repeat 3)
rows=(--train-batch 16 --train-length 128)
[ -n "$dry" ] && rows=(--train-batch 2 --train-length 16)
step update 60 node src/main/cli.ts bench "${update[@]}" "${rows[@]}" --sampler graph --xla off --json
[ -n "$python" ] && step update-pytorch 40 "$python" bench/pytorch/workloads.py "${update[@]}" "${rows[@]}"

# an update compiled by XLA, beside the nodes one by one
updates=(--rows 16 --length 128 --updates 5)
[ -n "$dry" ] && updates=(--rows 2 --length 16 --updates 2)
step updates-xla 90 node bench/updates.ts --json --rounds 1 --models "$middle" "${updates[@]}"

# 7. many rows together
step samplers-wide 60 "${samplers[@]}" --models "$tiny" --engines graph,xla --batch "$wide"

# 8. the same tokens compiled and node by node, in any order of rows, twice; the scorer's log-probs; draws
for test in graphDraw functionLibrary trainerSampler compiledUpdate graphSampler; do
  step "test-$test" 90 node scripts/run-tests.mjs "tests/main/host/tensorflow/$test.test.ts"
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
  if (kind === 'rc') {
    const [status, milliseconds] = text.trim().split(' ')
    step.exitStatus = status === 'not-run' ? status : Number(status)
    step.milliseconds = Number(milliseconds)
  } else if (kind === 'err') step.errors = text.slice(-8000)
  else {
    // a document where the step printed one, else its text
    try {
      step.result = JSON.parse(text.slice(text.indexOf('{')))
    } catch {
      step.output = text.slice(-8000)
    }
  }
}
const rate = (name, of) => steps[name]?.result?.rates?.[of]?.tokensPerSecond
const wall = (name, model, engine) => steps[name]?.result?.[model]?.[engine]?.[0]?.generation.wall
const dry = Boolean(process.env.DRY)
const ratio = (a, b) => (a === undefined || b === undefined ? null : Number((a / b).toFixed(2)))
const ofGenerate = (size, model) =>
  Object.fromEntries(
    ['graph', 'xla'].map((engine) => [
      engine,
      ratio(wall(`samplers-${size}`, model, engine), rate(`pytorch-${size}`, 'generation')),
    ]),
  )
const summary = {
  isDry: dry,
  whyNoXla: steps.doctor?.result?.tensorFlow?.whyNoXla,
  // goals on a card: ≥ 4 for a step, ≥ 2 for generation at 135 M and 1.5 B; null: one of the two was not measured
  stepOfPyTorch: Object.fromEntries(
    ['onnx-off', 'graph-off', 'graph-on'].map((how) => [how, ratio(rate(`rl-${how}`, 'step'), rate('rl-pytorch', 'step'))]),
  ),
  generationOfGenerate: {
    tiny: ofGenerate('tiny', 'tiny'),
    '135m': ofGenerate('135m', dry ? 'tiny' : '135m'),
    '1.5b, bf16': ofGenerate('1.5b', dry ? 'tiny' : '1.5b'),
  },
  updateOfPyTorch: ratio(rate('update', 'update'), rate('update-pytorch', 'update')),
  // seconds of an update compiled ÷ node by node
  compiledUpdate: (() => {
    const measured = Object.values(steps['updates-xla']?.result ?? {})[0]
    return ratio(measured?.xla[0]?.wallSeconds, measured?.plain[0]?.wallSeconds)
  })(),
  firstCallSeconds: Object.fromEntries(
    ['first', 'second'].map((start) => [start, steps[`xla-${start}-start`]?.result?.tiny?.xla?.[0]?.firstCallSeconds]),
  ),
  failed: Object.keys(steps).filter((name) => (steps[name].exitStatus ?? 0) !== 0),
}
writeFileSync(out, `${JSON.stringify({ summary, steps }, null, 2)}\n`)
console.log(JSON.stringify(summary, null, 2))
console.log(`written to ${out}`)
process.exitCode = summary.failed.length > 0 ? 1 : 0
JS
