// The cells of a sheet of a workbook, and the table in them. A sheet of all communes has 27 MB of XML:
// cells and rows that are written as most programs write them are read sign by sign, others as any XML.

const BOOK_FIRST_ROWS = 40; // in which the header is looked for
const MOST_SHEET_COLUMNS = 16_384;
const MOST_MERGED_CELLS = 100_000;
const NEAR_GAP = 16; // blank columns that a row may have between two texts side by side

/** The texts of a row by column: side by side as most programs write them, or anywhere. */
class SheetCells {
  constructor() {
    this.near = []; // the first columns, "" where there is no text
    this.far = null; // texts behind a gap, a Map by column
    this.size = 0; // number of texts
  }

  get(column) {
    return this.far?.get(column) ?? this.near[column] ?? "";
  }

  set(column, text) {
    const { near } = this;
    if (!this.get(column)) this.size++;
    if (column > near.length + NEAR_GAP || this.far?.has(column)) {
      this.far ??= new Map();
      this.far.set(column, text);
      return;
    }
    while (near.length < column) near.push("");
    near[column] = text;
  }

  /** The last column with a text; -1 without. */
  get last() {
    return Math.max(this.near.length - 1, ...(this.far?.keys() ?? []));
  }

  get blank() {
    return !this.near.some((text) => text.trim()) && ![...(this.far?.values() ?? [])].some((text) => text.trim());
  }

  /** Call with each text and its column. */
  each(act) {
    this.near.forEach((text, column) => { if (text) act(text, column); });
    this.far?.forEach(act);
  }
}

/** A cell as most programs write it: <c r="B2" s="1" t="s"><v>12</v></c>, with its text in <is><t> or
 *  without any, without a formula and without a sign to decode. One is used for all of a sheet. */
class PlainCell {
  constructor() {
    this.xml = "";
    this.formula = "";
    this.end = 0;
  }

  /** Whether there is one at a place; then it has column, style, kind, value, and where it ends. */
  read(at) {
    const { xml } = this;
    if (!hasAt(xml, '<c r="', at)) return false;
    const digits = this.readColumn(at + 6);
    if (this.column < 0 || this.column >= MOST_SHEET_COLUMNS) return false;
    let place = signsEnd(xml, digits, "0", "9");
    if (!hasAt(xml, '"', place)) return false;
    place = this.readStyleAndKind(place + 1);
    if (hasAt(xml, "><v>", place)) return this.readValue(place + 4, "</v></c>");
    if (hasAt(xml, "><is><t>", place)) return this.readValue(place + 8, "</t></is></c>");
    this.value = "";
    this.end = place + 2;
    return hasAt(xml, "/>", place);
  }

  /** Read the letters of a column; returns where they end. */
  readColumn(from) {
    const end = signsEnd(this.xml, from, "A", "Z");
    this.column = -1;
    for (let place = from; place < end; place++) {
      this.column = 26 * (this.column + 1) + this.xml.charCodeAt(place) - 65;
    }
    return end;
  }

  /** Read the attributes s and t, which may be absent; returns where they end, -1 without a quote. */
  readStyleAndKind(from) {
    const { xml } = this;
    let place = from;
    this.style = 0;
    this.kind = "n";
    if (hasAt(xml, ' s="', place)) {
      const end = signsEnd(xml, place + 4, "0", "9");
      if (!hasAt(xml, '"', end)) return -1;
      this.style = Number(xml.slice(place + 4, end));
      place = end + 1;
    }
    if (hasAt(xml, ' t="', place)) {
      const end = signsEnd(xml, place + 4, "A", "z");
      if (!hasAt(xml, '"', end)) return -1;
      this.kind = xml.slice(place + 4, end);
      place = end + 1;
    }
    return place;
  }

  readValue(from, close) {
    const { xml } = this;
    const end = xml.indexOf("<", from);
    if (!hasAt(xml, close, end)) return false;
    this.value = xml.slice(from, end);
    this.end = end + close.length;
    return !this.value.includes("&");
  }
}

