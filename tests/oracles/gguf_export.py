"""What Recheck's GGUF files have to hold, by gguf-py and numpy alone; and a look at files that it has written.

gguf 0.x, numpy; from the repository's root:
    python -P tests/oracles/gguf_export.py expect tests/fixtures/gguf   writes export.json: of each tiny model of
        gguf_files.py every tensor, dequantised, matrices rounded to F16 by numpy, with its sha256
    python -P tests/oracles/gguf_export.py check tests/fixtures/gguf FOLDER   reads FOLDER/NAME.gguf with
        gguf.GGUFReader and holds tensors, vocabulary and metadata against the same
"""

import hashlib
import importlib.metadata
import json
import sys

import gguf
import numpy

MODELS = ["llama", "qwen2", "qwen3", "gpt2"]
# what a file may say otherwise: how it was made, and settings that follow from others
OWN = {"general.name", "general.type", "general.file_type", "general.quantization_version", "tokenizer.ggml.add_bos_token"}


def values_of(reader):
    return {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}


def tensors_of(path):
    """Name → shape (rows first), format and bytes of the F16 file that is to be made of this one."""
    found = {}
    for tensor in gguf.GGUFReader(path).tensors:
        shape = [int(length) for length in reversed(tensor.shape)]
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32).reshape(shape)
        is_matrix = len(shape) == 2 and tensor.name != "position_embd.weight"
        kept = values.astype(numpy.float16) if is_matrix else values
        found[tensor.name] = {
            "shape": shape,
            "format": "F16" if is_matrix else "F32",
            "sha256": hashlib.sha256(kept.tobytes()).hexdigest(),
        }
    return found


def check(source, written):
    made = gguf.GGUFReader(written)
    expected = tensors_of(source)
    found = {
        tensor.name: {
            "shape": [int(length) for length in reversed(tensor.shape)],
            "format": tensor.tensor_type.name,
            "sha256": hashlib.sha256(tensor.data.tobytes()).hexdigest(),
        }
        for tensor in made.tensors
    }
    assert found == expected, written
    before, after = values_of(gguf.GGUFReader(source)), values_of(made)
    for name, value in before.items():
        if name in OWN:
            continue
        assert name in after, f"{written}: {name} is missing"
        same = numpy.allclose(after[name], value) if isinstance(value, float) else after[name] == value
        assert same, f"{written}: {name} is {after[name]!r}, was {value!r}"
    print(written, len(found), "tensors; more than the source says:", sorted(set(after) - set(before)))


if sys.argv[1] == "expect":
    made = {name: tensors_of(f"{sys.argv[2]}/{name}.gguf") for name in MODELS}
    with open(f"{sys.argv[2]}/export.json", "w") as file:
        json.dump({"versions": {"gguf": importlib.metadata.version("gguf"), "numpy": numpy.__version__}, "models": made}, file, indent=1)
        file.write("\n")
else:
    for name in MODELS:
        check(f"{sys.argv[2]}/{name}.gguf", f"{sys.argv[3]}/{name}.gguf")
