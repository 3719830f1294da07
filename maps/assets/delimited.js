// A table that the reader drops or pastes: its bytes to text, its text to named columns of cells.
// The rules are those of geo/tables/formats (text.py, delimited.py, header.py), and so are the
// sentences where a table is refused; a test compares both on the same files.

const SEPARATORS = [";", ",", "\t", "|"];
const SAMPLE_LINES = 300; // used to detect the separator
const MOST_TITLES = 40; // lines above a header that are looked at
const FIGURE_CELL = /^\s*[-+]?[0-9][0-9.,'\u00a0\u202f ]*%?\s*$/;
const NOTE_BEGINNING = /[\p{L}\p{N}_]: |©|^\s*[*(["⁰¹²³⁴-⁹]|^\s*[_-]{3}/u; // a source, or a mark
const LIST_ITEM = /^\s*(?:[0-9]{1,2}|[a-z])[).] ?[\p{L}_]/u; // `1) `, `a. `
const NOTE_LENGTH = 200; // characters that show what a line is
const FEWEST_WORDS = 4; // of a sentence
const CELL_LINES = 100; // that a quoted cell may go on over
const TABLE_LIMITS = { bytes: 64 * 2 ** 20, rows: 200_000, columns: 2_000, cells: 8_000_000,
  cell: 32_767, faults: 1_000 };

/** A table that cannot be used: its faults, each { message, remedy, line, column }. */
class TableRefused extends Error {
  constructor(faults) {
    super("the table is refused");
    this.faults = [faults].flat();
  }
}

/** A sentence that is put into words when it is shown; slots may be sentences themselves. */
function sentence(name, slots = {}, count = null) {
  return { name, slots, count };
}

function fault(message, remedy = null, { line = null, column = null } = {}) {
  return { message, remedy, line, column };
}

const FILE_KINDS = [
  ["PK\x03\x04", "zip"], ["PK\x05\x06", "zip"], ["PAR1", "parquet"],
  ["SQLite format 3\0", "sqlite"], ["\x1f\x8b", "gzip"], ["7z\xbc\xaf\x27\x1c", "7z"],
  ["Rar!", "rar"], ["\xd0\xcf\x11\xe0", "ole"], ["%PDF", "pdf"], ["\x89PNG", "image"],
  ["\xff\xd8\xff", "image"], ["GIF8", "image"], ["{", "json"], ["[", "json"],
];

/** What a file is, by its first bytes: a key of the words `kind_…`, or "text". */
function kindOfFile(bytes) {
  const head = Array.from(bytes.subarray(0, 4096), (byte) => String.fromCharCode(byte)).join("");
  const plain = head.replace(/^\xef\xbb\xbf/, "").trimStart();
  const found = FILE_KINDS.find(([mark]) => head.startsWith(mark) || plain.startsWith(mark));
  if (found) return found[1];
  if (!plain) return "empty";
  if (!plain.startsWith("<")) return "text";
  return /<!doctype\s+html|<\s*(html|head|body|script)/i.test(plain) ? "html" : "xml";
}

/** The table of a file of any kind that is read here; a promise of it. */
async function tableOfFile(bytes, file) {
  const book = bytes.length <= TABLE_LIMITS.bytes && kindOfFile(bytes) === "zip" && await readBook(bytes, file);
  if (book) return book;
  const decoded = decodeTable(bytes);
  return { ...cutTable(decoded.text, { file, encoding: decoded.encoding }), notices: encodingNotices(decoded, file) };
}

/** The text of a file: { text, encoding (a byte-order mark, else UTF-8, else by its letters), guess }. */
function decodeTable(bytes) {
  if (bytes.length > TABLE_LIMITS.bytes) {
    throw new TableRefused(fault(sentence("fault_large_file",
      { st_size: bytes.length, most_bytes: TABLE_LIMITS.bytes }), sentence("remedy_smaller")));
  }
  const kind = kindOfFile(bytes);
  if (kind !== "text") {
    throw new TableRefused(fault(sentence("fault_kind",
      { described: sentence(`kind_${kind}`), accepted: sentence("accepted") }),
    ["zip", "gzip", "7z", "rar", "ole", "html", "empty"].includes(kind)
      ? sentence(`remedy_${kind}`) : null));
  }
  const decoded = textOf(bytes);
  const at = decoded.text.indexOf("\0");
  if (at >= 0) throw new TableRefused(encodingFault("fault_nul", decoded.text.slice(0, at)));
  return { ...decoded, text: plainLines(decoded.text) };
}

function plainLines(text) {
  return text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
}

function textOf(bytes) {
  for (const [mark, encoding] of [["255,254", "utf-16le"], ["254,255", "utf-16be"]]) {
    if (bytes.subarray(0, 2).join() === mark) {
      return { text: new TextDecoder(encoding).decode(bytes), encoding: "utf-16" };
    }
  }
  let nuls = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) nuls++;
  if (nuls > bytes.length / 4) throw new TableRefused(encodingFault("fault_utf16", ""));
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, encoding: "utf-8" };
  } catch {
    return guessedText(bytes);
  }
}

