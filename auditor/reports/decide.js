// Accepting and dismissing findings: see html_decisions.py for the data and the controls.
const desk = document.getElementById("desk");
if (desk) {
  const audit = JSON.parse(desk.dataset.audit);
  const points = Array.from(audit.text);
  const decided = new Map(); // the number of a finding, from 1: { wording, edits } or { reason }
  const history = []; // what was decided before: [number, decision or undefined]
  let current = 0;
  let asked = "";
  let isSaved = true;
  const part = name => desk.querySelector(name);
  const wording = part("[name=wording]");
  const reason = part("[name=reason]");
  const say = words => { part(".said").textContent = words; };
  const of = number => audit.findings[number - 1];
  const marks = number => document.querySelectorAll(`mark[data-findings~="${number}"]`);
  const notes = number => document.querySelectorAll(`.note[data-finding="${number}"]`);
  const isShown = number => !notes(number)[0]?.classList.contains("off");

  const button = (label, action) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", action);
    return made;
  };
  const describe = number => {
    const finding = of(number);
    part(".about").textContent = `${number} of ${audit.findings.length}: “${finding.words}” (${finding.kind})` +
      (finding.quoted ? ", inside a quotation: the tape decides" : "");
    const why = notes(number)[0]?.querySelectorAll(".message, .evidence") ?? [];
    part(".why").textContent = Array.from(why, line => line.textContent).join(" ");
    part(".choices").replaceChildren(...finding.choices.map((choice, index) =>
      button(`${index + 1} ${choice.wording || "(take the words out)"}`, () => choose(index))));
    for (const note of document.querySelectorAll(".note")) {
      note.classList.toggle("current", note.dataset.finding === String(number));
    }
  };
  const go = number => {
    asked = "";
    if (!number) return;
    current = number;
    describe(number);
    const mark = marks(number)[0];
    mark?.focus({ preventScroll: true });
    mark?.scrollIntoView({ block: "center" });
  };
  const step = by => {
    for (let number = current + by; number >= 1 && number <= audit.findings.length; number += by) {
      if (isShown(number)) return go(number);
    }
    return say(by > 0 ? "That was the last finding." : "That is the first finding.");
  };
  const onward = () => {
    const count = audit.findings.length;
    for (let further = 1; further < count; further += 1) {
      const number = (current - 1 + further) % count + 1;
      if (!decided.has(number) && isShown(number)) return go(number);
    }
    marks(current)[0]?.focus();
    return say(`${part(".said").textContent} Nothing is left to decide.`);
  };
  const paint = number => {
    const decision = decided.get(number);
    const verdict = !decision ? "" : "reason" in decision ? `dismissed: ${decision.reason}`
      : `accepted: ${decision.wording || "taken out"}`;
    for (const note of notes(number)) note.querySelector(".verdict").textContent = verdict;
    for (const mark of marks(number)) mark.classList.toggle("decided", Boolean(decision));
  };
  const decide = decision => {
    history.push([current, decided.get(current)]);
    decided.set(current, decision);
    isSaved = false;
    paint(current);
    say(`${decided.size} of ${audit.findings.length} decided.`);
    wording.value = reason.value = "";
    onward();
  };
  const rival = () => {
    for (const [number, decision] of decided) {
      const other = of(number);
      if (number !== current && "edits" in decision && other.start < of(current).end && of(current).start < other.end) {
        return number;
      }
    }
    return 0;
  };
  const correct = (words, edits) => {
    const finding = of(current);
    const question = `${current} ${words}`;
    if (rival()) {
      say(`Those words are changed by finding ${rival()} already; undo that first.`);
    } else if (finding.quoted && asked !== question) {
      asked = question;
      say("It stands inside a quotation. Do the same again to change what somebody said.");
    } else {
      decide({ wording: words, edits });
    }
  };
  const choose = index => {
    const choice = current && of(current).choices[index];
    if (choice) correct(choice.wording, choice.edits);
    else say(current ? "There is no such suggestion." : "Go to a finding first: n.");
  };
  const use = () => {
    const words = wording.value.trim();
    if (!current || !words) return say("Write what is to stand there.");
    return correct(words, [[of(current).start, of(current).end, words]]);
  };
  const dismiss = () => {
    const words = reason.value.trim();
    if (!current || !words) return say("Say why it is no error.");
    return decide({ reason: words });
  };
  const undo = () => {
    const last = history.pop();
    if (!last) return say("There is nothing to undo.");
    const [number, before] = last;
    if (before) decided.set(number, before);
    else decided.delete(number);
    paint(number);
    isSaved = false;
    go(number);
    return say(`${decided.size} of ${audit.findings.length} decided.`);
  };

  const corrected = () => {
    const changes = [...decided.values()].flatMap(decision => decision.edits ?? []);
    changes.sort((one, two) => one[0] - two[0] || one[1] - two[1]);
    let text = "";
    let end = 0;
    for (const [start, stop, words] of changes) {
      text += points.slice(end, start).join("") + words;
      end = stop;
    }
    return text + points.slice(end).join("");
  };
  const copyByHand = text => {
    const area = part(".corrected");
    area.hidden = false;
    area.value = text;
    area.focus();
    area.select();
    say(document.execCommand("copy") ? "The corrected text is copied." : "Copy it from the field below.");
  };
  const copy = () => {
    const text = corrected();
    part(".corrected").value = text;
    if (!navigator.clipboard) return copyByHand(text);
    return navigator.clipboard.writeText(text)
      .then(() => say("The corrected text is copied."), () => copyByHand(text));
  };
  const decisions = () => {
    const accepted = [];
    const corrections = [];
    for (const [number, decision] of [...decided].sort((one, two) => one[0] - two[0])) {
      const { kind, text, before, after, words, start } = of(number);
      const entry = { document: audit.document, kind, text, before, after };
      if ("reason" in decision) accepted.push({ ...entry, reason: decision.reason });
      else corrections.push({ ...entry, words, start, wording: decision.wording });
    }
    return JSON.stringify({ schema_version: 1, accepted, corrections }, null, 1) + "\n";
  };
  const download = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([decisions()], { type: "application/json" }));
    link.download = `${audit.document.split(/[\\/]/).pop()}.decisions.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    isSaved = true;
    say(`${link.download} is downloaded; check takes it as --baseline, fix as --decisions.`);
  };

  const actions = { use, dismiss, undo, copy, download, next: () => step(1), previous: () => step(-1) };
  const details = part("details");
  const keys = {
    n: actions.next, p: actions.previous, a: () => choose(0), 1: () => choose(0), 2: () => choose(1), 3: () => choose(2),
    t: () => wording.focus(), d: () => reason.focus(), u: undo, c: copy, s: download,
    "?": () => { details.open = !details.open; },
  };
  for (const [name, action] of Object.entries(actions)) {
    part(`[data-do=${name}]`).addEventListener("click", action);
  }
  document.addEventListener("focusin", event => {
    const mark = event.target instanceof Element && event.target.closest("mark");
    if (!mark || !mark.dataset.findings) return;
    const numbers = mark.dataset.findings.split(" ").map(Number);
    if (!numbers.includes(current)) go(numbers.find(isShown));
  });
  document.addEventListener("click", event => {
    const note = event.target instanceof Element && event.target.closest(".side .note");
    if (note && !note.classList.contains("doubt")) go(Number(note.dataset.finding));
  });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target instanceof Element && event.target.closest("input:not([type=checkbox]), textarea");
    if (field) {
      if (event.key === "Escape" && current) marks(current)[0]?.focus();
      if (event.key === "Enter" && field === wording) use();
      if (event.key === "Enter" && field === reason) dismiss();
      return;
    }
    const action = part("[name=keys]").checked && Object.hasOwn(keys, event.key) && keys[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  window.addEventListener("beforeunload", event => {
    if (!isSaved) event.preventDefault();
  });
  desk.hidden = false;
  document.body.classList.add("deciding");
}
