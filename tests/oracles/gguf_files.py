"""GGUF files of tiny models, what transformers makes of them, and dequantised blocks of every format.

torch 2.x (CPU), transformers 5.24.0, gguf 0.x; versions stand in expected.json; from the repository's root:
    python -P tests/oracles/gguf_files.py tests/fixtures/gguf
Writes NAME.gguf for each architecture, expected.json (sha256 of every parameter as F32, logits, tokens) and
quants.json (random blocks with gguf-py's own dequantisation). Weights and blocks are random with fixed seeds.
"""

import hashlib
import importlib.metadata
import json
import os
import sys

import gguf
import numpy
import torch
import transformers
from gguf import GGMLQuantizationType as T
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(1)
TARGET = sys.argv[1]
TEMPLATE = "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
TEXTS = ["Hello, the 2024 world!", "  in  the\n\nhen's 12345\t", "naïve 東京 🙂 don't", "<|im_start|>user\nthere<|im_end|>"]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def byte_letters():
    """GPT-2's letters for bytes."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in kept]
    return {**{b: chr(b) for b in kept}, **{b: chr(256 + i) for i, b in enumerate(rest)}}


MERGES = ["t h", "th e", "Ġ the", "i n", "h e", "Ġ w", "1 2", "12 3", "e n", "' s", "Ġ Ġ"]
TOKENS = [*SPECIAL, *byte_letters().values(), *(m.replace(" ", "") for m in MERGES), "[PAD270]", "[PAD271]"]
TYPES = [3] * len(SPECIAL) + [1] * (len(TOKENS) - len(SPECIAL) - 2) + [5, 5]
V, C, L = len(TOKENS), 64, 2

MODELS = {
    "llama": dict(heads=(4, 2, 16), sizes=(96, 48), pre="smollm", matrix=T.Q8_0, embedding=T.F16, tied=False, epsilon=1e-5, theta=1e5),
    "qwen2": dict(heads=(4, 2, 16), sizes=(96, 48), pre="qwen2", matrix=T.F16, embedding=T.F16, tied=True, epsilon=1e-6, theta=1e6),
    # transformers does not read the head width of qwen3 from a GGUF file and takes 128
    "qwen3": dict(heads=(2, 1, 128), sizes=(96, 48), pre="qwen2", matrix=T.Q4_1, embedding=T.Q5_0, tied=True, epsilon=1e-6, theta=1e6),
    # and for gpt2 1,024 positions and four times the width
    "gpt2": dict(heads=(4, 4, 16), sizes=(256, 1024), pre="gpt-2", matrix=T.F32, embedding=T.BF16, tied=True, epsilon=1e-5, theta=None),
}


def tensors(arch, spec, random):
    """Name → values, in llama.cpp's names and layouts, and the format of each."""
    (H, K, D), (F, P) = spec["heads"], spec["sizes"]

    def matrix(rows, columns):
        return (0.3 * random.standard_normal((rows, columns))).astype(numpy.float32), spec["matrix"]

    def vector(length, centre):
        return (centre + 0.2 * random.standard_normal(length)).astype(numpy.float32), T.F32

    found = {"token_embd.weight": ((0.3 * random.standard_normal((V, C))).astype(numpy.float32), spec["embedding"])}
    if arch == "gpt2":
        found["position_embd.weight"] = (0.3 * random.standard_normal((P, C))).astype(numpy.float32), T.Q8_0
    for layer in range(L):
        at = f"blk.{layer}."
        found[at + "attn_norm.weight"] = vector(C, 1)
        found[at + "ffn_norm.weight"] = vector(C, 1)
        if arch == "gpt2":
            found[at + "attn_norm.bias"] = vector(C, 0)
            found[at + "ffn_norm.bias"] = vector(C, 0)
            for name, rows, columns in (("attn_qkv", 3 * C, C), ("attn_output", C, C), ("ffn_up", F, C), ("ffn_down", C, F)):
                found[at + name + ".weight"] = matrix(rows, columns)
                found[at + name + ".bias"] = vector(rows, 0)
            continue
        sizes = {"attn_q": (H * D, C), "attn_k": (K * D, C), "attn_v": (K * D, C), "attn_output": (C, H * D),
                 "ffn_gate": (F, C), "ffn_up": (F, C), "ffn_down": (C, F)}
        for name, (rows, columns) in sizes.items():
            found[at + name + ".weight"] = matrix(rows, columns)
            if arch == "qwen2" and name in ("attn_q", "attn_k", "attn_v"):
                found[at + name + ".bias"] = vector(rows, 0)
        if arch == "qwen3":
            found[at + "attn_q_norm.weight"] = vector(D, 1)
            found[at + "attn_k_norm.weight"] = vector(D, 1)
    found["output_norm.weight"] = vector(C, 1)
    if arch == "gpt2":
        found["output_norm.bias"] = vector(C, 0)
    if not spec["tied"]:
        found["output.weight"] = (0.3 * random.standard_normal((V, C))).astype(numpy.float32), spec["matrix"]
    return found


