// What is known of one territory: the short tooltip and the card that stays.

/** The tooltip for the layers shown: { parts, show (territory i) }. Its elements stay, and get the words of the next
 *  territory. page: { model, speech, colours, shown }. */
function drawTooltip(page) {
  const [name, place] = [isolated(" "), isolated(" ")];
  const figures = page.toldLayers().map((id) => tipFigure(page, id));
  const reference = tipReference(page);
  return {
    parts: [el("strong", {}, name), el("span", { class: "zb-tip-place" }, place),
      ...figures.map(({ element }) => element), ...(reference ? [reference] : [])],
    show: (i) => {
      name.firstChild.data = page.model.names[i];
      place.firstChild.data = placeLine(page, i);
      for (const figure of figures) figure.show(i);
    },
  };
}

/** The line of a layer: { element, show (territory i) }. The figure follows the colour that the territory has on the
 *  map. */
function tipFigure(page, id) {
  const { model, speech, shown, colours } = page;
  const figure = isolated(" ");
  const element = el("span", { class: "zb-tip-figure" }, `${speech.text(model.layer(id).title)}${speech.say("colon")}`,
    el("b", {}, figure));
  let [mark, marked] = [null, null];
  return { element, show: (i) => {
    figure.firstChild.data = figureText(page, id, i);
    const one = shown.classes[shown.classOf[i]];
    if (shown.layer.id !== id || (mark && one === marked)) return;
    if (one && marked) {
      mark.firstChild.setAttribute("fill", one.colour);
    } else {
      mark?.remove();
      mark = one ? swatch(one.colour, colours) : swatch(colours.missing[0], colours, colours.missing[1]);
      element.prepend(mark);
    }
    marked = one;
  } };
}

/** The figure to compare with: the median of the territories shown. */
function tipReference({ shown, model, speech }) {
  const { layer } = shown;
  if (layer.kind !== "figures" || !shown.classes.length) return null;
  shown.median ??= medianOf(model.column(layer.id));
  return el("span", { class: "zb-tip-place" }, speech.say("median_of", {
    level: speech.text(model.head.level.plural), figure: speech.figure(shown.median, layer) }));
}

function medianOf({ values, reasons }) {
  const known = Float64Array.from(values).filter((_, i) => !reasons[i]).sort();
  const middle = known.length >> 1;
  return known.length % 2 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
}

/** The nearest containing territories in words: "Lozère". */
function placeLine(page, i) {
  const { model } = page;
  const level = model.head.outline || model.head.levels.find(({ count }) => count > 1)?.id;
  return level ? parentName(page, level, i) : "";
}

function parentName(page, level, i) {
  const position = page.model.parents(level)[i];
  return position ? page.model.containers[level][position - 1][1] : "";
}

function figureText(page, id, i) {
  const { model, speech } = page;
  const { values, reasons } = model.column(id);
  if (reasons[i]) {
    return speech.say("missing_because",
      { reason: speech.text(model.head.reasons[reasons[i]]) || "?" });
  }
  return speech.figure(values[i], model.layer(id));
}

/** Score and what it is made of first, then the indicators by theme, then the neighbours and what
 *  identifies the territory. */
function drawCard(page, i) {
  const { model, speech } = page;
  const index = model.layers.find(({ role }) => role === "index");
  return el("section", { class: "zb-card", role: "region", tabindex: "-1",
    "aria-labelledby": "zb-card-name", "aria-describedby": "zb-card-index zb-card-value zb-card-standing zb-card-rank" },
  el("header", {},
    el("div", {}, el("h2", { id: "zb-card-name" }, isolated(model.names[i])),
      el("p", { class: "zb-card-code" }, isolated(kindLine(page, i)))),
    el("button", { type: "button", class: "zb-close", "aria-label": speech.say("close"),
      title: speech.say("close"), click: () => page.pin(-1) }, "×")),
  index ? scoreBlock(page, index, i) : null,
  themesOf(model, speech).map((theme) => themeFold(page, theme, i)),
  neighbourList(page, i),
  placeList(page, i), reportForm(page, i));
}

