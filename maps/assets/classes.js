// Classes of a layer: which territory is in which, in what colour, under what name.

/**
 * Everything that a map, its legend and its table need of one layer.
 *
 * Returns { layer, classOf (Int16Array by territory, -1 without a figure), classes: [{ label,
 * colour, count, people }], missing: [{ reason, count }], missingCount, square (for two
 * indicators) }.
 */
function classifyLayer(model, layer, colours, speech, scheme) {
  const shown = layer.kind === "bivariate"
    ? classifyPair(model, layer, colours, speech)
    : layer.categories
      ? classifyKinds(model, layer, colours, speech)
      : classifyFigures(model, layer, colours, speech, scheme);
  countClasses(model, shown);
  return { layer, ...shown, missing: missingReasons(model, layer, shown) };
}

function classifyFigures(model, layer, colours, speech, scheme) {
  const { values, reasons } = model.column(layer.id);
  const breaks = layer.breaks[scheme] || layer.breaks[layer.scheme] || [];
  const classOf = new Int16Array(model.count);
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < model.count; i++) {
    const value = values[i];
    if (reasons[i]) {
      classOf[i] = -1;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
    classOf[i] = classFor(value, breaks);
  }
  const palette = layer.diverging ? divergingColours(layer, colours, breaks)
    : orderedColours(layer, colours, breaks.length + 1);
  // If nothing is below the first break, or above the last one, that class has an open end.
  const ends = [low < (breaks[0] ?? Infinity) ? low : -Infinity, ...breaks,
    high >= (breaks.at(-1) ?? -Infinity) ? high : Infinity];
  const classes = palette.map((colour, k) => ({ colour, label: classLabel(ends, k, layer, scheme, speech) }));
  return { classOf, classes: low > high ? [] : classes, breaks, low, high };
}

/** The class of a figure: a break belongs to the class above it, as in maps/breaks.py. */
function classFor(value, breaks) {
  let k = 0;
  while (k < breaks.length && value >= breaks[k]) k++;
  return k;
}

/** The range of a class, after its name where the index names its classes. */
function classLabel(ends, k, layer, scheme, speech) {
  const range = rangeLabel(ends[k], ends[k + 1], k === ends.length - 2, layer, speech);
  return scheme === "named" && layer.class_titles ? `${speech.text(layer.class_titles[k])} (${range})` : range;
}

function rangeLabel(from, to, last, layer, speech) {
  const unit = 10 ** -layer.digits;
  const sign = layer.unit === "percent" ? speech.percentSign : "";
  if (from === -Infinity) {
    return speech.say("range_under", { to: speech.number(to, layer.digits) + sign });
  }
  if (to === Infinity) {
    return speech.say("range_from", { from: speech.number(from, layer.digits) + sign });
  }
  if (from === to || (!last && to - from <= unit * 1.001)) return speech.figure(from, layer);
  const upper = speech.number(to, layer.digits);
  const words = { from: speech.number(from, layer.digits), to: upper };
  return speech.say(last ? "range_closed" : "range_open", words) + sign;
}

/** Colours from the lowest class to the highest: dark is where people are worse off. */
function orderedColours(layer, colours, count) {
  const palette = rampOf(layer.better ? colours.need : colours.context, count);
  return layer.better === "higher" ? palette.reverse() : palette;
}

/** Colours of classes below and above zero: stronger the further from it, and on either side in
 *  the hue of who is better or worse off there. */
function divergingColours(layer, colours, breaks) {
  const below = breaks.filter((value) => value <= 0).length;
  const above = breaks.length + 1 - below;
  const [low, high] = layer.better === "lower"
    ? [colours.diverging.better, colours.diverging.worse]
    : [colours.diverging.worse, colours.diverging.better];
  const side = (stops, count) => (count ? rampOf(stops, count) : []);
  return [...side(low, below).reverse(), ...side(high, above)];
}

/** `count` colours evenly along a ramp, as maps/palettes.py makes them. */
function rampOf(stops, count) {
  if (count === 1) return [stops[Math.floor(stops.length / 2)]];
  const channel = (colour, at) => parseInt(colour.slice(at, at + 2), 16);
  return Array.from({ length: count }, (_, k) => {
    const place = (k * (stops.length - 1)) / (count - 1);
    const below = Math.min(Math.floor(place), stops.length - 2);
    const share = place - below;
    const channels = [1, 3, 5].map((at) => {
      const value = channel(stops[below], at) * (1 - share) + channel(stops[below + 1], at) * share;
      return Math.floor(value + 0.5).toString(16).padStart(2, "0");
    });
    return `#${channels.join("")}`;
  });
}

// Code 0 means none, and has the palette's grey, its last colour. A category keeps its colour where
// others do not occur.
function kindColours(codes, kinds) {
  const rest = kinds.slice(0, -1);
  return codes.map((code) => (code === 0 ? kinds.at(-1) : rest[(code - 1) % rest.length]));
}