/** Whether a text has a word at a place. */
function hasAt(text, word, place) {
  for (let k = 0; k < word.length; k++) {
    if (text.charCodeAt(place + k) !== word.charCodeAt(k)) return false;
  }
  return true;
}

/** Where the signs end that begin at a place and are between two signs. */
function signsEnd(text, place, first, last) {
  const [low, high] = [first.charCodeAt(0), last.charCodeAt(0)];
  let end = place;
  while (text.charCodeAt(end) >= low && text.charCodeAt(end) <= high) end++;
  return end;
}

/** The rows of a sheet: { rows: [{ line, cells }], fractions (columns with some), merged }. */
function readSheet(pieces, { strings, shownAs, epoch }) {
  const found = { rows: [], fractions: new Set(), merged: [] };
  const state = { line: 0, column: -1, cells: null, kind: "n", style: 0, value: "", formula: "", into: "",
    phonetic: false };
  const plain = new PlainCell();
  let count = 0;
  const tooMany = (what) => new TableRefused(fault(sentence("fault_large_sheet",
    { limit: TABLE_LIMITS[what], what: sentence(`size_${what}`) }), sentence("remedy_smaller")));
  const keep = (cell) => {
    const text = cellText(cell, found, strings, shownAs, epoch);
    if (!text) return;
    state.cells?.set(cell.column, text);
    if (++count > TABLE_LIMITS.cells) throw tooMany("cells");
  };
  readXml(pieces, {
    quick: (xml, at) => {
      plain.xml = xml;
      let next = at;
      while (state.cells && plain.read(next)) {
        keep(plain);
        state.column = plain.column;
        next = plain.end;
      }
      return next > at ? next : 0;
    },
    begin: (tag, of) => {
      if (tag === "c") {
        const place = of("r");
        Object.assign(state, { kind: of("t") ?? "n", style: Number(of("s") ?? 0), value: "", formula: "",
          column: place === undefined ? state.column + 1 : sheetColumn(place.replace(/[0-9]+$/, "")) });
      } else if (tag === "v" || tag === "t" || tag === "f") {
        state.into = tag === "f" ? "formula" : state.phonetic ? "" : "value";
        if (tag === "f") state.formula = "";
      } else if (tag === "row") {
        Object.assign(state, { line: Number(of("r") ?? state.line + 1), column: -1, cells: new SheetCells() });
      } else if (tag === "rPh") { // how to pronounce the text, for a reader of Japanese
        state.phonetic = true;
      } else if (tag === "mergeCell" && found.merged.length < MOST_MERGED_CELLS) {
        found.merged.push(of("ref") ?? "");
      }
    },
    text: (text) => { if (state.into) state[state.into] += text; },
    finish: (tag) => {
      if (tag === "v" || tag === "t") state.into = "";
      else if (tag === "rPh") state.phonetic = false;
      else if (tag === "f") {
        state.into = "";
        state.formula ||= "=";
      } else if (tag === "c") {
        keep(state);
      } else if (tag === "row" && state.cells?.size) {
        found.rows.push({ line: state.line, cells: state.cells });
        state.cells = null;
        if (found.rows.length > TABLE_LIMITS.rows + 100) throw tooMany("rows");
      }
    },
  });
  return found;
}

function sheetColumn(letters) {
  if (!/^[A-Z]{1,3}$/.test(letters)) throw new Damaged("ValueError");
  const column = Array.from(letters).reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0);
  if (column > MOST_SHEET_COLUMNS) throw new Damaged("ValueError");
  return column - 1;
}

// A figure that is written as JavaScript writes it, with so few digits that none is lost.
const PLAIN_FIGURE = /^(?:0|-?(?:[1-9]\d*(?:\.\d*[1-9])?|0\.(?!00000)\d*[1-9]))$/;
const EXACT_SIGNS = 15;

