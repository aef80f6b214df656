//! What the words of a text say about the mood of its writer, as numbers.

use crate::intent::TEXT_BYTES_MAX;
use crate::intent::words::Words;

/// How many measures there are.
pub const MEASURES: usize = 12;

/// No measure counts higher: somebody who swears ten times is not angrier than somebody who swears three times.
const COUNT_MAX: usize = 3;
/// A word of at least this many letters, all capitals, is shouted.
const SHOUTED_CHARS_MIN: usize = 3;

/// The measures of a text: words that insult or condemn; words of trouble; time told and repetition; negations; turns of phrase
/// against the other side; friendly words; polite and asking words; shouted words; exclamation marks; marks in a row; whether
/// there is a question mark; and ln(1 + number of words).
pub fn measures(text: &str) -> [f64; MEASURES] {
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    let words = Words::new(text);
    let count = |one_of: &dyn Fn(&str) -> bool| capped(words.iter().filter(|word| one_of(word)).count());
    let phrases = |list: &[&[&str]]| {
        let found = |phrase: &&&[&str]| (0..words.len()).any(|at| words.starts_at(at, phrase));
        capped(list.iter().filter(|phrase| found(phrase)).count())
    };
    [
        count(&|word| is_listed(word, STRONG)),
        (count(&|word| is_listed(word, MILD)) + phrases(TROUBLE)).min(COUNT_MAX as f64),
        (count(&|word| is_listed(word, REPEATED)) + times(&words) + phrases(WAITING)).min(COUNT_MAX as f64),
        count(&|word| is_listed(word, NEGATIONS) || word.ends_with("nt") && word.len() > 3),
        phrases(AGAINST_YOU),
        count(&|word| is_listed(word, FRIENDLY)),
        (phrases(ASKING) + count(&|word| is_listed(word, POLITE))).min(COUNT_MAX as f64),
        capped(text.split(|c: char| !c.is_alphanumeric()).filter(|word| is_shouted(word)).count()),
        capped(text.chars().filter(|c| *c == '!').count()),
        capped(marks_in_a_row(text)),
        f64::from(u8::from(text.contains('?'))),
        (1.0 + words.len() as f64).ln(),
    ]
}

fn capped(count: usize) -> f64 {
    count.min(COUNT_MAX) as f64
}

/// Whether a word is in a list; an entry that ends in `*` stands for every word that begins so.
fn is_listed(word: &str, list: &[&str]) -> bool {
    list.iter().any(|entry| match entry.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == *entry,
    })
}

/// "two hours", "3 days", "five times".
fn times(words: &Words<'_>) -> f64 {
    let is_number = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_digit())
            || is_listed(word, &["two", "three", "four", "five", "six", "seven", "several", "many", "few"])
    };
    let pairs = (0..words.len()).filter(|at| is_number(words.at(*at)) && is_listed(words.at(at + 1), UNITS));
    capped(pairs.count())
}

fn is_shouted(word: &str) -> bool {
    word.chars().count() >= SHOUTED_CHARS_MIN && word.chars().all(char::is_uppercase)
}

/// How often "!" or "?" stand two or more in a row.
fn marks_in_a_row(text: &str) -> usize {
    let runs = text.split(|c| !matches!(c, '!' | '?'));
    runs.filter(|run| run.len() > 1).count()
}

const STRONG: &[&str] = &[
    "ridiculous",
    "unacceptable",
    "outrageous",
    "disgust*",
    "pathetic",
    "appalling",
    "atrocious",
    "horrible",
    "horrendous",
    "horrid",
    "terrible",
    "terribly",
    "awful",
    "worst",
    "garbage",
    "rubbish",
    "trash",
    "scam*",
    "fraud*",
    "useless",
    "worthless",
    "incompeten*",
    "joke",
    "nightmare",
    "disgrace*",
    "shame*",
    "ashamed",
    "furious",
    "livid",
    "outraged",
    "pissed",
    "insane",
    "absurd",
    "hate",
    "hated",
    "sucks",
    "suck",
    "sucked",
    "crap*",
    "bullshit",
    "bs",
    "wtf",
    "omfg",
    "fuck*",
    "shit*",
    "damn*",
    "hell",
    "idiot*",
    "stupid*",
    "moron*",
    "dumb*",
    "liar*",
    "lying",
    "lied",
    "lies",
    "asshole*",
    "bitch*",
    "clown*",
    "hopeless",
    "unbelievable",
    "unverschämt*",
    "frechheit",
    "katastrophe",
    "scheiß*",
    "scheiss*",
    "inaceptable",
    "inadmissible",
    "honteux",
    "scandaleux",
    "nul",
    "vergüenza",
    "basura",
    "inaccettabile",
    "vergogna",
];

