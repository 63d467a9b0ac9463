"use strict";
(() => {
  const names = ["verdict", "document", "topic", "severity"];
  const search = document.querySelector("#search");
  const cards = [...document.querySelectorAll("article[data-verdict]")];
  const buttons = [...document.querySelectorAll("button[data-filter]")];
  const shown = document.querySelector("#shown");
  const read = () => new URLSearchParams(location.search);

  function apply() {
    const state = read();
    const words = (state.get("q") || "").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const card of cards) {
      const fits = names.every((name) => {
        const wanted = state.getAll(name);
        const has = (card.dataset[name] || "").split(" ");
        return !wanted.length || wanted.some((word) => has.includes(word));
      });
      const text = card.textContent.toLowerCase();
      card.hidden = !(fits && words.every((word) => text.includes(word)));
      count += card.hidden ? 0 : 1;
    }
    for (const group of document.querySelectorAll("section.topic"))
      group.hidden = !group.querySelector("article:not([hidden])");
    for (const button of buttons)
      button.setAttribute("aria-pressed",
        String(state.getAll(button.dataset.filter).includes(button.value)));
    if (search.value !== (state.get("q") || "")) search.value = state.get("q") || "";
    shown.textContent = `${count} of ${cards.length} claims shown`;
  }

  function store(state) {
    const query = state.toString();
    history.replaceState(null, "", (query ? `?${query}` : location.pathname) + location.hash);
    apply();
  }

  for (const button of buttons)
    button.addEventListener("click", () => {
      const state = read();
      const { filter } = button.dataset;
      const rest = state.getAll(filter).filter((word) => word !== button.value);
      const on = rest.length < state.getAll(filter).length;
      state.delete(filter);
      for (const word of on ? rest : [...rest, button.value]) state.append(filter, word);
      store(state);
    });
  search.addEventListener("input", () => {
    const state = read();
    state.delete("q");
    if (search.value.trim()) state.set("q", search.value);
    store(state);
  });
  document.querySelector("#clear").addEventListener("click", () => store(new URLSearchParams()));
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) { event.preventDefault(); search.focus(); }
    if (event.key === "Escape" && typing) search.blur();
    if (!typing && (event.key === "j" || event.key === "k")) {
      const open = cards.filter((card) => !card.hidden);
      const at = open.findIndex((card) => card.getBoundingClientRect().top > 5);
      const next = open[event.key === "j"
        ? (open[at]?.getBoundingClientRect().top < 30 ? at + 1 : at)
        : (at < 0 ? open.length : at) - 1];
      if (next) { next.scrollIntoView(); next.querySelector("h4 a").focus({ preventScroll: true }); }
    }
  });
  function reveal() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) store(new URLSearchParams());
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  document.querySelector("#controls").hidden = false;
  apply();
  reveal();
})();
