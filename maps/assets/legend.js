// The legend of the layer shown: classes with their counts, histogram, what is missing and why.

/** page: { model, speech, colours, shown, setScheme, highlight }. */
function drawLegend(page) {
  const { shown, speech, colours } = page;
  const { layer } = shown;
  const parts = [
    el("h2", { class: "zb-legend-title" }, isolated(speech.text(layer.title))),
    layer.period || layer.native || layer.suffix
      ? el("p", { class: "zb-legend-note" }, legendNote(layer, speech)) : null,
  ];
  if (layer.kind === "bivariate") {
    parts.push(squareLegend(page));
  } else {
    if (!layer.categories && shown.classes.length) parts.push(histogram(page));
    if (!layer.categories) parts.push(directionLine(layer, shown, speech, colours));
    parts.push(classList(page));
  }
  parts.push(missingRow(page));
  if (!layer.categories && layer.kind !== "bivariate") parts.push(schemeChoice(page));
  return el("section", { class: "zb-legend", "aria-label": speech.say("legend") }, parts);
}

function legendNote(layer, speech) {
  const parts = [];
  if (layer.period) parts.push(speech.date(layer.period));
  if (layer.suffix) parts.push(isolated(speech.text(layer.suffix)));
  if (layer.native) parts.push(speech.native(layer));
  return parts.flatMap((part, k) => (k ? [" · ", part] : [part]));
}

/** Which end is which, in words, under the colours that say it. */
function directionLine(layer, shown, speech, colours) {
  if (shown.classes.length < 2) return null;
  const low = layer.better === "higher" ? "worse_end" : layer.better ? "better_end" : "low_end";
  const high = layer.better === "higher" ? "better_end" : layer.better ? "worse_end" : "high_end";
  const bar = svg("svg", { class: "zb-ramp", viewBox: `0 0 ${shown.classes.length * 10} 6`,
    preserveAspectRatio: "none", "aria-hidden": "true" });
  shown.classes.forEach(({ colour }, k) => {
    bar.append(svg("rect", { x: k * 10, y: 0, width: 10, height: 6, fill: colour }));
  });
  return el("div", { class: "zb-direction" }, bar,
    el("span", {}, speech.say(low)), el("span", {}, speech.say(high)));
}

function classList(page) {
  const { shown, speech, colours, model } = page;
  const items = shown.classes.map((one, k) => el("li", {
    class: "zb-class",
    pointerenter: () => page.highlight(k),
    pointerleave: () => page.highlight(null),
  },
  swatch(one.colour, colours),
  el("span", { class: "zb-class-label" }, isolated(one.label)),
  el("span", { class: "zb-count" }, speech.number(one.count),
    el("span", { class: "zb-share" }, share(one.count, model.count, speech)))));
  return el("ul", { class: "zb-classes" }, items);
}

function share(part, whole, speech) {
  if (!whole) return "";
  const percent = (100 * part) / whole;
  return percent > 0 && percent < 1 ? `< 1\u00a0%` : `${speech.number(percent)}\u00a0%`;
}

/** The "no data" entry: always there, so that its absence is said too. */
function missingRow(page) {
  const { shown, speech, colours, model } = page;
  const reasons = missingReasons(model, shown.layer, shown)
    .map(({ reason, count }) => `${speech.text(model.head.reasons[reason]) || "?"} `
      + `(${speech.number(count)})`);
  return el("div", { class: "zb-missing" },
    swatch(colours.missing[0], colours, colours.missing[1]),
    el("span", { class: "zb-class-label" }, speech.say("no_data"),
      reasons.length ? el("small", {}, reasons.join(", ")) : null),
    el("span", { class: "zb-count" }, speech.number(shown.missingCount),
      el("span", { class: "zb-share" }, share(shown.missingCount, model.count, speech))));
}

function schemeChoice(page) {
  const { shown, speech } = page;
  const schemes = Object.keys(shown.layer.breaks);
  if (schemes.length < 2) return null;
  const select = el("select", { id: "zb-scheme", change: (event) =>
    page.setScheme(event.target.value) },
  schemes.map((name) => el("option", { value: name, selected: name === page.schemeOf(shown.layer) },
    speech.say(`scheme_${name}`))));
  return el("div", { class: "zb-scheme" },
    el("label", { for: "zb-scheme" }, speech.say("scheme")), select);
}

