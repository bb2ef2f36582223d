import time

import pytest
from chat_endpoint import completion

from rolewright.errors import UserError
from rolewright.evaluation.endpoint import Endpoint, Request
from rolewright.evaluation.targets.endpoint import EndpointTarget
from rolewright.generation.sampling import GREEDY


def ask(target, conversations):
    replies = {}

    def keep(batch):
        assert not batch.keys() & replies.keys()
        replies.update(batch)

    target.answer(conversations, max_new_tokens=5, sampling=GREEDY, on_replies=keep)
    return replies


def test_conversations_are_sent_whole_and_answered_once(chat_endpoint, talk):
    conversations = [
        talk("你好", system="Sys"),
        talk("a", "b", "c", system=""),
        talk("d", "ignored"),
    ]
    replies = ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), conversations)
    assert {index: reply.text for index, reply in replies.items()} == {0: "你好!", 1: "c!", 2: "d!"}
    assert (replies[0].prompt_tokens, replies[0].output_tokens, replies[0].stopped) == (7, 2, True)
    sent = {body["messages"][-1]["content"]: body for _, body in chat_endpoint.requests}
    assert sent["你好"]["messages"][0] == {"role": "system", "content": "Sys"}
    assert [turn["content"] for turn in sent["c"]["messages"]] == ["", "a", "b", "c"]
    assert sent["d"]["messages"] == [{"role": "user", "content": "d"}]
    assert (sent["d"]["max_tokens"], sent["d"]["temperature"]) == (5, 0)
    assert {path for path, _ in chat_endpoint.requests} == {"/v1/chat/completions"}


def test_requests_at_once_are_limited(chat_endpoint, talk):
    ask(
        EndpointTarget(Endpoint(chat_endpoint.url, "m", concurrency=2)),
        [talk(str(n)) for n in range(12)],
    )
    assert chat_endpoint.most_at_once <= 2
    assert len(chat_endpoint.requests) == 12


def test_passing_failures_are_tried_again(chat_endpoint, talk):
    chat_endpoint.failures = {"a": 1}
    assert ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), [talk("a"), talk("b")]).keys() == {
        0,
        1,
    }
    assert len(chat_endpoint.requests) == 3


def test_lasting_failures_name_endpoint_and_cause(chat_endpoint, talk):
    chat_endpoint.failures = {"a": 9}
    with pytest.raises(UserError, match=r"127\.0\.0\.1.*fails: status 503.*loading"):
        ask(EndpointTarget(Endpoint(chat_endpoint.url, "m", retries=1)), [talk("a"), talk("b")])
    assert sum(body["messages"][-1]["content"] == "a" for _, body in chat_endpoint.requests) == 2
    chat_endpoint.failures.clear()
    with pytest.raises(UserError, match="no such model"):
        ask(EndpointTarget(Endpoint(chat_endpoint.url, "other")), [talk("a")])
    with pytest.raises(UserError, match=r"127\.0\.0\.1:9.*Connection"):
        ask(EndpointTarget(Endpoint("http://127.0.0.1:9/v1", "m", retries=0)), [talk("a")])


def answering(endpoint, monkeypatch, reply):
    monkeypatch.setattr(endpoint, "respond", lambda path, body: (200, reply))


def test_half_a_surrogate_pair_is_replaced(chat_endpoint, talk, monkeypatch):
    message = {"role": "assistant", "content": "half \ud83d, whole \ud83d\ude00"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    reply = {"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]}
    answering(chat_endpoint, monkeypatch, reply)
    replies = ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), [talk("a")])
    assert replies[0].text == "half \ufffd, whole 😀"


PARTS = {"choices": [{"message": {"content": [{"type": "text", "text": "in parts"}]}}]}


@pytest.mark.parametrize(
    "reply", [{}, {"choices": []}, {"choices": {"a": 1}}, {"choices": [{}]}, PARTS, [], "ok"]
)
def test_what_is_no_chat_completion_is_told(chat_endpoint, talk, monkeypatch, reply):
    answering(chat_endpoint, monkeypatch, reply)
    with pytest.raises(UserError, match="this is no chat completion"):
        ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), [talk("a")])


TOO_LONG = {
    "openai": {"message": "too many tokens", "code": "context_length_exceeded"},
    "vllm": {"message": "This model's maximum context length is 64 tokens. However, …"},
    "llama.cpp": {"message": "the request exceeds the available context size (64 tokens)"},
}


@pytest.mark.parametrize("server", TOO_LONG)
def test_what_a_server_says_does_not_fit_is_told(chat_endpoint, talk, server, monkeypatch):
    answer = chat_endpoint.respond

    def respond(path, body):
        if body["messages"][-1]["content"] == "long":
            return 400, {"error": TOO_LONG[server]}
        return answer(path, body)

    monkeypatch.setattr(chat_endpoint, "respond", respond)
    replies = ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), [talk("long"), talk("a")])
    assert (replies[0].fits, replies[0].text) == (False, "")
    assert (replies[1].fits, replies[1].text) == (True, "a!")
    assert replies[1].control_tokens is None


@pytest.mark.parametrize("answer", ["<html>Log in</html>", {"error": {"message": "overloaded"}}])
def test_what_is_no_chat_completion_is_shown(chat_endpoint, talk, monkeypatch, answer):
    monkeypatch.setattr(chat_endpoint, "respond", lambda path, body: (200, answer))
    with pytest.raises(UserError, match=r"this is no chat completion: .*(Log in|overloaded)"):
        ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), [talk("a")])


def test_a_server_that_names_no_model_is_taken_at_its_word(chat_endpoint, talk, monkeypatch):
    unnamed = {**completion("x", "m"), "model": None}
    monkeypatch.setattr(chat_endpoint, "respond", lambda path, body: (200, unnamed))
    found = []
    request = Request([{"role": "user", "content": "a"}], {})
    Endpoint(chat_endpoint.url, "m").complete([request], lambda _, done: found.append(done.model))
    assert found == ["m"]


def test_a_server_that_asks_for_a_pause_gets_it(chat_endpoint, talk, monkeypatch):
    answer, sent = chat_endpoint.respond, []

    def respond(path, body):
        sent.append(time.monotonic())
        if len(sent) == 1:
            chat_endpoint.headers = {"Retry-After": "2"}
            return 429, {"error": {"message": "slow down"}}
        chat_endpoint.headers = {}
        return answer(path, body)

    monkeypatch.setattr(chat_endpoint, "respond", respond)
    assert ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), [talk("a")])[0].text == "a!"
    assert sent[1] - sent[0] >= 2  # without the header it would be half a second
    chat_endpoint.headers = {"Retry-After": "600"}
    slow = (429, {"error": {"message": "slow down"}})
    monkeypatch.setattr(chat_endpoint, "respond", lambda path, body: slow)
    with pytest.raises(UserError, match=r"status 429: .*slow down.*\(it asks for a pause of 600\)"):
        ask(EndpointTarget(Endpoint(chat_endpoint.url, "m")), [talk("a")])


def test_an_endpoint_scores_no_texts(chat_endpoint, talk):
    with pytest.raises(UserError, match="cannot say how probable a given text is"):
        EndpointTarget(Endpoint(chat_endpoint.url, "m")).score([talk("a")], on_replies=print)
