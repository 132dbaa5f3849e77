"""Text that breaks offsets: combining marks, ligatures, emoji, scripts no model writes, lone surrogates, odd spaces."""

from __future__ import annotations

from hypothesis import strategies as st

PARTS = (
    "the", "ferry", " ", "  ", "\u00a0", "\u200b", "’", "“", "”", "—", "…", "½", "ﬁ", "é", "e\u0301", "ü", "Ł", "€30",
    "한국",
    "\u1112\u1161\u11ab", "👩\u200d👩\u200d👧", "שלום", "\u202eabc", "８５％", "\ud800", "\ufffd", "\x00", "\t", "\r\n",
    "3,000.5",
)  # fmt: skip

texts = st.lists(st.sampled_from(PARTS) | st.text(max_size=4), max_size=12).map("".join)
