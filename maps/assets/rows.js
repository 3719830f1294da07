// The content of the table: its columns, its territories, their order.

/** The reader's choices for the table. */
function newTableState() {
  return { open: false, text: "", within: "", flag: "", sort: "", down: false, columns: null };
}

/**
 * The columns: [{ id, title, text (i) the cell in the reader's words, plain (i) text or number for
 * a file, why (i) the reason where it is missing, else "", order (i) what rows are sorted by,
 * numeric }].
 */
function tableColumns(page) {
  const { model, speech, table } = page;
  const level = placeLevel(model);
  const fixed = [nameColumn(page)];
  if (level) fixed.push(placeColumn(page, level));
  const wanted = table.columns ?? defaultColumns(page);
  return [...fixed, ...wanted.map((id) => columnOf(page, id)).filter(Boolean)]
    .map((column) => ({ why: () => "", title: "", ...column, speech }));
}

/** The default columns of the table: the map's own figures, index and people. */
function defaultColumns(page) {
  const { model, layer } = page;
  const index = model.layers.find(({ role }) => role === "index");
  const shown = layer.kind === "bivariate" ? [layer.x, layer.y] : [layer.id];
  const ranked = index ? [index.id, `rank ${index.id}`] : [];
  return [...new Set([...shown, ...ranked, ...(model.population ? ["population"] : [])])];
}

/** All columns that a reader can choose: [{ id, title }]. */
function offeredColumns(page) {
  const { model, speech } = page;
  const offered = [];
  for (const layer of model.layers) {
    if (layer.kind === "bivariate") continue;
    const title = speech.text(layer.title);
    offered.push({ id: layer.id, title });
    if (layer.role === "index") {
      offered.push({ id: `rank ${layer.id}`, title: speech.say("rank_of", { title }) });
    }
  }
  for (const name of ["population", "area_km2"]) {
    if (model.fact(name)) offered.push({ id: name, title: factTitle(name, speech) });
  }
  if (model.extra?.postal_codes) {
    offered.push({ id: "postal_codes", title: capital(speech.say("extra_postal_codes"), speech) });
  }
  return offered;
}

function factTitle(name, speech) {
  return name === "population" ? capital(speech.say("population"), speech)
    : `${capital(speech.say("area"), speech)} (km²)`;
}

/** The level that gives a territory's place: that of the outlines. */
function placeLevel(model) {
  const known = model.head.levels.filter(({ count }) => count > 1);
  return (known.find(({ id }) => id === model.head.outline) || known[0])?.id;
}

function nameColumn({ model, speech }) {
  model.folded ??= model.names.map(folded);
  return {
    id: "name", title: capital(speech.text(model.head.level.title), speech),
    text: (i) => model.names[i], plain: (i) => model.names[i], order: (i) => model.folded[i],
  };
}

function placeColumn(page, level) {
  const { model, speech } = page;
  const { title } = model.head.levels.find(({ id }) => id === level);
  const parents = model.parents(level);
  const names = model.containers[level].map(([, name]) => name);
  const compared = names.map(folded);
  const name = (i) => (parents[i] ? names[parents[i] - 1] : "");
  return {
    id: "place", title: capital(speech.text(title), speech), text: name, plain: name,
    order: (i) => (parents[i] ? compared[parents[i] - 1] : ""),
  };
}

