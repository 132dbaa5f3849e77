"""A small MarianMT checkpoint in the hub's layout, trained here on four sentences until it knows them by heart."""

from __future__ import annotations

import functools
import io
import json
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save
from transformers import MarianConfig, MarianMTModel

ENGLISH = (
    "the ferry leaves the harbour at noon",
    "the mayor said the bridge will stay closed",
    "he'll meet the well-known captain on Monday",
    "nobody knew when the boats would come back",
)
FRENCH = (
    "le ferry quitte le port à midi",
    "le maire a dit que le pont restera fermé",
    "il rencontrera le célèbre capitaine lundi",
    "personne ne savait quand les bateaux reviendraient",
)
_SIDES = {"en": ENGLISH, "fr": FRENCH}
_ROUNDS = 400
_LEARNED = 0.02  # nats a subword


def save_small_marian(
    folder: Path, *, pair: tuple[str, str] = ("en", "fr"), marks: str = "", rounds: int = _ROUNDS
) -> Path:
    """Make a model of `pair` in `folder`; trained once a run.

    `marks` are extra language marks of its vocabulary, as ">>fr<< >>pt<<". It learns for at most so many `rounds`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(pair, marks, rounds).items():
        (folder / name).write_bytes(content)
    return folder


@functools.cache
def _files(pair: tuple[str, str], marks: str, rounds: int) -> dict[str, bytes]:
    vocabularies = [_vocabulary(_SIDES[language]) for language in pair]
    processors = [sentencepiece.SentencePieceProcessor(model_proto=proto) for proto in vocabularies]
    subwords = [processor.id_to_piece(number) for processor in processors for number in range(len(processor))]
    ordered = dict.fromkeys(["</s>", "<unk>", *marks.split(), *subwords, "<pad>"])
    ids = {subword: number for number, subword in enumerate(ordered)}
    sides = [
        [
            torch.tensor([[*(ids[subword] for subword in processor.encode(sentence, out_type=str)), 0]])
            for sentence in side
        ]
        for processor, side in zip(processors, (_SIDES[language] for language in pair), strict=True)
    ]
    network = _network(ids)
    _train(network, list(zip(*sides, strict=True)), rounds)
    languages = {"source_lang": pair[0], "target_lang": pair[1]}
    return {
        "source.spm": vocabularies[0],
        "target.spm": vocabularies[1],
        "vocab.json": json.dumps(ids).encode(),
        "tokenizer_config.json": json.dumps(languages).encode(),
        "config.json": json.dumps(network.config.to_dict()).encode(),
        "model.safetensors": save(_untied(network), metadata={"format": "pt"}),
    }


@functools.cache
def _vocabulary(sentences: tuple[str, ...]) -> bytes:
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences * 20),
        model_writer=written,
        vocab_size=70,
        hard_vocab_limit=False,
        bos_id=-1,
        eos_id=0,
        unk_id=1,
        minloglevel=2,
    )
    return written.getvalue()


def _network(ids: dict[str, int]) -> MarianMTModel:
    torch.manual_seed(7)
    config = MarianConfig(
        vocab_size=len(ids),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=64,
        dropout=0.0,
        init_std=0.2,
        pad_token_id=ids["<pad>"],
        decoder_start_token_id=ids["<pad>"],
        eos_token_id=0,
        forced_eos_token_id=None,
        scale_embedding=True,
    )
    return MarianMTModel(config)


def _train(network: MarianMTModel, examples: list[tuple[torch.Tensor, torch.Tensor]], rounds: int) -> None:
    optimiser = torch.optim.Adam(network.parameters(), lr=0.005)
    for _ in range(rounds):
        optimiser.zero_grad()
        losses = [network(input_ids=source, labels=target).loss for source, target in examples]
        if max(losses) < _LEARNED:
            break
        sum(losses).backward()
        optimiser.step()


def _untied(network: MarianMTModel) -> dict[str, torch.Tensor]:
    """Give each name of a shared tensor its own copy, which is all that the format holds."""
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
