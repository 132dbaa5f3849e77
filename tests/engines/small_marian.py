"""A small MarianMT checkpoint in the hub's layout, trained here on four sentences until it knows them by heart."""

from __future__ import annotations

import functools
import io
import json
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import save
from torch.nn.utils.rnn import pad_sequence
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
_POSITIONS = 64
_LEARNED = 0.01  # nats a subword, on average: no sentence is far above


def save_small_marian(
    folder: Path,
    *,
    pair: tuple[str, str] = ("en", "fr"),
    marks: str = "",
    rounds: int = _ROUNDS,
    positions: int = _POSITIONS,
    end_nats: float = 0.0,
) -> Path:
    """Make a model of `pair` in `folder`; trained once a run.

    `marks` are extra language marks of its vocabulary, as ">>fr<< >>pt<<". It learns for at most so many `rounds`. With
    the usual `positions` a sentence of 15 words is too long for it. Of sentences that it has not learned it may write
    without end; `end_nats` speak for the end everywhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _files(pair, marks, rounds, positions, end_nats).items():
        (folder / name).write_bytes(content)
    return folder


@functools.cache
def _files(pair: tuple[str, str], marks: str, rounds: int, positions: int, end_nats: float) -> dict[str, bytes]:
    vocabularies = [_vocabulary(_SIDES[language]) for language in pair]
    processors = [sentencepiece.SentencePieceProcessor(model_proto=proto) for proto in vocabularies]
    subwords = [processor.id_to_piece(number) for processor in processors for number in range(len(processor))]
    ordered = dict.fromkeys(["</s>", "<unk>", *marks.split(), *subwords, "<pad>"])
    ids = {subword: number for number, subword in enumerate(ordered)}
    sides = [
        [
            torch.tensor([*(ids[subword] for subword in processor.encode(sentence, out_type=str)), 0])
            for sentence in side
        ]
        for processor, side in zip(processors, (_SIDES[language] for language in pair), strict=True)
    ]
    network = _network(ids, positions)
    _train(network, *sides, rounds=rounds)
    network.final_logits_bias[0, network.config.eos_token_id] = end_nats
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


def _network(ids: dict[str, int], positions: int) -> MarianMTModel:
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
        max_position_embeddings=positions,
        dropout=0.0,
        init_std=0.2,
        pad_token_id=ids["<pad>"],
        decoder_start_token_id=ids["<pad>"],
        eos_token_id=0,
        forced_eos_token_id=None,
        scale_embedding=True,
    )
    return MarianMTModel(config)


def _train(network: MarianMTModel, sources: list[torch.Tensor], targets: list[torch.Tensor], *, rounds: int) -> None:
    """Show it all sentences at once, round after round."""
    optimiser = torch.optim.Adam(network.parameters(), lr=0.005)
    padding, unlabelled = float(network.config.pad_token_id or 0), -100.0
    read = pad_sequence(sources, batch_first=True, padding_value=padding)
    written = pad_sequence(targets, batch_first=True, padding_value=unlabelled)
    for _ in range(rounds):
        optimiser.zero_grad()
        loss = network(input_ids=read, attention_mask=read != padding, labels=written).loss
        if loss < _LEARNED:
            break
        loss.backward()
        optimiser.step()


def _untied(network: MarianMTModel) -> dict[str, torch.Tensor]:
    """Give each name of a shared tensor its own copy, which is all that the format holds."""
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}