function cellText({ value, kind, formula, style, column }, found, strings, shownAs, epoch) {
  if (!value) return formula ? `=${formula.replace(/^=/, "")}` : "";
  if (kind === "s") {
    const text = strings[Number(value)];
    if (text === undefined) throw new Damaged("IndexError");
    return text;
  }
  if (kind === "b") return value.trim() === "1" ? "true" : "false";
  if (kind !== "n") return unescapedCell(value);
  const form = shownAs(style);
  if (!form && value.length <= EXACT_SIGNS && PLAIN_FIGURE.test(value)) {
    if (value.includes(".")) found.fractions.add(column);
    return value;
  }
  const number = Number(value);
  if (!value.trim() || !Number.isFinite(number)) throw new Damaged("ValueError");
  if (form === "date") return dateText(number, epoch);
  if (form === "percent") return `${Number((100 * number).toPrecision(15))} %`;
  if (Number.isInteger(number) && Math.abs(number) < 1e15) {
    const digits = String(Math.abs(number)).padStart(form.length - (number < 0), "0");
    return number < 0 ? `-${digits}` : digits;
  }
  found.fractions.add(column);
  return String(number);
}

function dateText(days, epoch) {
  const moment = new Date(epoch + Math.round(days * 864e5));
  if (Number.isNaN(moment.getTime()) || moment.getUTCFullYear() > 9999) throw new Damaged("OverflowError");
  return moment.toISOString().slice(0, Number.isInteger(days) ? 10 : 19);
}

// -- the table of a sheet ---------------------------------------------------------------------

/** The rows of a sheet as named columns, without titles above and notes below. */
function sheetTable(content, file) {
  if (!content.rows.length) throw new TableRefused(fault(sentence("fault_empty_sheet")));
  const { start, head } = sheetHeader(content);
  const { line } = content.rows[start];
  const width = head.last + 1;
  const names = Array.from({ length: width }, (_, k) => head.get(k).normalize("NFC"));
  const below = content.rows.slice(start + 1).filter(({ cells }) => !cells.blank);
  const rows = aboveNotes(below, width);
  refuseSize(rows.length, width);
  const faults = names.some((name) => name.trim()) ? [] : [fault(sentence("fault_no_names"), null, { line })];
  faults.push(...sheetFaults(rows, names));
  if (faults.length) throw new TableRefused(faults);
  if (!rows.length) throw new TableRefused(fault(sentence("fault_no_rows"), sentence("remedy_empty")));
  const repeated = repeatedNames(names, line);
  const kept = names.map((_, k) => k).filter((k) => names[k].trim() && !repeated.has(names[k]));
  return {
    file, encoding: "", separator: "", repeated: [...repeated.values()],
    names: kept.map((k) => names[k]),
    cells: textsByColumn(rows, kept),
    lines: rows.map((row) => row.line),
    // Figures that are stored as such have a decimal point, however many decimals.
    fractions: kept.map((k) => content.fractions.has(k)),
    merged: mergedRows(content.merged, kept, line),
  };
}

/** The texts of some columns, each of all rows. */
function textsByColumn(rows, columns) {
  const texts = columns.map(() => new Array(rows.length));
  rows.forEach(({ cells }, row) => {
    columns.forEach((k, at) => { texts[at][row] = cells.get(k); });
  });
  return texts;
}

/** The header: { start (its place, that of the lower line if it has two), head (its cells) }. A line with cells over
 *  several columns, and names below each of them, is the upper one of two. */
function sheetHeader({ rows, merged }) {
  const start = headerRow(rows);
  const groups = columnGroups(rows, merged);
  for (let place = 0; place <= start && place + 1 < rows.length; place++) {
    const group = groups.get(rows[place].line);
    const [above, below] = [rows[place].cells, rows[place + 1].cells];
    if (!group || above.size < 2 || ![...group.keys()].every((column) => below.get(column).trim())) continue;
    return { start: place + 1, head: ofTwoLines(above, below, group) };
  }
  return { start, head: rows[start].cells };
}

