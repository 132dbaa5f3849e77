"""From measurements and repairs to findings.

`features` describes words and repairs as numbers; `prefilter` selects what deserves a closer look; `boosted_trees` and
`calibration` turn numbers into probabilities, by what was fitted (`parameters`); `candidate_spans` finds the places
that may be reported, `detector` chooses among them, and `messages` says what an editor is told.
"""