/** The text of bytes in an encoding of one byte, by its letters: { text, encoding, guess }. */
function guessedText(bytes) {
  const refuse = (name) => {
    const before = new TextDecoder("latin1").decode(bytes.subarray(0, firstInvalid(bytes)));
    throw new TableRefused(encodingFault(name, before));
  };
  if (hasLettersOfUtf8(bytes)) refuse("fault_two_encodings");
  const guess = guessEncoding(foreignWords(bytes));
  const text = guess && oneByteText(bytes, guess.encoding); // null for words that were not looked at
  if (text === null) refuse("fault_unknown_encoding");
  return { text, encoding: guess.encoding, guess };
}

/** Where bytes first are not UTF-8. */
function firstInvalid(bytes) {
  let from = 0;
  let to = bytes.length;
  const valid = (end) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  while (from < to) {
    const middle = (from + to + 1) >> 1;
    if (valid(middle)) from = middle;
    else to = middle - 1;
  }
  return from;
}

function encodingFault(name, before) {
  return fault(sentence(name), sentence("remedy_encoding"),
    { line: before.split("\n").length });
}

/** Splits lines into records by one separator: RFC 4180, strictly. */
class Cutter {
  constructor(separator) {
    const mark = separator.replace(/[|]/, "\\$&");
    this.separator = separator;
    // A cell ="01001", by which programs keep a spreadsheet from dropping zeros, is the text 01001.
    this.cell = new RegExp(`=?"((?:[^"]|"")*)"${mark}|([^"${mark}]*)${mark}`, "y");
  }

  /** { records: [{ line, cells }], strays: [{ line, cell, value, found }], blank, ends,
   *  longest (characters of a line) } */
  cut(lines, first = 0) {
    const records = [];
    const strays = [];
    let [blank, pending, number, longest] = [0, 0, first, 0];
    while (number < lines.length) {
      const line = lines[number];
      number++;
      longest = Math.max(longest, line.length);
      if (!line || !line.trim()) {
        pending++;
        continue;
      }
      blank += pending;
      pending = 0;
      if (!line.includes('"')) {
        records.push({ line: number, cells: line.split(this.separator) });
        continue;
      }
      const parts = withRestOfQuote(lines, number - 1);
      const found = this.quoted(parts, number);
      if (found.cells) {
        records.push(found);
        number += parts.length - 1;
        longest = Math.max(longest, parts.reduce((sum, part) => sum + part.length, 0));
      } else {
        strays.push(found);
        if (strays.length >= TABLE_LIMITS.faults) break;
      }
    }
    return { records, strays, blank, longest, ends: !lines.length || lines.at(-1) === "" };
  }

  quoted(parts, number) {
    const line = parts.join("\n") + this.separator;
    const cells = [];
    let end = 0;
    this.cell.lastIndex = 0;
    for (let found = this.cell.exec(line); found; found = this.cell.exec(line)) {
      cells.push(found[1] ? found[1].replace(/""/g, '"').replace(/^="([^"]*)"$/, "$1") : found[2] ?? "");
      end = this.cell.lastIndex;
      if (end >= line.length) break;
    }
    if (end < line.length) {
      const odd = parts.join("").split('"').length % 2 === 0;
      const value = line.slice(end, end + 60);
      return { line: number, cell: cells.length,
        value: value.endsWith(this.separator) ? value.slice(0, -1) : value,
        found: sentence(odd ? "stray_open" : "stray_misplaced") };
    }
    const swallowed = (value) => cells.length > 1 && value.split("\n").slice(1)
      .some((part) => part.split(this.separator).length >= cells.length);
    const at = parts.length > 1 ? cells.findIndex(swallowed) : -1;
    return at < 0 ? { line: number, cells }
      : { line: number, cell: at, value: cells[at].slice(0, 60), found: sentence("stray_rows") };
  }
}

