"""Calls to the simulated worlds that `cargo bench --bench worlds` serves on loopback. The server counts them.

Behind the gate for claims a tool has what rejoinder's own search has: the writer is told beside its prompt to claim
nothing that is not stated, a message that got a yes is audited, and a yes to an accused message is none. The audit is
a call like others.
"""

import http.client
import json


class World:
    """One tool's access to one world. `calls` is what the server has charged it."""

    def __init__(self, address, place, name, gated):
        self.place = place
        self.name = name
        self.gated = gated
        self.calls = 0
        self._connection = http.client.HTTPConnection(address, timeout=600)

    def close(self):
        self._connection.close()

    def about(self):
        """The prompt to start from and the personas: `offer`, `learn`, and `aside`, who are for the proof."""
        return self._send("GET", f"/worlds/{self.place}", None)

    def trials(self, prompt, personas):
        """One message and one decision for each persona: a list of (message, decision, reasoning)."""
        asked = {"prompt": prompt, "personas": list(personas), "gated": self.gated}
        trials = self._post("trials", asked)["trials"]
        return [(trial["message"], trial["yes"] and not trial["accused"], trial["reasoning"]) for trial in trials]

    def message(self, prompt, persona):
        return self._ask({"ask": "message", "prompt": prompt, "persona": persona, "rule": self.gated})

    def decide(self, persona, message):
        """Whether it counts as a yes, and why."""
        answer = json.loads(self._ask({"ask": "decision", "persona": persona, "message": message}))
        yes = answer["decision"]
        if yes and self.gated:
            audit = self._ask({"ask": "audit", "message": message, "facts": ""})
            yes = all(claim["verdict"] == "supported" for claim in json.loads(audit)["claims"])
        return yes, answer["reasoning"]

    def rewrite(self, _guide, prompt, feedback, manner="rewrite"):
        """A new prompt: the plain text of the improver's answer."""
        return self._ask({"ask": "rewrite", "prompt": prompt, "feedback": feedback, "manner": manner})

    def rewrite_from(self, user):
        """The same for a request that is written out whole, as the original service sends it."""
        prompt, _, rest = user.partition("CURRENT SYSTEM PROMPT:\n")[2].partition("\n\nDECISION MAKER FEEDBACK:\n")
        return self.rewrite("", prompt, rest.partition("\n\nANALYSIS TASK:")[0])

    def merge(self, prompts):
        """One prompt that says what these say."""
        return self._ask({"ask": "merge", "prompts": prompts})

    def charge(self):
        """A call whose answer is nothing that a world knows of, such as the summary of a data set."""
        return self._ask({"ask": "unknown"})

    def prove(self, prompt, calls):
        """Whether the product's paired test finds it better than the start, with the people kept aside."""
        return self._post("prove", {"prompt": prompt, "calls": max(0, calls)})["adopts"]

    def _ask(self, ask):
        return self._post("ask", ask)["text"]

    def _post(self, what, body):
        answer = self._send("POST", f"/worlds/{self.place}/{what}/{self.name}", body)
        self.calls = answer["calls"]
        return answer

    def _send(self, method, path, body):
        body = None if body is None else json.dumps(body).encode()
        self._connection.request(method, path, body, {"content-type": "application/json"})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != 200:
            raise RuntimeError(f"the worlds answered {response.status}: {answer[:300]!r}")
        return json.loads(answer)
