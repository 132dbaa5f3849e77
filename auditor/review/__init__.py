"""What an organisation has decided, applied to what was found: terminology, baselines, inline suppressions."""