/** The line and those after it until its quotes are even, if that is near. */
function withRestOfQuote(lines, start) {
  let quotes = 0;
  for (let at = start; at < Math.min(start + CELL_LINES, lines.length); at++) {
    quotes += lines[at].split('"').length - 1;
    if (quotes % 2 === 0) return lines.slice(start, at + 1);
  }
  return [lines[start]];
}

const separatorName = (mark) => (mark === "\t" ? sentence("separator_tab") : `'${mark}'`);

/** The separator with which the first records have as many cells as the header, or "". */
function findSeparator(lines, first) {
  const sample = lines.slice(first, first + SAMPLE_LINES);
  const cuts = SEPARATORS.map((mark) => ({ mark, records: new Cutter(mark).cut(sample).records }))
    .map(({ mark, records }) => ({ mark, records, counts: records.map(({ cells }) => cells.length) }));
  const fits = cuts.filter(({ counts }) => counts.length && counts[0] > 1)
    .map(({ mark, counts }) => ({ mark, width: counts[0],
      fit: counts.filter((count) => count === counts[0]).length / counts.length }));
  const perfect = fits.filter(({ fit }) => fit === 1);
  if (perfect.length > 1) {
    throw new TableRefused(fault(
      sentence("fault_separators", { names: perfect.map(({ mark }) => separatorName(mark)) }),
      sentence("remedy_separator", { perfect: pythonText(perfect[0].mark) }), { line: first + 1 }));
  }
  if (fits.length) {
    return fits.reduce((best, one) =>
      (one.fit > best.fit || (one.fit === best.fit && one.width > best.width) ? one : best)).mark;
  }
  refuseTitle(cuts, first);
  return "";
}

/** Refuse a text whose first line is one cell and most other lines have several. */
function refuseTitle(cuts, first) {
  for (const { records, counts } of cuts) {
    const [usual, many] = mostCommon(counts);
    if (usual < 2 || many < 2) continue;
    const line = records.find(({ cells }) => cells.length === usual).line + first;
    throw new TableRefused(fault(sentence("fault_no_header", { usual: String(usual) }),
      sentence("remedy_header", { line: String(line) }), { line: first + 1 }));
  }
}

/**
 * The table of a text: { file, names, cells (a list a column), lines (of each row), separator,
 * encoding, repeated (faults of names that several columns have, which are left out) }. Raises
 * TableRefused with all faults together.
 */
function cutTable(text, { file, encoding }) {
  const lines = text.split("\n");
  let first = Math.max(lines.findIndex((line) => line.trim()), 0);
  const given = /^"?sep=([;,|\t])"?$/.exec(lines[first]);
  if (given) first = Math.max(lines.findIndex((line, at) => at > first && line.trim()), first);
  first += titleLines(lines, first, given ? [given[1]] : SEPARATORS);
  const separator = given ? given[1] : findSeparator(lines, first);
  const cut = withoutNotes(new Cutter(separator || "\t").cut(lines, first), lines);
  const names = checkedNames(cut, separator);
  const repeated = repeatedNames(names, cut.records[0].line);
  const rows = cut.records.slice(1).filter(({ cells }) => cells.some((cell) => cell.trim()));
  if (!rows.length) {
    throw new TableRefused(fault(sentence("fault_no_rows"), sentence("remedy_empty")));
  }
  if (!cut.ends) refuseCutFigure(rows, names);
  const kept = names.map((name, k) => k).filter((k) => names[k].trim() && !repeated.has(names[k]));
  return {
    file, encoding, separator, repeated: [...repeated.values()],
    names: kept.map((k) => names[k]),
    cells: kept.map((k) => rows.map(({ cells }) => cells[k])),
    lines: rows.map(({ line }) => line),
  };
}

/** The names of the columns, after checking all records. */
function checkedNames(cut, separator) {
  const strays = cut.strays.slice(0, TABLE_LIMITS.faults);
  const [header, ...records] = cut.records;
  if (!header || (strays.length && strays[0].line < header.line)) {
    throw new TableRefused(strays.map((one) => strayFault(one, [])));
  }
  const names = header.cells.map((name) => name.normalize("NFC"));
  refuseSize(records.length, names.length);
  const faults = strays.map((one) => strayFault(one, names));
  if (!names.some((name) => name.trim())) {
    faults.unshift(fault(sentence("fault_no_names"), null, { line: header.line }));
  }
  for (const record of records) {
    if (faults.length >= TABLE_LIMITS.faults) break;
    if (record.cells.length !== names.length) {
      const truncated = !cut.ends && record === cut.records.at(-1);
      faults.push(raggedFault(record, names, separator, truncated));
    }
    if (cut.longest > TABLE_LIMITS.cell) faults.push(...longCells(record, names));
  }
  if (faults.length) throw new TableRefused(faults.sort((one, other) => one.line - other.line));
  return names;
}

