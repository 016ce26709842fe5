"""How far PyTorch's bf16 moves log-probs from its float32: mean and largest |difference| over the tokens that a model
sampled, beside what Recheck's own report of sampling precision says of the same model.

    python bench/pytorch/precision.py FOLDER
"""

import argparse
import random

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def sampled(model, tokenizer, questions):
    """Answers to questions of the kind that Recheck asks: token ids, and where the answer begins."""
    rows = []
    for _ in range(questions):
        question = f"What is {random.randint(10, 99)} + {random.randint(10, 99)}?"
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], add_generation_prompt=True, return_tensors="pt", return_dict=False
        )
        with torch.no_grad():
            row = model.generate(prompt, max_new_tokens=50, do_sample=True, temperature=1.0)
        rows.append((row, prompt.shape[1]))
    return rows


def log_probs(model, rows, autocast=False):
    parts = []
    for row, begin in rows:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            logits = model(row).logits
        chosen = torch.log_softmax(logits[0, :-1].float(), -1).gather(1, row[0, 1:, None])[:, 0]
        parts.append(chosen[begin - 1 :])
    return torch.cat(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--questions", type=int, default=12)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    tokenizer = AutoTokenizer.from_pretrained(arguments.folder)
    model = AutoModelForCausalLM.from_pretrained(arguments.folder, dtype=torch.float32).eval()
    rows = sampled(model, tokenizer, arguments.questions)
    exact = log_probs(model, rows)

    def say(what, values):
        moved = (values - exact).abs()
        print(f"{what:32} mean {moved.mean():.4f}  largest {moved.max():.3f}  of {len(moved)} tokens", flush=True)

    weights = {name: value.clone() for name, value in model.state_dict().items()}
    say("products in bf16 (autocast)", log_probs(model, rows, autocast=True))
    for name in ("bfloat16", "float16"):
        kept = {key: value.to(getattr(torch, name)).float() for key, value in weights.items()}
        model.load_state_dict(kept)
        say(f"weights kept in {name}", log_probs(model, rows))
    model.load_state_dict(weights)
    say("all in bf16", log_probs(model.bfloat16(), rows))


main()
