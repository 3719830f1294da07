// Elements of the page. Text from data is only ever set as text, never as markup.

/** An element with attributes and children; strings become text nodes, null is left out. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

/** The same for SVG. */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setAttributes(element, attributes);
  append(element, children);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/** Set the attributes that differ: even one that stays the same has its element styled anew. */
function replaceAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

function append(element, children) {
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== "") element.append(child);
  }
}

/** Give an element these children; those that it has already stay in their place. */
function arrange(parent, children) {
  for (const child of [...parent.children]) if (!children.includes(child)) child.remove();
  children.forEach((child, k) => {
    if (parent.children[k] !== child) parent.insertBefore(child, parent.children[k] ?? null);
  });
}

/** A link, or plain text if the address is not http(s). */
function link(text, address) {
  return isWebAddress(address)
    ? el("a", { href: address, rel: "noopener noreferrer", target: "_blank" }, text)
    : text;
}

const ADDRESSES = new Map(); // judged before: many figures cite one source

function isWebAddress(address) {
  if (!ADDRESSES.has(address)) ADDRESSES.set(address, isWeb(address));
  return ADDRESSES.get(address);
}

function isWeb(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** A text of the data, isolated so that it keeps its writing direction. */
function isolated(text) {
  return el("bdi", {}, text);
}

/** Give an element a text of the data; what it has stays, if it is the same. */
function tell(element, text) {
  const words = element.firstChild?.firstChild;
  if (words && text) {
    if (words.data !== text) words.data = text;
  } else if (words || text) {
    element.replaceChildren(isolated(text));
  }
}

/** Text between two figures that stand apart on the screen, for those who hear them. */
function unseen(text) {
  return el("span", { class: "zb-unseen" }, text);
}

/** The swatch of a class: a filled square, or a hatched one for missing figures. */
function swatch(colour, colours, stripes = null, coarse = false) {
  const box = svg("svg", { class: "zb-swatch", viewBox: "0 0 18 14", "aria-hidden": "true" });
  box.append(svg("rect", { x: 0.5, y: 0.5, width: 17, height: 13, fill: colour,
    stroke: colours.rule }));
  if (stripes) {
    for (const x of [2, 7, 12]) {
      box.append(svg("path", { d: `M${x} 13.5L${x + 4} 0.5`, stroke: stripes,
        "stroke-width": 1.6 }));
    }
  }
  if (coarse) {
    for (const x of [2, 8, 14]) {
      box.append(svg("path", { d: `M${x - 3} 0.5L${x + 5} 13.5`, stroke: colours.sea, "stroke-width": 1.6,
        "stroke-opacity": 0.6 }));
    }
  }
  return box;
}
