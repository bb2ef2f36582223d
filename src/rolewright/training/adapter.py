"""Put a trainable LoRA adapter on a model, with PEFT."""

from typing import Any

from rolewright.training.config import LoraConfig


def add_adapter(model: Any, config: LoraConfig) -> Any:
    """Freeze the model and add an adapter, which alone is trained, in fp32.

    Args:
        model: a causal language model.
        config: the adapter's settings.

    Returns:
        A ``peft.PeftModel``. Embedding and output head are trained too where the settings ask for
        it, as one matrix where the model has them tied.

    Raises:
        ValueError: a target module does not exist in the model.
    """
    import peft

    if getattr(model, "is_quantized", False):
        model = peft.prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    embeddings = _embeddings(model) if config.train_embeddings else {}
    adapted = peft.get_peft_model(
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
            use_rslora=config.variant == "rslora",
            use_dora=config.variant == "dora",
            modules_to_save=list(embeddings) or None,
            ensure_weight_tying=len(set(embeddings.values())) < len(embeddings),
            task_type="CAUSAL_LM",
        ),
    )
    for parameter in adapted.parameters():
        if parameter.requires_grad:  # PEFT leaves trained embeddings in the model's precision
            parameter.data = parameter.data.float()
    return adapted


def _embeddings(model: Any) -> dict[str, int]:
    """Name inside the model and identity of the weights of embedding and output head."""
    modules = (model.get_input_embeddings(), model.get_output_embeddings())
    return {
        name.rpartition(".")[2]: id(module.weight)
        for name, module in model.named_modules()
        if any(module is each for each in modules)
    }