/** "Commune · Lozère · 12,464 inhabitants". */
function kindLine(page, i) {
  const { model, speech } = page;
  const people = model.population;
  return [capital(speech.text(model.head.level.title), speech), placeLine(page, i),
    people && !people.reasons[i]
      ? speech.say("people", { count: speech.number(people.values[i]) }) : ""]
    .filter(Boolean).join(" · ");
}

/** The figures of a theme, folded unless one of them is corrected; the figure of its dimension is
 *  in sight. */
function themeFold(page, { title, layers }, i) {
  const { model } = page;
  const told = layers.filter(({ role, kind }) => role !== "index" && kind !== "bivariate");
  if (!told.length) return null;
  const [first] = told;
  const known = first.role === "dimension" && !model.column(first.id).reasons[i];
  const open = page.openThemes.has(title) || told.some(({ corrected }) => corrected?.[i]);
  return el("details", { class: "zb-fold", open, toggle: (event) => {
    if (event.target.open) page.openThemes.add(title);
    else page.openThemes.delete(title);
  } },
  el("summary", {}, el("span", {}, isolated(title)),
    known ? el("span", { class: "zb-value" }, isolated(figureText(page, first.id, i))) : null),
  el("dl", { class: "zb-figures" }, told.map((layer) => figureRow(page, layer, i))));
}

/** Escape closes the card everywhere, except in a field that uses the key. */
function closeOnEscape(page) {
  page.root.addEventListener("keydown", (event) => {
    const used = event.target.matches?.("input[type=text], input[type=search], select");
    const open = page.pinned >= 0 || !page.isWhole(); // or on its way
    if (event.key === "Escape" && open && !used) page.pin(-1);
  });
}

function capital(text, speech) {
  return text.charAt(0).toLocaleUpperCase(speech.lang) + text.slice(1);
}

/** Code, containing territories, area, postal codes. */
function placeList(page, i) {
  const { model, speech } = page;
  const rows = [[speech.say("code"), model.codes[i]]];
  rows.push(...model.head.levels.filter(({ id }) => id !== "country")
    .map(({ id, title }) => [speech.text(title), parentName(page, id, i)]));
  const area = model.fact("area_km2");
  if (area && !area.reasons[i]) {
    rows.push([speech.say("area"), `${speech.number(area.values[i], area.values[i] < 10 ? 1 : 0)}`
      + "\u00a0km²"]);
  }
  for (const [name, column] of Object.entries(model.extra || {})) {
    rows.push([speech.say(`extra_${name}`) === `extra_${name}` ? name
      : speech.say(`extra_${name}`), column[i] && link(column[i], column[i])]);
  }
  return el("dl", { class: "zb-place" }, rows.filter(([, value]) => value)
    .map(([name, value]) => el("div", {}, el("dt", {}, capital(name, speech)),
      el("dd", {}, typeof value === "string" ? isolated(value) : value))));
}

function scoreBlock(page, layer, i) {
  const { model, speech } = page;
  const { values, reasons } = model.column(layer.id);
  const low = model.interval(layer.id, "score_low");
  const high = model.interval(layer.id, "score_high");
  const between = low && high && !low.reasons[i] && !high.reasons[i]
    ? speech.say("interval", { low: speech.number(low.values[i], layer.digits),
      high: speech.number(high.values[i], layer.digits) }) : "";
  const ranked = model.rank(layer.id, i);
  return el("div", { class: "zb-score" },
    el("p", { class: "zb-score-title", id: "zb-card-index" }, isolated(speech.text(layer.title))),
    reasons[i]
      ? el("p", { class: "zb-score-none", id: "zb-card-value" }, figureText(page, layer.id, i))
      : el("p", { class: "zb-score-value", id: "zb-card-value" }, speech.number(values[i], layer.digits),
        el("small", {}, layer.unit === "score" ? " / 100" : "")),
    between && !reasons[i] ? el("p", { class: "zb-between" }, between) : null,
    websiteLine(page, layer, i),
    reasons[i] ? null : el("p", { class: "zb-standing", id: "zb-card-standing" },
      standingText(page, layer, i)),
    reasons[i] ? null : placeInSpread(page, layer, i, low, high),
    layer.native ? el("p", { class: "zb-meaning" }, speech.native(layer)) : null,
    reasons[i] ? null : comparison(page, layer, i),
    ranked ? el("p", { class: "zb-rank", id: "zb-card-rank" },
      chanceText(page, layer, i) || rankText(ranked, speech)) : null,
    acceptabilityLine(page, i),
    ranked ? el("p", { class: "zb-meaning" }, speech.say(layer.better === "lower"
      ? "score_worse" : "score_better")) : null,
    contributionBar(page, layer, i));
}

