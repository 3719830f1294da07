// The reader's own table as layers of the page: read, matched, classified, and forgotten with the page.

/** A sentence and its slots in the reader's language; a text of the data as it is. */
function inWords(part, speech) {
  if (part === null || part === undefined) return "";
  if (typeof part === "string") return part;
  if (typeof part === "number") return speech.number(part);
  if (Array.isArray(part)) return part.map((one) => inWords(one, speech)).join(", ");
  if (part.name === undefined) return speech.text(part);
  const slots = Object.fromEntries(Object.entries(part.slots)
    .map(([slot, value]) => [slot, inWords(value, speech)]));
  if (part.count === null) return speech.say(part.name, slots);
  const forms = speech.words[part.name];
  const phrase = forms[speech.plurals.select(part.count)] ?? forms.other;
  return speech.fill(phrase, { ...slots, count: speech.number(part.count) });
}

/** A fault as the tool writes it: place, what was found, what to do. */
function faultText({ message, remedy, line, column }, file, speech) {
  const place = [file,
    line ? sentence("place_line", { line: String(line) }) : null,
    column === null ? null : sentence("place_column", { column: pythonText(column) })].filter(Boolean);
  const found = sentence("place_at", { place, message });
  return [inWords(found, speech), inWords(remedy, speech)].filter(Boolean).join(" ");
}

/** Levels of the page that a table may be of, the finest first. */
function tableLevels(base) {
  const above = (id) => (base.head.levels.some((one) => one.id === id) ? base.parents(id) : null);
  const own = { id: base.head.project?.level ?? "", key: "", codes: base.codes, names: base.names,
    plural: base.head.level.plural, title: base.head.level.title, parents: above };
  return [own, ...base.head.upper.map(({ id, level }) => ({
    id, key: id, plural: level.plural, title: level.title, parents: () => null,
    codes: base.containers[id].map(([code]) => code),
    names: base.containers[id].map(([, name]) => name),
  }))];
}

class OwnTable {
  /** table: of cutTable. Raises TableRefused if its codes cannot be used. */
  constructor(page, table) {
    const { base } = page;
    this.table = table;
    this.method = page.textOf("own_method", () => ({ file: table.file }));
    this.match = matchRows(table, tableLevels(base));
    this.columns = table.names.map((name, k) => ({ k, name, faults: null }))
      .filter(({ k }) => k !== this.match.column);
    this.columns.push(...table.repeated.map((one) => ({ k: -1, name: one.column, faults: [one] })));
    const ids = new Set(base.layers.map(({ id }) => id));
    for (const column of this.columns) {
      if (column.faults || !looksNumeric(table.cells[column.k])) continue;
      column.id = ownId(column.name, ids);
      const scanned = scanCells(table.cells[column.k]);
      this.read(column, { unit: evidentUnit(column.name, table.cells[column.k], scanned), better: null }, scanned);
    }
  }

  /** The columns that became layers. */
  get figures() {
    return this.columns.filter(({ layer }) => layer);
  }

  /** Read a column's figures in a unit, or collect its faults. */
  read(column, { unit, better }, scanned) {
    Object.assign(column, { unit, better, faults: null, layer: null });
    try {
      const read = readFigures(this.table, column.k, unit, scanned);
      const placed = this.place(read);
      Object.assign(column, { decimal: read.decimal, flagged: read.flagged, notices: read.notices });
      column.missing = missingCounts(read.reasons);
      column.own = placed;
      // If each row has its territory, its figures need no second sorting.
      const sorted = this.match.listed.length ? undefined : atDigits(read.sorted, read.digits);
      column.layer = this.describe(column, placed.values, read.digits, sorted);
    } catch (error) {
      if (!(error instanceof TableRefused)) throw error;
      column.faults = error.faults;
    }
  }

  /** Figures and reasons on the territories of the table's level. */
  place({ values, reasons, digits }) {
    const { level, at } = this.match;
    const count = level.codes.length;
    const placed = { values: new Float64Array(count).fill(NaN),
      reasons: new Uint8Array(count).fill(REASON.matched) };
    const shown = atDigits(values, digits);
    at.forEach((i, row) => {
      if (i < 0) return;
      placed.values[i] = shown[row];
      placed.reasons[i] = reasons[row];
    });
    return placed;
  }

  describe({ id, name, unit, better }, values, digits, sorted) {
    const bounds = UNIT_BOUNDS[unit];
    const shown = unit === "count" ? 0 : digits;
    return {
      id, kind: "figures", role: "own", title: name.trim(), finding: name.trim(), unit, better,
      digits: shown, period: "", suffix: "", native: null, partly: false, method: this.method, parts: [],
      sources: [], file: this.table.file,
      bounds, column: { how: "own" }, interval: {}, scheme: "quantile", ...classing(values, shown, bounds, sorted),
    };
  }

  /** Add the layers to a model of the page, as far as its level has their figures. */
  join(model, level) {
    model.forget(({ role }) => role === "own");
    for (const column of this.figures) {
      const found = this.columnAt(column, model, level);
      if (found) model.include(found.layer, found.column);
    }
  }

  columnAt({ layer, own }, model, level) {
    if (level === this.match.level.key) return { layer, column: own };
    if (level === "") {
      // A table of a containing level: each territory has the figure of its container.
      const units = model.parents(this.match.level.key);
      const column = { values: new Float64Array(model.count), reasons: new Uint8Array(model.count) };
      for (let i = 0; i < model.count; i++) {
        column.values[i] = units[i] ? own.values[units[i] - 1] : NaN;
        column.reasons[i] = units[i] ? own.reasons[units[i] - 1] : REASON.matched;
      }
      return { layer: this.classed({ ...layer, native: this.match.level.title, coarse: true }, column), column };
    }
    if (this.match.level.key !== "") return null;
    const column = aggregated(own, model, layer.unit === "count", layer.digits);
    return { layer: this.classed({ ...layer, range: null }, column), column };
  }

  classed(layer, { values }) {
    return { ...layer, ...classing(values, layer.digits, layer.bounds) };
  }
}

/** An identifier for a column: plain letters, digits and hyphens, not one of the page's. */
function ownId(name, taken) {
  const plain = folded(name).replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40) || "figure";
  let id = plain;
  for (let k = 2; taken.has(id) || ["code", "name"].includes(id); k++) id = `${plain}-${k}`;
  taken.add(id);
  return id;
}

/** How many cells are missing, by reason. */
function missingCounts(reasons) {
  const counts = new Map();
  for (const reason of reasons) if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

/** Figures of a containing level: counts are summed, others averaged over the territories with a
 *  figure (layers/aggregate.py). */
function aggregated({ values, reasons }, model, sums, digits) {
  const { count, units } = model;
  const [total, known] = [new Float64Array(count), new Uint32Array(count)];
  const why = Array.from({ length: count }, () => new Uint32Array(16));
  for (let i = 0; i < units.length; i++) {
    const unit = units[i] - 1;
    if (unit < 0) continue;
    if (reasons[i]) {
      why[unit][reasons[i]]++;
      continue;
    }
    total[unit] += values[i];
    known[unit]++;
  }
  const whole = total.map((sum, unit) => {
    // The sum of some would be too small without showing it.
    if (!known[unit] || (sums && why[unit].some(Boolean))) return NaN;
    return sums ? sum : sum / known[unit];
  });
  return { values: atDigits(whole, digits), reasons: Uint8Array.from(whole, (one, unit) => {
    if (!Number.isNaN(one)) return 0;
    const most = Math.max(...why[unit]);
    return most ? why[unit].indexOf(most) : REASON.matched;
  }) };
}
