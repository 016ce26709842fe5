"""One RL step as bench/memory.mjs has Recheck do it, in PyTorch: rollouts, reference log-probs, one AdamW update.

python bench/pytorch/memory.py --model FOLDER [--problems 8] [--tokens 64] [--prompt 30] [--threads 2] [--lora RANK] [--base bf16]
FOLDER is a Hugging Face folder of random weights; whoever starts this measures its process. Without --lora everything is
trained in float32 beside a copy as the reference. With it peft's adapter is trained in float32 on a frozen base, which
without the adapter is the reference: in bf16, or in int8 with a scale for each output channel, widened to bf16 where it is
used (torch has no such linear module for a processor, so it is written here).
"""

import argparse
import contextlib
import copy

import torch
import transformers


class QuantizedLinear(torch.nn.Linear):
    """A frozen linear module of 8-bit integers; the matrix may be shared with the embedding."""

    def __init__(self, inputs, outputs, levels, scale, bias):
        torch.nn.Module.__init__(self)
        self.in_features, self.out_features = inputs, outputs
        self.weight = torch.nn.Parameter(levels, requires_grad=False)
        self.scale = torch.nn.Buffer(scale)
        self.bias = bias

    def forward(self, x):
        return torch.nn.functional.linear(x, self.weight.to(x.dtype) * self.scale.to(x.dtype), self.bias)


class QuantizedEmbedding(torch.nn.Module):
    def __init__(self, levels, scale):
        super().__init__()
        self.weight = torch.nn.Parameter(levels, requires_grad=False)
        self.scale = torch.nn.Buffer(scale)

    def forward(self, ids):
        return self.weight[ids].to(torch.bfloat16) * self.scale[ids].to(torch.bfloat16)


def quantized(weight):
    scale = weight.detach().abs().amax(dim=1, keepdim=True).float() / 127
    levels = torch.empty(weight.shape, dtype=torch.int8)
    for first in range(0, len(weight), 4096):
        part = slice(first, first + 4096)
        levels[part] = (weight.detach()[part].float() / scale[part]).round().clamp(-127, 127).to(torch.int8)
    return levels, scale


def quantize(model):
    """Every linear module and the embedding that the head shares, one after the other."""
    for parent in list(model.modules()):
        for name, module in list(parent.named_children()):
            if isinstance(module, torch.nn.Linear) and module is not model.lm_head:
                levels, scale = quantized(module.weight)
                setattr(parent, name, QuantizedLinear(module.in_features, module.out_features, levels, scale, module.bias))
    levels, scale = quantized(model.lm_head.weight)
    model.set_input_embeddings(QuantizedEmbedding(levels, scale))
    model.lm_head = QuantizedLinear(model.config.hidden_size, model.config.vocab_size, levels, scale, None)


def adapted(options):
    import peft

    model = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.bfloat16)
    if options.base == "int8":
        quantize(model)
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    return peft.get_peft_model(model, peft.LoraConfig(r=options.lora, lora_alpha=2 * options.lora, target_modules=targets))


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
    parser.add_argument("--lora", type=int)
    parser.add_argument("--base", choices=["bf16", "int8"], default="bf16")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if options.lora is None:
        policy = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
        reference = copy.deepcopy(policy).requires_grad_(False)
        without_adapter = contextlib.nullcontext
    else:
        policy = reference = adapted(options)
        without_adapter = policy.disable_adapter
    trained = [parameter for parameter in policy.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-6)
    ids = torch.randint(3, 80, (options.problems, options.prompt))
    for _ in range(3):
        with torch.no_grad():
            ids = policy.generate(
                input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=True, eos_token_id=None, pad_token_id=0,
                min_new_tokens=options.tokens, max_new_tokens=options.tokens,
            )
        ids = torch.cat([ids, torch.randint(3, 80, (options.problems, 10))], dim=1)
    optimizer.zero_grad()
    for row in range(options.problems):
        one = ids[row : row + 1]
        with torch.no_grad(), without_adapter():
            before = log_probs(reference, one)
        loss = ((log_probs(policy, one) - before).sum() * 1e-3 - 0.5) ** 2 / options.problems
        loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad()


if __name__ == "__main__":
    main()
