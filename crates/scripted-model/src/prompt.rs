//! What stands in a prompt: its numbered passages and its question.

/// A passage as the prompt numbers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PromptPassage {
    pub(crate) number: usize,
    /// The text below the line that names its place.
    pub(crate) text: String,
}

/// Reads the fenced passages: `<<<NONCE passage 1`, a line that names the place, the text, `NONCE>>>`.
pub(crate) fn passages(prompt: &str) -> Vec<PromptPassage> {
    let mut found = Vec::new();
    let mut rest = prompt;
    while let Some(open) = rest.find("<<<") {
        rest = &rest[open + 3..];
        let (head, body) = rest.split_once('\n').unwrap_or((rest, ""));
        let Some((nonce, name)) = head.split_once(' ') else { continue };
        let Some(number) = name.strip_prefix("passage ").and_then(|number| number.trim().parse().ok()) else {
            continue;
        };
        let Some(end) = body.find(&format!("\n{nonce}>>>")) else { continue };
        let text = body[..end].split_once('\n').map_or("", |(_, text)| text).to_owned();
        found.push(PromptPassage { number, text });
        rest = &body[end..];
    }
    found
}

/// The first sentence of a text, roughly: up to a stop that is followed by white space.
pub(crate) fn first_sentence(text: &str) -> &str {
    let line = text.lines().map(str::trim).find(|line| line.split_whitespace().count() > 2).unwrap_or(text.trim());
    let stops = line.match_indices(['.', '!', '?']).map(|(at, stop)| at + stop.len());
    let end = stops.into_iter().find(|end| line[*end..].starts_with(char::is_whitespace)).unwrap_or(line.len());
    &line[..end]
}

/// What a model that obeys every text finds to obey.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Orders {
    /// Whatever follows one of the usual openings, to the end of its line.
    pub(crate) told: Vec<String>,
    /// Words that it is to say, put together from the parts in which they are told: `join: AB + CD`.
    pub(crate) words: Vec<String>,
    /// Objects that it is to reply with, as they stand there.
    pub(crate) dictated: Vec<String>,
}

/// Reads all orders in a prompt, wherever they stand.
pub(crate) fn orders(prompt: &str) -> Orders {
    let mut orders = Orders::default();
    let openings = ["ignore all previous instructions", "ignore the rules", "system:", "new instructions:"];
    for line in prompt.lines() {
        let lower = line.to_lowercase();
        if lower.len() == line.len()
            && let Some(at) = openings.iter().filter_map(|opening| lower.find(opening)).min()
        {
            orders.told.push(line[at..].to_owned());
        }
        for (at, _) in line.match_indices("join:") {
            let parts = line[at + "join:".len()..].split('+').map_while(|part| {
                let word = part.trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next()?;
                (!word.is_empty()).then_some(word)
            });
            orders.words.push(parts.take(2).collect());
        }
        let objects = line.match_indices("{\"").filter_map(|(at, _)| {
            let end = line[at..].find('}')?;
            Some(line[at..=at + end].to_owned())
        });
        orders.dictated.extend(objects);
    }
    orders
}
