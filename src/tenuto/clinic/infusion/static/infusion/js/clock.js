// The server's clock, as this device reckons it: the server's governs, and the difference is measured.
let ahead = 0;
let measured = { at: Date.now(), ticks: performance.now() };

// The difference was so much when `Date.now()` was `at`; a clock that is set back meanwhile changes nothing any more.
export function setAhead(milliseconds, at = Date.now()) {
  ahead = milliseconds;
  measured = { at, ticks: performance.now() - (Date.now() - at) };
}

export const aheadBy = () => ahead;
export const serverNow = () =>
  Math.max(Date.now(), measured.at + performance.now() - measured.ticks) - ahead;
