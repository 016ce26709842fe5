"""Why `recheck verify` rounds rotary frequencies for expectations of BF16 weights.

torch 2.13.0, transformers 5.17.0, one thread:
    python -P tests/oracles/cast_frequencies.py tests/fixtures/golden/qwen2-bf16-sharded
prints, and tests/oracles/cast_frequencies.txt keeps, how far the stored logits are from the model as transformers
loads it, and from the same model with its frequencies rounded to BF16.
"""

import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

torch.set_num_threads(1)
folder = sys.argv[1]
expected = load_file(f"{folder}/expected.safetensors")
mask = expected["attention_mask"]
for rounded in (False, True):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    rotary = model.model.rotary_emb
    if rounded:
        rotary.inv_freq = rotary.inv_freq.bfloat16().float()
    with torch.no_grad():
        logits = model(
            input_ids=expected["input_ids"].long(),
            attention_mask=mask.long(),
            position_ids=expected["position_ids"].long(),
        ).logits
    difference = ((logits - expected["logits"]) * mask[..., None]).abs().max().item()
    frequencies = [round(f, 8) for f in rotary.inv_freq.tolist()]
    print(f"frequencies {frequencies}: largest difference of logits {difference:.3e}")
