// Find a territory of any level by its name, a former name, its code or postal code: a combobox for
// keyboard and pointer.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

const FOUND_AT_MOST = 12;
const BEHIND = 0.5; // added to the rank of a former name: a territory that has the name now comes first

/** The names of a model as the search compares them, computed once. */
function searchNames(model) {
  model.folded ??= model.names.map(folded);
  model.plain ??= model.folded.map(plainName);
  model.letters ??= Int32Array.from(model.plain, lettersIn);
  for (const one of model.former) {
    one.plain ??= plainName(folded(one.name));
    one.letters ??= lettersIn(one.plain);
  }
  return model;
}

/** Territories that match, of all models: [{ model, i, rank, former }], the best first, the larger first
 *  among equals; `former` is the former name that matches. `close` says that no name has the letters
 *  typed, and these are near it. */
function findTerritories(models, query) {
  const wanted = plainName(folded(query));
  if (!wanted) return { found: [], close: false };
  const found = models.flatMap((model) => matchesIn(searchNames(model), wanted, query));
  const close = !found.length;
  if (close) for (const model of models) found.push(...nearIn(model, wanted));
  found.sort((one, other) => one.rank - other.rank || other.size - one.size);
  return { found: firstOfEach(found, FOUND_AT_MOST), close };
}

/** The first entries of a list, one for each territory. */
function firstOfEach(found, most) {
  const [kept, seen] = [[], new Set()];
  for (const one of found) {
    if (kept.length === most) break;
    const key = `${one.model.id}\n${one.i}`;
    if (!seen.has(key)) kept.push(one);
    seen.add(key);
  }
  return kept;
}

/** How well a name answers what was typed: 0 is the same; 9 does not. */
function rankOf(name, wanted) {
  const at = name.indexOf(wanted);
  if (at === 0) return name.length === wanted.length ? 0 : 2;
  if (at > 0) return name[at - 1] === " " ? 3 : 5;
  return 9;
}

function matchesIn(model, wanted, query) {
  const codes = query.trim().toLowerCase();
  const own = !model.id;
  const postal = own && /^\d{3,5}$/.test(codes) ? model.extra?.postal_codes : null;
  const found = [];
  for (let i = 0; i < model.count; i++) {
    let rank = rankOf(model.plain[i], wanted);
    if (rank && model.codes[i].toLowerCase().startsWith(codes)) {
      rank = model.codes[i].length === codes.length ? 0 : Math.min(rank, 4);
    }
    if (postal && postal[i].split(" ").some((code) => code.startsWith(codes))) rank = Math.min(rank, 1);
    if (rank < 9) found.push({ model, i, rank, size: sizeOf(model, i) });
  }
  for (const former of model.former) {
    const rank = rankOf(former.plain, wanted);
    if (rank < 9) found.push(formerMatch(model, former, rank));
  }
  return found;
}

function formerMatch(model, former, rank) {
  return { model, i: former.i, rank: rank + BEHIND, size: sizeOf(model, former.i), former };
}

/** Territories whose name, or its beginning, has one or two other letters. */
function nearIn(model, wanted) {
  const most = forgiven(wanted.length);
  const found = [];
  if (!most) return found;
  const letters = lettersIn(wanted);
  const editsTo = (name, itsLetters) => {
    // A letter that the name has nowhere is at least one edit.
    if (countBits(letters & ~itsLetters) > most || !beginsLike(name, wanted)) return 9;
    return Math.min(editsBetween(wanted, name, most),
      name.length > wanted.length ? editsBetween(wanted, name.slice(0, wanted.length), most) + 0.5 : 9);
  };
  for (let i = 0; i < model.count; i++) {
    const edits = editsTo(model.plain[i], model.letters[i]);
    if (edits <= most) found.push({ model, i, rank: 10 + edits, size: sizeOf(model, i) });
  }
  for (const former of model.former) {
    const edits = editsTo(former.plain, former.letters);
    if (edits <= most) found.push(formerMatch(model, former, 10 + edits));
  }
  return found;
}

/** Whether two names may be near: one of the first two letters is right, or they are swapped. */
function beginsLike(one, other) {
  return one[0] === other[0] || one[1] === other[1] || (one[0] === other[1] && one[1] === other[0]);
}

