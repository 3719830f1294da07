// Codes that are written in groups ("01 001" is 01001), and rows of totals that have none: the rules of
// geo/codes/groups.py and geo/tables/codes.py.

const GROUP_MARKS = /[\s\u00ad\u200b\ufeff'’_./\u2010-\u2013-]+/g;
const GROUP_SPACES = /[\s\u00ad\u200b\ufeff]/g;
const FIGURE_CODE = /^[0-9]+\.(?:[0-9]|0+)$/;
const OUTER_SIGNS = /^[\p{L}\p{N}](?:.*[\p{L}\p{N}])?$/su;
const TOTAL = new RegExp("^(?:(?:grand|sub)[- ]?)?(?:total|totaux|totale|totaal|totalt|ensemble|sum|summe|suma"
  + "|insgesamt|gesamt|zusammen|celkem|spolu|razem|ogółem|összesen|ukupno|skupaj|toplam|i alt|yhteensä)"
  + "(?![\\p{L}\\p{N}])", "iu");

/** The code of each text that is one but for the marks between its groups. All such texts must have their marks
 *  at the same places, counted from the end, and lead to different codes that no other text has. Texts of the
 *  same form that lead to no known code are there without their marks. */
function joinGroups(texts, known) {
  const distinct = [...new Set(texts)];
  const written = distinct.filter((text) => !known.has(text) && !FIGURE_CODE.test(text));
  const none = new Map();
  if (!written.length) return none;
  const codes = codesByLetters(known);
  const found = written.filter((text) => codes.has(joinedCode(text)));
  const [form, ...others] = new Set(found.map(formOfCode));
  const targets = new Set(found.map((text) => codes.get(joinedCode(text))));
  if (form === undefined || others.length || targets.size < found.length) return none;
  if (distinct.some((text) => known.has(text) && targets.has(text))) return none;
  return new Map(written.filter((text) => formOfCode(text) === form)
    .map((text) => [text, codes.get(joinedCode(text)) ?? joinedCode(text)]));
}

const BY_LETTERS = new WeakMap(); // known codes by their letters and digits

function codesByLetters(known) {
  if (!BY_LETTERS.has(known) && Array.from(known.keys()).join("").search(GROUP_MARKS) < 0) {
    // As is usual: a look at each takes longer.
    BY_LETTERS.set(known, { has: (code) => known.has(code), get: (code) => (known.has(code) ? code : undefined) });
  } else if (!BY_LETTERS.has(known)) {
    const [codes, twice] = [new Map(), new Set()];
    for (const code of known.keys()) {
      const letters = joinedCode(code);
      if (codes.has(letters)) twice.add(letters);
      codes.set(letters, code);
    }
    for (const letters of twice) codes.delete(letters);
    BY_LETTERS.set(known, codes);
  }
  return BY_LETTERS.get(known);
}

/** A text without the marks inside it. */
function joinedCode(text) {
  return OUTER_SIGNS.test(text) ? text.replace(GROUP_MARKS, "") : text;
}

/** The first mark of a text and what follows it, with 0 for each letter and digit. */
function formOfCode(text) {
  const first = text.search(GROUP_MARKS);
  return first < 0 ? "" : text.slice(first).replace(GROUP_SPACES, " ").replace(/[\p{L}\p{N}]/gu, "0");
}

/** The notice about codes that are written in groups, or none. */
function groupNotices(table, column, joined, known) {
  const first = [...joined].find(([, code]) => known.has(code));
  if (!first) return [];
  const where = sentence("where_column", { file: table.file, name: pythonText(table.names[column]) });
  return [sentence("notice_groups", { where, text: pythonText(first[0]), code: first[1] })];
}

/** Whether a row says that it is a total: it has no code of its own. */
function isTotal(table, row) {
  return table.cells.some((cells) => TOTAL.test(cells[row].trimStart()));
}
