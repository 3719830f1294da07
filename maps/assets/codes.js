// Which column of a reader's table names the territories, at which level, and what becomes of each
// row. Rules and sentences are those of geo/tables/codes.py, with two that are only on the page: codes
// that lost their leading zeros are read with them, and a table without codes is matched by name.

const MOST_ZEROS = 4;
const LONGEST_CODE = 200;
const CODE_SPACES = /^[ \t\n\r\f\v\u00a0\u202f\u2009\ufeff\u200b]+|[ \t\n\r\f\v\u00a0\u202f\u2009\ufeff\u200b]+$/g;
const MOST_MATCHED = 0.9; // share of the rows from which codes need no comparison with names
const LEAST_NAMED = 0.5; // share of the names that have to be known

const IN_GROUPS = /^(?=.*[0-9])(?![+-]?[0-9]+[.,][0-9]+$)[^ ]+?[\s'’_./\u2010-\u2013-]/; // with digits, and no figure
const FEW_CODES = 50; // that show whether a column may hold codes in groups
const SAMPLE_CODES = 1_000; // rows that show which columns may hold codes

const codeText = (cell) => (/^[!-~]+$/.test(cell) ? cell : cell.replace(CODE_SPACES, "").normalize("NFC"));

/**
 * The rows of a table on the territories of the page.
 *
 * levels: [{ id, codes, names }], the finest first. Returns { level (its place among them), column,
 * by ("code" or "name"), at (Int32Array, the territory of each row, -1 for none), codes (the code of
 * each row, as matched), padded ([{ line, text, code }]), listed ([{ line, text, reason }]), notices }.
 */
function matchRows(table, levels) {
  const known = levels.map(({ codes }) => new Map(codes.map((code, i) => [code, i])));
  const best = bestColumn(table, known);
  const rows = table.lines.length;
  const found = best.distinct >= MOST_MATCHED * rows ? null
    : matchNames(table, levels, known, best.distinct);
  return found ?? matchCodes(table, best, levels[best.level], known[best.level]);
}

/** The column and level with the most different codes; of a tie, the level that it covers most. Some
 *  rows show which columns are worth a look at all rows. */
function bestColumn(table, known) {
  const step = Math.max(1, Math.floor(table.lines.length / SAMPLE_CODES));
  const places = known.flatMap((_, level) => table.cells.map((_cells, column) => ({ level, column })));
  const count = ({ level, column }, texts) => {
    const codes = known[level];
    const matched = new Set();
    const read = Array.from(texts, codeText);
    for (const text of read) {
      const code = codes.has(text) ? text : withZeros(text, codes);
      if (code) matched.add(code);
    }
    if (!matched.size && grouped[column]) {
      for (const code of joinGroups(read, codes).values()) if (codes.has(code)) matched.add(code);
    }
    return { level, column, distinct: matched.size, covered: matched.size / Math.max(codes.size, 1) };
  };
  const samples = table.cells.map((cells) => everyOther(cells, step));
  const grouped = samples.map((texts) => [...texts].slice(0, FEW_CODES).some((text) => IN_GROUPS.test(codeText(text))));
  let some = places.map((place) => count(place, samples[place.column]));
  if (step > 1) {
    const most = Math.max(...some.map(({ distinct }) => distinct));
    some = some.filter(({ distinct }) => distinct >= most / 2)
      .map((place) => count(place, new Set(table.cells[place.column])));
  }
  return some.reduce((best, one) => (one.distinct > best.distinct
    || (one.distinct === best.distinct && one.covered > best.covered) ? one : best));
}

/** The different texts in every so many rows. */
function everyOther(cells, step) {
  const texts = new Set();
  for (let row = 0; row < cells.length; row += step) texts.add(cells[row]);
  return texts;
}

const LENGTHS = new WeakMap(); // of known codes, by their map

/** The known code that a text is with lost zeros in front, or "". */
function withZeros(text, codes) {
  if (!LENGTHS.has(codes)) LENGTHS.set(codes, new Set(Array.from(codes.keys(), ({ length }) => length)));
  const lengths = LENGTHS.get(codes);
  for (let zeros = 1; zeros <= MOST_ZEROS; zeros++) {
    if (zeros + text.length > LONGEST_CODE || !lengths.has(zeros + text.length)) continue;
    const longer = "0".repeat(zeros) + text;
    if (codes.has(longer) && /^[0-9][0-9A-Z]*$/i.test(text)) return longer;
  }
  return "";
}

/** A known code that differs only by case, zeros, quotes or inner spaces, or "". */
function alikeCode(text, codes) {
  const bare = text.replace(/[\s'’\x60"]/g, "");
  return [text.toUpperCase(), bare, bare.toUpperCase(), bare.replace(/^0+/, "")]
    .find((other) => other !== text && codes.has(other)) ?? "";
}

function matchCodes(table, { column }, level, known) {
  const cells = table.cells[column];
  const name = table.names[column];
  refuseMerged(table, column);
  refuseLongCodes(table, column);
  const texts = cells.map(codeText);
  const joined = joinGroups(texts, known);
  const rows = texts.map((text, row) => {
    const read = joined.get(text) ?? text;
    const code = known.has(read) ? read : withZeros(read, known);
    return { row, line: table.lines[row], text, read, code };
  });
  const faults = [...spoiledCodes(rows, name, table), ...doubledCodes(rows, name)];
  if (faults.length) throw new TableRefused(faults.slice(0, TABLE_LIMITS.faults));
  if (!rows.some(({ code }) => code)) throw new TableRefused(noMatch(rows, name, level, known));
  return {
    level, column, by: "code", notices: groupNotices(table, column, joined, known),
    at: Int32Array.from(rows, ({ code }) => known.get(code) ?? -1),
    padded: rows.filter(({ read, code }) => code && code !== read),
    listed: rows.filter(({ code }) => !code)
      .map(({ line, text, read }) => ({ line, text, reason: unknownCode(read, known) })),
  };
}

/** Rows without a code, or with one that a program has turned into a number. */
function spoiledCodes(rows, column, table) {
  const faults = [];
  for (const { row, line, read: text, code } of rows) {
    if (code || (!text && isTotal(table, row))) continue;
    const spoiled = (name, remedy) => faults.push(
      fault(sentence(name, { text: pythonText(text) }), sentence(remedy), { line, column }));
    if (!text) spoiled("fault_blank_code", "remedy_blank_code");
    else if (/^[0-9]+[.,]0+$/.test(text)) spoiled("fault_decimal_code", "remedy_as_text");
    else if (/^[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+$/.test(text)) {
      spoiled("fault_scientific_code", "remedy_as_text");
    }
  }
  return faults;
}

function unknownCode(text, known) {
  if (!text) return sentence("total_row");
  const near = alikeCode(text, known);
  return near ? sentence("unknown_code_near", { near }) : sentence("unknown_code");
}

function refuseLongCodes(table, column) {
  const faults = [];
  table.cells[column].forEach((cell, row) => {
    if (cell.length > LONGEST_CODE && faults.length < TABLE_LIMITS.faults) {
      faults.push(fault(sentence("fault_long_code", { cells: pythonText(cell), count: cell.length }),
        sentence("remedy_check_codes"), { line: table.lines[row], column: table.names[column] }));
    }
  });
  if (faults.length) throw new TableRefused(faults);
}

/** Codes on several rows. Rows that are listed anyway are allowed. */
function doubledCodes(rows, column) {
  const [seen, doubled] = [new Set(), new Map()];
  for (const { code } of rows) {
    if (code && seen.has(code)) doubled.set(code, []);
    seen.add(code);
  }
  if (doubled.size) for (const { code, line } of rows) doubled.get(code)?.push(line);
  return [...doubled].sort(([, one], [, other]) => one[0] - other[0]).map(([code, at]) =>
    fault(sentence("fault_same_code", { code: pythonText(code), count: String(at.length),
      places: sentence("place_lines", { lines: firstOf(at.map(String)) }) }),
    sentence("remedy_same_code"), { line: at[0], column }));
}

function noMatch(rows, column, level, known) {
  const texts = [...new Set(rows.map(({ read }) => read))];
  const near = texts.map((text) => [text, alikeCode(text, known)]).find(([, code]) => code);
  const hint = near ? sentence("hint_near", { near: pythonText(near[0]), near_2: near[1] }) : "";
  return fault(sentence("fault_no_match", { count: String(rows.length),
    found: firstOf(texts.map((text) => pythonText(text)), 3), title: level.plural,
    sample: firstOf([...known.keys()].sort(), 3) }),
  sentence("remedy_no_match", { hint }), { column });
}

/** The first few and the number of others, as a sentence. */
function firstOf(items, count = 5) {
  const more = items.length - count;
  return more <= 0 ? items : sentence("and_more", { codes: items.slice(0, count) }, more);
}

// -- by name ----------------------------------------------------------------------------------

/** Rows matched by the names of territories, or null if no column has enough of them, or no more
 *  than there are codes. */
function matchNames(table, levels, known, codes) {
  let best = null;
  levels.forEach((level, place) => {
    const byName = new Map();
    level.names.forEach((name, i) => {
      const key = folded(name);
      byName.set(key, [...(byName.get(key) ?? []), i]);
    });
    table.cells.forEach((cells, column) => {
      const texts = [...new Set(cells.map(folded))].filter(Boolean);
      const matched = texts.filter((text) => byName.has(text)).length;
      if (matched > (best?.matched ?? codes) && matched >= LEAST_NAMED * texts.length) {
        best = { matched, column, place, byName };
      }
    });
  });
  return best && rowsByName(table, best, levels, known);
}

function rowsByName(table, { column, place, byName }, levels, known) {
  const level = levels[place];
  const within = containerOfRows(table, column, levels, place, known);
  const [at, listed] = [new Int32Array(table.lines.length).fill(-1), []];
  const lines = new Map();
  table.cells[column].forEach((cell, row) => {
    const found = byName.get(folded(cell)) ?? [];
    const inside = within && found.length > 1 ? found.filter((i) => within.holds(row, i)) : found;
    const line = table.lines[row];
    if (inside.length === 1) {
      at[row] = inside[0];
      lines.set(inside[0], [...(lines.get(inside[0]) ?? []), line]);
    } else {
      const reason = sentence(found.length > 1 ? "several_names" : "unknown_name");
      listed.push({ line, text: cell.trim(), reason });
    }
  });
  const doubled = [...lines].filter(([, rows]) => rows.length > 1);
  if (doubled.length) {
    throw new TableRefused(doubled.slice(0, TABLE_LIMITS.faults).map(([i, rows]) =>
      fault(sentence("fault_same_code", { code: pythonText(level.names[i]), count: String(rows.length),
        places: sentence("place_lines", { lines: firstOf(rows.map(String)) }) }),
      sentence("remedy_same_code"), { line: rows[0], column: table.names[column] })));
  }
  return { level, column, by: "name", at, padded: [], listed, notices: [] };
}

/** Another column that names what contains the territories ("48", "Lozère"), to tell homonyms apart:
 *  { holds(row, i) }, or null. */
function containerOfRows(table, column, levels, place, known) {
  for (let above = levels.length - 1; above > place; above--) {
    const parents = levels[place].parents(levels[above].id);
    if (!parents) continue;
    const codes = known[above];
    const names = new Map(levels[above].names.map((name, i) => [folded(name), i]));
    const placeOf = (cell) => codes.get(codeText(cell)) ?? codes.get(withZeros(codeText(cell), codes))
      ?? names.get(folded(cell)) ?? -1;
    for (let k = 0; k < table.cells.length; k++) {
      if (k === column) continue;
      const places = new Map([...new Set(table.cells[k])].map((cell) => [cell, placeOf(cell)]));
      const matched = [...places.values()].filter((one) => one >= 0).length;
      if (matched && matched >= 0.8 * places.size) {
        return { holds: (row, i) => parents[i] === places.get(table.cells[k][row]) + 1 };
      }
    }
  }
  return null;
}
