"""What a model's card says, measured by Hugging Face `transformers` on the shipped files, with no code of the course.

    python tests/bench/transformers_check.py --valid FILE [--model DIR] [--json]

FILE holds stories, a line `<|endoftext|>` between two of them. Printed are bits a byte on these stories, the loss on
random tokens that come twice, and how much of its attention each head spends there on what a head may look for.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

SHIPPED = Path(__file__).parents[2] / "tutor" / "data" / "models" / "tiny"
SEPARATOR = "<|endoftext|>"


def load(folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model in float32, with attention that can be looked at, and its tokenizer."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    return model, AutoTokenizer.from_pretrained(folder)


def windows(ids: list[int], context: int) -> Iterator[tuple[list[int], list[int]]]:
    """What the model reads, and the tokens to come, -100 for those that an earlier window has predicted.

    Each window begins half a context after the former, so that a later token sees at least half a context.
    """
    predicted = 1  # the first token is the separator
    for begin in range(0, len(ids), context // 2):
        read, after = ids[begin : begin + context], ids[begin + 1 : begin + context + 1]
        old = predicted - begin - 1
        yield read[: len(after)], [-100] * old + after[old:]
        predicted = begin + 1 + len(after)
        if predicted >= len(ids):
            return


@torch.inference_mode()
def bits_per_byte(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, stories: list[str], rows: int = 32
) -> float:
    """Negative log-likelihood of all tokens of the stories in bits, over the bytes of their text.

    The separator is read before a story, and is not itself predicted.
    """
    start = tokenizer.convert_tokens_to_ids(SEPARATOR)
    context = model.config.max_position_embeddings
    todo = [
        window
        for story in stories
        for window in windows([start, *tokenizer.encode(story, add_special_tokens=False)], context)
    ]
    todo.sort(key=lambda window: len(window[0]))
    nats = 0.0
    for i in range(0, len(todo), rows):
        batch = todo[i : i + rows]
        width = len(batch[-1][0])
        read = torch.tensor([r + [start] * (width - len(r)) for r, _ in batch])  # what fills a row comes after the rest
        after = torch.tensor([a + [-100] * (width - len(a)) for _, a in batch])
        loss = F.cross_entropy(model(read).logits.flatten(0, 1), after.flatten(), reduction="none", ignore_index=-100)
        nats += loss.double().sum().item()
    return nats / math.log(2) / sum(len(story.encode()) for story in stories)


@torch.inference_mode()
def repeated(
    model: PreTrainedModel, start: int, n: int = 60, sequences: int = 20, seed: int = 1
) -> tuple[dict[str, float], dict[str, Tensor]]:
    """Nats a token in the first and the second copy of `n` random tokens, and each head's scores there, (L, H).

    A score is the mean attention, over the queries named, to the one token named; entropy is in bits.
    """
    passages = torch.randint(0, start, (sequences, n), generator=torch.Generator().manual_seed(seed))
    ids = torch.cat([torch.full((sequences, 1), start), passages, passages], dim=1)
    out = model(ids, output_attentions=True)
    nats = F.cross_entropy(out.logits[:, :-1].transpose(1, 2), ids[:, 1:], reduction="none")  # (B, 2 n)
    attention = torch.stack(out.attentions, dim=1)  # (B, L, H, T, T)

    def towards(query: Tensor, key: Tensor) -> Tensor:
        return attention[..., query, key].mean(dim=(0, 3))

    every, again = torch.arange(2, 2 * n + 1), torch.arange(n + 1, 2 * n + 1)
    scores = {
        "previous": towards(every, every - 1),  # the token before
        "first": towards(every, torch.zeros_like(every)),  # the separator
        "same": towards(again, again - n),  # in the second copy: the same token in the first
        "induction": towards(again, again - n + 1),  # in the second copy: what followed the same token in the first
        "entropy": -torch.xlogy(attention, attention).sum(-1)[..., every].mean(dim=(0, 3)) / math.log(2),
    }
    copies = {"first copy": nats[:, 1:n].mean().item(), "second copy": nats[:, n + 1 :].mean().item()}
    return copies, scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--valid", type=Path, required=True, metavar="FILE")
    parser.add_argument("--model", type=Path, default=SHIPPED, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    logging.set_verbosity_error()  # it warns of stories longer than the context, which are read in windows
    logging.disable_progress_bar()
    model, tokenizer = load(args.model)
    stories = [part.strip() for part in args.valid.read_text(encoding="utf-8").split(SEPARATOR) if part.strip()]
    n_bytes = sum(len(story.encode()) for story in stories)
    bits = bits_per_byte(model, tokenizer, stories)
    copies, scores = repeated(model, tokenizer.convert_tokens_to_ids(SEPARATOR))
    if args.json:
        heads = {name: values.tolist() for name, values in scores.items()}
        print(json.dumps({"stories": len(stories), "bytes": n_bytes, "bits a byte": bits, **copies, "heads": heads}))
        return
    print(f"{bits:.4f} bits a byte on {len(stories):,} stories, {n_bytes:,} bytes")
    print(f"random tokens twice: {copies['first copy']:.2f} nats a token, then {copies['second copy']:.2f}")
    print("layer head " + " ".join(f"{name:>9}" for name in scores))
    n_layer, n_head = scores["previous"].shape
    for i in range(n_layer):
        for j in range(n_head):
            print(f"{i + 1:5} {j + 1:4} " + " ".join(f"{values[i, j]:9.2f}" for values in scores.values()))


if __name__ == "__main__":
    main()
