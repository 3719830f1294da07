// The reader's weights of the dimensions of an index: another index of the same parts, live on the map,
// its legend, the table and the card; and how often, over all weights, a territory is among the worst.

const YOUR_INDEX = "your-index";
const WEIGHT_STEP = 5;
const DRAWS = 256;
const DRAWS_AT_ONCE = 16; // while the page is idle
const WORST_SHARE = 0.1;

/** The published index of a model, if its points are a plain sum of weighted parts. */
function weighable(model) {
  const index = model.layers.find(({ role, id }) => role === "index" && id !== YOUR_INDEX);
  return index?.tree?.children?.length > 1 ? index : null;
}

/** Points of each dimension for every territory, 0 to 100; NaN where none of its parts is known. */
function dimensionPoints(model, index) {
  index.points ??= index.tree.children.map((branch) => branchPoints(model, branch, index.tree));
  return index.points;
}

function branchPoints(model, branch, parent) {
  const points = new Float64Array(model.count);
  if (!branch.children) {
    for (let i = 0; i < model.count; i++) points[i] = scoreOfPart(model, branch, i, parent);
    return points;
  }
  const parts = branch.children.map((child) => branchPoints(model, child, branch));
  return weightedMean(parts, branch.children.map(({ share }) => share), points);
}

/** The mean of parts by weight, into `out`; a missing part leaves its weight to the others. */
function weightedMean(parts, weights, out) {
  for (let i = 0; i < out.length; i++) {
    let [sum, total] = [0, 0];
    for (let k = 0; k < parts.length; k++) {
      const value = parts[k][i];
      if (value !== value) continue; // NaN
      sum += weights[k] * value;
      total += weights[k];
    }
    out[i] = total > 0 ? sum / total : NaN;
  }
  return out;
}

/** Scores under some weights, and why they are missing: where the published index is, too. */
function weightedScores(model, index, weights, column) {
  const { reasons } = model.column(index.id);
  weightedMean(dimensionPoints(model, index), weights, column.values);
  const unit = 10 ** index.digits;
  for (let i = 0; i < model.count; i++) {
    const value = column.values[i];
    const missing = reasons[i] || value !== value;
    column.reasons[i] = missing ? reasons[i] || REASON.few : 0;
    column.values[i] = missing ? NaN : Math.round(value * unit) / unit;
  }
  return column;
}

/** Ranks as Model.ranks gives them (1 is the highest), without sorting: scores are few numbers. */
function countedRanks({ values, reasons }, digits) {
  const unit = 10 ** digits;
  const above = new Uint32Array(100 * unit + 2);
  let of = 0;
  for (let i = 0; i < values.length; i++) {
    if (reasons[i]) continue;
    above[Math.round(values[i] * unit)]++;
    of++;
  }
  for (let k = above.length - 2; k >= 0; k--) above[k] += above[k + 1];
  const ranks = new Float64Array(values.length).fill(NaN);
  for (let i = 0; i < values.length; i++) {
    if (!reasons[i]) ranks[i] = above[Math.round(values[i] * unit) + 1] + 1;
  }
  return { ranks, of, own: false };
}

/** The index of the reader's weights: a layer of the page, and its figures in each model. */
class YourIndex {
  /** weights: by id of a dimension, from 0 to 100. */
  constructor(page, weights) {
    this.page = page;
    this.weights = weights;
    this.layers = new WeakMap(); // by model
  }

  /** Add it to a model, before the published index, or update it there. */
  join(model) {
    const index = weighable(model);
    if (!index) return;
    if (!this.layers.has(model)) {
      const column = { values: new Float64Array(model.count), reasons: new Uint8Array(model.count) };
      const layer = { ...index, id: YOUR_INDEX, interval: {}, points: null, column: { how: "own" } };
      this.layers.set(model, { layer, column });
      model.include(layer, column, index);
    }
    const { layer, column } = this.layers.get(model);
    const children = index.tree.children.map((branch) => ({ ...branch, share: this.weights[branch.id] ?? 0 }));
    weightedScores(model, index, children.map(({ share }) => share), column);
    const title = this.title(index);
    Object.assign(layer, { tree: { ...index.tree, children }, title, finding: title, range: null,
      method: this.page.textOf("weights_method"), ...classing(column.values, layer.digits, layer.bounds) });
    model.setRanks(YOUR_INDEX, countedRanks(column, layer.digits));
  }

