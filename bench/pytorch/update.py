"""The update of src/main/tools/bench/measureUpdate.ts in PyTorch: forward, backward, clipping to norm 1 and AdamW on random rows.

python bench/pytorch/update.py --config config.json [--batch 16] [--length 128] [--updates 10] [--threads 2]
prints one JSON object. config.json is a Hugging Face config; weights are random.
"""

import argparse
import json
import resource
import time

import torch
import transformers


def measure_update(model, batch, length, updates):
    """Times `updates` updates after two that are not timed; the loss is the mean of -log p over all predicted tokens."""
    torch.manual_seed(0)
    vocabulary = model.config.vocab_size
    ids = torch.randint(0, vocabulary, (batch, length))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0)
    times = []
    for _ in range(2 + updates):
        start = time.perf_counter()
        logits = model(input_ids=ids, use_cache=False).logits[:, :-1]
        loss = torch.nn.functional.cross_entropy(logits.reshape(-1, vocabulary), ids[:, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        times.append(1000 * (time.perf_counter() - start))
    timed = sorted(times[2:])
    median = timed[len(timed) // 2]
    return {
        "tokensPerSecond": 1000 * batch * length / median,
        "medianMs": median,
        "bestMs": timed[0],
        "firstMs": times[0],
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--updates", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with open(options.config, encoding="utf-8") as file:
        fields = json.load(file)
    config = transformers.AutoConfig.for_model(**fields)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    result = measure_update(model, options.batch, options.length, options.updates)
    result["peakResidentMb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result["versions"] = {"torch": torch.__version__, "transformers": transformers.__version__}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
