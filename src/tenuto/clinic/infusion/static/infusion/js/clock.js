// The server's clock, as this device reckons it: the server's governs, and the difference is measured.
const SEEN = "tenuto-clock-seen";
let ahead = 0;
let compared = false;
let measured = { at: Date.now(), ticks: performance.now() };

// The difference was so much when `Date.now()` was `at`; a clock that is set back meanwhile changes nothing any more.
export function setAhead(milliseconds, at = Date.now()) {
  compared = true;
  ahead = milliseconds;
  measured = { at, ticks: performance.now() - (Date.now() - at) };
}

export const aheadBy = () => ahead;
export const serverNow = () =>
  Math.max(Date.now(), measured.at + performance.now() - measured.ticks) - ahead;

// The server's time that this device has shown last; nothing of a patient is in it.
export function keepSeen() {
  if (compared) localStorage.setItem(SEEN, String(serverNow()));
}

// Of a page that is opened again without the clinic: the difference that was measured last. Time does not go back, so that a
// clock that was set back since brings no next set later.
export function setAheadAgain(milliseconds) {
  const seen = Number(localStorage.getItem(SEEN) ?? Number.NEGATIVE_INFINITY);
  setAhead(Math.min(milliseconds, Date.now() - seen));
}
