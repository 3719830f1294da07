// Which places a reader may mean by what they type: articles, "st", hyphens and one or two wrong letters
// are forgiven.

const SHORT = { st: "saint", ste: "sainte", sts: "saints", s: "sur", cc: "communaute de communes" };
const ARTICLES = new Set(["le", "la", "les", "l", "de", "du", "des", "d", "en", "a", "au", "aux", "et",
  "the", "of"]);

/** Lower case without accents, with single spaces, for comparing names. */
function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/ß/g, "ss")
    .replace(/[\s'’\-_.]+/g, " ").trim();
}

/** A folded name without articles, its short words written out. */
function plainName(name) {
  const words = name.split(" ").map((word) => (Object.hasOwn(SHORT, word) && word !== "s"
    && word !== "cc" ? SHORT[word] : word));
  return words.filter((word) => !ARTICLES.has(word)).join(" ") || words.join(" ");
}

const LONGEST_COMPARED = 100;
const EDIT_ROWS = [0, 1, 2].map(() => new Uint8Array(LONGEST_COMPARED + 1)); // used again by each comparison

/** Edits from one word to another, at most `most` + 1: letters added, lost, changed, or swapped with
 *  the next. */
function editsBetween(one, other, most) {
  if (Math.abs(one.length - other.length) > most || other.length > LONGEST_COMPARED) return most + 1;
  let [before, last, row] = EDIT_ROWS;
  for (let k = 0; k <= other.length; k++) last[k] = k;
  for (let i = 1; i <= one.length; i++) {
    row[0] = i;
    let least = i;
    for (let k = 1; k <= other.length; k++) {
      const same = one[i - 1] === other[k - 1];
      row[k] = Math.min(last[k] + 1, row[k - 1] + 1, last[k - 1] + (same ? 0 : 1));
      const swapped = i > 1 && k > 1 && one[i - 1] === other[k - 2] && one[i - 2] === other[k - 1];
      if (swapped) row[k] = Math.min(row[k], before[k - 2] + 1);
      least = Math.min(least, row[k]);
    }
    if (least > most) return most + 1;
    const spare = before;
    before = last;
    last = row;
    row = spare;
  }
  return last[other.length];
}

/** Which letters a text has, a bit each; one bit for all other signs. */
function lettersIn(text) {
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const place = text.charCodeAt(i) - 97;
    bits |= 1 << (place >= 0 && place < 26 ? place : 26);
  }
  return bits;
}

function countBits(bits) {
  let count = 0;
  for (let left = bits; left; left &= left - 1) count++;
  return count;
}

/** How many letters may be wrong in a name of that length. */
function forgiven(length) {
  return length < 4 ? 0 : length < 8 ? 1 : 2;
}
