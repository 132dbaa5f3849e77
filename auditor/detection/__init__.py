"""From numbers and repairs to findings: features, boosted trees, calibration, and the words an editor reads."""