function sizeOf({ population }, i) {
  return population && population.values[i] > 0 ? population.values[i] : 0;
}

/** page: { base, model, speech, status, pin, goTo, findable }. */
function drawSearch(page) {
  const { speech } = page;
  const input = el("input", {
    id: "zb-search", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
    "aria-expanded": "false", "aria-controls": "zb-found", "aria-autocomplete": "list",
    placeholder: speech.say("search_hint"),
  });
  const list = el("ul", { id: "zb-found", role: "listbox", hidden: true,
    "aria-label": speech.say("search") });
  let found = [];
  let active = -1;
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (k, focus = true) => {
    if (!page.isWhole()) { // there are no names to find yet
      page.sought = input.value;
      page.address.levelLast = false;
    }
    if (!found[k]) return;
    const { model, i } = found[k];
    page.visit(model, i, focus);
    close(); // when the card has the focus: a screen reader follows the caret of a field that changes
    input.value = model.names[i];
  };
  const options = () => [...list.querySelectorAll("[data-found]")];
  const point = (k) => {
    active = k;
    options().forEach((item, at) => item.setAttribute("aria-selected", at === k ? "true" : "false"));
    const item = options()[k];
    if (!item) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const look = () => {
    if (!page.isWhole()) {
      page.sought = "";
      if (input.value.trim()) page.sayBusy();
      return;
    }
    const result = findTerritories(page.findable(), input.value);
    found = result.found;
    const asked = input.value.trim() !== "";
    list.replaceChildren(...found.map(({ model, i, former }, k) => el("li", {
      id: `zb-found-${k}`, role: "option", "aria-selected": "false", "data-found": k,
      class: former ? "zb-former" : "",
      pointerdown: (event) => event.preventDefault(), // the field keeps its focus, and its list
      click: () => choose(k), // not before the finger is up: it would tap the map that comes under it
    }, isolated(former?.name ?? model.names[i]),
    el("small", {}, former ? formerNote(page, model, former) : foundNote(page, model, i)))));
    if (asked && (!found.length || result.close)) {
      list.prepend(el("li", { class: "zb-nothing", role: "option", "aria-disabled": "true",
        "aria-selected": "false" }, speech.say(found.length ? "did_you_mean" : "nothing_found")));
    }
    page.status.textContent = asked ? speech.sayOf("found", found.length) : "";
    list.hidden = !asked;
    active = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", String(asked));
  };
  page.clearSearch = () => { input.value = ""; };
  if (!page.isWhole()) {
    input.value = page.sought; // typed before another language was chosen
    page.whole.then(() => {
      const { sought, level } = page;
      if (!input.isConnected || !input.value.trim() || (!sought && document.activeElement !== input)) return;
      look();
      // The card has the focus, unless another field was used meanwhile.
      if (sought) choose(0, [input, document.body].includes(document.activeElement));
      if (sought && page.address.levelLast) page.setLevel(level); // chosen after the search
      page.sought = "";
    });
  }
  input.addEventListener("input", look);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (list.hidden) look();
      if (found.length) point(stepped(active, steps[event.key], found.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(Math.max(active, 0));
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      page.sought = "";
      close();
    }
  });
  return el("div", { class: "zb-search", role: "search" },
    el("label", { for: "zb-search" }, speech.say("search")),
    el("div", { class: "zb-search-field" }, input, list));
}

/** What distinguishes places with the same name: what they are, where, and their postal code. */
function foundNote(page, model, i) {
  const postal = model.id ? "" : model.extra?.postal_codes?.[i];
  const kind = model.id ? page.speech.text(model.head.level.title) : "";
  const where = placeLine(page.viewOf(model), i);
  return [kind, where === model.names[i] ? "" : where,
    model.id ? "" : postal ? postal.split(" ")[0] : model.codes[i]].filter(Boolean).join(" · ");
}

/** What a former name is now, and where. */
function formerNote(page, model, { i, merged }) {
  const kind = !merged ? "found_renamed"
    : model.head.level.id === "commune" ? "found_merged_commune" : "found_merged";
  const where = placeLine(page.viewOf(model), i);
  return [page.speech.say(kind, { name: model.names[i] }), where].filter(Boolean).join(" · ");
}
