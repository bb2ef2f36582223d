"""Qwen-1 checkpoints (``model_type: qwen``) in the Qwen2 layout, without their remote code."""