const MILD: &[&str] = &[
    "annoy*",
    "frustrat*",
    "disappoint*",
    "upset",
    "angry",
    "mad",
    "unhappy",
    "unhelpful",
    "rude",
    "unprofessional",
    "lousy",
    "poor",
    "poorly",
    "fail*",
    "broken",
    "mess",
    "messed",
    "waste*",
    "wasting",
    "lost",
    "delay*",
    "cancel*",
    "stuck",
    "stranded",
    "ruin*",
    "missed",
    "wrong",
    "never",
    "nobody",
    "refus*",
    "ignor*",
    "late",
    "disconnect*",
    "overcharg*",
    "complain*",
    "wait*",
    "seriously",
    "enough",
    "impossible",
    "tired",
    "kidding",
    "ärger*",
    "enttäusch*",
    "déçu*",
    "decepcion*",
];

const TROUBLE: &[&[&str]] = &[
    &["fed", "up"],
    &["sick", "of"],
    &["tired", "of"],
    &["no", "one"],
    &["hung", "up"],
    &["had", "enough"],
    &["give", "up"],
    &["so", "called"],
    &["tough", "luck"],
    &["for", "once"],
];

const REPEATED: &[&str] = &["again", "still", "keep", "keeps", "kept", "already", "always"];

const WAITING: &[&[&str]] = &[
    &["yet", "another"],
    &["every", "time"],
    &["every", "single"],
    &["on", "hold"],
    &["all", "day"],
    &["all", "morning"],
    &["for", "hours"],
    &["for", "days"],
    &["for", "weeks"],
    &["third", "time"],
    &["second", "time"],
    &["an", "hour"],
];

const UNITS: &[&str] =
    &["hour*", "hr*", "day", "days", "week*", "month*", "times", "min", "mins", "minute*", "year*", "people"];

const NEGATIONS: &[&str] = &["not", "no", "cannot", "nothing", "none", "without"];

const AGAINST_YOU: &[&[&str]] = &[
    &["you", "guys"],
    &["you", "people"],
    &["your", "company"],
    &["your", "staff"],
    &["your", "agent"],
    &["your", "agents"],
    &["your", "employees"],
    &["your", "service"],
    &["customer", "service"],
    &["your", "support"],
    &["your", "bot"],
    &["this", "bot"],
    &["never", "again"],
    &["never", "flying"],
    &["never", "using"],
    &["thanks", "for", "nothing"],
    &["way", "to", "go"],
    &["great", "job"],
    &["nice", "job"],
    &["well", "done"],
    &["how", "can", "you"],
    &["how", "is", "this"],
    &["how", "is", "that"],
    &["how", "could", "you"],
    &["how", "many", "times"],
    &["what", "is", "wrong"],
    &["what", "the", "hell"],
    &["money", "back"],
    &["my", "money"],
    &["why", "do", "i"],
    &["why", "is", "it", "so"],
    &["do", "you", "even"],
    &["are", "you", "even"],
    &["are", "you", "kidding"],
    &["waste", "of", "time"],
    &["last", "time"],
];

const FRIENDLY: &[&str] = &[
    "thank",
    "thanks",
    "thx",
    "great",
    "awesome",
    "love",
    "loved",
    "lovely",
    "amazing",
    "excellent",
    "appreciat*",
    "best",
    "happy",
    "perfect",
    "wonderful",
    "good",
    "nice",
    "helpful",
    "kudos",
    "glad",
    "excited",
    "beautiful",
    "fantastic",
    "friendly",
    "danke",
    "merci",
    "gracias",
    "grazie",
];

const POLITE: &[&str] = &["please", "where", "when", "bitte", "por"];

const ASKING: &[&[&str]] = &[
    &["could", "you"],
    &["can", "you"],
    &["would", "you"],
    &["may", "i"],
    &["can", "i"],
    &["how", "do"],
    &["how", "can", "i"],
    &["how", "to"],
    &["how", "does"],
    &["how", "long"],
    &["how", "much"],
    &["what", "is"],
    &["whats"],
    &["what", "are"],
    &["is", "there"],
    &["is", "it"],
    &["do", "you"],
    &["does"],
    &["i", "would", "like"],
    &["id", "like"],
    &["i", "need"],
    &["what", "should", "i"],
    &["which"],
];
