"""Measuring: gold data, measures, baselines, and one run that ties them into a table."""
