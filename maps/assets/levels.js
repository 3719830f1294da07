// The same page at a level that contains its territories: its figures were aggregated in Python.
// Its shapes are the page's arcs without those inside.

/** The model of a containing level, made from that of the page's own territories. */
class UpperModel extends Model {
  constructor(base, told) {
    const layers = told.layers.map((layer) => ({ ...base.layer(layer.id), ...layer }));
    const kept = new Set(layers.map(({ id }) => id));
    const pairs = base.layers.filter(({ kind, x, y }) =>
      kind === "bivariate" && kept.has(x) && kept.has(y))
      .map((pair) => ({ ...pair, breaks: pairBreaks(layers, pair) }));
    const units = base.parents(told.id);
    const { count } = base.head.levels.find(({ id }) => id === told.id);
    const geometry = joinedGeometry(base.geometry, units, count);
    super({
      ...base.head,
      layers: [...layers, ...pairs],
      facts: told.facts,
      bands: null,
      level: told.level,
      levels: base.head.levels.filter(({ id }) => told.above.includes(id)),
      outline: told.outline,
      notices: [...told.notices, ...base.head.notices],
      geometry,
    });
    Object.assign(this, { base, id: told.id, units, geometry, prefix: `${told.id}:`,
      _blocks: base._blocks });
    if (base.names) this.readText();
    this.head.typical_width = medianWidth(this) * geometry.grid;
    this.outline(told.outline);
  }

  /** Names and codes, once those of the page's own territories are there. */
  readText() {
    const containers = this.base.containers[this.id];
    this.codes = containers.map(([code]) => code);
    this.names = containers.map(([, name]) => name);
    this.containers = this.base.containers;
    this.population = this.fact("population");
    poolBreaks(this);
  }

  unitOf(i) {
    return this.units[i] - 1;
  }

  /** For a level above this one: what contains the first member contains them all. */
  parents(level) {
    const key = `parent/${level}`;
    if (!this._columns.has(key)) {
      const of = this.base.parents(level);
      const out = new Uint32Array(this.count);
      for (let i = 0; i < this.units.length; i++) {
        const unit = this.units[i];
        if (unit && !out[unit - 1]) out[unit - 1] = of[i];
      }
      this._columns.set(key, out);
    }
    return this._columns.get(key);
  }
}

/** The arcs between different units, each with the units on its two sides. */
function joinedGeometry(geometry, units, count) {
  const { leftId, rightId, starts } = geometry;
  const unit = new Uint32Array(geometry.territories + 1);
  unit.set(units, 1);
  const kept = new Uint32Array(geometry.arcs);
  let arcs = 0;
  let vertices = 0;
  for (let k = 0; k < geometry.arcs; k++) {
    if (unit[leftId[k]] === unit[rightId[k]]) continue;
    kept[arcs++] = k;
    vertices += starts[k + 1] - starts[k];
  }
  const sides = (ids) => kept.subarray(0, arcs).map((k) => unit[ids[k]]);
  const joined = { ...geometry, around: null, territories: count, arcs, vertices,
    leftId: sides(leftId), rightId: sides(rightId) };
  // The first arcs of a page are those of the level that it opens with: they need no copy.
  const first = arcs > 0 && kept[arcs - 1] === arcs - 1;
  return first ? joined : Object.assign(joined, copyArcs(geometry, kept, joined));
}

/** Some arcs of a geometry, one after another. */
function copyArcs({ x, y, starts, boxes }, kept, { arcs, vertices }) {
  const copied = {
    x: new Int32Array(vertices),
    y: new Int32Array(vertices),
    starts: new Uint32Array(arcs + 1),
    boxes: new Int32Array(4 * arcs),
  };
  for (let at = 0, to = 0; at < arcs; at++) {
    const k = kept[at];
    for (let i = starts[k]; i < starts[k + 1]; i++, to++) {
      copied.x[to] = x[i];
      copied.y[to] = y[i];
    }
    copied.starts[at + 1] = to;
    for (let side = 0; side < 4; side++) copied.boxes[4 * at + side] = boxes[4 * k + side];
  }
  return copied;
}

/** Width of a typical unit, in grid steps. */
function medianWidth(model) {
  const extent = model.extents();
  const widths = Float64Array.from({ length: model.count }, (_, i) => extent[4 * i + 6] - extent[4 * i + 4])
    .filter((width) => width > 0).sort();
  return widths.length ? widths[widths.length >> 1] : 1000;
}

/** The breaks of a bivariate map: thirds of the territories, as in Python. */
function pairBreaks(layers, { x, y }) {
  const thirds = (id) => layers.find((layer) => layer.id === id)?.thirds || [];
  return { x: thirds(x), y: thirds(y) };
}
