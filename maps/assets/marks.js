// What cells have that is not a figure: the marks of missing figures (geo/tables/missing.py), and flags and marks of
// footnotes behind figures ("12.5 p", "12.5 1)"), which are not part of them (geo/tables/numbers.py).

/** Codes of geo/reasons.py. */
const REASON = { published: 1, secret: 2, matched: 4, applicable: 5, few: 8 };
const MARKS_OF = {
  1: ["", "nd", "n/d", "n.d.", "na", "n/a", "n.a.", "(na)", "\\n", "null", "k.a.", "n.v.", ".", "..", "...",
    "…", ":", "~", "/", "[x]", "[u]", "x", "f", "n", "[low]", "**", "***", ":u", ": u", ":n", ": n",
    "n/a - résultat non disponible"],
  2: ["s", "ns", "c", "*", "[c]", "(c)", "(d)", "(s)", ":c", ": c", "n/a - secret statistique"],
  5: ["so", "(x)", "[z]", ":z", ": z", "n/a - division par 0"],
};
const MISSING_MARKS = new Map(Object.entries(MARKS_OF)
  .flatMap(([reason, marks]) => marks.map((mark) => [mark, Number(reason)])));
const SPACED = /^([\p{L}\p{N}_])\. ([\p{L}\p{N}_])\.$/u;
const SUPPRESSED = /^[<≤] ?[0-9]{1,3}$/; // a small count ("<5")

function missingReason(text) {
  const spaced = text.includes(". ") ? text.replace(SPACED, "$1.$2.") : text; // "k. A."
  return MISSING_MARKS.get(spaced.toLowerCase()) ?? (SUPPRESSED.test(text) ? 2 : undefined);
}

// -- flags ------------------------------------------------------------------------------------

const FLAG = "[bdefiprsu]{1,3}|[A-E]";
const NOTE = "[a-z]|[0-9]{1,2}";
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const STARS = "*†‡§#";
const CELL_SPACES = " \\t\\n\\u00a0\\u202f\\u2009";
const FLAGGED = new RegExp(`^(?<figure>.*[0-9%])(?:[${CELL_SPACES}]*`
  + `(?:\\((?<round>${FLAG}|${NOTE})\\)|\\[(?<square>${FLAG}|${NOTE})\\]`
  + `|(?<raised>[${RAISED}]{1,2})|(?<stars>[${STARS}]{1,3}))`
  + `|[${CELL_SPACES}]+(?:(?<number>[0-9]{1,2}\\))|(?<bare>${FLAG})))$`);
const FLAG_END = new RegExp(`[)\\]${RAISED}${STARS}\\p{L}]\\s*$`, "u");
const OF_EUROSTAT = /\\time(_period)?\s*$/i; // the first column's name in a table whose letters are flags

/** The figure of a cell that may have a flag; most end with a digit. */
function withoutFlag(text) {
  const last = text.charCodeAt(text.length - 1);
  return last >= 48 && last <= 57 ? text : FLAGGED.exec(text)?.groups.figure ?? text;
}

/** The flagged cells of a column: a Map from a text to { figure (without the flag), flag }. Letters without brackets
 *  may be a unit, and numbers in brackets a percentage: they are flags if another figure has none, and B if the
 *  column has another quality too. */
function flaggedCells(cells, { kinds }, names) {
  const odd = new Set();
  let plain = names.some((name) => OF_EUROSTAT.test(name));
  for (let row = 0; row < cells.length; row++) {
    if (kinds[row] === ODD) odd.add(cells[row]);
    else plain = true;
  }
  const found = new Map();
  if (![...odd].some((text) => FLAG_END.test(text))) return found;
  for (const text of odd) {
    const own = stripped(text);
    if (missingReason(own) !== undefined) continue;
    plain ||= /^.*[0-9]%?$/.test(own);
    const groups = FLAGGED.exec(own)?.groups;
    if (!groups) continue;
    const { figure, bare } = groups;
    const flag = groups.round ?? groups.square ?? groups.raised ?? groups.stars ?? groups.number ?? bare;
    found.set(text, { figure, flag, unsure: bare !== undefined || /^[0-9]+$/.test(flag) });
  }
  const qualities = [...found.values()].some(({ flag }) => ["A", "C", "D", "E"].includes(flag));
  for (const [text, { flag, unsure }] of found) {
    if (unsure && !(plain && (flag !== "B" || qualities))) found.delete(text);
  }
  return found;
}

/** What is said of the flags of a column. */
function flagNotices(table, k, flagged) {
  const [letters, notes] = [[], []];
  if (flagged.size) {
    for (const cell of table.cells[k]) {
      const flag = flagged.get(cell)?.flag;
      if (flag !== undefined) (/^\p{L}+$/u.test(flag) ? letters : notes).push(flag);
    }
  }
  const named = { file: table.file, name: pythonText(table.names[k]) };
  const said = (name, slot, flags) => (flags.length
    ? [sentence(name, { ...named, [slot]: firstOf([...new Set(flags)].sort()) }, flags.length)] : []);
  return [...said("notice_flags", "flags", letters), ...said("notice_notes", "marks", notes)];
}