function longCells({ line, cells }, names) {
  return cells.flatMap((cell, k) => (cell.length <= TABLE_LIMITS.cell ? [] : [fault(
    sentence("fault_long_cell", { count: cell.length, cell_length: TABLE_LIMITS.cell }),
    sentence("remedy_long_cell"), { line, column: (names[k] ?? String(k + 1)).slice(0, 60) })]));
}

function refuseSize(rows, columns) {
  for (const [found, limit, what] of [[rows, TABLE_LIMITS.rows, "rows"],
    [columns, TABLE_LIMITS.columns, "columns"], [rows * columns, TABLE_LIMITS.cells, "cells"]]) {
    if (found > limit) {
      throw new TableRefused(fault(sentence("fault_large_table",
        { found, limit, what: sentence(`size_${what}`) }), sentence("remedy_smaller")));
    }
  }
}

/** Names that several columns have, each with its fault. */
function repeatedNames(names, line) {
  const faults = new Map();
  for (const name of new Set(names)) {
    const places = names.flatMap((other, k) => (other === name ? [String(k + 1)] : []));
    if (!name.trim() || places.length < 2) continue;
    faults.set(name, fault(sentence("fault_same_name", { count: String(places.length),
      name: pythonText(name), places: places.slice(0, 10).join(", ") }),
    sentence("remedy_same_name"), { line, column: name }));
  }
  return faults;
}

/** How many lines above the header belong to no table: a title, the source, a date. */
function titleLines(lines, first, marks) {
  if (marks.some((mark) => lines[first].includes(mark))) return 0;
  const sample = lines.slice(first, first + SAMPLE_LINES);
  for (const mark of marks) {
    const { records } = new Cutter(mark).cut(sample);
    const [usual, times] = mostCommon(records.map(({ cells }) => cells.length));
    if (usual < 2 || times < 2) continue;
    const above = records.findIndex(({ cells }) => cells.length === usual);
    if (above <= MOST_TITLES && records.slice(0, above).every(({ cells }) => cells.length === 1)) {
      return records[above].line - 1;
    }
  }
  return 0;
}

/** The most frequent of some numbers, and how often it is there. */
function mostCommon(numbers) {
  const times = new Map();
  for (const number of numbers) times.set(number, (times.get(number) || 0) + 1);
  return [...times].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
}

/** The records without the notes below them, by the rules of geo/tables/formats/text_files/notes.py. */
function withoutNotes(cut, lines) {
  const { records } = cut;
  const width = records[0]?.cells.length ?? 1;
  if (width < 2 || records.length < 3) return cut;
  const rows = formsOfRows(records, width);
  const afterBlank = ({ line }) => line > 1 && !lines[line - 2].trim();
  let start = startOfSentences(cut, rows);
  for (let place = records.length - 1; place > 0; place--) {
    const { cells } = records[place];
    if (!cut.blank || isRow(records[place], rows)) break;
    const truncated = place === records.length - 1 && !cut.ends && rows.forms.has(cellForm(cells[0]));
    const alone = filledCells(cells) === 1 && !truncated;
    const mark = noteMark(cells[0]);
    const ragged = cells.length !== width && mark !== null && !rows.marks.has(mark);
    if (afterBlank(records[place]) && (alone || ragged)) start = place;
  }
  const below = records.slice(start);
  if (!below.length) return cut;
  return { ...cut, records: records.slice(0, start), ends: true,
    strays: cut.strays.filter(({ line }) => line < below[0].line) };
}

/** What the rows have in common: { width, figures (whether some have one; the others are not looked
 *  at then), forms and marks of their first cells }. */
function formsOfRows(records, width) {
  const rows = records.slice(1, SAMPLE_LINES).filter(({ cells }) => cells.length === width);
  const figured = rows.filter(hasFigure);
  const firsts = (figured.length ? figured : rows).map(({ cells }) => cells[0]);
  return { width, figures: figured.length > 0, forms: new Set(firsts.map(cellForm)),
    marks: new Set(firsts.map(noteMark).filter((mark) => mark !== null)) };
}

