// Bivariate maps that the reader composes.

/** Layers for a bivariate map: figures, which have thirds. */
function pairable(model) {
  return model.layers.filter(({ kind, thirds }) => kind === "figures" && thirds?.length);
}

/** The map of two layers as the header would describe it (maps/header_layers.py). */
function pairLayer(model, x, y) {
  const made = model.layers.find((layer) => layer.kind === "bivariate" && layer.x === x && layer.y === y);
  if (made) return made;
  const [one, other] = [x, y].map((id) => pairable(model).find((layer) => layer.id === id));
  if (!one || !other || one === other) return null;
  const toward = ({ better }) => (better === "lower" ? "high" : "low");
  const text = (title, lang) => (typeof title === "string" ? title : title[lang] || title.en || "");
  return {
    id: `${x}-${y}`, kind: "bivariate", role: "bivariate", x, y, period: "", native: null,
    title: Object.fromEntries(Object.keys(model.head.words).map((lang) =>
      [lang, `${text(one.title, lang)} × ${text(other.title, lang)}`])),
    toward: { x: toward(one), y: toward(other) },
    breaks: { x: one.thirds, y: other.thirds },
    sources: [...new Set([...one.sources, ...other.sources])], file: one.file ?? other.file,
    coarse: Boolean(one.coarse || other.coarse),
  };
}

/** The pair in an address: two ids joined by a hyphen, which ids may contain too. */
function findPair(model, name) {
  for (let at = name.indexOf("-"); at > 0; at = name.indexOf("-", at + 1)) {
    const pair = pairLayer(model, name.slice(0, at), name.slice(at + 1));
    if (pair) return pair;
  }
  return null;
}

/** Show the list that crosses the layer shown with another one; without two that can be crossed there is none.
 *  It is drawn once for the layers of a model: as many options take longer than the rest of the head. */
function showCross(page) {
  const { model, layer, crossPlace } = page;
  const crossed = layer.kind === "bivariate";
  const offered = pairable(model);
  const possible = offered.length > 1 && (crossed || offered.includes(layer));
  if (page.cross?.layers !== model.layers) page.cross = possible ? drawCross(page, new Set(offered)) : null;
  if (page.cross && page.cross.element.parentNode !== crossPlace) crossPlace.replaceChildren(page.cross.element);
  if (!page.cross) crossPlace.replaceChildren();
  else page.cross.element.hidden = !possible;
  if (possible) page.later.add("cross", () => page.cross?.show(crossed ? layer.x : layer.id, crossed ? layer.y : ""));
}

/** The list: { layers of the model; element; show (the ids of the first layer, and of that which crosses it) }. */
function drawCross(page, offered) {
  const { model, speech } = page;
  const none = el("option", { value: "" }, speech.say("none"));
  const groups = themesOf(model, speech).map(({ title, layers }) => ({
    element: el("optgroup", { label: title }),
    options: layers.filter((one) => offered.has(one))
      .map(({ id, title: text }) => el("option", { value: id }, speech.text(text))),
  }));
  let left = null; // the layer that is not in the list: it cannot cross itself
  const select = el("select", { id: "zb-cross", change: () => {
    const first = page.wanted ? page.wanted.x ?? page.wanted.id : left; // chosen before its figures were there
    const made = select.value && select.value !== first ? pairLayer(model, first, select.value) : model.layer(first);
    if (made) page.choose(made);
    document.getElementById("zb-cross")?.focus();
  } });
  const leaveOut = (first) => {
    const changed = groups.filter(({ options }) => options.some(({ value }) => value === first || value === left));
    left = first;
    for (const { element, options } of select.length ? changed : groups) {
      element.replaceChildren(...options.filter(({ value }) => value !== first));
    }
    const filled = groups.map(({ element }) => element).filter((element) => element.firstChild);
    if (select.childElementCount !== filled.length + 1) select.replaceChildren(none, ...filled);
  };
  const show = (first, second) => {
    if (first !== left) leaveOut(first);
    select.value = second;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
  };
  return { layers: model.layers, show,
    element: el("label", { class: "zb-cross" }, el("span", {}, speech.say("cross_with")), select) };
}
