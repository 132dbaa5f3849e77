"""What is kept on disk between runs: answers of the engines, and findings. Nothing here loads torch."""