/** The number of the first record of those at the end that read as notes. */
function startOfSentences(cut, rows) {
  const { records } = cut;
  let start = records.length;
  let most = null;
  while (start > 2 && records[start - 1].cells.length === 1) {
    const text = records[start - 1].cells[0];
    const ends = start < records.length || cut.ends;
    const mark = noteMark(text);
    if (mark === null || rows.marks.has(mark) || !(ends || NOTE_BEGINNING.test(text.slice(0, NOTE_LENGTH)))) {
      most ??= records.filter(({ cells }) => cells.length === rows.width)
        .reduce((high, { cells }) => Math.max(high, wordCount(cells[0])), 0);
      const whole = ends || /[.!?)]\s*$/.test(text.slice(-NOTE_LENGTH));
      if (!whole || wordCount(text) <= Math.max(most, FEWEST_WORDS - 1)) break;
    }
    start--;
  }
  return start;
}

function isRow(record, { width, figures, forms }) {
  const { cells } = record;
  if (cells.length !== width || filledCells(cells) < 2) return false;
  return !figures || hasFigure(record) || forms.has(cellForm(cells[0]));
}

/** How a note begins, with 0 for its digits and a for its letters, or null. */
function noteMark(text) {
  const head = text.slice(0, NOTE_LENGTH);
  const found = NOTE_BEGINNING.exec(head) ?? LIST_ITEM.exec(head);
  return found && found[0].trimStart().replace(/\p{Nd}+/gu, "0").replace(/\p{L}/gu, "a");
}

/** A text with 0 for each digit, a for a single letter and aa for words. */
function cellForm(text) {
  return text.slice(0, NOTE_LENGTH).trim()
    .replace(/\p{L}+(?:[ '’.-]+\p{L}+){0,}/gu, (found) => "aa".slice(0, found.length)).replace(/\p{Nd}/gu, "0");
}

const filledCells = (cells) => cells.filter((cell) => cell.trim()).length;
const hasFigure = ({ cells }) => cells.slice(1).some((cell) => FIGURE_CELL.test(cell));
const wordCount = (text) => text.slice(0, NOTE_LENGTH).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0;

function strayFault({ line, cell, value, found }, names) {
  return fault(sentence("fault_stray", { found, value: pythonText(value) }),
    sentence("remedy_stray"), { line, column: names[cell] ?? String(cell + 1) });
}

function raggedFault({ line, cells }, names, separator, truncated) {
  const [count, width] = [cells.length, names.length];
  const figures = (text) => /^\s*-?[0-9]+\s*$/.test(text);
  const sideBySide = cells.slice(1).some((cell, k, all) => k && figures(all[k - 1]) && figures(cell));
  let remedy = "remedy_ragged";
  if (truncated && count < width) remedy = "remedy_truncated";
  else if (separator === "," && count > width && sideBySide) remedy = "remedy_comma";
  else if (width === 1) remedy = "remedy_one_cell";
  const line_ = pythonText(cells.join(separator || "\t"));
  return fault(sentence("fault_ragged", { width: String(width), line: line_ }, count),
    sentence(remedy), { line, column: count < width ? names[count] : names.at(-1) });
}

/** Refuse a text without a final line break whose last figure is shorter than all others. */
function refuseCutFigure(rows, names) {
  const decimals = (cell) => /^\s*-?[0-9]+[.,]([0-9]+)\s*$/.exec(cell)?.[1].length ?? 0;
  const others = rows.slice(0, -1).map(({ cells }) => decimals(cells.at(-1)));
  const last = rows.at(-1).cells.at(-1);
  if (others.length < 3 || new Set(others).size !== 1 || !/^\s*-?[0-9]+([.,][0-9]+)?\s*$/.test(last)) {
    return;
  }
  if (decimals(last) < others[0]) {
    throw new TableRefused(fault(sentence("fault_cut_figure", { last: pythonText(last),
      here: String(decimals(last)), usual: String(others[0]) }), sentence("remedy_cut_figure"),
    { line: rows.at(-1).line, column: names.at(-1) }));
  }
}

/** A value as the tool writes it in a sentence: quoted, on one line, limited in length. */
function pythonText(value, limit = 60) {
  const escapes = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  const hex = (code, width) => code.toString(16).padStart(width, "0");
  const text = Array.from(value, (sign) => {
    if (sign === quote) return `\\${sign}`;
    if (escapes[sign]) return escapes[sign];
    if (sign === " " || !/[\p{C}\p{Z}]/u.test(sign)) return sign;
    const code = sign.codePointAt(0);
    return code < 256 ? `\\x${hex(code, 2)}` : code < 65536 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  const whole = [quote, ...text, quote].join("");
  const letters = Array.from(whole);
  return letters.length <= limit ? whole : `${letters.slice(0, limit - 1).join("")}…`;
}