/** Where a territory stands, in words: "Worse off than in 69 % of communes. 12 others have the same rounded score." */
function standingText({ model, speech }, layer, i) {
  const { values, reasons } = model.column(layer.id);
  let [known, below, tied] = [0, 0, 0];
  for (let k = 0; k < model.count; k++) {
    if (reasons[k] || k === i) continue;
    known++;
    if (values[k] < values[i]) below++;
    else if (values[k] === values[i]) tied++;
  }
  if (!known) return "";
  const better = layer.better === "lower" ? known - below - tied : below;
  const worse = known - better - tied;
  const level = speech.text(model.head.level.plural);
  if (Math.max(better, worse) === known) {
    return speech.say(better > worse ? "best_of_all" : "worst_of_all", { level });
  }
  const share = Math.floor((100 * Math.max(better, worse)) / known); // never all of them
  const words = { level, share: speech.number(share) + speech.percentSign };
  const standing = speech.say(better > worse ? "better_than" : "worse_than", words);
  return tied ? `${standing} ${speech.sayOf("same_score", tied)}` : standing;
}

/** How often a territory is in the worst tenth of the draws, where they were made of it; "" else. */
function chanceText({ model, speech }, layer, i) {
  const id = `${layer.id}-worst-tenth`;
  if (layer.interval?.rank || !model.layers.some((one) => one.id === id)) return "";
  const { values, reasons } = model.column(id);
  return reasons[i] ? speech.say("no_rank")
    : speech.say("worst_tenth", { share: speech.number(values[i]) + speech.percentSign });
}

function rankText({ rank, of, low, high }, speech) {
  const words = { rank: speech.number(rank), of: speech.number(of) };
  if (low === null || high === null || low === high) return speech.say("rank", words);
  return speech.say("rank_between", { ...words, low: speech.number(low),
    high: speech.number(high) });
}

const SPREAD_BINS = 40;

/** The place of a score among all: their histogram, a mark, and the interval of the score. */
function placeInSpread(page, layer, i, low, high) {
  const { model } = page;
  const { values, reasons } = model.column(layer.id);
  const { from, to } = boundsOf(model, layer);
  if (!(to > from)) return null;
  const at = (figure) => 100 * Math.min(Math.max((figure - from) / (to - from), 0), 1);
  const bins = new Array(SPREAD_BINS).fill(0);
  for (let k = 0; k < model.count; k++) {
    if (!reasons[k]) bins[Math.min(Math.floor((at(values[k]) / 100) * SPREAD_BINS), SPREAD_BINS - 1)]++;
  }
  const tallest = Math.max(...bins);
  const picture = svg("svg", { class: "zb-place-in-spread", "aria-hidden": "true" });
  bins.forEach((count, k) => {
    const height = (30 * count) / tallest;
    picture.append(svg("rect", { x: `${(100 * k) / SPREAD_BINS}%`, y: 32 - height,
      width: `${80 / SPREAD_BINS}%`, height, class: "zb-spread-bar" }));
  });
  picture.append(svg("rect", { y: 34, width: "100%", height: 3, class: "zb-gauge-track" }));
  if (low && high && !low.reasons[i] && !high.reasons[i]) {
    const start = at(low.values[i]);
    picture.append(svg("rect", { x: `${start}%`, y: 33,
      width: `${Math.max(at(high.values[i]) - start, 0.5)}%`, height: 5, rx: 2.5, class: "zb-gauge-interval" }));
  }
  const mark = `${at(values[i])}%`;
  picture.append(svg("line", { x1: mark, x2: mark, y1: 0, y2: 34, class: "zb-gauge-mark" }),
    svg("circle", { cx: mark, cy: 35.5, r: 4.5, class: "zb-gauge-dot" }));
  return picture;
}

