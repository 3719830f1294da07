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
    sources: [...new Set([...one.sources, ...other.sources])],
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

/** Two lists from which the reader composes a bivariate map. */
function drawPairChoice(page) {
  const { model, speech, layer } = page;
  const offered = pairable(model);
  if (offered.length < 2) return null;
  const pair = layer.kind === "bivariate" ? layer : { x: "", y: "" };
  const choose = () => {
    const [x, y] = [...form.querySelectorAll("select")].map(({ value }) => value);
    const made = x && y && x !== y ? pairLayer(model, x, y) : null;
    if (made) page.choose(made);
  };
  const list = (axis, word) => el("label", {}, el("span", {}, speech.say(word)),
    el("select", { "data-axis": axis, change: choose },
      el("option", { value: "" }, "–"),
      offered.map(({ id, title }) => el("option", { value: id, selected: id === pair[axis] },
        speech.text(title)))));
  const form = el("div", { class: "zb-pair" }, list("x", "cross"), list("y", "cross_with"));
  return form;
}

/** Update radio buttons and lists to the current layer. */
function markChoice(root, layer) {
  for (const input of root.querySelectorAll("input[name=zb-layer]")) {
    input.checked = input.value === layer.id;
  }
  for (const select of root.querySelectorAll(".zb-pair select")) {
    const wanted = layer.kind === "bivariate" ? layer[select.dataset.axis] : "";
    select.value = [...select.options].some(({ value }) => value === wanted) ? wanted : "";
  }
}
