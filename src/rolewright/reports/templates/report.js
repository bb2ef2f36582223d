"use strict";
(() => {
  const filters = document.getElementById("filters");
  if (!filters) return;
  const control = (name) => document.getElementById(`filter-${name}`);
  const names = ["text", "scenario", "arm", "rule"];
  const count = control("count");
  const prose = (part) =>
    [...part.querySelectorAll("[data-text]")].map((node) => node.textContent).join("\n").toLowerCase();

  const prompts = [...document.querySelectorAll("article.prompt")].map((article) => {
    const columns = [...article.querySelectorAll("[data-arm]")].map((node) => ({
      node,
      arm: node.dataset.arm,
      text: prose(node),
      broken: [...node.querySelectorAll("[data-broken]")].flatMap((reply) =>
        JSON.parse(reply.dataset.broken)),
    }));
    const asked = [...article.querySelectorAll("header [data-text], .turn [data-text]")];
    const text = asked.map((node) => node.textContent).join("\n").toLowerCase();
    return { article, columns, text, scenario: article.dataset.scenario };
  });

  const breaks = (column, rule) =>
    rule === "any" ? column.broken.length > 0 : column.broken.includes(rule.slice("rule:".length));

  function apply() {
    const wanted = Object.fromEntries(names.map((name) => [name, control(name)?.value ?? ""]));
    const sought = wanted.text.trim().toLowerCase();
    let shown = 0;
    for (const prompt of prompts) {
      const visible = prompt.columns.filter((column) => !wanted.arm || column.arm === wanted.arm);
      const matches =
        visible.length > 0 &&
        (!wanted.scenario || prompt.scenario === wanted.scenario) &&
        (!wanted.rule || visible.some((column) => breaks(column, wanted.rule))) &&
        (!sought || prompt.text.includes(sought) || visible.some((c) => c.text.includes(sought)));
      prompt.article.hidden = !matches;
      for (const column of prompt.columns) column.node.hidden = !visible.includes(column);
      shown += matches;
    }
    count.textContent = count.dataset.wording
      .replace("%shown", shown)
      .replace("%total", prompts.length);
    control("nothing").hidden = shown > 0;
  }

  function clear() {
    for (const name of names) if (control(name)) control(name).value = "";
    apply();
  }

  // A link to a prompt shows it even where the filters hide it.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.matches("article.prompt")) return;
    if (target.hidden) clear();
    target.scrollIntoView();
  }

  for (const name of names) control(name)?.addEventListener("input", apply);
  control("clear").addEventListener("click", clear);
  for (const link of document.querySelectorAll("[data-jump-rule]")) {
    link.addEventListener("click", () => {
      clear();
      control("arm").value = link.dataset.jumpArm;
      control("rule").value = `rule:${link.dataset.jumpRule}`;
      apply();
    });
  }
  window.addEventListener("hashchange", reveal);
  filters.hidden = false;
  clear();
  reveal();
})();
