"use strict";
(() => {
  const source = document.getElementById("transcripts-data");
  if (!source) return;
  const { words, names, tones, long_characters: long, entries } = JSON.parse(source.textContent);
  const PAGE = 20; // entries shown at once
  const LINK = "#transcripts?";
  const FILTERS = ["text", "suite", "arm", "outcome", "check", "family", "scenario"];
  const at = (id) => document.getElementById(id);
  let page = 1; // of what the filters leave, from 1
  let single = ""; // an entry that a link names, and that alone is shown

  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Strings become text nodes: nothing that a model wrote is ever parsed as HTML.
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  const bdi = (text) => make("bdi", {}, text);
  const plain = (reply) => reply.output.map((part) => (typeof part === "string" ? part : part[0])).join("");

  function prose(kind, text, ...children) {
    const scrolls = { tabindex: "0", role: "group", "aria-label": say("transcripts.long") };
    const isLong = text.length > long;
    const attributes = { class: isLong ? `${kind} long` : kind, dir: "auto", ...(isLong && scrolls) };
    return make("div", attributes, ...(children.length ? children : [text]));
  }

  function folded(summary, ...children) {
    return make("details", { class: "data" }, make("summary", {}, summary), ...children);
  }

  function evidence(verdicts, sign, tone, spoken) {
    return make("ul", { class: "evidence" }, ...verdicts.map(([rule, found]) => {
      const hidden = make("span", { class: "visually-hidden" }, `${spoken} `);
      return make("li", {}, make("b", { class: tone }, hidden, `${sign} `, bdi(names.checks[rule])), " ", bdi(found));
    }));
  }

  function outcome(reply) {
    const line = make("p", { class: "outcome" });
    const add = (tone, text) => line.append(make("span", { class: tone }, text));
    if (reply.failed.length) add("bad", `✗ ${say("transcripts.broken", { count: reply.failed.length })}`);
    else if (reply.kept.length) add("good", `✓ ${say("transcripts.all_kept")}`);
    else add("quiet", say("transcripts.unjudged"));
    if (reply.tokens !== null) add("quiet", say("transcripts.tokens", { count: reply.tokens }));
    if (!reply.stopped) add("quiet", say("transcripts.cut"));
    return line;
  }

  function drawReply(reply) {
    const text = plain(reply);
    const parts = reply.output.map((part) =>
      typeof part === "string" ? part : make("mark", { title: part[1] }, part[0]));
    const node = make("div", { class: "reply" },
      text ? prose("prose output", text, ...parts) : make("p", { class: "none" }, say("transcripts.empty")),
      outcome(reply));
    if (reply.failed.length) node.append(evidence(reply.failed, "✗", "bad", say("transcripts.failed")));
    if (reply.kept.length) {
      node.append(folded(say("transcripts.kept", { count: reply.kept.length }),
        evidence(reply.kept, "✓", "good", say("transcripts.passed"))));
    }
    if ("system" in reply) {
      node.append(folded(say("transcripts.own_system"), prose("prose", reply.system ?? say("system.none"))));
    }
    return node;
  }

  function drawColumn(column) {
    const { arm, replies } = column;
    const label = say("transcripts.reply_by", { arm: names.arms[arm] });
    const heading = make("h4", {}, make("span", { class: `arm ${tones[arm]}` }, names.arms[arm]));
    return make("section", { class: `reply-column ${tones[arm]}`, "aria-label": label }, heading, ...replies.map(drawReply));
  }

  function drawMessage(speaker, text) {
    return make("div", { class: "turn" }, make("span", { class: "speaker" }, speaker), prose("prose", text));
  }

  // What a suite noted about a probe: a family of attacks, a strength, a canary …
  function factBadges(facts) {
    return Object.entries(facts)
      .filter(([, value]) => value !== null && value !== false)
      .map(([key, value]) => {
        const said = typeof value === "string" ? names.values[value] : JSON.stringify(value);
        return value === true ? names.facts[key] : say("transcripts.fact", { name: names.facts[key], value: said });
      });
  }

  function drawEntry(entry, arm) {
    const link = make("a", { class: "anchor", href: LINK + new URLSearchParams({ entry: nameOf(entry) }), "aria-label": words["page.link"] }, "#");
    const scenarios = [...new Set(entry.turns.map((turn) => turn.scenario))];
    const badges = [names.suites[entry.suite], ...factBadges(entry.facts)];
    if (scenarios.length === 1 && scenarios[0] !== null) badges.push(scenarios[0]);
    const node = make("article", { class: "prompt" }, make("header", {},
      make("h3", {}, bdi(entry.id), link),
      ...badges.map((badge) => make("span", { class: "badge" }, bdi(badge)))));
    for (const message of entry.opening) {
      node.append(drawMessage(names.roles[message.role] ?? message.role, message.content));
    }
    entry.turns.forEach((turn, index) => {
      const number = entry.turns.length > 1 ? ` ${index + 1}` : "";
      node.append(drawMessage(names.roles.user + number, turn.asked));
      const columns = turn.columns.filter((column) => !arm || column.arm === arm);
      node.append(make("div", { class: "columns" }, ...columns.map(drawColumn)));
    });
    return node;
  }

  const nameOf = (entry) => `${entry.suite}/${entry.id}`;
  const searchable = (text) => text.normalize("NFKC").toLowerCase();
  const asked = (entry, turn) => (turn.searched ??= searchable(
    [entry.id, ...entry.opening.map((message) => message.content), turn.asked].join("\n")));
  const answered = (reply) => (reply.searched ??= searchable([plain(reply), ...reply.failed.flat()].join("\n")));

  // An entry is shown if one reply meets all that is asked for.
  function fits(entry, wanted) {
    if (single) return nameOf(entry) === single;
    if (wanted.suite && entry.suite !== wanted.suite) return false;
    if (wanted.family && entry.facts.family !== wanted.family) return false;
    return entry.turns.some((turn) =>
      (!wanted.scenario || turn.scenario === wanted.scenario) &&
      turn.columns.some((column) =>
        (!wanted.arm || column.arm === wanted.arm) &&
        column.replies.some((reply) =>
          (!wanted.outcome || (wanted.outcome === "failed") === reply.failed.length > 0) &&
          (!wanted.check || reply.failed.some(([rule]) => rule === wanted.check)) &&
          (!wanted.text || asked(entry, turn).includes(wanted.text) || answered(reply).includes(wanted.text)))));
  }

  function show() {
    const wanted = Object.fromEntries(FILTERS.map((name) => [name, at(`filter-${name}`)?.value ?? ""]));
    wanted.text = searchable(wanted.text.trim());
    const found = entries.filter((entry) => fits(entry, wanted));
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    page = Math.min(Math.max(page, 1), pages);
    const shown = found.slice((page - 1) * PAGE, page * PAGE);
    at("entries").replaceChildren(...shown.map((entry) => drawEntry(entry, wanted.arm)));
    at("filter-count").textContent = found.length
      ? say("transcripts.shown", { shown: found.length, total: entries.length })
      : say("transcripts.nothing");
    at("pager").hidden = pages === 1;
    at("page-number").textContent = say("transcripts.page", { page, pages });
    at("page-before").disabled = page === 1;
    at("page-after").disabled = page === pages;
  }

  // The address names what is shown, so that it can be passed on.
  function remember() {
    const chosen = new URLSearchParams();
    for (const name of FILTERS) if (at(`filter-${name}`)?.value) chosen.set(name, at(`filter-${name}`).value);
    if (single) chosen.set("entry", single);
    if (page > 1) chosen.set("page", page);
    history.replaceState(null, "", chosen.size ? LINK + chosen : "#transcripts");
  }

  function follow() {
    if (!location.hash.startsWith(LINK)) return false;
    const chosen = new URLSearchParams(location.hash.slice(LINK.length));
    for (const name of FILTERS) if (at(`filter-${name}`)) at(`filter-${name}`).value = chosen.get(name) ?? "";
    single = chosen.get("entry") ?? "";
    page = Number(chosen.get("page")) || 1;
    show();
    at("transcripts").scrollIntoView();
    return true;
  }

  function change(update) {
    update();
    show();
    remember();
  }

  function turnTo(next) {
    change(() => { page = next; });
    at("filters").scrollIntoView();
  }

  const restart = () => { single = ""; page = 1; };
  for (const name of FILTERS) at(`filter-${name}`)?.addEventListener("input", () => change(restart));
  at("filter-clear").addEventListener("click", () => change(() => {
    restart();
    for (const name of FILTERS) if (at(`filter-${name}`)) at(`filter-${name}`).value = "";
  }));
  at("page-before").addEventListener("click", () => turnTo(page - 1));
  at("page-after").addEventListener("click", () => turnTo(page + 1));
  window.addEventListener("hashchange", follow);
  at("filters").hidden = false;
  if (!follow()) show();
})();
