"""One RL step as bench/memory.mjs has Recheck do it, in PyTorch: rollouts, reference log-probs, one AdamW update, all in float32.

python bench/pytorch_memory.py --model FOLDER [--problems 8] [--tokens 64] [--prompt 30] [--threads 2]
FOLDER is a Hugging Face folder of random weights; whoever starts this measures its process.
"""

import argparse
import copy

import torch
import transformers


def log_probs(model, ids):
    logits = model(input_ids=ids, use_cache=False).logits[:, :-1]
    chosen = logits.gather(2, ids[:, 1:, None]).squeeze(2)
    return chosen - torch.logsumexp(logits, dim=-1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--problems", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--prompt", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    policy = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    reference = copy.deepcopy(policy).requires_grad_(False)
    optimizer = torch.optim.AdamW(policy.parameters(), lr=1e-6)
    ids = torch.randint(3, 80, (options.problems, options.prompt))
    for _ in range(3):
        with torch.no_grad():
            ids = policy.generate(
                ids, attention_mask=torch.ones_like(ids), do_sample=True, eos_token_id=None, pad_token_id=0,
                min_new_tokens=options.tokens, max_new_tokens=options.tokens,
            )
        ids = torch.cat([ids, torch.randint(3, 80, (options.problems, 10))], dim=1)
    optimizer.zero_grad()
    for row in range(options.problems):
        one = ids[row : row + 1]
        with torch.no_grad():
            before = log_probs(reference, one)
        loss = ((log_probs(policy, one) - before).sum() * 1e-3 - 0.5) ** 2 / options.problems
        loss.backward()
    torch.nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
    optimizer.step()


if __name__ == "__main__":
    main()
