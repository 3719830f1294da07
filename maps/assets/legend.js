// The legend of the layer shown: classes with their counts, histogram, what is missing and why.

/** Fill the legend. page: { model, speech, colours, shown, legend, setScheme, highlight }. */
function fillLegend(page) {
  const { shown, speech } = page;
  const { layer } = shown;
  page.later.drop("bars"); // of the layer before, which may be all that this one is not
  const parts = [
    legendTitle(page),
    layer.period || layer.native || layer.suffix
      ? el("p", { class: "zb-legend-note" }, legendNote(layer, speech)) : null,
    drawWaves(page),
  ];
  if (layer.kind === "bivariate") {
    parts.push(squareLegend(page));
  } else {
    parts.push(countingChoice(page));
    if (!layer.categories && shown.classes.length) parts.push(histogram(page));
    if (!layer.categories) parts.push(directionLine(page));
    parts.push(classList(page));
    if (!layer.categories) parts.push(certaintyChoice(page));
  }
  parts.push(missingRow(page));
  if (!layer.categories && layer.kind !== "bivariate") parts.push(schemeChoice(page));
  arrange(page.legend, parts.filter(Boolean));
}

/** The part of the legend that was drawn for the layer before, if it has the same key; else a new one. Browsers
 *  take more time for a new control than for one that stays. */
function keptPart(page, name, key, draw) {
  const kept = page.keptParts.get(name);
  if (kept?.key === key) return kept.element;
  const element = draw();
  page.keptParts.set(name, { key, element });
  return element;
}

function legendTitle(page) {
  const heading = keptPart(page, "title", "", () => el("h2", { class: "zb-legend-title" }));
  tell(heading, page.speech.text(page.layer.title));
  return heading;
}

function legendNote(layer, speech) {
  const parts = [];
  if (layer.period) parts.push(speech.date(layer.period));
  if (layer.suffix) parts.push(isolated(speech.text(layer.suffix)));
  if (layer.native) {
    parts.push(layer.coarse ? speech.say("hatched", { how: speech.native(layer) }) : speech.native(layer));
  }
  return parts.flatMap((part, k) => (k ? [" · ", part] : [part]));
}

/** The names of the low and the high end of a layer. */
function endWords({ better }) {
  if (!better) return ["low_end", "high_end"];
  return better === "higher" ? ["worse_end", "better_end"] : ["better_end", "worse_end"];
}

/** The two ends in words, under their colours. */
function directionLine(page) {
  const { shown, speech } = page;
  if (shown.classes.length < 2) return null;
  const [low, high] = endWords(shown.layer);
  const line = keptPart(page, "direction", shown.classes.length, () => drawDirection(shown.classes.length));
  const [bar, ...ends] = line.children;
  shown.classes.forEach(({ colour }, k) => bar.children[k].setAttribute("fill", colour));
  [low, high].forEach((word, k) => tell(ends[k], speech.say(word)));
  return line;
}

function drawDirection(count) {
  const bar = svg("svg", { class: "zb-ramp", viewBox: `0 0 ${count * 10} 6`, preserveAspectRatio: "none",
    "aria-hidden": "true" });
  for (let k = 0; k < count; k++) bar.append(svg("rect", { x: k * 10, y: 0, width: 10, height: 6 }));
  return el("div", { class: "zb-direction", "aria-hidden": "true" }, bar, el("span"), el("span")); // the list says it
}

/** The classes; the one pointed at, or reached by the arrows, is the only one in its colour. The rows stay for the
 *  next layer with as many. */
function classList(page) {
  const { classes, layer } = page.shown;
  if (!classes.length) return null;
  const key = [classes.length, layer.coarse].join();
  if (page.classRows?.key !== key || page.classRows.parts !== page.keptParts) {
    page.classRows = { key, parts: page.keptParts, ...drawClassRows(page) };
  }
  page.classRows.show();
  return page.classRows.element;
}

/** Rows for the classes shown: { element, show (the classes that are shown now) }. */
function drawClassRows(page) {
  const { shown, colours, speech } = page;
  const rows = shown.classes.map((one, k) => {
    const mark = swatch(one.colour, colours, null, shown.layer.coarse);
    const [label, part, rest] = [isolated(" "), document.createTextNode(" "), el("span", { class: "zb-share" }, " ")];
    const item = el("li", {
      class: "zb-class", role: "option", "aria-selected": "false", id: `zb-class-${k}`,
      pointerenter: () => page.highlight(k),
      pointerleave: () => page.highlight(null),
    },
    mark, el("span", { class: "zb-class-label" }, label), unseen(speech.say("colon")),
    el("span", { class: "zb-count" }, part, unseen(", "), rest));
    return { item, fill: mark.firstChild, label: label.firstChild, part, rest: rest.firstChild };
  });
  const items = rows.map(({ item }) => item);
  let active = -1;
  const point = (k) => {
    active = k;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === k)));
    if (k < 0) list.removeAttribute("aria-activedescendant");
    else list.setAttribute("aria-activedescendant", `zb-class-${k}`);
    page.highlight(k < 0 ? null : k);
  };
  const list = el("ul", { class: "zb-classes", role: "listbox", tabindex: "0",
    blur: () => { if (active >= 0) point(-1); },
    keydown: (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (!(event.key in steps) || !items.length) return;
      event.preventDefault();
      point((active + steps[event.key] + items.length) % items.length);
    } }, items);
  const show = () => {
    if (active >= 0) point(-1);
    list.setAttribute("aria-label", classesLabel(page.shown, speech));
    page.shown.classes.forEach((one, k) => {
      const [number, portion] = countTexts(page, one);
      rows[k].fill.setAttribute("fill", one.colour);
      rows[k].label.data = one.label;
      rows[k].part.data = number;
      rows[k].rest.data = portion;
    });
  };
  return { element: list, show };
}

