// The session screen: digits go to the field at hand and move on by themselves.
const LONG_WHEN = {
  systolic_mmhg: [3, "12"],
  diastolic_mmhg: [3, "1"],
  heart_rate_per_min: [3, "12"],
  spo2_percent: [3, "1"],
  respirations_per_min: [2, "123"],
  moaas: [1, "012345"],
};

// A number is whole when no further digit could belong to it: 9 breaths, 72 beats, 128 systolic.
const isWhole = (name, text) => {
  const [most, beginnings] = LONG_WHEN[name];
  return text.length >= (beginnings.includes(text[0]) ? most : Math.max(most - 1, 1));
};

const form = document.querySelector("[data-keypad]");
if (form) {
  const fields = Object.keys(LONG_WHEN).map((name) => form.elements[name]);
  const keep = form.querySelector(".actions button");
  let here = 0;

  const go = (to) => {
    fields[here]?.classList.remove("infusion-here");
    here = to;
    fields[here]?.classList.add("infusion-here");
    if (here >= fields.length) keep.focus();
  };

  const type = (digit) => {
    const field = fields[here];
    if (!field) return;
    field.value += digit;
    if (isWhole(field.name, field.value)) go(here + 1);
  };

  form.addEventListener("click", (event) => {
    const { digit, back, next } = event.target.dataset;
    if (digit !== undefined) type(digit);
    if (next !== undefined) go(Math.min(here + 1, fields.length));
    if (back !== undefined) {
      if (here >= fields.length || !fields[here].value) go(Math.max(here - 1, 0));
      fields[here].value = fields[here].value.slice(0, -1);
    }
  });
  fields.forEach((field, index) => field.addEventListener("focus", () => go(index)));
  document.addEventListener("tenuto:charted", () => go(0));
  go(0);
}
