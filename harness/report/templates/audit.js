"use strict";
(() => {
  const names = ["verdict", "document", "topic", "severity"];
  const find = (selector) => [...document.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const search = byId("search");
  const cards = find("article[data-verdict]");
  const listed = find("[data-claims]"); // passages, and items of what to fix first
  const buttons = find("button[data-filter]");
  const groups = find("section.topic, details.part, section.document, #fix, #claims");
  const texts = new Map();
  const read = () => new URLSearchParams(location.search);
  const textOf = (card) => {
    if (!texts.has(card)) texts.set(card, card.textContent.toLowerCase());
    return texts.get(card);
  };
  const hide = (element, hidden) => {
    if (element.hidden !== hidden) element.hidden = hidden;
  };

  function apply() {
    const state = read();
    const words = (state.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
    const findings = state.has("findings");
    const wanted = names.map((name) => [name, state.getAll(name)]).filter(([, all]) => all.length);
    const narrowed = wanted.length > 0 || words.length > 0;
    const kept = new Set();
    for (const card of cards) {
      const fits = wanted.every(([name, all]) => {
        const has = card.dataset[name].split(" ");
        return all.some((word) => has.includes(word));
      });
      const finding = /^(refuted|qualified|broken)$/.test(card.dataset.verdict);
      const shown = fits && (finding || !findings) && words.every((word) => textOf(card).includes(word));
      if (shown) kept.add(card.id);
      hide(card, !shown);
    }
    for (const element of listed) {
      const ids = element.dataset.claims.split(" ");
      hide(element, (narrowed || findings) && !ids.some((id) => kept.has(id)));
    }
    for (const line of find("p.finding")) hide(line, !findings);
    for (const group of groups)
      hide(group, (narrowed || findings) &&
        !group.querySelector("article[data-verdict]:not([hidden]), [data-claims]:not([hidden])"));
    document.body.classList.toggle("narrowed", narrowed || findings);
    for (const button of buttons)
      button.setAttribute("aria-pressed",
        String(state.getAll(button.dataset.filter).includes(button.value)));
    byId("findings").setAttribute("aria-pressed", String(findings));
    if (document.activeElement !== search) search.value = state.get("q") || "";
    byId("shown").textContent = `${kept.size} of ${cards.length} claims`;
  }

  // One step back undoes one press; the letters of a search are one step together.
  function store(state, replace = false) {
    const query = state.toString();
    const address = (query ? `?${query}` : location.pathname) + location.hash;
    history[replace ? "replaceState" : "pushState"](null, "", address);
    apply();
  }

  function toggle(name, value) {
    const state = read();
    const rest = state.getAll(name).filter((word) => word !== value);
    const on = rest.length < state.getAll(name).length;
    state.delete(name);
    for (const word of on ? rest : [...rest, value]) state.append(name, word);
    store(state);
  }

  for (const button of buttons)
    button.addEventListener("click", () => toggle(button.dataset.filter, button.value));
  byId("findings").addEventListener("click", () => toggle("findings", "1"));
  byId("clear").addEventListener("click", () => {
    search.value = "";
    store(new URLSearchParams());
  });
  let typing = false;
  search.addEventListener("blur", () => { typing = false; });
  search.addEventListener("input", () => {
    const state = read();
    state.delete("q");
    if (search.value.trim()) state.set("q", search.value);
    store(state, typing);
    typing = true;
  });

  function step(forward) {
    const seen = cards.filter((card) => !card.hidden);
    const top = (card) => card.getBoundingClientRect().top - parseFloat(getComputedStyle(card).scrollMarginTop);
    const next = forward
      ? seen.find((card) => top(card) > 8)
      : seen.findLast((card) => top(card) < -8);
    if (!next) return;
    next.scrollIntoView();
    next.querySelector("h4 a").focus({ preventScroll: true });
  }

  const keys = byId("keys");
  byId("close").addEventListener("click", () => keys.close());
  byId("help").addEventListener("click", () => keys.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
      if (event.key === "Escape") search.blur();
      return;
    }
    const pressed = { "/": () => search.focus(), j: () => step(true), k: () => step(false),
      f: () => toggle("findings", "1"), "?": () => keys.showModal() }[event.key];
    if (!pressed) return;
    event.preventDefault();
    pressed();
  });

  for (const button of find("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.dataset.copy ?? button.parentElement.querySelector("pre.becomes").textContent;
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    });
  }

  function reveal() {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]") || !target.checkVisibility()) store(new URLSearchParams(), true);
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    target.scrollIntoView();
  }

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = find("article:not([hidden]) details:not([open]), .contradiction details:not([open])");
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
  window.addEventListener("hashchange", reveal);
  window.addEventListener("popstate", apply);
  byId("controls").hidden = false;
  document.querySelector("div.filters").hidden = false;
  document.querySelector("details.ways").open = window.innerWidth > 960;
  apply();
  reveal();
  (window.requestIdleCallback || setTimeout)(() => cards.forEach(textOf));
})();
