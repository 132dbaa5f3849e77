"""Stories to try the auditor on; invented, people and all."""
