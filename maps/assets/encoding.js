// The encoding of text that is not Unicode, by its letters: the rules of geo/files/encoding.py, with the
// letters of geo/files/letters.py. A test compares both.

/** How often each letter beyond ASCII is in the names of places, by language, in thousandths. */
const LETTER_SHARES = {
  Catalan: "à298 ç15 è15 é15 í15 ï15 ò298 ó298 ú15 ü15",
  "Danish and Norwegian": "å373 æ95 é38 ø494",
  Dutch: "â701 è21 é21 ë191 ï21 ö21 ü21",
  Finnish: "ä778 å42 ö121 š30 ž30",
  French: "à12 â62 ç21 è219 é511 ê26 ë25 î17 ï12 ô29 ù10 û14 ü10 ÿ10 œ20",
  German: "ß185 ä93 ö365 ü357",
  Icelandic: "á67 æ54 é15 í133 ð316 ó93 ö211 ú41 ý28 þ41",
  Italian: "à237 è261 é27 ì128 í15 î15 ò212 ó15 ù75 ú15",
  Portuguese: "à15 á77 â35 ã415 ç127 é74 ê24 í26 ó105 ô29 õ46 ú26",
  Spanish: "á180 é132 í196 ñ195 ó205 ú60 ü33",
  Swedish: "ä319 å245 é38 ö399",
  Albanian: "ç190 ë810",
  Croatian: "ć185 č289 đ52 š340 ž134",
  Czech: "á143 é49 í161 ó10 ú22 ý43 č109 ď13 ě88 ň25 ř120 š118 ť17 ů19 ž63",
  Hungarian: "á383 é132 í34 ó125 ö98 ú62 ü50 ő94 ű21",
  Polish: "ó292 ą72 ć21 ę92 ł242 ń69 ś98 ź34 ż80",
  Romanian: "â118 î30 ă347 ş384 ţ120",
  Slovak: "á231 ä19 é99 í58 ó9 ô12 ú31 ý64 č125 ď12 ĺ9 ľ77 ň45 ŕ9 š119 ť17 ž64",
  Slovene: "č382 š385 ž233",
  Estonian: "ä433 õ331 ö25 ü161 š25 ž25",
  Latvian: "ā184 č44 ē124 ģ34 ī134 ķ74 ļ94 ņ84 š64 ū64 ž104",
  Lithuanian: "ą17 č91 ė375 ę17 į17 š307 ū54 ų32 ž91",
  Turkish: "â19 ç144 î17 ö130 ü123 ğ100 ı317 ş134 û17",
};
const WESTERN = ["Catalan", "Danish and Norwegian", "Dutch", "Finnish", "French", "German", "Icelandic", "Italian",
  "Portuguese", "Spanish", "Swedish"];
const CENTRAL = ["Albanian", "Croatian", "Czech", "Hungarian", "Polish", "Romanian", "Slovak", "Slovene"];
/** Encodings by their names in Python: the browser's name, and the languages written in them. */
const ONE_BYTE = {
  cp1252: ["windows-1252", WESTERN], cp1250: ["windows-1250", CENTRAL], "iso-8859-2": ["iso-8859-2", CENTRAL],
  "iso-8859-15": ["iso-8859-15", WESTERN], "mac-roman": ["macintosh", WESTERN], cp1254: ["windows-1254", ["Turkish"]],
  cp1257: ["windows-1257", ["Estonian", "Latvian", "Lithuanian"]],
};
const USUAL = "cp1252";
const HEAD_START = 5;
const CLOSE = 6;
const STRANGE = Math.log(1e-4);
const SIGN = Math.log(1 / 60);
const MOST_STRANGE = 0.2;
const MOST_WORDS = 5_000;
const [PIECES, WORDS_FROM] = [8, 2 ** 20]; // a longer text is looked at in so many pieces of that size
const TEXT_SIGNS = "’‘“”«»–—…·\u00a0";
const SIGNS_AFTER = "°²³€§©®™ªº"; // that no letter follows within a word
const CONTROLS = /[\x80-\x9f]/;
const [ALPHABETIC, UPPER, LOWER] = [/^\p{L}/u, /^\p{Lu}/u, /^\p{Ll}/u];

/** Words of a text that have letters beyond ASCII, a character a byte. */
function foreignWords(bytes) {
  const words = new Set();
  const isLetter = (byte) => byte >= 128 || ((byte | 32) >= 97 && (byte | 32) <= 122);
  const step = Math.max(Math.floor(bytes.length / PIECES), WORDS_FROM);
  for (let first = 0; first < bytes.length; first += step) {
    const end = Math.min(first + WORDS_FROM, bytes.length);
    let [start, foreign] = [first, false];
    for (let at = first; at <= end; at++) {
      if (at < end && isLetter(bytes[at])) {
        foreign ||= bytes[at] >= 128;
        continue;
      }
      if (foreign && words.size < MOST_WORDS) words.add(byteText(bytes.subarray(start, at)));
      [start, foreign] = [at + 1, false];
    }
  }
  return words;
}

/** A character a byte. */
function byteText(bytes) {
  let text = "";
  for (let from = 0; from < bytes.length; from += 4096) {
    text += String.fromCharCode(...bytes.subarray(from, from + 4096));
  }
  return text;
}

