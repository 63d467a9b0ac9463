"use strict";
(() => {
  const names = ["verdict", "document", "topic", "severity"];
  const find = (selector) => [...document.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const search = byId("search");
  const cards = find("article[data-verdict]"); // claims, and contradictions at the end
  const claims = cards.filter((card) => card.dataset.verdict !== "contradiction");
  const listed = find("[data-claims]"); // passages, and items of what to fix first
  const buttons = find("button[data-filter]");
  const groups = find("section.topic, details.part, section.document, #fix, #claims, #contradictions");
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
      const finding = /^(refuted|qualified|broken|contradiction)$/.test(card.dataset.verdict);
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
    const count = `${claims.filter((card) => kept.has(card.id)).length} of ${claims.length} claims`;
    byId("shown").textContent = count;
    const by = [...state].map(([name, value]) => (name === "findings" ? "findings only" : `${name === "q" ? "search" : name} ${value}`));
    byId("narrowed").textContent = by.length ? `Shown: ${count} (${by.join(", ")})` : "";
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

  // Within a document the keys go from passage to passage, elsewhere from claim to claim.
  function step(forward) {
    const top = (each) => each.getBoundingClientRect().top - parseFloat(getComputedStyle(each).scrollMarginTop);
    const read = find("section.document").find((each) => top(each) <= 8 && each.getBoundingClientRect().bottom > 8);
    const passages = read ? [...read.querySelectorAll(".passage[data-claims]")] : [];
    const seen = [...passages, ...cards].filter((each) => !each.hidden && each.checkVisibility());
    const next = forward
      ? seen.find((each) => top(each) > 8)
      : seen.findLast((each) => top(each) < -8);
    if (!next) return;
    show(next);
    next.querySelector("a").focus({ preventScroll: true });
  }

  // Until it stays: what is drawn for the first time has another height than guessed.
  function show(target, top = parseFloat(getComputedStyle(target).scrollMarginTop), tries = 20) {
    const off = target.getBoundingClientRect().top - top;
    window.scrollBy(0, off);
    if (tries) requestAnimationFrame(() => show(target, top, Math.abs(off) < 1 ? Math.min(tries - 1, 2) : tries - 1));
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

  function reveal(scroll) {
    const target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const filtered = target.closest("[hidden]") || !target.checkVisibility();
    if (filtered) store(new URLSearchParams(), true);
    const evidence = target.querySelector(":scope > details.evidence");
    if (evidence) evidence.open = true;
    if (scroll || filtered) show(target);
  }

  const narrow = () => window.innerWidth <= 960;

  // A link that is followed scrolls; Back returns to the place where it was followed.
  let followed = false;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    followed = true;
    const ways = link.closest("details.ways");
    if (ways && narrow()) ways.open = false;
    const from = link.closest("[id]");
    if (from) history.replaceState({ from: from.id, top: from.getBoundingClientRect().top }, "");
  });

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = find("article:not([hidden]) details:not([open]), .contradiction details:not([open])");
    for (const details of opened) details.open = true;
  });
  window.addEventListener("afterprint", () => { for (const details of opened) details.open = false; });
  window.addEventListener("hashchange", () => { reveal(followed); followed = false; });
  window.addEventListener("popstate", (event) => {
    apply();
    const from = byId(event.state?.from);
    if (from) show(from, event.state.top);
  });
  byId("controls").hidden = false;
  document.querySelector("div.filters").hidden = false;
  document.querySelector("details.ways").open = !narrow();
  apply();
  reveal(true);
  (window.requestIdleCallback || setTimeout)(() => cards.forEach(textOf));
})();
