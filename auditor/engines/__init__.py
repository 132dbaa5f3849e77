"""The only torch: language models, translation models, the encoder, and the weights they are made from.

The rest of the house knows the protocols in `auditor.protocols`, never a concrete engine; `open_*` in
`auditor.engines.weights.installed` and the engine modules are called from `auditor.pipeline` alone.
"""
