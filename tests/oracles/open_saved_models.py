"""Does transformers open what Recheck saves, and is it the same model?

torch and transformers as saved_models.json says, one thread; from the repository's root:
    node tests/oracles/save_models.ts /tmp/saved
    python -P tests/oracles/open_saved_models.py /tmp/saved > tests/fixtures/saved_models.json
For every folder: sha256 of the two files, what transformers misses or does not know, whether every parameter equals
the one loaded from the source folder bit for bit (rounded to BF16 where it was saved so), and the largest difference
of logits from that model.
"""

import hashlib
import json
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)
SOURCES = {
    "gpt2": "golden/gpt2",
    "llama-untied": "golden/llama",
    "qwen2-bf16": "golden/qwen2-bf16-sharded",
    "qwen3": "models/qwen3",
    "gpt2-bare-names": "models/gpt2-bare-names",
    "qwen3-as-bf16": "models/qwen3",
}
ROUNDED = {"qwen3-as-bf16"}


def sha256(path):
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


result = {"transformers": transformers.__version__, "torch": torch.__version__, "models": {}}
for name, source in SOURCES.items():
    folder = f"{sys.argv[1]}/{name}"
    saved, info = AutoModelForCausalLM.from_pretrained(folder, output_loading_info=True)
    original = AutoModelForCausalLM.from_pretrained(f"tests/fixtures/{source}", dtype=torch.float32)
    if name in ROUNDED:
        assert saved.dtype == torch.bfloat16
        # both compute in F32, on the weights as they were rounded
        saved = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
        for parameter in original.parameters():
            parameter.data = parameter.data.bfloat16().float()
    parameters = dict(saved.named_parameters())
    same = all(
        parameters[key].dtype == torch.float32 and torch.equal(parameters[key].view(torch.int32), value.view(torch.int32))
        for key, value in original.named_parameters()
    )
    ids = torch.arange(3, 15)[None]
    with torch.no_grad():
        difference = (saved.eval()(ids).logits - original.eval()(ids).logits).abs().max().item()
    result["models"][name] = {
        "weights_sha256": sha256(f"{folder}/model.safetensors"),
        "config_sha256": sha256(f"{folder}/config.json"),
        "missing": sorted(info["missing_keys"]),
        "unexpected": sorted(info["unexpected_keys"]),
        "mismatched": sorted(info["mismatched_keys"]),
        "parameters": len(parameters),
        "same_bits": same,
        "logits_difference": difference,
    }
print(json.dumps(result, indent=1))
