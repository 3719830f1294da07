// Work that follows the reader's choice: one task per frame, so that none is noticed.

class Later {
  constructor() {
    this.waiting = new Map(); // by name: of two that were asked for under one name the newer is done
  }

  add(name, act) {
    this.waiting.delete(name);
    this.waiting.set(name, act);
    if (!this.called) this.call();
  }

  /** Cancel tasks that are out of date. */
  drop(name) {
    this.waiting.delete(name);
  }

  /** Run the next after the next frame is painted; a page in the background has no frames. */
  call() {
    this.called = true;
    const next = () => setTimeout(() => this.next());
    if (document.hidden) next();
    else requestAnimationFrame(next);
  }

  next() {
    this.called = false;
    for (const [name, act] of this.waiting) {
      this.waiting.delete(name);
      if (this.waiting.size) this.call();
      act();
      return;
    }
  }

  /** Run all of them now, for printing. */
  finish() {
    while (this.waiting.size) this.next();
  }
}

/** When the next frame is painted; or a moment later where there is none, as out of sight. */
function nextFrame() {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 300);
  });
}

/** When the browser has done what was waiting. */
function nextTask() {
  return new Promise((done) => { setTimeout(done); });
}
