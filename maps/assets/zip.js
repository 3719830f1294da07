// A ZIP archive of small texts, stored without compression (PKWARE's APPNOTE, 4.3).

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let k = 0; k < 8; k++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers, each [value, bytes]. */
function packed(fields) {
  const out = [];
  for (const [value, size] of fields) {
    for (let k = 0; k < size; k++) out.push((value >>> (8 * k)) & 0xff);
  }
  return Uint8Array.from(out);
}

const ZIP_VERSION = 20;
const UTF8_NAMES = 0x800; // the flag that names are UTF-8
const FIRST_DAY = 0x21; // 1 January 1980: the same files give the same bytes

/** files: [{ name, text }]. */
function zipFiles(files) {
  const [parts, directory] = [[], []];
  let offset = 0;
  for (const { name, text } of files) {
    const [title, bytes] = [new TextEncoder().encode(name), new TextEncoder().encode(text)];
    const about = [[ZIP_VERSION, 2], [UTF8_NAMES, 2], [0, 2], [0, 2], [FIRST_DAY, 2], [crc32(bytes), 4],
      [bytes.length, 4], [bytes.length, 4], [title.length, 2], [0, 2]];
    parts.push(packed([[0x04034b50, 4], ...about]), title, bytes);
    directory.push(packed([[0x02014b50, 4], [ZIP_VERSION, 2], ...about,
      [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), title);
    offset += 30 + title.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = packed([[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2],
    [size, 4], [offset, 4], [0, 2]]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
