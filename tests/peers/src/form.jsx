// The rating form as a portal's own developers would write it: one source, compiled for Preact and for React.
// Fields are uncontrolled and read when they are sent, as both libraries' manuals advise for a plain form.

import { useLayoutEffect, useRef, useState } from "hooks";
import { levels, options, texts, version } from "rating-data";
import { faultsOf, send } from "./send.js";

/**
 * `subject`: ticket, item, agency, finished. `isServerRendered`: every level's options stand in the markup, so that they
 * can be chosen before the script runs. `action`: where the browser posts it itself, for the form without script.
 */
export function Form({ subject, isServerRendered, action }) {
  const [level, setLevel] = useState("");
  const [length, setLength] = useState(0);
  const [isAnonymous, setAnonymous] = useState(false);
  const [state, setState] = useState({ name: "idle" });
  const key = useRef("");
  // From here on a click on the button is heard.
  useLayoutEffect(() => void performance.mark("interactive"), []);

  const onSubmit = async (event) => {
    event.preventDefault();
    if (state.name === "sending") return;
    const fields = new FormData(event.currentTarget);
    const faults = faultsOf(fields);
    if (faults.length) return setState({ name: "error", faults });
    setState({ name: "sending" });
    key.current = key.current || crypto.randomUUID();
    setState(await send(fields, key.current));
  };

  if (state.name === "done") return <Done {...state.accepted} isReplay={state.isReplay} />;
  const shown = isServerRendered ? levels : levels.filter((one) => one.name === level);
  const isSending = state.name === "sending";
  return (
    <form className="hcp" noValidate={!action} onSubmit={onSubmit} action={action} method={action && "post"} lang="zh-Hans">
      <input type="hidden" name="ticket" value={subject.ticket} />
      <input type="hidden" name="indicator_version" value={version} />
      <About {...subject} />
      {state.name === "error" && <Faults said={state.faults} />}
      <Levels onChange={setLevel} />
      <div className="hcp-options-all">
        {isServerRendered && <p className="hcp-options-note">{texts.indicators_all}</p>}
        {shown.map((one) => <Options key={one.name} level={one} isFolded={isServerRendered} />)}
      </div>
      <Comment length={length} onInput={setLength} />
      <Privacy isAnonymous={isAnonymous} onChange={setAnonymous} />
      <button className="hcp-submit" type="submit" aria-disabled={isSending ? "true" : undefined}>
        {isSending ? texts.sending : state.name === "error" ? texts.retry : texts.submit}
      </button>
      <p className="hcp-status" role="status">{isSending ? texts.sending : ""}</p>
    </form>
  );
}

function About({ item, agency, finished }) {
  const lines = [[texts.about_item, item], [texts.about_agency, agency], [texts.about_finished, finished]];
  return (
    <div className="hcp-subject">
      <dl className="hcp-about">
        {lines.map(([label, text]) => <div key={label}><dt>{label}</dt><dd>{text}</dd></div>)}
      </dl>
    </div>
  );
}

function Faults({ said }) {
  return (
    <div className="hcp-errors" role="alert" tabIndex={-1}>
      <p>{texts.failed_title}</p>
      <ul>{said.map((text) => <li key={text}>{text}</li>)}</ul>
    </div>
  );
}

function Levels({ onChange }) {
  return (
    <fieldset className="hcp-levels">
      <legend>{texts.level_legend}</legend>
      <div className="hcp-choices">
        {levels.map(({ name, text }) => (
          <label className="hcp-choice" key={name}>
            <input type="radio" name="level" value={name} onChange={() => onChange(name)} />
            <span>{text}</span>
          </label>
        ))}
      </div>
      <p className="hcp-hint">{texts.reason_hint}</p>
    </fieldset>
  );
}

/** Three options, then the others behind 更多. Folded: hidden by the style sheet until the level is chosen. */
function Options({ level, isFolded }) {
  const own = options.filter((option) => option.level === level.value);
  const boxes = (isFirst) => own.filter((option) => option.first === isFirst).map(({ code, text }) => (
    <label className="hcp-option" key={code}>
      <input type="checkbox" name="indicator" value={code} />
      <span>{text}</span>
    </label>
  ));
  const fields = (
    <fieldset>
      <legend>{texts.indicators_legend}</legend>
      {boxes(true)}
      <details className="hcp-more"><summary>{texts.more}</summary>{boxes(false)}</details>
    </fieldset>
  );
  if (!isFolded) return fields;
  return <details className="hcp-options" data-level={level.name} open><summary>{level.text}</summary>{fields}</details>;
}

function Comment({ length, onInput }) {
  const count = (length > 500 ? texts.count_over : texts.count_of).replace("{found}", length).replace("{max}", 500);
  return (
    <div className="hcp-field">
      <label htmlFor="comment">{texts.comment_label}</label>
      <p className="hcp-hint" id="comment-hint">{texts.comment_hint}</p>
      <textarea id="comment" name="comment" rows={4} aria-describedby="comment-hint comment-count"
        onInput={(event) => onInput([...event.currentTarget.value].length)} />
      <p className={length > 500 ? "hcp-count hcp-over" : "hcp-count"} id="comment-count">{count}</p>
    </div>
  );
}

function Privacy({ isAnonymous, onChange }) {
  return (
    <div>
      <label className="hcp-option hcp-anonymous">
        <input type="checkbox" name="anonymous" value="1" onChange={(event) => onChange(event.currentTarget.checked)} />
        <span>{texts.anonymous_label}</span>
      </label>
      <p className="hcp-hint">{texts.who_sees}</p>
      {!isAnonymous && (
        <details className="hcp-contact">
          <summary>{texts.contact_legend}</summary>
          <Line name="name" label={texts.name_label} type="text" autoComplete="name" />
          <Line name="phone" label={texts.phone_label} type="tel" autoComplete="tel" />
        </details>
      )}
    </div>
  );
}

function Line({ name, label, ...rest }) {
  return (
    <div className="hcp-field">
      <label htmlFor={name}>{label}</label>
      <input id={name} name={"contact_" + name} {...rest} />
    </div>
  );
}

function Done({ receipt, lookup, lookup_url, isReplay }) {
  return (
    <section className="hcp hcp-done" tabIndex={-1}>
      <h2>{texts.done_title}</h2>
      <p>{isReplay ? texts.done_again : texts.done_text}</p>
      <dl className="hcp-receipt">
        <div><dt>{texts.receipt_label}</dt><dd>{receipt}</dd></div>
        <div><dt>{texts.lookup_label}</dt><dd>{lookup}</dd></div>
      </dl>
      <p className="hcp-hint">{texts.lookup_hint}</p>
      <p><a href={lookup_url}>{texts.lookup_link}</a></p>
    </section>
  );
}
