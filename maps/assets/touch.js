// Fingers on the map: one scrolls the page, two move and zoom the map, as maps in articles do. A button
// gives the map to one finger, for those who cannot use two.

const TOLD_FOR = 1400; // milliseconds that the hint stays

const TOUCH = {
  /** Set up the map for fingers, if those are what the reader has. */
  watchTouch() {
    if (this.given || !window.matchMedia("(pointer: coarse)").matches) return;
    this.map.dragging.disable();
    const place = this.map.getContainer();
    this.hint = el("p", { class: "zb-touch-hint", hidden: true, "aria-hidden": "true" });
    place.append(this.hint);
    let start = null;
    place.addEventListener("touchstart", ({ touches }) => {
      start = touches.length === 1 ? touches[0] : null;
      this.hint.hidden = true;
    }, { passive: true });
    place.addEventListener("touchmove", ({ touches }) => {
      if (!start || touches.length !== 1 || this.map.dragging.enabled()) return;
      const { clientX, clientY } = touches[0];
      if (Math.abs(clientX - start.clientX) > 24 || Math.abs(clientY - start.clientY) > 60) this.sayHint();
    }, { passive: true });
    this.addMoveButton();
  },

  sayHint() {
    this.hint.textContent = this.speech.say("two_fingers");
    this.hint.hidden = false;
    clearTimeout(this.hinting);
    this.hinting = setTimeout(() => { this.hint.hidden = true; }, TOLD_FOR);
  },

  addMoveButton() {
    const name = this.speech.say("one_finger");
    const button = el("button", { type: "button", class: "zb-home zb-move", title: name,
      "aria-label": name, "aria-pressed": "false", click: () => {
        const on = !this.map.dragging.enabled();
        this.map.dragging[on ? "enable" : "disable"]();
        button.setAttribute("aria-pressed", String(on));
      } }, svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", {
      d: "M8 1v14M1 8h14M6 3l2-2 2 2M6 13l2 2 2-2M3 6L1 8l2 2M13 6l2 2-2 2", fill: "none",
      stroke: "currentColor", "stroke-width": 1.4 })));
    L.DomEvent.disableClickPropagation(button);
    this.homeControl.getContainer().append(button);
  },
};
