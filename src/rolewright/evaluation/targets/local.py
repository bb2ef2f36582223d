"""A model in this process: batched, what prompts share computed once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rolewright.conversations.conversation import Conversation
from rolewright.evaluation.targets.target import OnReplies, Reply
from rolewright.generation.chat_model import Answer, ChatModel
from rolewright.generation.sampling import Sampling
from rolewright.generation.text_scores import text_nats


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """A loaded model.

    Attributes:
        model: that answers.
        batch_size: prompts decoded together.
    """

    model: ChatModel
    batch_size: int

    def answer(
        self,
        conversations: Sequence[Conversation],
        *,
        max_new_tokens: int,
        sampling: Sampling,
        on_replies: OnReplies,
    ) -> None:
        """As ``Target`` says; those that do not fit are told first."""
        encoder = self.model.encoder
        lengths = [len(encoder.encode_prompt(c.system, c.prompt)) for c in conversations]
        fits = [max_new_tokens <= self.model.room(length) for length in lengths]
        asked = [index for index, fitting in enumerate(fits) if fitting]
        not_asked = {
            index: Reply("", lengths[index], 0, stopped=False, fits=False)
            for index, fitting in enumerate(fits)
            if not fitting
        }
        if not_asked:
            on_replies(not_asked)

        def ready(batch: dict[int, Answer]) -> None:
            indices = {asked[row]: answer for row, answer in batch.items()}
            on_replies({i: self._reply(conversations[i], answer) for i, answer in indices.items()})

        if asked:
            self.model.answer(
                [conversations[index] for index in asked],
                max_new_tokens=max_new_tokens,
                sampling=sampling,
                batch_size=self.batch_size,
                on_answers=ready,
            )

    def score(self, conversations: Sequence[Conversation], *, on_replies: OnReplies) -> None:
        """As ``Target`` says."""
        encoder = self.model.encoder
        # What stands between documents in pre-training.
        end_of_text = encoder.tokenizer.backend_tokenizer.token_to_id("<|endoftext|>")
        start_id = encoder.end_id if end_of_text is None else end_of_text
        for index, conversation in enumerate(conversations):
            ids = encoder.encode_text(conversation.prompt[-1].content)
            bits = text_nats(self.model.model, ids, start_id) / math.log(2)
            on_replies({index: Reply("", len(ids), 0, stopped=True, bits=bits)})

    def _reply(self, asked: Conversation, answer: Answer) -> Reply:
        return Reply(
            answer.text,
            answer.prompt_tokens,
            len(answer.tokens),
            answer.generation.stopped,
            control_tokens=self.model.encoder.control_tokens_of_text(asked.system, asked.prompt),
        )
