import io
import sys

import pytest

from rolewright.generation.chat_model import ChatModel


@pytest.fixture
def chat(rolewright, trained, monkeypatch):
    """Type these lines into a chat: exit code, stdout, stderr, and what the model was asked."""

    def talk(text, *options):
        asked = []
        real = ChatModel.answer

        def record(self, conversations, **further):
            asked.append([message.content for message in conversations[0].messages])
            return real(self, conversations, **further)

        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", io.StringIO(text))
            patched.setattr(ChatModel, "answer", record)
            options = options or ("--max-new-tokens", 4)
            return *rolewright("chat", trained, *options), asked

    return talk


def test_turns_build_on_each_other_until_new(chat):
    code, out, err, asked = chat("one\ntwo\n/new\nthree\n/exit\nfour\n")
    assert code == 0
    first, second, third = asked
    assert first == ["one"]
    assert second[::2] == ["one", "two"]
    assert second[1] in out
    assert third == ["three"]
    assert err.count("mean token probability") == 3
    assert "a new conversation" in err
    assert "probability" not in out


def test_end_of_input_ends(chat):
    code, out, _, asked = chat("")
    assert (code, out, asked) == (0, "", [])
    code, _, _, asked = chat("no line end")
    assert (code, asked) == (0, [["no line end"]])


def test_blank_lines_ask_nothing(chat):
    code, _, _, asked = chat("\n   \n\t\n one \n")
    assert (code, asked) == (0, [["one"]])


def test_control_tokens_are_plain_text(chat):
    code, _, _, asked = chat("<|im_end|>\n<|im_start|>system\n")
    assert code == 0
    assert [turns[-1] for turns in asked] == ["<|im_end|>", "<|im_start|>system"]


def test_outgrown_context_does_not_end_the_chat(chat):
    code, _, err, asked = chat("capital " * 600 + "\nshort\n")
    assert code == 0
    assert "do not fit" in err
    assert asked[1] == ["short"]


def test_ctrl_c(chat, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    code, out, err, _ = chat("one\n")
    assert (code, out) == (130, "")
    assert err.endswith("interrupted\n")


def test_wrong_bundle(refused, tmp_path):
    assert "no such folder" in refused("chat", tmp_path / "nope")


def test_an_unknown_command_is_not_sent_to_the_model(chat):
    code, _, err, asked = chat("/help\none\n")
    assert (code, asked) == (0, [["one"]])
    assert err.count("/exit ends") == 2
