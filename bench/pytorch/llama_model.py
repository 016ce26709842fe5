"""A GGUF file of random F32 weights of one of this folder's shapes, for llama.cpp as a yardstick.

    pip install gguf numpy
    python bench/pytorch/llama_model.py bench/shapes/tiny.json tiny.gguf

Its vocabulary is of numbered words: what is measured is given ids. Qwen2 and Llama shapes, embedding and head tied.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np

source, out = sys.argv[1:]
config = json.loads(Path(source).read_text())["config"]
architecture = {"qwen2": "qwen2", "llama": "llama"}[config["model_type"]]
width, layers, feed_forward = config["hidden_size"], config["num_hidden_layers"], config["intermediate_size"]
heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
head_width = width // heads

writer = gguf.GGUFWriter(out, architecture)
writer.add_context_length(config["max_position_embeddings"])
writer.add_embedding_length(width)
writer.add_block_count(layers)
writer.add_feed_forward_length(feed_forward)
writer.add_head_count(heads)
writer.add_head_count_kv(kv_heads)
writer.add_rope_dimension_count(head_width)
writer.add_rope_freq_base(config["rope_theta"])
writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
writer.add_vocab_size(config["vocab_size"])
writer.add_file_type(gguf.LlamaFileType.ALL_F32)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("gpt-2")
tokens = [f"t{i}" for i in range(config["vocab_size"])]
writer.add_token_list(tokens)
writer.add_token_types([gguf.TokenType.NORMAL] * len(tokens))
writer.add_token_merges(["t 1"])
for add in (writer.add_eos_token_id, writer.add_bos_token_id, writer.add_pad_token_id):
    add(config["eos_token_id"])

random = np.random.default_rng(0)


def matrix(name, rows, columns):
    writer.add_tensor(name, random.normal(0, 0.02, (rows, columns)).astype(np.float32))


def vector(name, size, value):
    writer.add_tensor(name, np.full(size, value, np.float32))


matrix("token_embd.weight", config["vocab_size"], width)
vector("output_norm.weight", width, 1)
for layer in range(layers):
    at = f"blk.{layer}"
    vector(f"{at}.attn_norm.weight", width, 1)
    vector(f"{at}.ffn_norm.weight", width, 1)
    matrix(f"{at}.attn_q.weight", width, width)
    matrix(f"{at}.attn_k.weight", kv_heads * head_width, width)
    matrix(f"{at}.attn_v.weight", kv_heads * head_width, width)
    matrix(f"{at}.attn_output.weight", width, width)
    matrix(f"{at}.ffn_gate.weight", feed_forward, width)
    matrix(f"{at}.ffn_up.weight", feed_forward, width)
    matrix(f"{at}.ffn_down.weight", width, feed_forward)
    if architecture == "qwen2":
        vector(f"{at}.attn_q.bias", width, 0)
        vector(f"{at}.attn_k.bias", kv_heads * head_width, 0)
        vector(f"{at}.attn_v.bias", kv_heads * head_width, 0)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