/** Whether two or three bytes of a text are a letter, or a sign, of UTF-8. */
function hasLettersOfUtf8(bytes) {
  const follows = (byte) => (byte & 0xc0) === 0x80;
  for (let at = 0; at + 1 < bytes.length; at++) {
    const lead = bytes[at];
    if ((lead !== 0xc3 && lead !== 0xc5 && lead !== 0xe2) || !follows(bytes[at + 1])) continue;
    if (lead !== 0xe2 || follows(bytes[at + 2] ?? 0)) return true;
  }
  return false;
}

/** Bytes in an encoding of one byte; null if some are undefined, or control codes. */
function oneByteText(bytes, encoding) {
  try {
    const text = new TextDecoder(ONE_BYTE[encoding][0], { fatal: true }).decode(bytes);
    return encoding.startsWith("cp") && CONTROLS.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** The encoding of words: { encoding, other (one that is about as probable, or ""), word (that shows it) };
 *  null if they are in none of those. */
function guessEncoding(words) {
  const data = [...words].sort().join(" ");
  const bytes = Uint8Array.from(data, (sign) => sign.charCodeAt(0));
  const read = new Map(Object.keys(ONE_BYTE).map((name) => [name, oneByteText(bytes, name)])
    .filter(([, text]) => text !== null && !CONTROLS.test(text)));
  if (!read.size || isOfOtherAlphabet(read.values().next().value)) return null;
  const kinds = new Map([...read].map(([name, text]) => [name, kindsOfLetters(text)]));
  const scores = new Map([...read.keys()].map((name) => [name, letterScore(kinds.get(name), name)]));
  const probable = (names) => names.reduce((one, other) => (scores.get(other) > scores.get(one) ? other : one));
  const total = (name) => [...kinds.get(name).values()].reduce((sum, count) => sum + count, 0);
  let best = probable([...read.keys()]);
  if (total(best) < 2) best = USUAL; // a single letter shows too little
  if (!read.has(best) || (kinds.get(best).get("") ?? 0) > MOST_STRANGE * total(best)) return null;
  const close = [...read.keys()].filter((name) =>
    scores.get(best) - scores.get(name) < CLOSE && read.get(name) !== read.get(best));
  const other = close.length ? probable(close) : "";
  return { encoding: best, other, word: wordThatDiffers(read.get(best), read.get(other || USUAL) ?? "") };
}

/** Whether most words consist of letters beyond ASCII: they are Greek, or Cyrillic. */
function isOfOtherAlphabet(text) {
  const words = text.split(/\s+/).filter((word) => word.length >= 3);
  const most = words.filter((word) => {
    const foreign = Array.from(word).filter((sign) => sign > "\x7f" && ALPHABETIC.test(sign)).length;
    return 3 * foreign > 2 * word.length;
  });
  return 2 * most.length > words.length;
}

/** How often a text has each letter beyond ASCII; "." stands for signs, "" for what is in no name. */
function kindsOfLetters(text) {
  const counts = new Map();
  for (const { 0: letter, index } of text.matchAll(/[^\x00-\x7f]/g)) {
    const [before, after] = [text.charAt(index - 1), text.charAt(index + 1)];
    let kind = letter.toLowerCase();
    if (TEXT_SIGNS.includes(letter) || (SIGNS_AFTER.includes(letter) && !ALPHABETIC.test(after))) kind = ".";
    else if (SIGNS_AFTER.includes(letter) || !ALPHABETIC.test(letter) || isMisplaced(before, letter, after)) kind = "";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Whether a letter is a capital after a small one, or a small one between capitals, or the second capital
 *  of a word of small letters. */
function isMisplaced(before, letter, after) {
  if (UPPER.test(letter)) return LOWER.test(before) || (UPPER.test(before) && LOWER.test(after));
  return LOWER.test(letter) && UPPER.test(before) && UPPER.test(after);
}

/** The logarithm of the probability of letters in the language of an encoding that fits best, or in a
 *  mixture of all. */
function letterScore(counts, encoding) {
  const languages = ONE_BYTE[encoding][1].map((name) => new Map(LETTER_SHARES[name].split(" ")
    .map((pair) => [pair[0], Number(pair.slice(1)) / 1000])));
  const letters = new Set(languages.flatMap((shares) => [...shares.keys()]));
  const mixed = new Map([...letters].map((letter) => [letter,
    languages.reduce((sum, shares) => sum + (shares.get(letter) ?? 0), 0) / languages.length]));
  const probability = (letter, shares) => {
    if (letter === ".") return SIGN;
    return shares.has(letter) ? Math.log(shares.get(letter)) : STRANGE;
  };
  const fits = [...languages, mixed].map((shares) => [...counts]
    .reduce((sum, [letter, count]) => sum + count * probability(letter, shares), 0));
  return Math.max(...fits) + (encoding === USUAL ? HEAD_START : 0);
}

/** The first word that another encoding reads differently, else the first. */
function wordThatDiffers(text, other) {
  const [words, others] = [text.split(" "), other.split(" ")];
  return words.find((word, k) => k < others.length && word !== others[k]) ?? words[0];
}

/** What is said of the encoding of a text. */
function encodingNotices({ text, encoding, guess }, file) {
  const notices = [];
  if (guess && (guess.encoding !== USUAL || guess.other)) {
    const slots = { file, encoding, word: pythonText(guess.word), other: guess.other, quoted: `"${guess.other}"` };
    notices.push(sentence(guess.other ? "notice_encodings" : "notice_letters", slots));
  } else if (encoding !== "utf-8") {
    notices.push(sentence("notice_encoding", { file, encoding }));
  }
  if (/Ã[\u0080-\u00bf©¨ªœ®´»¼¢§]/.test(text)) notices.push(sentence("notice_twice", { file }));
  return notices;
}
