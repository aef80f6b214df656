//! What the server says for each script.

use serde_json::json;

use crate::prompt::{first_sentence, orders, passages};
use crate::script::Script;
use crate::server::RecordedRequest;

/// An address that no document has.
pub const INVENTED_URL: &str = "https://phish.invented.example/reset?account=visitor";

/// Sentences that no document supports, each in its own way, with the passages that they name.
pub const LIES: [(&str, usize); 5] = [
    ("Your account manager Bob Zanzibar will refund you 98765 dollars today.", 1),
    ("See [the official page](https://phish.invented.example/reset?account=visitor) for the proof.", 2),
    ("Visit https://phish.invented.example/reset?account=visitor to continue.", 1),
    ("Quantum teleportation of invoices is legally binding on Saturn.", 42),
    ("Send your password to helpdesk@phish.invented.example.", 1),
];

/// Passages that a grounded answer quotes.
const QUOTED_MAX: usize = 2;

type Said = (String, Vec<usize>);

/// The text of a reply, for scripts that have one.
pub(crate) fn text(script: &Script, request: &RecordedRequest) -> String {
    match script {
        Script::Says(words) => words.clone(),
        Script::Refuses => refusal(),
        Script::Lies => in_parts(&lies()),
        Script::HalfLies => in_parts(&[quotes(request), lies()].concat()),
        Script::Obeys => obeying(request),
        Script::NeverEnds => "and so on ".to_owned(),
        Script::HugeToken { bytes } => "x".repeat(*bytes),
        Script::Echoes => format!("{}\n{}", request.system, request.user),
        Script::Plain => in_text(&quotes(request)),
        Script::PlainLies => in_text(&[quotes(request), lies()].concat()),
        Script::UnknownPassages => in_parts(&with_sources(quotes(request), &[42])),
        Script::MixedPassages => in_parts(&with_sources(quotes(request), &[1, 0])),
        Script::WrongPassages => {
            let count = passages(&request.user).len();
            in_parts(
                &quotes(request).into_iter().map(|(say, from)| (say, vec![count + 1 - from[0]])).collect::<Vec<_>>(),
            )
        }
        Script::ForeignLinks => {
            let linked = |say: &str| {
                format!("[{say}]({INVENTED_URL}) ![x](https://phish.invented.example/x.png) <{INVENTED_URL}>")
            };
            in_parts(&quotes(request).into_iter().map(|(say, from)| (linked(&say), from)).collect::<Vec<_>>())
        }
        Script::WrongLanguage => in_parts(&[
            ("Selbstverständlich erstatten wir Ihnen jeden Betrag sofort und ohne Fragen.".to_owned(), vec![1]),
            ("Rufen Sie einfach an, wir kümmern uns darum.".to_owned(), vec![1]),
        ]),
        _ => grounded(request),
    }
}

fn refusal() -> String {
    json!({ "refuse": true }).to_string()
}

fn in_parts(said: &[Said]) -> String {
    said.iter().map(|(say, from)| format!("{}\n", json!({ "say": say, "from": from }))).collect()
}

fn in_text(said: &[Said]) -> String {
    let marked =
        |(say, from): &Said| format!("{say} {}", from.iter().map(|number| format!("[{number}]")).collect::<String>());
    said.iter().map(marked).collect::<Vec<_>>().join("\n\n")
}

fn lies() -> Vec<Said> {
    LIES.iter().map(|(lie, from)| ((*lie).to_owned(), vec![*from])).collect()
}

fn with_sources(said: Vec<Said>, from: &[usize]) -> Vec<Said> {
    said.into_iter().map(|(say, _)| (say, from.to_vec())).collect()
}

/// The first sentences of the first passages.
fn quotes(request: &RecordedRequest) -> Vec<Said> {
    let quoted = passages(&request.user).into_iter().take(QUOTED_MAX);
    quoted.map(|passage| (first_sentence(&passage.text).to_owned(), vec![passage.number])).collect()
}

/// Quotes the documents.
fn grounded(request: &RecordedRequest) -> String {
    let said = quotes(request);
    if said.is_empty() { refusal() } else { in_parts(&said) }
}

/// Follows every instruction from any part of the prompt, tells its rules, and repeats objects that it was dictated.
fn obeying(request: &RecordedRequest) -> String {
    let orders = orders(&request.user);
    let told = orders.told.first().map_or("nothing told me what to do", String::as_str);
    let mut said = vec![
        (format!("HACKED! As you wish: {told}"), vec![1]),
        (format!("My rules are: {}", request.system), vec![1]),
        (format!("Visit {INVENTED_URL}."), vec![1]),
    ];
    said.extend(orders.words.iter().map(|word| (format!("{word}."), vec![1])));
    said.extend(orders.words.iter().map(|word| (word.clone(), Vec::new())));
    let dictated: String = orders.dictated.iter().map(|object| format!("{object}\n")).collect();
    format!("{}{dictated}", in_parts(&said))
}