function classifyKinds(model, layer, colours, speech) {
  const { values, reasons } = model.column(layer.id);
  const place = new Map(layer.categories.map(([code], k) => [code, k]));
  const classOf = new Int16Array(model.count);
  for (let i = 0; i < model.count; i++) {
    classOf[i] = reasons[i] ? -1 : place.get(Math.round(values[i])) ?? -1;
  }
  const count = layer.categories.length;
  const palette = layer.ordered
    ? orderedColours(layer, colours, Math.max(count, 2))
    : kindColours(layer.categories.map(([code]) => code),
      layer.lisa ? colours.lisa : colours.kinds);
  const classes = layer.categories.map(([, title], k) => ({
    colour: palette[k], label: speech.text(title),
  }));
  return { classOf, classes };
}

function classifyPair(model, layer, colours, speech) {
  const x = model.column(layer.x);
  const y = model.column(layer.y);
  const [across, up] = [axisOf(model, layer, "x", speech), axisOf(model, layer, "y", speech)];
  const classOf = new Int16Array(model.count);
  for (let i = 0; i < model.count; i++) {
    if (x.reasons[i] || y.reasons[i]) {
      classOf[i] = -1;
      continue;
    }
    // The last class of either axis has the strongest colour.
    classOf[i] = 3 * up.place(classFor(y.values[i], up.breaks))
      + across.place(classFor(x.values[i], across.breaks));
  }
  const classes = Array.from({ length: 9 }, (_, k) => {
    const [column, row] = [across.labels[k % 3], up.labels[Math.floor(k / 3)]];
    return {
      colour: colours.bivariate[k],
      label: column && row ? `${across.title} ${column} · ${up.title} ${row}` : "",
    };
  });
  return { classOf, classes, square: { across, up } };
}

/** One axis of the square: its breaks, its three labels, and which way it runs. */
function axisOf(model, layer, axis, speech) {
  const source = model.layer(layer[axis]);
  const breaks = layer.breaks[axis];
  const low = layer.toward[axis] === "low";
  const most = breaks.length; // fewer than two where the figures allow no three classes
  const place = (k) => (low ? most - k : k) + (2 - most);
  const labels = [null, null, null];
  for (let k = 0; k <= most; k++) {
    const sign = source.unit === "percent" ? speech.percentSign : "";
    const number = (value) => speech.number(value, source.digits) + sign;
    labels[place(k)] = k === 0
      ? most ? `< ${number(breaks[0])}` : ""
      : k === most ? `≥ ${number(breaks[k - 1])}`
        : `${speech.number(breaks[k - 1], source.digits)} – ${number(breaks[k])}`;
  }
  return { source, breaks, place, labels, low, title: speech.text(source.title) };
}

function countClasses(model, shown) {
  const people = model.population;
  Object.assign(shown, { missingCount: 0, missingPeople: 0, people: 0 });
  const counts = new Array(shown.classes.length).fill(0);
  const peopled = counts.slice();
  for (let i = 0; i < model.count; i++) {
    const k = shown.classOf[i];
    const here = people && people.values[i] > 0 ? people.values[i] : 0;
    shown.people += here;
    if (k < 0 || k >= counts.length) {
      shown.missingCount++;
      shown.missingPeople += here;
      continue;
    }
    counts[k]++;
    peopled[k] += here;
  }
  shown.classes.forEach((one, k) => Object.assign(one, { count: counts[k], people: peopled[k] }));
}

/** Why cells are missing, the most frequent reason first. */
function missingReasons(model, layer, shown) {
  const columns = layer.kind === "bivariate" ? [layer.x, layer.y] : [layer.id];
  const counts = new Map();
  for (let i = 0; i < model.count; i++) {
    if (shown.classOf[i] >= 0) continue;
    const reason = columns.map((id) => model.column(id).reasons[i]).find((code) => code) || 0;
    counts.set(reason, (counts.get(reason) || 0) + 1);
  }
  return [...counts].map(([reason, count]) => ({ reason, count }))
    .sort((one, other) => other.count - one.count);
}

/** The look of the map for these classes; `only` dims all classes but one, and `kept` (a byte a
 *  territory, or null) all territories that the table leaves out. */
function lookOf(model, shown, colours, only = null, kept = null) {
  const table = new Int32Array(model.count + 1);
  const ground = pixel(colours.sea);
  const dimmed = shown.classes.map(({ colour }) => mixed(pixel(colour), ground, 216));
  const of = shown.classes.map(({ colour }, k) =>
    (only === null || only === k ? pixel(colour) : dimmed[k]));
  const unsure = shown.doubt && doubtColours(shown.classes, colours);
  for (let i = 0; i < model.count; i++) {
    const k = shown.classOf[i];
    const missing = k < 0 || !shown.classes[k];
    if (unsure && !missing && shown.doubt[i] && only === null && !kept) {
      table[i + 1] = shown.doubt[i] === UNSURE ? unsure.grey : unsure.merged[k];
      continue;
    }
    table[i + 1] = kept && !kept[i] ? (missing ? ground : dimmed[k]) : missing ? HATCH : of[k];
  }
  const dim = only !== null && only !== "missing";
  const [paper, stripe] = colours.missing;
  return {
    table,
    striped: shown.layer.coarse ? stripedTable(table, ground) : null,
    sea: ground,
    hatch: [pixel(paper), dim ? mixed(pixel(stripe), pixel(paper), 180) : pixel(stripe)],
    lines: lineColours({
      fine: pixel(colours.paper), group: pixel(colours.deep),
      contrary: pixel(colours.pale), coast: pixel(colours.rule),
    }),
    marks: { ink: colours.ink, paper: colours.paper },
  };
}
