import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from rolewright.errors import UserError
from rolewright.evaluation.targets.endpoint import EndpointTarget
from rolewright.generation.sampling import GREEDY


class Server:
    """An endpoint that answers with the last user turn, after so many failures of a request."""

    def __init__(self):
        self.requests = []
        self.failures = {}
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                with outer._lock:
                    outer._at_once += 1
                    outer.most_at_once = max(outer.most_at_once, outer._at_once)
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, answer = outer.respond(self.path, body)
                with outer._lock:
                    outer._at_once -= 1
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def respond(self, path, body):
        asked = body["messages"][-1]["content"]
        with self._lock:
            self.requests.append((path, body))
            if self.failures.get(asked, 0):
                self.failures[asked] -= 1
                return 503, {"error": {"message": "loading"}}
        if body["model"] != "m":
            return 404, {"error": {"message": "no such model"}}
        message = {"role": "assistant", "content": f" {asked}! "}
        return 200, {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9},
        }


@pytest.fixture
def server():
    server = Server()
    yield server
    server.http.shutdown()


def ask(target, conversations):
    replies = {}

    def keep(batch):
        assert not batch.keys() & replies.keys()
        replies.update(batch)

    target.answer(conversations, max_new_tokens=5, sampling=GREEDY, on_replies=keep)
    return replies


def test_conversations_are_sent_whole_and_answered_once(server, talk):
    conversations = [
        talk("你好", system="Sys"),
        talk("a", "b", "c", system=""),
        talk("d", "ignored"),
    ]
    replies = ask(EndpointTarget(server.url, "m"), conversations)
    assert {index: reply.text for index, reply in replies.items()} == {0: "你好!", 1: "c!", 2: "d!"}
    assert (replies[0].prompt_tokens, replies[0].output_tokens, replies[0].stopped) == (7, 2, True)
    sent = {body["messages"][-1]["content"]: body for _, body in server.requests}
    assert sent["你好"]["messages"][0] == {"role": "system", "content": "Sys"}
    assert [turn["content"] for turn in sent["c"]["messages"]] == ["", "a", "b", "c"]
    assert sent["d"]["messages"] == [{"role": "user", "content": "d"}]
    assert (sent["d"]["max_tokens"], sent["d"]["temperature"]) == (5, 0)
    assert {path for path, _ in server.requests} == {"/v1/chat/completions"}


def test_requests_at_once_are_limited(server, talk):
    ask(EndpointTarget(server.url, "m", concurrency=2), [talk(str(n)) for n in range(12)])
    assert server.most_at_once <= 2
    assert len(server.requests) == 12


def test_passing_failures_are_tried_again(server, talk):
    server.failures = {"a": 1}
    assert ask(EndpointTarget(server.url, "m"), [talk("a"), talk("b")]).keys() == {0, 1}
    assert len(server.requests) == 3


def test_lasting_failures_name_endpoint_and_cause(server, talk):
    server.failures = {"a": 9}
    with pytest.raises(UserError, match=r"127\.0\.0\.1.*failed 2 times: status 503.*loading"):
        ask(EndpointTarget(server.url, "m", retries=1), [talk("a"), talk("b")])
    with pytest.raises(UserError, match="no such model"):
        ask(EndpointTarget(server.url, "other"), [talk("a")])
    with pytest.raises(UserError, match=r"127\.0\.0\.1:9.*Connection"):
        ask(EndpointTarget("http://127.0.0.1:9/v1", "m", retries=0), [talk("a")])
