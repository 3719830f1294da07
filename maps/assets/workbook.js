// A workbook (XLSX) that the reader drops, as a table: unpacked by the browser, its XML read tag by tag.
// The rules and sentences are those of geo/tables/formats (workbook.py, sheet.py, sheet_table.py); its
// cells are read by sheet.js.

const BOOK_LIMITS = { bytes: 256 * 2 ** 20, large: 10 * 2 ** 20, ratio: 200 };
const DATE_FORMS = [[14, 22], [27, 36], [45, 47], [50, 58]];
const PERCENT_FORMS = [9, 10];
const FORM_LITERALS = /"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g;
const WORKBOOK = "xl/workbook.xml";
const PIECE_BYTES = 2 ** 14; // of a part that is read in pieces
const FAR_BYTES = 2 ** 20;
const SLASH = 47;
const ROW_ENDS = ["</row>", "</si>"].map((tag) => Array.from(tag, (sign) => sign.charCodeAt(0)));

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
  return new TextDecoder().decode(await unpackedBytes(bytes, member));
}

/** The bytes of a member. */
async function unpackedBytes(bytes, member) {
  if (!member) throw new Damaged("KeyError");
  if (member.locked) throw new Damaged("RuntimeError");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (member.start + 30 > bytes.length || view.getUint32(member.start, true) !== 0x04034b50) {
    throw new Damaged("BadZipFile");
  }
  const from = member.start + 30 + view.getUint16(member.start + 26, true) + view.getUint16(member.start + 28, true);
  const small = bytes.subarray(from, from + member.packed);
  if (member.method !== 0 && member.method !== 8) throw new Damaged("NotImplementedError");
  if (member.method) return inflated(small, member);
  if (small.length !== member.size || crc32(small) !== member.crc) throw new Damaged("BadZipFile");
  return small;
}

/** The text of a part with many rows, in pieces that end with one: a letter like œ makes a browser store its
 *  piece in twice the bytes, not all of the text. A comment may contain anything: the rest is one piece. */
function* textPieces(bytes) {
  const first = new TextDecoder();
  const others = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let from = 0; from < bytes.length;) {
    let to = rowEnd(bytes, from + PIECE_BYTES);
    const decoder = from ? others : first;
    let piece = decoder.decode(bytes.subarray(from, to));
    if (to < bytes.length && piece.includes("<!")) {
      to = bytes.length;
      piece = decoder.decode(bytes.subarray(from, to));
    }
    yield piece;
    from = to;
  }
}

/** Where the next row or string of a workbook ends; the end of the bytes if that is far. */
function rowEnd(bytes, from) {
  for (let at = bytes.indexOf(SLASH, from); at > 0 && at < from + FAR_BYTES; at = bytes.indexOf(SLASH, at + 1)) {
    for (const end of ROW_ENDS) {
      if (end.every((byte, k) => bytes[at - 1 + k] === byte)) return at - 1 + end.length;
    }
  }
  return bytes.length;
}

/** The bytes of a deflated member. As GZIP (RFC 1952), which has the same checksum, the browser checks
 *  them itself. */
async function inflated(small, { crc, size }) {
  const head = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);
  const whole = await decompressed("gzip", [head, small, packed([[crc, 4], [size, 4]])], size);
  if (whole) return whole;
  // Damaged bytes, or others than those that were packed: the archive's sentence says which.
  throw new Damaged(await decompressed("deflate-raw", [small], size) ? "BadZipFile" : "error"); // zlib's
}

/** Parts, decompressed to the size that they are said to have, and never more; null if they are
 *  damaged. */
async function decompressed(format, parts, size) {
  const out = new Uint8Array(size);
  const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream(format)).getReader();
  let at = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > size) throw new Damaged("BadZipFile");
      out.set(part.value, at);
      at += part.value.length;
    }
  } catch (error) {
    if (error instanceof Damaged) throw error;
    return null;
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
 *
 * pieces: the text, in pieces that end between tags.
 */
function readXml(pieces, handlers) {
  const open = [];
  for (const xml of typeof pieces === "string" ? [pieces] : pieces) readPiece(xml, handlers, open);
  if (open.length) throw new Damaged("ExpatError");
}

/** open: the names of the tags that are open, which the piece changes. */
function readPiece(xml, handlers, open) {
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
    strings: members.has(relations.strings)
      ? sharedStrings(textPieces(await unpackedBytes(bytes, members.get(relations.strings)))) : [],
    shownAs: members.has(relations.styles) ? stylesOf(await part(relations.styles)) : () => "",
    epoch: mac ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30),
  };
  const chosen = sheets.find(({ hidden }) => !hidden) ?? sheets[0];
  const sheet = await unpackedBytes(bytes, members.get(relations.targets.get(chosen.relation)));
  const content = readSheet(textPieces(sheet), read);
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
  return !text.includes("_x") ? text : text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

// As most programs write a string without formats.
const PLAIN_STRING = /<si><t(?: xml:space="preserve")?>([^<&]*)<\/t><\/si>/y;

function sharedStrings(xml) {
  const strings = [];
  let [parts, phonetic, collects] = ["", false, false];
  const keep = (text) => {
    strings.push(unescapedCell(text));
    if (strings.length > TABLE_LIMITS.cells) throw new Damaged("ValueError");
  };
  readXml(xml, {
    quick: (text, at) => {
      PLAIN_STRING.lastIndex = at;
      const plain = PLAIN_STRING.exec(text);
      if (plain) keep(plain[1]);
      return PLAIN_STRING.lastIndex;
    },
    begin: (tag) => {
      if (tag === "si") parts = "";
      else if (tag === "rPh") phonetic = true;
      else if (tag === "t") collects = !phonetic;
    },
    text: (text) => { if (collects) parts += text; },
    finish: (tag) => {
      if (tag === "t") collects = false;
      else if (tag === "rPh") phonetic = false;
      else if (tag === "si") keep(parts);
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
