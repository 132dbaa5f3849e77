"""Model weights, the manifest of where they come from, and the recipes that made them."""
