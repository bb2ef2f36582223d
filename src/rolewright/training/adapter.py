"""Put a trainable LoRA adapter on a model, with PEFT."""

from typing import Any

from rolewright.training.config import LoraConfig


def add_adapter(model: Any, config: LoraConfig) -> Any:
    """Freeze the model and add an adapter, which alone is trained.

    Args:
        model: a causal language model.
        config: the adapter's settings.

    Returns:
        A ``peft.PeftModel``.

    Raises:
        ValueError: a target module does not exist in the model.
    """
    import peft

    return peft.get_peft_model(
        model,
        peft.LoraConfig(
            r=config.rank,
            lora_alpha=config.alpha,
            lora_dropout=config.dropout,
            target_modules=(
                config.target_modules
                if isinstance(config.target_modules, str)
                else list(config.target_modules)
            ),
            task_type="CAUSAL_LM",
        ),
    )
