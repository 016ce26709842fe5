import { readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isJsonObject } from '../../../core/model/config/configFields.ts'
import { parseJsonText } from '../../../core/model/config/jsonText.ts'
import { listed, quoted } from '../../../shared/text/shortened.ts'

/** Files by which a folder of another kind is known, and what to do with one; first match. */
const otherFormats: readonly { readonly name: RegExp; readonly advice: string }[] = [
  {
    name: /\.gguf$/i,
    advice:
      'holds GGUF weights, as llama.cpp reads them. Make a model of the file (`recheck models import FILE.gguf`), or take the ' +
      'original model with *.safetensors.',
  },
  {
    name: /^(consolidated.*\.pth|params\.json)$/,
    advice:
      'holds weights in Meta’s own format. Take the version of the model that transformers reads ("-hf").',
  },
  {
    name: /\.(bin|pt|pth|ckpt)$/i,
    advice:
      'holds PyTorch weights, which can run code when they are opened. Convert them in Python: ' +
      '`AutoModelForCausalLM.from_pretrained(folder).save_pretrained(new_folder)`.',
  },
  {
    name: /\.(h5|msgpack|onnx|tflite|mlmodel|npz)$/i,
    advice: 'holds weights in another format. Take *.safetensors.',
  },
  { name: /^model_index\.json$/, advice: 'holds a diffusers pipeline, no causal language model.' },
  {
    name: /^checkpoint\.json$/,
    advice:
      'looks like a checkpoint of a run. `recheck resume` and `recheck eval --run` take the run instead.',
  },
]

/**
 * Why a path is no model folder (no config.json, or no safetensors), and what to do about it, in one or two
 * sentences that begin with a verb: "is a PEFT adapter …".
 */
export function explainFolder(path: string): string {
  const kind = statSync(path, { throwIfNoEntry: false })
  if (kind === undefined) return 'does not exist.'
  if (!kind.isDirectory()) return explainFile(path)
  const names = readdirSync(path).sort()
  return (
    adapterAdvice(path, names) ??
    safetensorsAdvice(names) ??
    formatAdvice(names) ??
    folderAdvice(path, names) ??
    (names.length === 0 ? 'is empty.' : `holds ${listed(names)}.`)
  )
}

function explainFile(path: string): string {
  const folder = dirname(path)
  return /\.safetensors$|\.json$/.test(path)
    ? `is a file; give its folder, ${folder}.`
    : `is a file. ${formatAdvice([basename(path)]) ?? ''}`.trim()
}

/** Adapters of PEFT are a few matrices that are added to the weights of another model. */
function adapterAdvice(folder: string, names: readonly string[]): string | null {
  if (!names.includes('adapter_config.json')) return null
  const { kind, base } = adapterFacts(join(folder, 'adapter_config.json'))
  return (
    `is a PEFT adapter${kind}, no model: it belongs to ${base}. Plain LoRA: ` +
    '`recheck models import ADAPTER --onto MODEL --as NAME` makes a model of the two. Any other: merge the two in Python and give the new folder: ' +
    '`AutoPeftModelForCausalLM.from_pretrained(adapter).merge_and_unload().save_pretrained(new_folder)`, then ' +
    '`AutoTokenizer.from_pretrained(base).save_pretrained(new_folder)`.'
  )
}

function adapterFacts(path: string): { readonly kind: string; readonly base: string } {
  const unknown = { kind: '', base: 'a base model that adapter_config.json does not name' }
  try {
    const json = parseJsonText(readFileSync(path))
    if (!isJsonObject(json)) return unknown
    const { peft_type: type, base_model_name_or_path: base } = json
    return {
      kind: typeof type === 'string' ? ` (${quoted(type, 20)})` : unknown.kind,
      base: typeof base === 'string' && base !== '' ? `the base model ${quoted(base, 120)}` : unknown.base,
    }
  } catch {
    return unknown // unreadable: the advice stays the same
  }
}

/** Weights that no name leads to: shards without their index, or one file of another name. */
function safetensorsAdvice(names: readonly string[]): string | null {
  const shards = names.filter((name) => /-\d+-of-\d+\.safetensors$/.test(name))
  if (shards.length > 0) {
    return (
      `holds ${listed(shards, 3)}, but no model.safetensors.index.json that says which tensor is in which; fetch that ` +
      'file, too.'
    )
  }
  const variants = names.filter((name) => /^model\..*safetensors$/.test(name))
  if (variants.length === 0) return null
  return `holds weights as ${listed(variants)}; rename one of them to model.safetensors.`
}

function formatAdvice(names: readonly string[]): string | null {
  const found = otherFormats.find(({ name }) => names.some((each) => name.test(each)))
  return found?.advice ?? null
}

/** A model may lie one level deeper, or where the hub's cache keeps it. */
function folderAdvice(path: string, names: readonly string[]): string | null {
  const snapshots = names.includes('snapshots') ? subfolders(join(path, 'snapshots')) : []
  const models = [...snapshots, ...subfolders(path)].filter((folder) =>
    statSync(join(folder, 'config.json'), { throwIfNoEntry: false })?.isFile(),
  )
  if (models.length === 0) return null
  return `is no model itself; ${listed(models, 3)} ${models.length === 1 ? 'is' : 'are'}.`
}

function subfolders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name))
}
