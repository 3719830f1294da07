// What is known of one territory: the short tooltip and the card that stays.

/** page: { model, speech, colours, shown, pin }. */
function drawTooltip(page, i) {
  const { model, speech } = page;
  const lines = page.toldLayers();
  return [
    el("strong", {}, isolated(model.names[i])),
    el("span", { class: "zb-tip-place" }, isolated(placeLine(page, i))),
    lines.map((id) => el("span", { class: "zb-tip-figure" },
      lines.length > 1 ? `${speech.text(model.layer(id).title)}${speech.say("colon")}` : "",
      el("b", {}, isolated(figureText(page, id, i))))),
  ];
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

function drawCard(page, i) {
  const { model, speech } = page;
  const index = model.layers.find(({ role }) => role === "index");
  const rest = model.layers.filter(({ role, kind }) => role !== "index" && kind !== "bivariate");
  const groups = ["dimension", "indicator", "flag", "typology", "context"]
    .map((role) => [role, rest.filter((layer) => layer.role === role)])
    .filter(([, layers]) => layers.length);
  const card = el("section", { class: "zb-card", role: "region", tabindex: "-1",
    "aria-labelledby": "zb-card-name", "aria-describedby": "zb-card-value zb-card-rank" },
  el("header", {},
    el("div", {}, el("h2", { id: "zb-card-name" }, isolated(model.names[i])),
      el("p", { class: "zb-card-code" },
        `${capital(speech.text(model.head.level.title), speech)} `, isolated(model.codes[i]))),
    el("button", { type: "button", class: "zb-close", "aria-label": speech.say("close"),
      title: speech.say("close"), click: () => page.pin(-1) }, "×")),
  placeList(page, i),
  index ? scoreBlock(page, index, i) : null,
  groups.map(([role, layers]) => [
    el("h3", {}, speech.say(`role_${role}`)),
    el("dl", { class: "zb-figures" }, layers.map((layer) => figureRow(page, layer, i))),
  ]), reportForm(page, i));
  return card;
}

/** Escape closes the card everywhere, except in a field that uses the key. */
function closeOnEscape(page) {
  page.root.addEventListener("keydown", (event) => {
    const used = event.target.matches?.("input[type=text], input[type=search], select");
    if (event.key === "Escape" && page.pinned >= 0 && !used) page.pin(-1);
  });
}

function capital(text, speech) {
  return text.charAt(0).toLocaleUpperCase(speech.lang) + text.slice(1);
}

function placeList(page, i) {
  const { model, speech } = page;
  const rows = model.head.levels.filter(({ id }) => id !== "country")
    .map(({ id, title }) => [speech.text(title), parentName(page, id, i)]);
  const people = model.population;
  if (people && !people.reasons[i]) {
    rows.push([speech.say("population"),
      speech.say("people", { count: speech.number(people.values[i]) })]);
  }
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
    .map(([name, value]) => el("div", {}, el("dt", {}, name),
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
    el("p", { class: "zb-score-title" }, isolated(speech.text(layer.title))),
    reasons[i]
      ? el("p", { class: "zb-score-none" }, figureText(page, layer.id, i))
      : el("p", { class: "zb-score-value", id: "zb-card-value" }, speech.number(values[i], layer.digits),
        el("small", {}, layer.unit === "score" ? " / 100" : "")),
    between && !reasons[i] ? el("p", { class: "zb-between" }, between) : null,
    reasons[i] ? null : gauge(page, layer, i, low, high),
    layer.native ? el("p", { class: "zb-meaning" }, speech.native(layer)) : null,
    ranked ? el("p", { class: "zb-rank", id: "zb-card-rank" }, rankText(ranked, speech, layer)) : null,
    peersText(page, layer, i),
    ranked ? el("p", { class: "zb-meaning" }, speech.say(layer.better === "lower"
      ? "score_worse" : "score_better")) : null,
    contributionBar(page, layer, i));
}

function rankText({ rank, of, low, high }, speech) {
  const words = { rank: speech.number(rank), of: speech.number(of) };
  if (low === null || high === null) return speech.say("rank", words);
  return speech.say("rank_between", { ...words, low: speech.number(low),
    high: speech.number(high) });
}

/** The position of the score between 0 and 100, with its interval. */
function gauge(page, layer, i, low, high) {
  const { model, colours, shown } = page;
  const value = model.column(layer.id).values[i];
  const { from, to } = boundsOf(model, layer);
  if (!(to > from)) return null;
  const at = (figure) => 100 * Math.min(Math.max((figure - from) / (to - from), 0), 1);
  const own = shown.layer === layer && shown.classes[shown.classOf[i]];
  const picture = svg("svg", { class: "zb-gauge", "aria-hidden": "true" },
    svg("rect", { y: 5, width: "100%", height: 4, rx: 2, class: "zb-gauge-track" }));
  if (low && high && !low.reasons[i] && !high.reasons[i]) {
    const start = at(low.values[i]);
    picture.append(svg("rect", { x: `${start}%`, y: 3.5,
      width: `${Math.max(at(high.values[i]) - start, 0.5)}%`, height: 7, rx: 3.5, class: "zb-gauge-interval" }));
  }
  picture.append(svg("circle", { cx: `${at(value)}%`, cy: 7, r: 5, class: "zb-gauge-dot",
    fill: own ? own.colour : colours.ink }));
  return picture;
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
    class: "zb-bar-fill" }));
}
