from rolewright.conversations.conversation import Message
from rolewright.conversations.prompt_hash import hash_prompt, hash_prompts


def test_the_system_message_and_white_space_around_do_not_count(talk):
    assert hash_prompt(talk("Q", system="S").messages) == hash_prompt(talk(" Q\n").messages)


def test_texts_speakers_and_borders_between_turns_count(talk):
    prompts = [("Q",), ("q",), ("Q", "A", "Q2"), ("Q", "A\nQ2"), ("QA", "Q2", "x"), ("",)]
    assert len({hash_prompt(talk(*texts).messages) for texts in prompts}) == len(prompts)
    assert hash_prompt([Message("user", "Q")]) != hash_prompt([Message("assistant", "Q")])


def test_each_answer_of_a_conversation_has_its_prompt(talk):
    assert list(hash_prompts(talk("Q1", "A1", "Q2", "A2"))) == [
        hash_prompt(talk("Q1").messages),
        hash_prompt(talk("Q1", "A1", "Q2").messages),
    ]
