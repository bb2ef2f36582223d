"""Fine-tuning a role into a model: full or LoRA, resumable to the step."""