  title(index) {
    const { children } = index.tree;
    const total = children.reduce((sum, { id }) => sum + (this.weights[id] ?? 0), 0);
    const share = (id) => (100 * (this.weights[id] ?? 0)) / total;
    return this.page.textOf("weights_title", (speech) => ({ parts: children.map(({ id }) =>
      `${speech.text(this.page.base.layer(id).title)} ${speech.number(share(id))}${speech.percentSign}`).join(", ") }));
  }
}

// -- how often a territory is among the worst -------------------------------------------------

/** Weights that fill all possible ones evenly: spacings of Halton's points. */
function evenWeights(count, draws) {
  const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23];
  const halton = (place, base) => {
    let [value, part] = [0, 1];
    for (let k = place; k > 0; k = Math.floor(k / base)) {
      part /= base;
      value += part * (k % base);
    }
    return value;
  };
  return Array.from({ length: draws }, (_, place) => {
    const cuts = Array.from({ length: count - 1 }, (_unused, k) => halton(place + 1, primes[k % primes.length]));
    const ends = [0, ...cuts.sort((a, b) => a - b), 1];
    return ends.slice(1).map((end, k) => end - ends[k]);
  });
}

/**
 * The share of all weights with which each territory is in the worst tenth; computed while the page is
 * idle, then `done` is called. Null until then.
 */
function acceptability(model, index, done) {
  if (index.worst) {
    if (!index.worst.left.length) return index.worst.share;
    index.worst.done = done;
    return null;
  }
  const left = evenWeights(index.tree.children.length, DRAWS);
  index.worst = { left, done, share: new Float64Array(model.count) };
  const column = { values: new Float64Array(model.count), reasons: new Uint8Array(model.count) };
  const idle = window.requestIdleCallback ?? ((act) => setTimeout(act, 20));
  const next = () => {
    for (const weights of left.splice(0, DRAWS_AT_ONCE)) countWorst(model, index, weights, column);
    if (left.length) idle(next);
    else index.worst.done();
  };
  idle(next);
  return null;
}

function countWorst(model, index, weights, column) {
  weightedScores(model, index, weights, column);
  const { ranks, of } = countedRanks(column, index.digits);
  const { share } = index.worst;
  // Rank 1 is the highest score; where that is the best, the worst are the last.
  const last = index.better === "higher";
  const limit = last ? of - WORST_SHARE * of : WORST_SHARE * of;
  for (let i = 0; i < model.count; i++) {
    if (last ? ranks[i] > limit : ranks[i] <= limit) share[i] += 1 / DRAWS;
  }
}

/** The sentence on it for a territory, filled in when it is known. */
function acceptabilityLine(page, i) {
  const { model, speech } = page;
  const index = weighable(model);
  if (!index || model.head.embed || model.column(index.id).reasons[i]) return null;
  const line = el("p", { class: "zb-acceptability" });
  const fill = () => {
    const share = acceptability(model, index, fill);
    if (!share) return;
    line.textContent = speech.say("weights_worst", { share: speech.number(100 * share[i]) + speech.percentSign });
  };
  fill();
  return line;
}

// -- the sliders ------------------------------------------------------------------------------

function drawWeights(page) {
  const { speech, model } = page;
  const index = model.names && weighable(model);
  if (!index || page.given || model.head.embed) return null;
  const now = page.weights ?? publishedWeights(index);
  const rows = index.tree.children.map(({ id }) => {
    const title = speech.text(model.layer(id).title);
    const share = el("output", { for: `zb-weight-${id}` });
    const slider = el("input", { type: "range", id: `zb-weight-${id}`, min: 0, max: 100, step: WEIGHT_STEP,
      value: now[id], "data-weight": id, input: () => page.weigh(readWeights(section, slider)),
      change: () => page.weighed(id) });
    return el("div", { class: "zb-weight" }, el("label", { for: `zb-weight-${id}` }, isolated(title)),
      share, slider);
  });
  const section = el("details", { class: "zb-weights", open: Boolean(page.weights || page.weightsOpen),
    toggle: () => { page.weightsOpen = section.open; } },
  el("summary", {}, speech.say("weights")), el("p", { class: "zb-own-note" }, speech.say("weights_note")), rows,
  el("button", { type: "button", class: "zb-button", "data-own": "published", disabled: !page.weights,
    click: () => page.unweigh() }, speech.say("weights_published")));
  fillShares(section, now, speech);
  return section;
}

