// Find a territory by its name, code or postal code: a combobox for keyboard and pointer.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

const FOUND_AT_MOST = 12;

/** Lower case without accents, with single spaces, for comparing names. */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/ß/g, "ss")
    .replace(/[\s'’\-_.]+/g, " ").trim();
}

/** Positions of the territories that match, the best first; and of their containers. */
function findTerritories(model, query) {
  const wanted = folded(query);
  if (!wanted) return [];
  if (!model.folded) model.folded = model.names.map(folded);
  const codes = query.trim().toLowerCase();
  const postal = model.extra?.postal_codes;
  const found = [[], [], [], []];
  for (let i = 0; i < model.count; i++) {
    const name = model.folded[i];
    const code = model.codes[i].toLowerCase();
    if (name === wanted || code === codes) found[0].push(i);
    else if (postal && postal[i] && postal[i].split(" ").includes(codes)) found[1].push(i);
    else if (name.startsWith(wanted)) found[1].push(i);
    else if (` ${name}`.includes(` ${wanted}`)) found[2].push(i);
    else if (code.startsWith(codes) || name.includes(wanted)) found[3].push(i);
  }
  const people = model.population;
  const size = (i) => (people && people.values[i] > 0 ? people.values[i] : 0);
  for (const group of found) group.sort((one, other) => size(other) - size(one));
  return found.flat().slice(0, FOUND_AT_MOST);
}

/** page: { model, speech, pin, goTo }. */
function drawSearch(page) {
  const { model, speech } = page;
  const input = el("input", {
    id: "zb-search", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "false", "aria-controls": "zb-found", "aria-autocomplete": "list",
    placeholder: speech.say("search_hint"),
  });
  const list = el("ul", { id: "zb-found", role: "listbox", hidden: true,
    "aria-label": speech.say("search") });
  const told = el("p", { class: "zb-hidden", role: "status" });
  let found = [];
  let active = -1;
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (k) => {
    const i = found[k];
    if (i === undefined) return;
    input.value = model.names[i];
    close();
    page.goTo(i);
    page.pin(i, { focus: true });
  };
  const point = (k) => {
    active = k;
    [...list.children].forEach((item, at) =>
      item.setAttribute("aria-selected", at === k ? "true" : "false"));
    const item = list.children[k];
    if (!item) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const look = () => {
    if (!model.names) return;
    found = findTerritories(model, input.value);
    list.replaceChildren(...found.map((i, k) => el("li", {
      id: `zb-found-${k}`, role: "option", "aria-selected": "false",
      pointerdown: (event) => event.preventDefault(), // the field keeps its focus, and its list
      click: () => choose(k), // not before the finger is up: it would tap the map that comes under it
    }, isolated(model.names[i]), el("small", {}, foundNote(page, i)))));
    const asked = input.value.trim() !== "";
    if (asked && !found.length) {
      list.append(el("li", { class: "zb-nothing", role: "option", "aria-disabled": "true",
        "aria-selected": "false" }, speech.say("nothing_found")));
    }
    told.textContent = asked ? speech.sayOf("found", found.length) : "";
    list.hidden = !asked;
    active = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(asked));
  };
  page.clearSearch = () => { input.value = ""; };
  input.addEventListener("input", look);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (list.hidden) look();
      if (found.length) point((active + steps[event.key] + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(Math.max(active, 0));
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    }
  });
  return el("div", { class: "zb-search", role: "search" },
    el("label", { for: "zb-search" }, speech.say("search")),
    el("div", { class: "zb-search-field" }, input, list), told);
}

/** What distinguishes places with the same name: postal codes and containers. */
function foundNote(page, i) {
  const postal = page.model.extra?.postal_codes?.[i];
  return [placeLine(page, i), postal ? postal.split(" ")[0] : page.model.codes[i]]
    .filter(Boolean).join(" · ");
}