// -- histogram --------------------------------------------------------------------------------

const BINS = 36;

/** How the territories are spread over the figures, each bar in the colour of its class. */
function histogram(page) {
  const { shown, model, speech } = page;
  const { low, high, breaks, classes, layer } = shown;
  if (!(high > low)) return null;
  const { values, reasons } = model.column(layer.id);
  const logarithmic = layer.spread === "log";
  const scale = logarithmic ? (value) => Math.log1p(value) : (value) => value;
  const [from, to] = [scale(low), scale(high)];
  const bins = new Array(BINS).fill(0);
  for (let i = 0; i < model.count; i++) {
    if (reasons[i]) continue;
    const place = Math.floor(((scale(values[i]) - from) / (to - from)) * BINS);
    bins[Math.min(Math.max(place, 0), BINS - 1)]++;
  }
  const tallest = Math.max(...bins);
  const picture = svg("svg", { class: "zb-histogram", viewBox: `0 0 ${BINS * 6} 44`,
    preserveAspectRatio: "none", "aria-hidden": "true" });
  bins.forEach((count, k) => {
    const at = from + ((k + 0.5) / BINS) * (to - from);
    const value = logarithmic ? Math.expm1(at) : at;
    const height = count ? Math.max(1, (42 * count) / tallest) : 0;
    picture.append(svg("rect", { x: k * 6 + 0.5, y: 44 - height, width: 5, height,
      fill: classes[classFor(value, breaks)].colour, stroke: page.colours.rule,
      "stroke-width": 0.5 }));
  });
  return el("figure", { class: "zb-spread" }, picture,
    el("figcaption", {},
      el("span", {}, speech.figure(low, { ...layer, suffix: "" })),
      el("span", {}, speech.say(logarithmic ? "spread_log" : "spread",
        { level: speech.text(model.head.level.plural) })),
      el("span", {}, speech.figure(high, { ...layer, suffix: "" }))));
}

// -- the square of two indicators -------------------------------------------------------------

function squareLegend(page) {
  const { shown, speech, model } = page;
  const { across, up } = shown.square;
  const rows = [2, 1, 0].map((row) => el("tr", {},
    el("th", { scope: "row" }, up.labels[row] || ""),
    [0, 1, 2].map((column) => squareCell(page, 3 * row + column))));
  const foot = el("tr", {}, el("td", {}),
    [0, 1, 2].map((column) => el("th", { scope: "col" }, across.labels[column] || "")));
  return el("div", { class: "zb-square" },
    el("p", { class: "zb-axis" }, `↑ ${axisWords(up, speech)}`),
    el("table", { "aria-label": speech.text(shown.layer.title) },
      el("tbody", {}, rows, foot)),
    el("p", { class: "zb-axis zb-axis-x" }, `${axisWords(across, speech)} →`),
    el("p", { class: "zb-readout", "aria-live": "polite" },
      strongest(shown.classes[8], speech, model)));
}

function axisWords(axis, speech) {
  const word = axis.source.better
    ? "toward_worse" : axis.low ? "toward_low" : "toward_high";
  return speech.say(word, { title: axis.title });
}

function strongest(one, speech, model) {
  return speech.say("strongest", {
    count: speech.territories(one.count), share: share(one.count, model.count, speech),
  });
}

function squareCell(page, k) {
  const { shown, speech, colours, model } = page;
  const one = shown.classes[k];
  const told = `${one.label}${speech.say("colon")}${speech.territories(one.count)}`
    + ` (${share(one.count, model.count, speech)})`;
  const show = (event, on) => {
    page.highlight(on ? k : null);
    const readout = event.currentTarget.closest(".zb-square").querySelector(".zb-readout");
    readout.textContent = on ? told : strongest(shown.classes[8], speech, model);
  };
  const cell = svg("svg", { "aria-hidden": "true" },
    svg("rect", { width: "100%", height: "100%", fill: one.colour, stroke: colours.rule }));
  return el("td", {}, el("button", {
    type: "button", class: "zb-cell", "aria-label": told,
    pointerenter: (event) => show(event, true), pointerleave: (event) => show(event, false),
    focus: (event) => show(event, true), blur: (event) => show(event, false),
  }, cell));
}
