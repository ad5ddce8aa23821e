// What the web chat's page is made of: elements out of texts and values. Knows no server and no conversation.
// Texts come from words/*.toml. The only markup put in as markup is the server's own: blocks of an answer, rendered and
// sanitised there (`outward`).

export const $ = (id) => document.getElementById(id);
export const start = JSON.parse($("start").textContent);
export const locale = navigator.languages.find((tag) => tag.split("-")[0] === start.language) ?? start.language;

export const text = (key, slots = {}) => start.words[key].replace(/\{(\w+)\}/g, (_, name) => slots[name]);
export const format = (date, options) => new Intl.DateTimeFormat(locale, options).format(new Date(date));
const safe = (link) => (/^(https?:\/\/|\/(?!\/))/.test(link ?? "") ? link : null);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export function icon(name) {
  const [svg, use] = ["svg", "use"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

export const unseen = (said) => make("span", { class: "unseen" }, said);
export const button = (label, picture, click, attributes = {}) =>
  make("button", { type: "button", click, ...attributes }, picture && icon(picture), label);
// A button of which only the picture is seen.
export const tool = (label, picture, click, attributes = {}) =>
  button("", picture, click, { class: "bare", title: label, "aria-label": label, ...attributes });
export const outside = (link, attributes, ...children) =>
  make("a", { href: safe(link), target: "_blank", rel: "noopener noreferrer", ...attributes },
    ...children, unseen(` (${text("turn.new_tab")})`));

export function outward(markup, element = make("div")) {
  element.innerHTML = markup;
  const outward = { target: "_blank", rel: "noopener noreferrer" };
  for (const link of element.querySelectorAll("a")) Object.assign(link, outward);
  return element;
}

// Today and yesterday by their names, and others as `options` say.
export function dayInWords(date, options = { weekday: "long", day: "numeric", month: "long", year: "numeric" }) {
  const midnight = (moment) => new Date(moment).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(Date.now()) - midnight(date)) / 86_400_000);
  if (days > 1) return format(date, options);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-Math.max(days, 0), "day");
}

export function moment(date, options) {
  if (!date || Number.isNaN(Date.parse(date))) return null;
  const title = format(date, { dateStyle: "full", timeStyle: "short" });
  return make("time", { datetime: date, title }, format(date, options));
}

// --- The parts of a turn, each by its kind

export const isConnected = ({ account }) => (account ?? null) !== null;

// `isOpen`: a card that still asks; `refuse` is what its second button does.
export const draw = {
  // What has come event by event is there as an element, and has no other markup.
  text: ({ html, element }) => element ?? outward(html, make("div", { class: "text" })),

  tool({ label, status }) {
    const isRunning = status === "running";
    const mark = isRunning ? make("span", { class: "spinner" }) : icon(status === "done" ? "check" : "cross");
    const said = isRunning ? [label] : [label.replace(/ …$/, ""), unseen(` (${text(`turn.tool_${status}`)})`)];
    return make("p", { class: `tool ${status}` }, mark, make("span", {}, ...said));
  },

  files({ files }) {
    const most = 6, hasMore = files.length > most + 1;
    const item = (file, index) => make("li", { hidden: hasMore && index >= most }, fileCard(file));
    const list = make("ul", { class: "files" }, ...files.map(item));
    const reveal = ({ currentTarget }) => {
      for (const hidden of list.querySelectorAll("[hidden]")) hidden.hidden = false;
      currentTarget.remove();
      list.children[most].firstChild.focus();
    };
    const words = text("turn.show_all", { count: files.length });
    return make("div", {}, list, hasMore && button(words, null, reveal, { class: "second all" }));
  },

  consent(part, isOpen, refuse) {
    if (!isOpen) {
      const words = part.account ? text("consent.connected", part) : text("consent.connected_unnamed");
      if (isConnected(part)) return make("p", { class: "outcome yes" }, icon("check"), words);
      return make("p", { class: "outcome no" }, icon("cross"), text("consent.not_connected"));
    }
    // The message is made for plain text, too: the line with the address is what the button is for.
    const [lead, ...rest] = part.message.split("\n").filter((line) => line && !/https?:\/\//.test(line));
    const scopes = (part.scopes ?? []).map((scope) => start.words[`scopes.${scope}`]).filter(Boolean);
    return make("section", { class: "consent", "aria-label": text("consent.heading") },
      make("h3", {}, icon("key"), text("consent.heading")),
      make("p", {}, lead),
      scopes.length > 0 && make("p", { class: "asks" }, text("consent.asks")),
      scopes.length > 0 && make("ul", {}, ...scopes.map((scope) => make("li", {}, scope))),
      make("div", { class: "buttons" }, outside(part.url, { class: "button" }, text("consent.connect")),
        button(text("consent.not_now"), null, refuse, { class: "second" })),
      make("p", { class: "fine" }, make("span", { class: "spinner" }),
        make("span", {}, text("consent.waiting"), " ", rest[0])));
  },

  notice: ({ message }) => make("p", { class: "outcome" }, icon("alert"), message),
  error: ({ message }) => make("p", { class: "outcome error" }, icon("alert"), message),
};

function fileCard({ name, type, link, path, modified, owner }) {
  const kind = start.words[`kinds.${type}`] ? type : "file";
  const facts = [text(`kinds.${kind}`), owner, moment(modified, { dateStyle: "medium" })].filter(Boolean);
  const inside = [make("span", { class: `kind ${kind}` }, icon(`kind-${kind}`)), make("span", { class: "what" },
    make("strong", { title: name }, name),
    path && make("span", { class: "path", title: path }, path),
    make("span", { class: "facts" }, ...facts.flatMap((fact, index) => (index ? [" · ", fact] : [fact]))))];
  if (safe(link)) return outside(link, { class: "file" }, ...inside);
  return make("span", { class: "file", tabindex: -1 }, ...inside);
}

// --- What is said above the composer, and asked in the middle of the window

const notice = $("notice"), dialog = $("dialog");

export function notify(kind, message, action) {
  if (notice.dataset.kind === kind && notice.textContent.includes(message)) return; // said already
  notice.dataset.kind = kind;
  const dismiss = tool(text("notice.dismiss"), "close", () => hush(kind));
  notice.replaceChildren(icon("alert"), make("span", {}, message), action ?? "", dismiss);
}

// Take back what was said of these kinds; without kinds, whatever was said.
export function hush(...kinds) {
  if (!kinds.length || kinds.includes(notice.dataset.kind)) notice.replaceChildren();
}

// Returns what was typed where something was to be typed, else true; false where the person does not want to.
export function ask({ heading, body, label, value, yes, isDanger, isFinal }) {
  const bounds = { maxlength: 120, required: true, autocomplete: "off" };
  const input = value !== undefined && make("input", { id: "dialog-value", value, ...bounds });
  const cancel = button(text("dialog.cancel"), null, () => dialog.close(), { class: "second", hidden: isFinal });
  const confirm = make("button", { value: "yes", class: isDanger && "danger" }, yes);
  dialog.returnValue = "";
  dialog.replaceChildren(make("form", { method: "dialog" },
    make("h2", { id: "dialog-heading" }, heading), body && make("p", {}, body),
    input && make("label", { for: "dialog-value" }, label), input, make("div", { class: "buttons" }, cancel, confirm)));
  if (!dialog.open) dialog.showModal();
  (input || (isDanger ? cancel : confirm)).focus();
  input?.select?.();
  return new Promise((answer) => {
    dialog.onclose = () => answer(dialog.returnValue === "yes" && (input ? input.value.trim() : true));
  });
}