/** What the list of classes is, with its two ends in words. */
function classesLabel({ layer, classes }, speech) {
  if (layer.categories || classes.length < 2) return speech.say("classes_label");
  const [low, high] = endWords(layer).map((word) => speech.say(word));
  return speech.say("classes_between", { low, high });
}

/** A number of territories, or of the people in them, and its share. */
function countTexts(page, { count, people }) {
  const { speech, model } = page;
  const [part, whole] = countsPeople(page) ? [people, page.shown.people] : [count, model.count];
  return [speech.number(part), share(part, whole, speech)];
}

function share(part, whole, speech) {
  if (!whole) return "";
  const percent = (100 * part) / whole;
  return (percent > 0 && percent < 1 ? "< 1" : speech.number(percent)) + speech.percentSign;
}

/** The "no data" entry: always present, also with a count of 0. */
function missingRow(page) {
  const { shown, speech, model } = page;
  const reasons = shown.missing
    .map(({ reason, count }) => `${speech.text(model.head.reasons[reason]) || "?"} `
      + `(${countsPeople(page) ? speech.territories(count) : speech.number(count)})`);
  const row = keptPart(page, "missing", "", () => drawMissingRow(page));
  const [, label, cell] = row.children;
  label.lastChild.textContent = reasons.join(", ");
  const [number, portion] = countTexts(page, { count: shown.missingCount, people: shown.missingPeople });
  cell.firstChild.data = number;
  cell.lastChild.firstChild.data = portion;
  return row;
}

function drawMissingRow({ speech, colours }) {
  return el("div", { class: "zb-missing" }, swatch(colours.missing[0], colours, colours.missing[1]),
    el("span", { class: "zb-class-label" }, speech.say("no_data"), el("small")),
    el("span", { class: "zb-count" }, " ", el("span", { class: "zb-share" }, " ")));
}

// -- the square of two indicators -------------------------------------------------------------

function squareLegend(page) {
  const { shown, speech, model } = page;
  const { across, up } = shown.square;
  // Ties leave fewer than three classes: those that cannot occur have no label.
  const columns = [0, 1, 2].filter((column) => across.labels[column]);
  const rows = [2, 1, 0].filter((row) => up.labels[row]).map((row) => el("tr", {},
    el("th", { scope: "row" }, up.labels[row]),
    columns.map((column) => squareCell(page, 3 * row + column))));
  const foot = el("tr", {}, el("td", {}),
    columns.map((column) => el("th", { scope: "col" }, across.labels[column])));
  return el("div", { class: "zb-square" },
    el("p", { class: "zb-axis" }, `↑ ${axisWords(up, speech)}`),
    el("table", { "aria-label": speech.text(shown.layer.title) },
      el("tbody", {}, rows, foot)),
    el("p", { class: "zb-axis zb-axis-x" }, `${axisWords(across, speech)} →`),
    el("p", { class: "zb-readout", "aria-live": "polite" },
      strongest(shown.classes[8], speech, model)));
}

function axisWords(axis, speech) {
  const way = speech.say(axis.low ? "toward_low" : "toward_high", { title: axis.title });
  const worse = axis.source.better && axis.low === (axis.source.better === "higher");
  return worse ? speech.say("toward_way_worse", { way }) : way;
}

function strongest(one, speech, model) {
  return speech.say("strongest", {
    count: withPeople(one, speech, model), share: share(one.count, model.count, speech),
  });
}

/** Number of territories of a class and, if known, of the people in them. */
function withPeople(one, speech, model) {
  const territories = speech.territories(one.count);
  if (!model.population) return territories;
  return `${territories} (${speech.say("people", { count: speech.number(one.people) })})`;
}

function squareCell(page, k) {
  const { shown, speech, colours, model } = page;
  const one = shown.classes[k];
  const told = `${one.label}${speech.say("colon")}${withPeople(one, speech, model)}`
    + `, ${share(one.count, model.count, speech)}`;
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