/** The score next to those of what contains the territory, of its peers, and of all. */
function comparison(page, layer, i) {
  const { model, speech, base } = page;
  const rows = model === base ? base.head.upper.filter(({ layers }) =>
    layers.some(({ id }) => id === layer.id)).map(({ id }) => {
    const above = page.modelOf(id);
    const unit = above.unitOf(i);
    const column = unit >= 0 && above.column(layer.id);
    return column && !column.reasons[unit] ? [above.names[unit], column.values[unit]] : null;
  }).filter(Boolean) : [];
  const peers = amongPeers(model, layer, i);
  if (peers && peers.count > 1) {
    rows.push([capital(speech.say("of_like_size", { level: speech.text(model.head.level.plural),
      band: speech.text(peers.title) }), speech), peers.mean]);
  }
  rows.push([speech.say("median_all", { level: speech.text(model.head.level.plural) }),
    medianOf(model.column(layer.id))]);
  return el("dl", { class: "zb-comparison" }, rows.map(([name, value]) => el("div", {},
    el("dt", {}, isolated(name)), el("dd", {}, speech.number(value, layer.digits)))));
}

function boundsOf(model, layer) {
  const [low, high] = layer.bounds;
  if (low !== null && high !== null) return { from: low, to: high };
  if (!layer.range) {
    const { values, reasons } = model.column(layer.id);
    let from = Infinity, to = -Infinity;
    for (let k = 0; k < model.count; k++) {
      if (reasons[k]) continue;
      from = Math.min(from, values[k]);
      to = Math.max(to, values[k]);
    }
    layer.range = { from, to };
  }
  return layer.range;
}

/** One indicator: figure, rank, date, source, and native level. */
function figureRow(page, layer, i) {
  const { model, speech } = page;
  const missing = model.column(layer.id).reasons[i];
  const measured = layer.unit === "percent" || layer.unit === "score";
  const notes = [layer.period ? [isolated(speech.date(layer.period))] : [],
    producers(page, layer).flatMap((one, k) => (k ? [", ", one] : [one]))].filter((part) => part.length)
    .flatMap((part, k) => (k ? [" · ", ...part] : part));
  return el("div", { class: "zb-figure" },
    el("dt", {}, isolated(speech.text(layer.title))),
    el("dd", {},
      el("span", { class: missing ? "zb-none" : "zb-value" },
        isolated(figureText(page, layer.id, i))),
      measured && !missing ? smallBar(page, layer, i) : null,
      layer.native ? el("span", { class: "zb-native" },
        speech.native(layer)) : null,
      correctionNote(page, layer, i),
      notes.length ? el("span", { class: "zb-note" }, notes) : null));
}

/** The sources of a figure, each once, with a link to their table and its title. */
function producers(page, layer) {
  const found = new Map();
  for (const k of layer.sources) {
    const { producer, title, url } = page.model.head.sources[k];
    const name = producer || title;
    if (!found.has(name) || !isWebAddress(found.get(name).url)) found.set(name, { title, url });
  }
  return [...found].map(([name, { title, url }]) => {
    const linked = link(isolated(name), url);
    const told = [...new Set([name, title])].filter(Boolean).join(", ");
    linked.title = told;
    if (linked.tagName === "A") linked.setAttribute("aria-label", told);
    return linked;
  });
}

function smallBar(page, layer, i) {
  const { from, to } = boundsOf(page.model, layer);
  const value = page.model.column(layer.id).values[i];
  const width = to > from ? (100 * (value - from)) / (to - from) : 0;
  return svg("svg", { class: "zb-bar", viewBox: "0 0 100 4", preserveAspectRatio: "none",
    "aria-hidden": "true" },
  svg("rect", { x: 0, y: 0, width: 100, height: 4, class: "zb-gauge-track" }),
  svg("rect", { x: 0, y: 0, width: Math.min(Math.max(width, 0), 100), height: 4,
    class: "zb-bar-fill", fill: colourOfPart(page, layer) }));
}
