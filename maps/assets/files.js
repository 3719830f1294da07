// Files for the reader: the table as CSV, the map as a picture.

/** Offer a file to the reader. */
function saveFile(name, blob) {
  const address = URL.createObjectURL(blob);
  const way = el("a", { href: address, download: name });
  document.body.append(way);
  way.click();
  way.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** A name for a file: plain letters, digits and hyphens. */
function fileName(page, ending) {
  const plain = (text) => folded(text).replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  const { speech, model, layer } = page;
  const parts = [speech.text(model.head.place), speech.text(model.head.level.plural), layer.id];
  return `${parts.map(plain).filter(Boolean).join("-") || "zoneblanche"}.${ending}`;
}

/**
 * The table as displayed: its rows, columns and order. UTF-8 with a byte order mark, without
 * which spreadsheets misread accents; separator and decimal mark are those that spreadsheets
 * in the reader's language expect. A missing figure is an empty cell, and the last column says why.
 */
function tableAsCsv(page, columns, rows) {
  const { speech, model } = page;
  const { decimal } = speech;
  const separator = decimal === "," ? ";" : ",";
  const text = (value) => quoted(spreadsheetSafe(value, separator), separator);
  const cell = (value) => (typeof value === "number"
    ? quoted(String(value).replace(".", decimal), separator) : text(String(value)));
  const lines = [[speech.say("code"), ...columns.map(({ title }) => title),
    speech.say("missing_column")].map(text)];
  for (const i of rows) {
    const gaps = columns.filter((column) => column.why(i))
      .map((column) => `${column.title}${speech.say("colon")}${column.why(i)}`);
    lines.push([text(model.codes[i]), ...columns.map((column) => cell(column.plain(i))),
      text(gaps.join(" ; "))]);
  }
  const body = lines.map((line) => line.join(separator)).join("\r\n");
  return new Blob(["\ufeff", body, "\r\n"], { type: "text/csv;charset=utf-8" });
}

/** A text with an apostrophe before what a spreadsheet would take for a formula, as in Python
 *  (geo/tables/spreadsheet_safe.py): at its start, and where a spreadsheet of another locale, which
 *  splits at another separator, may begin a cell. */
function spreadsheetSafe(text, separator) {
  const inner = text.replace(INNER_FORMULA[separator], "$1'");
  return FORMULA.test(text) ? `'${inner}` : inner;
}

const BLANK = "\\s\\p{Cc}\\p{Cf}";
const STARTS = "[=+\\-@|\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\uff5c]";
const FORMULA = new RegExp(`^([\\t\\r\\n]|[${BLANK}]*${STARTS})`, "u");
const INNER_FORMULA = Object.fromEntries([[";", ","], [",", ";"]].map(([separator, other]) => [
  separator, new RegExp(`([${other}\\t|\\r\\n])(?=[${BLANK}"]*${STARTS})`, "gu"),
]));

function quoted(text, separator) {
  const odd = text.includes(separator) || /["\r\n]/.test(text) || text !== text.trim();
  return odd ? `"${text.replace(/"/g, '""')}"` : text;
}
