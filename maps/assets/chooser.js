// The layer shown: one combobox of all layers, by theme, with what each means and when it was measured.
// https://www.w3.org/WAI/ARIA/apg/patterns/combobox/

const LONGEST_MEANING = 200; // letters of a definition in the list and under the headline
const LONGEST_IN_ARTICLE = 90; // under the headline of a map in an article: two lines

/** The layers by theme: [{ title, layers }]. The dimensions of the index are the themes; what no
 *  dimension contains follows by its role. */
function themesOf(model, speech) {
  const left = new Set(model.layers.filter((layer) => !layer.wave_of)); // those have a slider
  const take = (layers) => layers.filter((layer) => layer && left.delete(layer));
  const ofRole = (...roles) => take(model.layers.filter(({ role }) => roles.includes(role)));
  const indices = ofRole("index");
  const about = model.layers.filter(({ role, parts }) => role === "indicator" && parts?.length === 1
    && indices.some(({ id }) => id === parts[0])); // the probability of an index's worst tenth
  const themes = [{ title: speech.say("role_own"), layers: ofRole("own") },
    { title: speech.say("role_index"), layers: [...indices, ...take(about)] }];
  for (const dimension of model.layers.filter(({ role }) => role === "dimension")) {
    if (!left.has(dimension)) continue;
    const parts = leavesOf(model, dimension);
    themes.push({ title: speech.text(dimension.title), layers: take([dimension, ...parts]) });
  }
  themes.push(
    { title: speech.say("role_indicator"), layers: ofRole("indicator") },
    { title: speech.say("theme_analysis"), layers: ofRole("flag", "typology") },
    { title: speech.say("role_bivariate"), layers: ofRole("bivariate") },
    { title: speech.say("role_context"), layers: take([...left]) },
  );
  return themes.filter(({ layers }) => layers.length);
}

/** A dimension's parts, those of its own dimensions after them. */
function leavesOf(model, layer) {
  return (layer.parts || []).map((id) => model.layer(id)).filter(Boolean)
    .flatMap((part) => (part.role === "dimension" ? [part, ...leavesOf(model, part)] : [part]));
}

/** What a layer means: the first sentence or clause of its definition. One that is longer is not cut where it
 *  cannot stand alone: what precedes its colon is taken, or nothing, and the title has to do. */
function meaningOf(layer, speech, longest = LONGEST_MEANING) {
  const text = speech.text(layer.definition) || speech.text(layer.method);
  const lead = `${speech.text(layer.title)}${speech.say("colon")}`; // of the method of a dimension
  const told = text.startsWith(lead) ? capital(text.slice(lead.length), speech) : text;
  const sentence = told.split(/(?<=[^.][.;])\s/)[0].replace(/[.;]$/, "");
  const whole = [sentence, sentence.split(/\s?:\s/)[0]];
  return whole.find(({ length }) => length <= longest) ?? "";
}

/** page: { model, speech, layer, choose }. */
function drawChooser(page) {
  const { speech } = page;
  const input = el("input", { id: "zb-layer", type: "text", role: "combobox", autocomplete: "off",
    spellcheck: "false", "aria-expanded": "false", "aria-controls": "zb-layers",
    "aria-autocomplete": "list",
    "aria-label": speech.say("choices"),
    inputmode: window.matchMedia("(pointer: coarse)").matches ? "none" : null });
  const list = el("div", { id: "zb-layers", role: "listbox", hidden: true,
    "aria-label": speech.say("choices") });
  let options = [];
  let active = -1;
  const show = () => {
    if (!list.hidden && document.activeElement === input) return; // the reader is typing
    const title = speech.text((page.wanted ?? page.layer).title);
    if (input.value !== title) input.value = title;
  };
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (k) => options.forEach(({ item }, at) => item.classList.toggle("zb-active", at === k));
  const point = (k) => {
    active = k;
    mark(k);
    if (!options[k]) return;
    input.setAttribute("aria-activedescendant", options[k].item.id);
    options[k].item.scrollIntoView({ block: "nearest" });
  };
  const choose = (layer) => {
    close();
    page.choose(page.findLayer(layer.id) ?? layer); // the map may show another level since the list was opened
    show();
  };
  const open = (text = "") => {
    const found = themesMatching(page, text);
    options = [];
    list.replaceChildren(...found.map(({ title, layers }, at) => el("div", { role: "group",
      "aria-labelledby": `zb-theme-${at}` },
    el("div", { class: "zb-theme", id: `zb-theme-${at}`, role: "presentation" }, isolated(title)),
    layers.map((layer) => {
      const item = layerOption(page, layer, options.length, choose);
      options.push({ layer, item });
      return item;
    }))));
    if (!options.length) {
      list.append(el("div", { class: "zb-nothing", role: "option", "aria-disabled": "true",
        "aria-selected": "false" }, speech.say("no_layer")));
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    if (!text) {
      point(options.findIndex(({ layer }) => layer.id === (page.wanted ?? page.layer).id));
      return;
    }
    // The number is said while the reader types; each option when the arrows reach it.
    page.status.textContent = speech.sayOf("found", options.length);
    active = -1;
    mark(0);
    input.removeAttribute("aria-activedescendant");
  };
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("click", () => {
    if (!list.hidden) return;
    input.select();
    open();
  });
  input.addEventListener("blur", () => {
    close();
    show();
  });
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (list.hidden) open();
      else if (options.length) point(stepped(active, steps[event.key], options.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (list.hidden) open();
      else if (options.length) choose(options[Math.max(active, 0)].layer);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
      show();
    }
  });
  show();
  const element = el("div", { class: "zb-chooser" },
    el("div", { class: "zb-search-field zb-chooser-field" }, input, list));
  return { element, show };
}

/** The place after a step in a list that begins again at its ends; -1 is before the first. */
function stepped(active, step, count) {
  return active < 0 && step < 0 ? count - 1 : (active + step + count) % count;
}

function layerOption(page, layer, k, choose) {
  const { speech } = page;
  const about = [meaningOf(layer, speech), speech.date(layer.period)].filter(Boolean);
  return el("div", { id: `zb-layer-${k}`, role: "option", class: "zb-option", "data-layer": layer.id,
    "aria-selected": String(layer.id === (page.wanted ?? page.layer).id),
    pointerdown: (event) => event.preventDefault(), // the field keeps its focus, and its list
    click: () => choose(layer) },
  el("span", {}, isolated(speech.text(layer.title))),
  about.length ? el("small", {}, isolated(about.join(" · "))) : null);
}

/** The themes with the layers whose title, theme or meaning has every word of a text. */
function themesMatching({ model, speech }, text) {
  const words = folded(text).split(" ").filter(Boolean);
  return themesOf(model, speech).map(({ title, layers }) => ({
    title,
    layers: layers.filter((layer) => {
      const about = folded(`${speech.text(layer.title)} ${title} ${meaningOf(layer, speech)}`);
      return words.every((word) => about.includes(word));
    }),
  })).filter(({ layers }) => layers.length);
}
