"""What transformers computes for the model variants that the golden data lack.

torch 2.13.0+cpu, transformers 5.17.0, one thread; from the repository's root:
    python -P tests/oracles/model_expectations.py tests/fixtures/models
Layout and conventions are those of tests/fixtures/golden/README.md. Weights are random with a fixed seed. Some config
files are rewritten afterwards into older or rarer forms that transformers reads as the same model; the expectations
are computed from the folder as it lies there at the end.
"""

import json
import os
import shutil
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, GPT2Config, LlamaConfig, Qwen2Config, Qwen3Config

torch.set_num_threads(1)

SMALL = dict(
    vocab_size=43, hidden_size=24, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0,
)
LLAMA3 = dict(
    rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16
)


def rope(theta, **rest):
    return {"rope_theta": theta, "rope_type": "default", **rest}


def old_rope(config):
    """rope_theta and rope_scaling at the top level, as before transformers 5."""
    parameters = dict(config.pop("rope_parameters"))
    config["rope_theta"] = parameters.pop("rope_theta")
    config["rope_scaling"] = parameters if parameters.get("rope_type") != "default" else None
    config["torch_dtype"] = config.pop("dtype")


def oldest_rope(config):
    old_rope(config)
    if config["rope_scaling"]:
        config["rope_scaling"]["type"] = config["rope_scaling"].pop("rope_type")


def bare_names(folder):
    """Names of the base model alone, with the causal masks that old GPT-2 files carry."""
    path = f"{folder}/model.safetensors"
    tensors = {name.removeprefix("transformer."): tensor for name, tensor in load_file(path).items()}
    for layer in range(2):
        tensors[f"h.{layer}.attn.bias"] = torch.ones(1, 1, 32, 32).tril()
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, {"format": "pt"})


VARIANTS = {
    # q and k norms, a head width that is not C / H, theta 1e6
    "qwen3": (Qwen3Config(**SMALL, head_dim=8, tie_word_embeddings=True, rope_parameters=rope(1e6)), torch.float32, None, None),
    "qwen3-bias-untied": (
        Qwen3Config(**SMALL, head_dim=16, attention_bias=True, tie_word_embeddings=False, rms_norm_eps=1e-5,
                    rope_parameters=rope(5e5)), torch.float16, old_rope, None),
    # llama3 scaling in the newer and in the older form; 16 original positions, so all three bands are met
    "llama3-rope": (
        LlamaConfig(**SMALL, head_dim=8, tie_word_embeddings=True, rope_parameters=rope(1e3) | LLAMA3), torch.float32, None, None),
    "llama3-rope-old-config": (
        LlamaConfig(**SMALL, head_dim=16, tie_word_embeddings=False, rope_parameters=rope(5e4) | LLAMA3), torch.bfloat16, oldest_rope, None),
    "llama-biases": (
        LlamaConfig(**SMALL, attention_bias=True, mlp_bias=True, hidden_act="gelu", rms_norm_eps=1e-4,
                    rope_parameters=rope(1e4)), torch.float32, old_rope, None),
    "qwen2-relu": (
        Qwen2Config(**SMALL, hidden_act="relu", tie_word_embeddings=False, rope_parameters=rope(1e4)), torch.float32, old_rope, None),
    "gpt2-inner-untied": (
        GPT2Config(vocab_size=43, n_embd=24, n_head=3, n_layer=2, n_positions=32, n_inner=56, activation_function="gelu",
                   layer_norm_epsilon=1e-3, tie_word_embeddings=False, bos_token_id=1, eos_token_id=2), torch.float16, None, None),
    "gpt2-bare-names": (
        GPT2Config(vocab_size=43, n_embd=24, n_head=3, n_layer=2, n_positions=32, activation_function="relu",
                   bos_token_id=1, eos_token_id=2), torch.float32, None, bare_names),
}


def make_folder(folder, config, dtype, rewrite_config, rewrite_weights):
    shutil.rmtree(folder, ignore_errors=True)
    model = AutoModelForCausalLM.from_config(config)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            scale = 0.3 if parameter.ndim > 1 or name.endswith("bias") else 0.1
            centre = 1.0 if parameter.ndim == 1 and name.endswith("weight") else 0.0
            parameter.copy_(centre + scale * torch.randn(parameter.shape, generator=generator))
    model.to(dtype).save_pretrained(folder)
    path = f"{folder}/config.json"
    config_json = json.load(open(path))
    if rewrite_config:
        rewrite_config(config_json)
    json.dump(config_json, open(path, "w"), indent=1)
    if rewrite_weights:
        rewrite_weights(folder)


def make_inputs(vocabulary):
    generator = torch.Generator().manual_seed(2)
    lengths, width = [12, 7, 10], 12
    ids = torch.zeros(3, width, dtype=torch.long)
    mask = torch.zeros(3, width, dtype=torch.long)
    for row, length in enumerate(lengths):
        ids[row, width - length :] = torch.randint(3, vocabulary, (length,), generator=generator)
        mask[row, width - length :] = 1
    return ids, mask, (mask.cumsum(-1) - 1).clamp(min=0)


def greedy(model, ids, mask, new_tokens=10):
    rows = []
    for row_ids, row_mask in zip(ids, mask):
        row = row_ids[row_mask.bool()][None]
        for _ in range(new_tokens):
            row = torch.cat([row, model(input_ids=row, use_cache=False).logits[:, -1].argmax(-1)[:, None]], 1)
        rows.append(row[0, -new_tokens:])
    return torch.stack(rows)


def expectations(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids, mask, positions = make_inputs(model.config.vocab_size)
    with torch.no_grad():
        chosen = greedy(model, ids, mask)
    logits = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits
    log_probs = logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    valid = (mask[:, 1:] * mask[:, :-1]).float()
    loss = -(log_probs * valid).sum() / valid.sum()
    loss.backward()
    named = dict(model.named_parameters())
    stored = {
        "input_ids": ids.int(), "attention_mask": mask.int(), "position_ids": positions.int(), "greedy": chosen.int(),
        "logits": (logits * mask[..., None]).detach(), "token_logprobs": (log_probs * valid).detach(), "valid": valid,
    }
    stored |= {f"grad.{name}": parameter.grad.clone() for name, parameter in named.items()}
    norm = torch.nn.utils.get_total_norm([parameter.grad for parameter in named.values()])
    torch.optim.AdamW(named.values(), lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1).step()
    stored |= {f"adamw.{name}": parameter.detach().clone() for name, parameter in named.items()}
    save_file({name: tensor.contiguous() for name, tensor in stored.items()}, f"{folder}/expected.safetensors")
    json.dump(
        {"transformers": transformers.__version__, "torch": torch.__version__, "loss": loss.item(), "grad_norm": norm.item(),
         "note": "conventions of tests/fixtures/golden/README.md; made by tests/oracles/model_expectations.py"},
        open(f"{folder}/expected.json", "w"), indent=1)


for name, (config, dtype, rewrite_config, rewrite_weights) in VARIANTS.items():
    target = os.path.join(sys.argv[1], name)
    make_folder(target, config, dtype, rewrite_config, rewrite_weights)
    expectations(target)
    print(target)
