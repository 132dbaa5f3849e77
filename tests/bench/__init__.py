"""The benchmark: what an audit costs on this machine, beside what others cost for the same words in the same run."""