/** Weights of the published index, the largest of which is 100. */
function publishedWeights({ tree }) {
  const most = Math.max(...tree.children.map(({ share }) => share));
  return Object.fromEntries(tree.children.map(({ id, share }) => [id, (100 * share) / most]));
}

/** What the sliders say; at least one of them is above nothing. */
function readWeights(section, moved) {
  const sliders = [...section.querySelectorAll("[data-weight]")];
  if (sliders.every(({ value }) => Number(value) === 0)) moved.value = WEIGHT_STEP;
  return Object.fromEntries(sliders.map(({ dataset, value }) => [dataset.weight, Number(value)]));
}

function fillShares(section, weights, speech) {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  for (const slider of section.querySelectorAll("[data-weight]")) {
    const share = (100 * weights[slider.dataset.weight]) / total;
    const text = speech.number(share) + speech.percentSign;
    slider.setAttribute("aria-valuetext", text);
    section.querySelector(`output[for="${slider.id}"]`).textContent = text;
  }
}

/** Weights in an address ("infrastructure:70,online-presence:30"), or null. */
function weightsIn(text, index) {
  if (!text || !index) return null;
  const found = Object.fromEntries(text.split(",").map((part) => part.split(":"))
    .map(([id, weight]) => [id, Number(weight)]));
  const all = index.tree.children.map(({ id }) => (Object.hasOwn(found, id) ? found[id] : 0));
  return all.every((weight) => weight >= 0 && weight <= 100) && all.some((weight) => weight > 0)
    ? Object.fromEntries(index.tree.children.map(({ id }, k) => [id, all[k]])) : null;
}

const WEIGHING = {
  /** A text by language, for a layer that the page makes. */
  textOf(name, slots = () => ({})) {
    const { head } = this.base;
    return Object.fromEntries(Object.keys(head.words).map((lang) => {
      const speech = new Speech(head, lang);
      return [lang, speech.say(name, slots(speech))];
    }));
  },

  /** Show the index of these weights: map and legend now, table and card in the next frames. */
  weigh(weights) {
    performance.mark("zb-weigh");
    this.weights = weights;
    this.yourIndex ??= new YourIndex(this, weights);
    this.yourIndex.weights = weights;
    for (const model of new Set([this.model, this.pinnedIn])) this.yourIndex.join(model);
    this.layer = this.model.layer(YOUR_INDEX);
    this.classed.clear();
    this.table.found = null;
    this.show();
    const section = this.root.querySelector(".zb-weights");
    fillShares(section, weights, this.speech);
    section.querySelector("button").disabled = false;
    performance.measure("zb-weighed", "zb-weigh");
  },

  /** The reader let the slider go: the choices list the index, and the address keeps the weights. */
  weighed(id) {
    this.anew();
    this.refocus(`#zb-weight-${id}`);
    const { speech } = this;
    this.status.textContent = speech.say("now_shown", { title: speech.text(this.layer.title) });
  },

  /** The weights of an address, or none. */
  restoreWeights(text) {
    this.weights = weightsIn(text, weighable(this.model));
    for (const model of this.models.values()) model.forget(({ id }) => id === YOUR_INDEX);
    this.yourIndex = this.weights && new YourIndex(this, this.weights);
    for (const model of this.models.values()) this.yourIndex?.join(model);
  },

  /** Back to the published index. */
  unweigh() {
    const back = this.layer.id === YOUR_INDEX;
    this.weights = null;
    this.yourIndex = null;
    for (const model of this.models.values()) model.forget(({ id }) => id === YOUR_INDEX);
    if (back) this.layer = weighable(this.model) ?? this.firstLayer();
    this.table.found = null;
    this.anew();
    this.refocus(".zb-weights summary");
  },

  /** Build the page again as it is. */
  anew() {
    const { beside } = this;
    this.rebuild();
    if (beside && this.findLayer(beside.layer.id)) this.setBeside(beside.layer.id);
    this.repin();
  },
};
