"""Small checkpoints that the tests make, save and load through the real code; seeded, no network."""

from __future__ import annotations

from pathlib import Path

SENTENCES = (
    "The minister said on Monday that the talks with the two allies would go on.",
    "Norway's quota for cod in the Barents Sea was halved by the council, and Oslo said so.",
    "“We will meet again,” she said. The pandemic has cost 1,250 jobs so far.",
    "He'll row to Bergen, where they'll mend the nets in winter; it's the oldest boat.",
)


def make_causal_lm(folder: Path) -> Path:
    """Save a seeded two-layer Llama of width 16 with a byte-level BPE of a few hundred pieces."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=2048,
        bos_token_id=0,
        eos_token_id=0,
        initializer_range=0.5,  # so that predictions differ enough to test
    )
    torch.manual_seed(7)
    folder.mkdir(parents=True, exist_ok=True)
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder
