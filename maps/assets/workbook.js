// A workbook (XLSX) that the reader drops, as a table: unpacked by the browser, its XML read tag by tag.
// The rules and sentences are those of geo/tables/formats (workbook.py, sheet.py, sheet_table.py).

const BOOK_LIMITS = { bytes: 256 * 2 ** 20, large: 10 * 2 ** 20, ratio: 200 };
const BOOK_FIRST_ROWS = 40; // in which the header is looked for
const MOST_SHEET_COLUMNS = 16_384;
const MOST_MERGED_CELLS = 100_000;
const DATE_FORMS = [[14, 22], [27, 36], [45, 47], [50, 58]];
const PERCENT_FORMS = [9, 10];
const FORM_LITERALS = /"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g;
const WORKBOOK = "xl/workbook.xml";

/** Damage of an archive or of its XML; `kind` names it as Python's libraries do. */
class Damaged extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/** The table of a workbook, as cutTable gives one; null if the archive is no workbook. */
async function readBook(bytes, file) {
  const members = listMembers(bytes);
  try {
    if (!members.some(({ name }) => name === WORKBOOK)) return null;
    checkMembers(members);
    return await tableOfBook(bytes, new Map(members.map((one) => [one.name, one])), file);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    throw new TableRefused(fault(sentence("fault_damaged_book", { name: error.kind }),
      sentence("remedy_damaged_book")));
  }
}

// -- the archive ------------------------------------------------------------------------------

/** The members of a ZIP archive, from its central directory (APPNOTE 4.3.12, without ZIP64). */
function listMembers(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  const damaged = () => new TableRefused(fault(sentence("fault_damaged_archive",
    { what: sentence("what_archive"), name: "BadZipFile" }),
    sentence("remedy_empty")));
  if (end < 0 || bytes.length - end > 65_557) throw damaged();
  const members = [];
  let at = view.getUint32(end + 16, true);
  for (let k = view.getUint16(end + 10, true); k > 0; k--) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw damaged();
    const [named, extra, noted] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    members.push({ name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + named)),
      locked: (view.getUint16(at + 8, true) & 1) === 1, method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true), packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true), start: view.getUint32(at + 42, true) });
    at += 46 + named + extra + noted;
  }
  return members;
}

/** Refuse an archive by its declared sizes; no member is unpacked beyond its own. */
function checkMembers(members) {
  const names = new Set();
  for (const member of members) {
    const name = member.name.toLowerCase();
    if (names.has(name)) {
      throw new TableRefused(fault(sentence("fault_twice", { twice: pythonText(name) }), sentence("remedy_twice")));
    }
    names.add(name);
  }
  for (const { name, size, packed: small } of members) {
    const ratio = size / Math.max(small, 1);
    if (size > BOOK_LIMITS.large && ratio > BOOK_LIMITS.ratio) {
      throw new TableRefused(fault(sentence("fault_bomb", { filename: pythonText(name),
        ratio: Math.round(ratio), archive_ratio: BOOK_LIMITS.ratio }), sentence("remedy_bomb")));
    }
  }
  const total = members.reduce((sum, { size }) => sum + size, 0);
  if (total > BOOK_LIMITS.bytes) {
    throw new TableRefused(fault(sentence("fault_large_book", { total, archive_bytes: BOOK_LIMITS.bytes }),
      sentence("remedy_large_book")));
  }
}

/** The text of a member. */
async function unpackMember(bytes, member) {
  if (!member) throw new Damaged("KeyError");
  if (member.locked) throw new Damaged("RuntimeError");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (member.start + 30 > bytes.length || view.getUint32(member.start, true) !== 0x04034b50) {
    throw new Damaged("BadZipFile");
  }
  const from = member.start + 30 + view.getUint16(member.start + 26, true) + view.getUint16(member.start + 28, true);
  const small = bytes.subarray(from, from + member.packed);
  if (member.method !== 0 && member.method !== 8) throw new Damaged("NotImplementedError");
  const whole = member.method ? await inflated(small, member.size) : small;
  if (whole.length !== member.size || crc32(whole) !== member.crc) throw new Damaged("BadZipFile");
  return new TextDecoder().decode(whole);
}

/** Deflated bytes, unpacked to the size that they are said to have, and never more. */
async function inflated(small, size) {
  const out = new Uint8Array(size);
  const reader = new Blob([small]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let at = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > size) throw new Damaged("BadZipFile");
      out.set(part.value, at);
      at += part.value.length;
    }
  } catch (error) {
    throw error instanceof Damaged ? error : new Damaged("error"); // zlib's
  }
  return out.subarray(0, at);
}

// -- XML --------------------------------------------------------------------------------------

const XML_PART = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\?[\s\S]*?\?>|<(\/?)([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const XML_ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const XML_SIGNS = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function plainXml(text) {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));|&/g, (_, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : 0;
    const sign = name ? XML_SIGNS[name] : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
    if (sign === undefined) throw new Damaged("ExpatError");
    return sign;
  });
}

/**
 * Read XML tag by tag: handlers.begin(tag, attributes), .finish(tag), .text(text). Tags are without
 * prefix; `attributes` gives one by its name. `quick(xml, place)` may read what is there at once, and
 * returns where it ends. No document type is accepted, so no entity is expanded.
 */
function readXml(xml, handlers) {
  const open = [];
  XML_PART.lastIndex = 0;
  while (XML_PART.lastIndex < xml.length) {
    const at = XML_PART.lastIndex;
    const next = handlers.quick?.(xml, at);
    if (next) {
      XML_PART.lastIndex = next;
      continue;
    }
    if (xml.startsWith("<!DOCTYPE", at)) throw new Damaged("ValueError");
    const found = XML_PART.exec(xml);
    if (!found) throw new Damaged("ExpatError");
    const [, verbatim, closes, name, given, empty, text] = found;
    if (text !== undefined) {
      if (open.length) handlers.text?.(plainXml(text));
      else if (text.replace(/^\ufeff/, "").trim()) throw new Damaged("ExpatError");
    } else if (verbatim !== undefined) {
      handlers.text?.(verbatim);
    } else if (name) {
      const tag = name.slice(name.indexOf(":") + 1);
      if (closes) {
        if (open.pop() !== name) throw new Damaged("ExpatError");
        handlers.finish?.(tag);
      } else {
        handlers.begin(tag, (wanted) => attributeIn(given, wanted));
        if (empty) handlers.finish?.(tag);
        else open.push(name);
      }
    }
  }
  if (open.length) throw new Damaged("ExpatError");
}

/** An attribute by its name; one that begins with ":" has any prefix. Undefined without. */
function attributeIn(given, wanted) {
  for (const [, name, one, other] of given.matchAll(XML_ATTRIBUTE)) {
    if (name === wanted || (wanted[0] === ":" && name.endsWith(wanted))) return plainXml(one ?? other);
  }
  return undefined;
}

// -- the parts of a workbook ------------------------------------------------------------------

async function tableOfBook(bytes, members, file) {
  const part = (name) => unpackMember(bytes, members.get(name));
  const sheets = [];
  let mac = false;
  readXml(await part(WORKBOOK), { begin: (tag, of) => {
    if (tag === "sheet") {
      sheets.push({ name: of("name"), relation: of(":id"), hidden: (of("state") ?? "visible") !== "visible" });
    } else if (tag === "workbookPr") mac = ["1", "true"].includes(of("date1904"));
  } });
  if (!sheets.length) throw new Damaged("IndexError");
  const relations = relationsOf(await part("xl/_rels/workbook.xml.rels"));
  const read = {
    strings: members.has(relations.strings) ? sharedStrings(await part(relations.strings)) : [],
    shownAs: members.has(relations.styles) ? stylesOf(await part(relations.styles)) : () => "",
    epoch: mac ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30),
  };
  const chosen = sheets.find(({ hidden }) => !hidden) ?? sheets[0];
  const content = readSheet(await part(relations.targets.get(chosen.relation)), read);
  const notices = sheets.length === 1 ? [] : [sentence("notice_sheet", { file, name: pythonText(chosen.name),
    others: sheets.filter((one) => one !== chosen).map(({ name }) => name).slice(0, 5).join(", ") })];
  return { ...sheetTable(content, file), notices };
}

function relationsOf(xml) {
  const found = { targets: new Map(), strings: "", styles: "" };
  readXml(xml, { begin: (tag, of) => {
    if (tag !== "Relationship" || of("TargetMode") === "External") return;
    const given = of("Target") ?? "";
    const target = given.startsWith("/") ? given.slice(1) : `xl/${given}`;
    found.targets.set(of("Id"), target);
    if (of("Type")?.endsWith("/sharedStrings")) found.strings = target;
    else if (of("Type")?.endsWith("/styles")) found.styles = target;
  } });
  return found;
}

/** Text with its escapes (_x000D_) decoded. */
function unescapedCell(text) {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

function sharedStrings(xml) {
  const strings = [];
  let [parts, phonetic, collects] = ["", false, false];
  readXml(xml, {
    begin: (tag) => {
      if (tag === "si") parts = "";
      else if (tag === "rPh") phonetic = true;
      else if (tag === "t") collects = !phonetic;
    },
    text: (text) => { if (collects) parts += text; },
    finish: (tag) => {
      if (tag === "t") collects = false;
      else if (tag === "rPh") phonetic = false;
      else if (tag === "si") {
        strings.push(unescapedCell(parts));
        if (strings.length > TABLE_LIMITS.cells) throw new Damaged("ValueError");
      }
    },
  });
  return strings;
}

/** How a style shows a number: a function of its place, "", "date", "percent" or zeros. */
function stylesOf(xml) {
  const [own, styles] = [new Map(), []];
  let inside = false;
  readXml(xml, {
    begin: (tag, of) => {
      if (tag === "numFmt") own.set(Number(of("numFmtId")), of("formatCode") ?? "");
      else if (tag === "cellXfs") inside = true;
      else if (tag === "xf" && inside) styles.push(Number(of("numFmtId") ?? 0));
    },
    finish: (tag) => { if (tag === "cellXfs") inside = false; },
  });
  const shown = (form) => {
    if (own.has(form)) {
      const code = own.get(form).split(";")[0].replace(FORM_LITERALS, "").toLowerCase();
      if (code.includes("%")) return "percent";
      if (/^0{2,20}$/.test(code)) return code;
      return /[ymdhs]/.test(code) && !code.includes("general") ? "date" : "";
    }
    if (DATE_FORMS.some(([from, to]) => form >= from && form <= to)) return "date";
    return PERCENT_FORMS.includes(form) ? "percent" : "";
  };
  const forms = styles.map(shown);
  return (style) => forms[style] ?? "";
}

// -- a sheet ----------------------------------------------------------------------------------

// As most programs write a cell without a formula.
const PLAIN_CELL = /<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,9})")?(?: t="([a-z]+)")?><v>([^<&]*)<\/v><\/c>/y;

/** The rows of a sheet: { rows: [{ line, cells (a Map by column) }], whole (integers by column), fractions,
 *  merged }. */
function readSheet(xml, { strings, shownAs, epoch }) {
  const found = { rows: [], whole: new Map(), fractions: new Set(), merged: [] };
  const state = { line: 0, column: -1, cells: null, kind: "n", style: 0, value: "", formula: "", into: "",
    phonetic: false };
  let count = 0;
  const tooMany = (what) => new TableRefused(fault(sentence("fault_large_sheet",
    { limit: TABLE_LIMITS[what], what: sentence(`size_${what}`) }), sentence("remedy_smaller")));
  const keep = (text) => {
    if (!text) return;
    state.cells?.set(state.column, text);
    if (++count > TABLE_LIMITS.cells) throw tooMany("cells");
  };
  readXml(xml, {
    quick: (text, at) => {
      PLAIN_CELL.lastIndex = at;
      const cell = state.cells && PLAIN_CELL.exec(text);
      if (!cell) return 0;
      Object.assign(state, { column: sheetColumn(cell[1]), style: Number(cell[2] ?? 0), kind: cell[3] ?? "n",
        value: cell[4], formula: "" });
      keep(cellText(state, found, strings, shownAs, epoch));
      return PLAIN_CELL.lastIndex;
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
        Object.assign(state, { line: Number(of("r") ?? state.line + 1), column: -1, cells: new Map() });
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
        keep(cellText(state, found, strings, shownAs, epoch));
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

function cellText({ value, kind, formula, style, column }, found, strings, shownAs, epoch) {
  if (!value) return formula ? `=${formula.replace(/^=/, "")}` : "";
  if (kind === "s") {
    const text = strings[Number(value)];
    if (text === undefined) throw new Damaged("IndexError");
    return text;
  }
  if (kind === "b") return value.trim() === "1" ? "true" : "false";
  if (kind !== "n") return unescapedCell(value);
  const number = Number(value);
  if (!value.trim() || !Number.isFinite(number)) throw new Damaged("ValueError");
  const form = shownAs(style);
  if (form === "date") return dateText(number, epoch);
  if (form === "percent") return `${Number((100 * number).toPrecision(15))} %`;
  if (Number.isInteger(number) && Math.abs(number) < 1e15) {
    found.whole.set(column, (found.whole.get(column) ?? 0) + 1);
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
  const start = headerRow(content.rows);
  const { line, cells: head } = content.rows[start];
  const width = Math.max(...head.keys()) + 1;
  const names = Array.from({ length: width }, (_, k) => (head.get(k) ?? "").normalize("NFC"));
  const below = content.rows.slice(start + 1).filter(({ cells }) => [...cells.values()].some((cell) => cell.trim()));
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
    cells: kept.map((k) => rows.map(({ cells }) => cells.get(k) ?? "")),
    lines: rows.map((row) => row.line),
    // Figures that are stored as such have a decimal point, however many decimals.
    fractions: kept.map((k) => content.fractions.has(k)),
    merged: mergedRows(content.merged, kept, line),
  };
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
    for (const [k, cell] of cells) {
      if (k >= names.length) {
        if (cell.trim()) {
          faults.push(fault(sentence("fault_beyond_columns", { width: String(names.length), cell: pythonText(cell) }),
            sentence("remedy_beyond_columns"), { line, column: names.at(-1) }));
        }
      } else if (cell.length > TABLE_LIMITS.cell) {
        faults.push(fault(sentence("fault_long_cell", { count: cell.length, cell_length: TABLE_LIMITS.cell }),
          sentence("remedy_long_cell"), { line, column: names[k].slice(0, 60) }));
      }
    }
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