/** The text of cells merged over several columns in the first rows, by line and column. */
function columnGroups(rows, merged) {
  const groups = new Map();
  const first = new Map(rows.slice(0, BOOK_FIRST_ROWS).map(({ line, cells }) => [line, cells]));
  for (const range of merged) {
    const [, left, top, right] = /^([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})[0-9]{1,7}$/.exec(range) ?? [];
    const text = left && left !== right ? first.get(Number(top))?.get(sheetColumn(left)).trim() : "";
    if (!text) continue;
    const line = Number(top);
    if (!groups.has(line)) groups.set(line, new Map());
    for (let column = sheetColumn(left); column <= sheetColumn(right); column++) groups.get(line).set(column, text);
  }
  return groups;
}

/** The names of a header of two lines: those of the lower one, and of the upper one where it has none. A name that
 *  several columns have gets that of its group in front: "2023 Anzahl". */
function ofTwoLines(above, below, group) {
  const head = new SheetCells();
  above.each((text, column) => head.set(column, text));
  below.each((text, column) => { if (text.trim()) head.set(column, text); });
  const squeezed = (text) => text.normalize("NFC").split(/\s+/).filter(Boolean).join(" ");
  const counts = new Map();
  head.each((text) => counts.set(squeezed(text), (counts.get(squeezed(text)) ?? 0) + 1));
  below.each((text, column) => {
    if (counts.get(squeezed(text)) > 1) head.set(column, `${group.get(column) ?? ""} ${text}`.trim());
  });
  return head;
}

/** The first row, or the first as long as most rows where the sheet begins with a title. */
function headerRow(rows) {
  const counts = rows.slice(0, 100).map(({ cells }) => cells.size);
  const [usual, times] = mostCommon(counts);
  if (counts[0] !== 1 || usual <= 1 || times <= 1) return 0;
  return Math.max(counts.slice(0, BOOK_FIRST_ROWS).findIndex((count) => count >= usual), 0);
}

/** The rows without those of one cell after a blank row. */
function aboveNotes(rows, width) {
  let end = rows.length;
  while (end > 1 && rows[end - 1].cells.size === 1) end--;
  while (end < rows.length && rows[end].line === rows[end - 1].line + 1) end++;
  return width < 2 || end === 0 ? rows : rows.slice(0, end);
}

function sheetFaults(rows, names) {
  const faults = [];
  for (const { line, cells } of rows) {
    cells.each((cell, k) => {
      if (k >= names.length) {
        if (cell.trim()) {
          faults.push(fault(sentence("fault_beyond_columns", { width: String(names.length), cell: pythonText(cell) }),
            sentence("remedy_beyond_columns"), { line, column: names.at(-1) }));
        }
      } else if (cell.length > TABLE_LIMITS.cell) {
        faults.push(fault(sentence("fault_long_cell", { count: cell.length, cell_length: TABLE_LIMITS.cell }),
          sentence("remedy_long_cell"), { line, column: names[k].slice(0, 60) }));
      }
    });
    if (faults.length >= TABLE_LIMITS.faults) break;
  }
  return faults;
}

/** By column that is kept, the first and last line of each merged cell below the header. */
function mergedRows(ranges, kept, header) {
  const merged = kept.map(() => []);
  for (const range of ranges) {
    const ends = /^([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})$/.exec(range);
    if (!ends || Number(ends[4]) <= header) continue;
    const [left, right] = [sheetColumn(ends[1]), sheetColumn(ends[3])];
    kept.forEach((k, at) => {
      if (k < left || k > right) return;
      const first = Math.max(Number(ends[2]) + (k === left ? 1 : 0), header + 1);
      if (first <= Number(ends[4])) merged[at].push([first, Number(ends[4])]);
    });
  }
  return merged;
}

/** Refuse a column with a cell that is part of a larger one: its value may be of one row or of all. */
function refuseMerged(table, k) {
  const faults = (table.merged?.[k] ?? []).flatMap(([first, last]) => {
    const line = table.lines.find((one) => one >= first && one <= last);
    return line === undefined ? [] : [fault(sentence("fault_merged"), sentence("remedy_merged"),
      { line, column: table.names[k] })];
  });
  if (faults.length) throw new TableRefused(faults);
}
