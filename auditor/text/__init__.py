"""English text without any model: segmentation, word forms, quotations, and what a document says about itself."""