def write(arch, spec):
    (H, K, D), (F, P) = spec["heads"], spec["sizes"]
    writer = gguf.GGUFWriter(f"{TARGET}/{arch}.gguf", arch)
    writer.add_name(f"tiny {arch}")
    writer.add_license("cc0-1.0")
    writer.add_block_count(L)
    writer.add_context_length(P)
    writer.add_embedding_length(C)
    writer.add_feed_forward_length(F)
    writer.add_head_count(H)
    if arch == "gpt2":
        writer.add_layer_norm_eps(spec["epsilon"])
    else:
        writer.add_head_count_kv(K)
        writer.add_layer_norm_rms_eps(spec["epsilon"])
        writer.add_rope_freq_base(spec["theta"])
    if arch == "llama":
        writer.add_rope_dimension_count(D)
        writer.add_vocab_size(V)
    if arch == "qwen3":
        writer.add_key_length(D)
        writer.add_value_length(D)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(spec["pre"])
    writer.add_token_list(TOKENS)
    writer.add_token_types(TYPES)
    writer.add_token_merges(MERGES)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    writer.add_chat_template(TEMPLATE)
    random = numpy.random.default_rng(5)
    for name, (values, kind) in tensors(arch, spec, random).items():
        writer.add_tensor(name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def expected(arch):
    model = AutoModelForCausalLM.from_pretrained(TARGET, gguf_file=f"{arch}.gguf", dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(TARGET, gguf_file=f"{arch}.gguf")
    if MODELS[arch]["pre"] == "smollm":
        # transformers takes Llama 3's words for every llama file; these are those of SmolLM2's own tokenizer.json
        words = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        tokenizer.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(words)
    ids = torch.arange(3, 15)[None]
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0]
    hashes = {name: hashlib.sha256(value.detach().numpy().tobytes()).hexdigest() for name, value in model.named_parameters()}
    chat = [{"role": "user", "content": "in the hen"}]
    return {
        "parameters": hashes,
        "ids": ids[0].tolist(),
        "last_logits": [float(x) for x in logits[-1]],
        "tokens": {text: tokenizer(text, add_special_tokens=False).input_ids for text in TEXTS},
        "chat": tokenizer.apply_chat_template(chat, add_generation_prompt=True, tokenize=False),
    }


def quants():
    """Random blocks, their scales finite: each gives the same values as gguf-py."""
    halves = {T.Q8_0: [0], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208],
              T.F16: [0], T.BF16: []}
    random = numpy.random.default_rng(7)
    made = {}
    for kind, places in halves.items():
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        count = max(2, 512 // elements) if kind not in (T.F16, T.BF16) else 64
        blocks = random.integers(0, 256, (count, size), dtype=numpy.uint8)
        for at in places:
            scales = (random.standard_normal(count) * 10.0 ** random.integers(-7, 3, count)).astype(numpy.float16)
            blocks[:, at : at + 2] = scales.view(numpy.uint8).reshape(count, 2)
        if kind == T.BF16:
            blocks = (random.standard_normal(count).astype(numpy.float32).view(numpy.uint32) >> 16).astype(numpy.uint16)
            blocks = blocks.view(numpy.uint8).reshape(count, 2)
        values = gguf.quants.dequantize(blocks.reshape(1, -1), kind).astype(numpy.float32)
        assert numpy.isfinite(values).all(), kind
        made[kind.name] = {"blocks": blocks.tobytes().hex(), "values": values.tobytes().hex()}
    return made


os.makedirs(TARGET, exist_ok=True)
for arch, spec in MODELS.items():
    write(arch, spec)
versions = {"transformers": transformers.__version__, "torch": torch.__version__, "gguf": importlib.metadata.version("gguf")}
with open(f"{TARGET}/expected.json", "w") as file:
    json.dump({"versions": versions, "models": {arch: expected(arch) for arch in MODELS}}, file, indent=1, ensure_ascii=False)
    file.write("\n")
with open(f"{TARGET}/quants.json", "w") as file:
    json.dump({"versions": versions, "formats": quants()}, file, indent=1)
    file.write("\n")
