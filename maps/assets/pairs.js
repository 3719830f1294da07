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

/** The list that crosses the layer shown with another one; null without two that can be crossed. */
function drawCross(page) {
  const { model, speech, layer } = page;
  const offered = new Set(pairable(model));
  if (offered.size < 2) return null;
  const crossed = layer.kind === "bivariate";
  const first = crossed ? layer.x : layer.id;
  if (!crossed && !offered.has(layer)) return null;
  const choose = (event) => {
    const made = event.target.value ? pairLayer(model, first, event.target.value) : model.layer(first);
    if (made) page.choose(made);
    document.getElementById("zb-cross")?.focus();
  };
  return el("label", { class: "zb-cross" }, el("span", {}, speech.say("cross_with")),
    el("select", { id: "zb-cross", change: choose },
      el("option", { value: "" }, "–"),
      themesOf(model, speech).map(({ title, layers }) => {
        const others = layers.filter((one) => offered.has(one) && one.id !== first);
        return others.length ? el("optgroup", { label: title }, others.map((one) => el("option",
          { value: one.id, selected: crossed && one.id === layer.y }, speech.text(one.title)))) : null;
      })));
}
