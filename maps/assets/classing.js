// Where the classes of figures begin, by the methods that the page does not bring with it, and for figures
// that it got from its reader: those of maps/drawn/breaks.py, with the same results to the last digit; tests
// compare both.

const CLASS_COUNT = 6;
const JENKS_STEPS = 512;

/** Half to even, as Python's round: exact, because toFixed is where no tie is. */
function roundedTo(value, digits) {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e21) return value;
  const text = value.toFixed(digits);
  const exact = Math.abs(value).toFixed(Math.min(digits + 60, 100));
  const rest = exact.slice(exact.indexOf(".") + 1 + digits);
  if (!/^50*$/.test(rest)) return Number(text);
  const down = Math.sign(value) * Number(exact.slice(0, exact.length - rest.length));
  const last = Number(exact.slice(0, exact.length - rest.length).replace(".", "").at(-1));
  return last % 2 === 0 ? down : Number((down + Math.sign(value) * 10 ** -digits).toFixed(digits));
}

/** Figures at the precision that the page shows, as numpy rounds them; values: a Float64Array. */
function atDigits(values, digits) {
  const unit = 10 ** digits;
  return values.map((value) => {
    const scaled = value * unit;
    const whole = Math.floor(scaled);
    const rest = scaled - whole;
    const up = rest > 0.5 || (rest === 0.5 && whole % 2 !== 0);
    return (whole + (up ? 1 : 0)) / unit;
  });
}