function columnOf(page, id) {
  const { model, speech } = page;
  if (id === "postal_codes" && model.extra?.postal_codes) {
    const codes = model.extra.postal_codes;
    const one = (i) => codes[i];
    return { id, title: capital(speech.say("extra_postal_codes"), speech), text: one, plain: one,
      order: one };
  }
  const fact = ["population", "area_km2"].includes(id) && model.fact(id);
  if (fact) {
    return numbers(page, { id, title: factTitle(id, speech), ...fact,
      text: (i) => speech.number(fact.values[i], id === "area_km2" ? 1 : 0) });
  }
  const ranked = /^rank (.+)$/.exec(id);
  const layer = model.layer(ranked ? ranked[1] : id);
  if (!layer || !layer.column) return null;
  const { values, reasons } = model.column(layer.id);
  const title = speech.text(layer.title);
  if (ranked) {
    const { ranks } = model.ranks(layer.id);
    return numbers(page, { id, title: speech.say("rank_of", { title }), values: ranks, reasons,
      text: (i) => speech.number(ranks[i]) });
  }
  if (!layer.categories) {
    // A unit is written once, at the top.
    const unit = speech.text(layer.suffix);
    const plain = { ...layer, suffix: "" };
    return numbers(page, { id, title: unit ? `${title} (${unit})` : title, values, reasons,
      text: (i) => speech.figure(values[i], plain) });
  }
  const words = (i) => (reasons[i] ? "" : speech.figure(values[i], layer));
  return { id, title, text: words, plain: words, why: (i) => reasonText(page, reasons[i]),
    order: (i) => values[i], numeric: true };
}

function numbers(page, { id, title, values, reasons, text }) {
  return {
    id, title, numeric: true, right: true,
    text: (i) => (reasons[i] ? "" : text(i)),
    plain: (i) => (reasons[i] ? "" : values[i]),
    why: (i) => reasonText(page, reasons[i]),
    order: (i) => values[i],
  };
}

function reasonText({ model, speech }, reason) {
  return reason ? speech.text(model.head.reasons[reason]) || "?" : "";
}

/** Which territories pass the filters: a byte each; null without a filter. */
function keptTerritories(page) {
  const { model, table } = page;
  const text = folded(table.text);
  const codes = table.text.trim().toLowerCase();
  const level = placeLevel(model);
  const place = table.within && level
    ? model.containers[level].findIndex(([code]) => code === table.within) + 1 : 0;
  const flag = table.flag && model.layer(table.flag)?.role === "flag" ? model.column(table.flag) : null;
  if (!text && !place && !flag) return null;
  model.folded ??= model.names.map(folded);
  const parents = place ? model.parents(level) : null;
  const postal = model.extra?.postal_codes;
  const kept = new Uint8Array(model.count);
  for (let i = 0; i < model.count; i++) {
    if (place && parents[i] !== place) continue;
    if (flag && flag.values[i] !== 1) continue;
    if (text && !model.folded[i].includes(text) && !model.codes[i].toLowerCase().startsWith(codes)
      && !(postal && postal[i].includes(codes))) continue;
    kept[i] = 1;
  }
  return kept;
}

/** Positions of the territories in the table, in its order; those without a figure come last. */
function tableRows(page, columns) {
  const { model, table, speech } = page;
  // Another layer on the map does not change the rows and their order.
  const { text, within, flag, sort, down } = table;
  const sorted = columns.some(({ id }) => id === sort);
  const key = [text, within, flag, sorted && sort, down, speech.lang].join("\n");
  if (table.found?.key !== key || table.found.model !== model) {
    table.found = { key, model, ...findRows(page, columns) };
  }
  return table.found;
}

function findRows(page, columns) {
  const { model, table } = page;
  const kept = keptTerritories(page);
  const rows = [];
  for (let i = 0; i < model.count; i++) if (!kept || kept[i]) rows.push(i);
  const column = columns.find(({ id }) => id === table.sort);
  if (!column) return { rows, kept };
  const sign = table.down ? -1 : 1;
  const keys = new Array(model.count);
  for (const i of rows) keys[i] = column.why(i) ? null : column.order(i);
  const missing = (key) => key === null || key === "" || Number.isNaN(key);
  rows.sort((one, other) => {
    const [a, b] = [keys[one], keys[other]];
    if (missing(a) || missing(b)) return missing(a) - missing(b) || one - other;
    return a < b ? -sign : a > b ? sign : one - other;
  });
  return { rows, kept };
}
