// The atlas of the page: columns and names, each decoded when it is first needed.

class Model {
  constructor(head) {
    this.head = head;
    this.count = head.geometry.territories;
    this.layers = [...head.layers];
    this._byId = new Map(head.layers.map((layer) => [layer.id, layer]));
    this._columns = new Map();
    this._blocks = [];
    this.id = ""; // of the level; "" for the page's own territories
    this.prefix = ""; // of the streams of a level above the page's own, see levels.js
    this.names = null;
    this.former = []; // names that territories had: [{ i, name, merged }]
    this.codes = null;
    this.groups = null;
    this.population = null;
    if (!head.embed) for (const layer of this.layers) completeBreaks(this, layer);
  }

  layer(id) {
    return this._byId.get(id);
  }

  /** Add a layer whose figures are not in a block of the page, before another or last. */
  include(layer, column, before = null) {
    this._byId.set(layer.id, layer);
    const found = this.layers.indexOf(before);
    const at = found < 0 ? this.layers.length : found;
    // Another list, so that what was made for the former one is seen to be old.
    this.layers = [...this.layers.slice(0, at), layer, ...this.layers.slice(at)];
    this._columns.set(layer.id, column);
  }

  /** Remove layers that were added. */
  forget(test) {
    const gone = this.layers.filter(test);
    if (!gone.length) return; // the same list, so that what was made for it stays
    for (const { id } of gone) {
      this._byId.delete(id);
      for (const key of [id, `${id}/ranks`]) this._columns.delete(key);
    }
    this.layers = this.layers.filter((layer) => !test(layer));
  }

  /** Ranks of a layer, as `ranks` gives them. */
  setRanks(id, ranks) {
    this._columns.set(`${id}/ranks`, ranks);
  }

  /** Add a block; columns are decoded from it later. */
  add(bytes, places) {
    this._blocks.push({ bytes, places });
  }

  has(name) {
    return this._blocks.some(({ places }) => Object.hasOwn(places, this.prefix + name));
  }

  bytes(name) {
    const key = this.prefix + name;
    const block = this._blocks.find(({ places }) => Object.hasOwn(places, key));
    return block && stream(block.bytes, block.places, key);
  }

  /** Figures and reasons of a layer. */
  column(id) {
    return this._column(id, this.layer(id).column);
  }

  /**
   * Another column of a layer: its rank, the ends of its interval. Null without. Each is stored as its difference from
   * another: from the layer's own ("") or from the rank of the figures that the page has ("standing").
   */
  interval(id, name) {
    const how = this.layer(id).interval?.[name];
    const key = `${id}/${name}`;
    if (!how || !this.has(key)) return null;
    if (this._columns.has(key)) return this._columns.get(key);
    const column = this._column(key, how);
    const base = how.from === "standing" ? this.standing(id)
      : how.from ? this.interval(id, how.from) : this.column(id);
    for (let i = 0; i < this.count; i++) column.values[i] += base.values[i];
    return column;
  }

  /** A fact of the territories (population, area_km2), or null. */
  fact(name) {
    const how = Object.hasOwn(this.head.facts, name) ? this.head.facts[name] : null;
    return how && this.has(`fact/${name}`) ? this._column(`fact/${name}`, how) : null;
  }

  /** For each territory the position of its container at a level, 0 for none. */
  parents(level) {
    const key = `parent/${level}`;
    if (!this._columns.has(key)) {
      const size = this.head.levels.find(({ id }) => id === level).bytes;
      this._columns.set(key, readPlanes(this.bytes(key), this.count, size));
    }
    return this._columns.get(key);
  }

  _column(key, how) {
    if (!this._columns.has(key)) {
      this._columns.set(key, readColumn(this.bytes(key), how, this.count));
    }
    return this._columns.get(key);
  }

  /** Position in this model of the page's own territory i; -1 if it is in none. */
  unitOf(i) {
    return i;
  }

  /** Borders of this level get the stronger line. */
  outline(level) {
    this.outlined = level;
    this.groups = null;
    if (!level) return;
    this.groups = new Uint32Array(this.count + 1);
    this.groups.set(this.parents(level), 1);
  }

  /** Names and codes, once the second block is loaded, and with it all figures. */
  readText() {
    const text = readJson(this.bytes("text"));
    Object.assign(this, text, presentNames(text.names), { codes: text.codes && unshared(text.codes) });
    if (!this.codes) this.codes = this._numberedCodes();
    this.population = this.fact("population");
    poolBreaks(this);
  }

  /** Codes that are stored as numbers in base 36. */
  _numberedCodes() {
    const { bytes, places } = this._blocks.find((block) => "codes" in block.places);
    const numbers = readDifferences(bytes, places, "codes", new Float64Array(this.count));
    return Array.from(numbers, (number) =>
      number.toString(36).toUpperCase().padStart(this.head.code_width, "0"));
  }

  extents() {
    this._extents ??= extents(this.geometry);
    return this._extents;
  }

  /** Rank of each territory in a layer (1 is the highest figure), NaN without a figure; and of
   *  how many. Those that a layer carries, else ranked here. */
  ranks(id) {
    const key = `${id}/ranks`;
    if (this._columns.has(key)) return this._columns.get(key);
    const { values: ranks, order } = this.standing(id);
    const carried = this.interval(id, "rank");
    // Ranks in a larger whole, of which the page shows a part, are not ranks among its territories.
    const own = carried
      && order.every((i) => carried.reasons[i] || carried.values[i] <= order.length);
    if (own) {
      for (const i of order) if (!carried.reasons[i]) ranks[i] = carried.values[i];
    }
    const made = { ranks, of: order.length, own };
    this._columns.set(key, made);
    return made;
  }

  /** The rank of each figure among those of the page, equal ones with the same, NaN without one; and the territories
   *  with a figure, the highest first. */
  standing(id) {
    const { values, reasons } = this.column(id);
    const order = Array.from(values.keys()).filter((i) => !reasons[i])
      .sort((one, other) => values[other] - values[one]);
    const standing = new Float64Array(this.count).fill(NaN);
    order.forEach((i, k) => {
      const tied = k > 0 && values[order[k - 1]] === values[i];
      standing[i] = tied ? standing[order[k - 1]] : k + 1;
    });
    return { values: standing, order };
  }

  /** The rank of a territory in a layer, of how many, and its interval if there is one. */
  rank(id, i) {
    if (this.column(id).reasons[i]) return null;
    const { ranks, of, own } = this.ranks(id);
    const low = own && this.interval(id, "rank_low");
    const high = own && this.interval(id, "rank_high");
    return {
      rank: ranks[i],
      of,
      low: low && !low.reasons[i] ? low.values[i] : null,
      high: high && !high.reasons[i] ? high.values[i] : null,
    };
  }
}

/** Texts that are written without the beginning of the one before, of which each has the number of letters first. */
function unshared(texts) {
  let last = "";
  return texts.map((text) => { last = last.slice(0, parseInt(text[0], 36)) + text.slice(1); return last; });
}

/** Names of territories as the page has them: { names, former }. One that had others is a list of its
 *  name, the names of former territories in it, and a list of its own earlier names. */
function presentNames(written) {
  const former = [];
  const names = unshared(written.map((entry, i) => {
    if (typeof entry === "string") return entry;
    for (const one of entry.slice(1)) {
      if (typeof one === "string") former.push({ i, name: one, merged: true });
      else former.push(...one.map((name) => ({ i, name, merged: false })));
    }
    return entry[0];
  }));
  return { names, former };
}