/** The first place in rising figures whose value is not below (or, on the right, is above) a value. */
function sortedPlace(figures, value, right = false) {
  let [from, to] = [0, figures.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (figures[middle] < value || (right && figures[middle] === value)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Breaks that rise and have figures on both sides. */
function distinctBreaks(breaks, figures) {
  if (!figures.length) return [];
  const [low, high] = [figures[0], figures.at(-1)];
  return [...new Set(breaks)].filter((value) => low < value && value <= high).sort((a, b) => a - b);
}

/** figures: rising. */
function quantileBreaks(figures, digits, classes = CLASS_COUNT) {
  const breaks = [];
  let start = 0;
  while (breaks.length < classes - 1 && start < figures.length) {
    const want = (figures.length - start) / (classes - breaks.length);
    let place = Math.min(start + Math.max(roundedTo(want, 0), 1), figures.length);
    if (place >= figures.length) break;
    let value = figures[place];
    if (value === figures[start]) {
      place = sortedPlace(figures, value, true);
      if (place >= figures.length) break;
      value = figures[place];
    } else {
      const first = sortedPlace(figures, value);
      place = first > start ? first : place;
    }
    breaks.push(roundedTo(value, digits));
    start = place;
  }
  return distinctBreaks(breaks, figures);
}

function innerSteps(low, high, classes) {
  const step = (high - low) / classes;
  return Array.from({ length: classes - 1 }, (_, k) => (k + 1) * step + low);
}

function equalBreaks(figures, digits, classes = CLASS_COUNT) {
  if (!figures.length) return [];
  const inner = innerSteps(figures[0], figures.at(-1), classes);
  return distinctBreaks(inner.map((value) => roundedTo(value, digits)), figures);
}

function goalpostBreaks(low, high, digits, classes = 5) {
  return innerSteps(low, high, classes).map((value) => roundedTo(value, digits));
}

function jenksBreaks(figures, digits, most = CLASS_COUNT) {
  const values = figures.filter((value, k) => !k || value !== figures[k - 1]);
  const counts = new Float64Array(values.length);
  for (let k = -1, i = 0; i < figures.length; i++) {
    if (!i || figures[i] !== figures[i - 1]) k++;
    counts[k]++;
  }
  const classes = Math.min(most, values.length);
  if (classes < 2) return [];
  const middle = pairwiseSum(values.map((value, k) => value * counts[k])) / figures.length;
  const sums = cumulated(values.map((value) => value - middle), counts);
  let starts = [];
  let before = 0;
  let group = -1;
  values.forEach((_, k) => {
    const own = Math.floor((before * JENKS_STEPS) / figures.length);
    if (own !== group) starts.push(k);
    group = own;
    before += counts[k];
  });
  if (values.length <= JENKS_STEPS || starts.length < classes) starts = Array.from(values.keys());
  const cuts = refinedCuts(bestCuts(sums, starts, classes).map((k) => starts[k]), sums, starts);
  return distinctBreaks(cuts.map((cut) => roundedTo(values[cut], digits)), values);
}

/** The sum of numbers in the order in which numpy adds them. */
function pairwiseSum(numbers, from = 0, to = numbers.length) {
  const count = to - from;
  if (count < 8) {
    let sum = 0;
    for (let i = from; i < to; i++) sum += numbers[i];
    return sum;
  }
  if (count > 128) {
    const half = (count >> 1) - ((count >> 1) % 8);
    return pairwiseSum(numbers, from, from + half) + pairwiseSum(numbers, from + half, to);
  }
  const part = Array.from({ length: 8 }, (_, k) => numbers[from + k]);
  const whole = count - (count % 8);
  for (let i = 8; i < whole; i += 8) for (let k = 0; k < 8; k++) part[k] += numbers[from + i + k];
  let sum = ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  for (let i = from + whole; i < to; i++) sum += numbers[i];
  return sum;
}

/** Running sums of weights, figures and squares, which give the spread of any class. */
function cumulated(values, counts) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest > 1e100 ? largest : 1; // their squares would be infinite
  const n = values.length;
  const [weight, total, square] = [0, 0, 0].map(() => new Float64Array(n + 1));
  for (let k = 0; k < n; k++) {
    const value = scale === 1 ? values[k] : values[k] / scale;
    weight[k + 1] = weight[k] + counts[k];
    total[k + 1] = total[k] + counts[k] * value;
    square[k + 1] = square[k] + counts[k] * (value * value);
  }
  return { count: n, spread(first, end) {
    const people = weight[end] - weight[first];
    if (!(people > 0)) return Infinity;
    const sum = total[end] - total[first];
    return square[end] - square[first] - (sum * sum) / people;
  } };
}

/** Which groups begin a class, except the first class: dynamic programming (Fisher 1958). */
function bestCuts(sums, starts, classes) {
  const n = starts.length;
  const end = (j) => (j + 1 < n ? starts[j + 1] : sums.count);
  let best = Float64Array.from({ length: n }, (_, j) => sums.spread(starts[0], end(j)));
  const back = [null];
  for (let k = 1; k < classes; k++) {
    const [next, from] = [new Float64Array(n).fill(Infinity), new Int32Array(n)];
    for (let j = 0; j < n; j++) {
      for (let i = 1; i <= j; i++) {
        const cost = best[i - 1] + sums.spread(starts[i], end(j));
        if (cost < next[j]) {
          next[j] = cost;
          from[j] = i;
        }
      }
    }
    best = next;
    back.push(from);
  }
  const cuts = [];
  for (let k = classes - 1, j = n - 1; k > 0; k--) {
    cuts.push(back[k][j]);
    j = cuts.at(-1) - 1;
  }
  return cuts.reverse();
}

/** The cuts, each moved to the best figure of the groups on its two sides. */
function refinedCuts(cuts, sums, starts) {
  const placed = [0, ...cuts, sums.count];
  for (let k = 1; k < placed.length - 1; k++) {
    const at = sortedPlace(starts, placed[k]);
    const low = Math.max(placed[k - 1] + 1, starts[Math.max(at - 1, 0)]);
    const high = Math.min(placed[k + 1], at + 1 < starts.length ? starts[at + 1] : sums.count);
    let [best, least] = [low, Infinity];
    for (let cut = low; cut < Math.max(high, low + 1); cut++) {
      const cost = sums.spread(placed[k - 1], cut) + sums.spread(cut, placed[k + 1]);
      if (cost < least) [best, least] = [cut, cost];
    }
    placed[k] = best;
  }
  return placed.slice(1, -1);
}

const BREAK_METHODS = { quantile: quantileBreaks, jenks: jenksBreaks, equal: equalBreaks };

function knownFigures(values) {
  const known = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) known[count++] = values[i];
  return known.subarray(0, count);
}

/** All that the page needs to classify figures: { breaks, diverging, thirds, spread }.
 *  values: at the precision shown, NaN without a figure; list: those that are known, rising. */
function classing(values, digits, [low, high], list = knownFigures(values).sort()) {
  const diverging = diverges(list);
  const breaks = breaksWhenNeeded({}, digits, () => list);
  if (!diverging && low !== null && high !== null) breaks.goalposts = goalpostBreaks(low, high, digits);
  const [a, b] = [list[(list.length - 1) >> 1], list[list.length >> 1]];
  const skewed = list.length > 0 && list[0] >= 0 && list.at(-1) > 100 * ((a + b) / 2);
  return { breaks, diverging, thirds: quantileBreaks(list, digits, 3), spread: skewed ? "log" : "linear" };
}

/** Whether rising figures are on both sides of zero. */
function diverges(list) {
  return list.length > 0 && list[0] < 0 && list.at(-1) > 0;
}

/** Breaks by method, those that are not given computed when they are first needed: natural breaks take a
 *  while. breaksGiven: may be those of another level; rising: returns the figures, rising. */
function breaksWhenNeeded(breaksGiven, digits, rising) {
  const given = breaksGiven.given || breaksGiven;
  const breaks = Object.defineProperty({}, "given", { value: given });
  for (const [name, method] of Object.entries(BREAK_METHODS)) {
    let found = given[name];
    Object.defineProperty(breaks, name, { enumerable: true, get() {
      found ??= diverges(rising()) ? twoSided(rising(), method, digits) : method(rising(), digits);
      return found;
    } });
  }
  for (const [name, found] of Object.entries(given)) if (!(name in BREAK_METHODS)) breaks[name] = found;
  return breaks;
}

/** Complete the breaks of a layer of the page, and those of its waves together, by the other methods. */
function completeBreaks(model, layer) {
  if (layer.kind !== "figures") return;
  const rising = (layers) => {
    let list = null;
    return () => {
      list ??= Float64Array.from(layers.flatMap(({ id, digits }) =>
        [...knownFigures(atDigits(model.column(id).values, digits))])).sort();
      return list;
    };
  };
  layer.breaks = breaksWhenNeeded(layer.breaks, layer.digits, rising([layer]));
  if (!layer.pooled) return;
  const waves = model.layers.filter((one) => one.wave_of === layer.id);
  const pooled = [layer, ...waves].map(({ id }) => ({ id, digits: layer.digits }));
  layer.pooled = breaksWhenNeeded(layer.pooled, layer.digits, rising(pooled));
}

/** Breaks of figures around zero: zero, and those of the method on either side of it. */
function twoSided(figures, method, digits) {
  const half = CLASS_COUNT >> 1;
  const below = method(figures.filter((value) => value < 0), digits, half);
  const above = method(figures.filter((value) => value >= 0), digits, half);
  return distinctBreaks([...below, 0, ...above], figures);
}
