//! The one place where text is allowed to become an answer.
//!
//! Whoever wrote the text, each sentence must be supported by a passage of this run, and nothing reaches the visitor that
//! is a link of the writer's own making.
//! Support is measured, not believed: a sentence's words, numbers, names and code must stand in one passage, close together
//! and with the same polarity. A number in brackets is only a hint where to look; a wrong one is corrected, an unknown
//! one is removed, a missing one is added.
//! The gate works sentence by sentence while the text streams in, so what it has released is supported whatever follows.

mod links;
mod marks;
mod support;
mod units;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use baton_knowledge::{Hit, Passage};

use crate::citation::{Citation, citation};
use crate::gate::links::strip_links;
use crate::gate::marks::take_marks;
use crate::gate::support::{Claim, Source, Support};
use crate::gate::units::{Unit, Units, line_prefix};
use crate::reply::Part;

/// Most units (sentences, list items, code blocks) of one answer; further text is not read.
const UNITS_MAX: usize = 120;

/// Cuts a text into terms as the snapshot does, so that "invoices" supports "invoice".
pub type Terms<'a> = &'a (dyn Fn(&str) -> Vec<String> + Send + Sync);

/// A passage that an answer may cite, with where it comes from.
#[derive(Debug, Clone)]
pub struct Citable {
    /// The passage.
    pub passage: Arc<Passage>,
    /// The name of its source.
    pub source_name: Arc<str>,
    /// Its score for this question, 0 to 1.
    pub score: f32,
}

impl From<&Hit> for Citable {
    fn from(hit: &Hit) -> Self {
        Self { passage: hit.passage.clone(), source_name: hit.source_name.clone(), score: hit.score }
    }
}

/// What the gate says about a whole text.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The text may be sent.
    Supported {
        /// The text, with markers `[1]`, `[2]` … in order of first use.
        text: String,
        /// What the markers stand for; `citations[0]` is `[1]`.
        citations: Vec<Citation>,
    },
    /// Nothing of the text may stand as an answer.
    Unsupported {
        /// Why, for the record.
        why: Unsupported,
    },
}

/// Why a text is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unsupported {
    /// There was nothing in it to support.
    Empty,
    /// It says that the passages answer and that they do not.
    Contradictory,
    /// Less than half of its statements are supported: what remains would be another answer than the one written.
    Mostly,
}

/// Checks a finished text whose markers `[n]` stand for `passages[n - 1]`.
pub fn check(text: &str, passages: &[Citable], terms: Terms<'_>) -> Verdict {
    let mut gate = Gate::new(passages, terms);
    gate.push(text);
    gate.finish().1
}

/// A text being checked while it is written.
pub struct Gate<'a> {
    passages: &'a [Citable],
    terms: Terms<'a>,
    sources: Vec<Source>,
    units: Units,
    /// Units of the current line that wait for a marker further on.
    waiting: Vec<(Unit, Claim)>,
    /// The passages cited so far, in order of first use, with the sentence that supports.
    cited: Vec<Cited>,
    text: String,
    /// The end of `text` that is not shown yet.
    unshown: String,
    /// The line of the last released unit.
    last_line: Option<usize>,
    kept: usize,
    dropped: usize,
    seen: usize,
    /// Whether the next part begins a line of its own.
    part_opens_line: bool,
}

struct Cited {
    source: usize,
    sentence: Option<usize>,
}

impl std::fmt::Debug for Gate<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("kept", &self.kept).field("dropped", &self.dropped).finish_non_exhaustive()
    }
}

impl<'a> Gate<'a> {
    /// Prepares to check a text against the passages that its writer was given, in that order.
    pub fn new(passages: &'a [Citable], terms: Terms<'a>) -> Self {
        let sources = passages.iter().map(|citable| Source::new(&citable.passage, terms)).collect();
        Self {
            passages,
            terms,
            sources,
            units: Units::default(),
            waiting: Vec::new(),
            cited: Vec::new(),
            text: String::new(),
            unshown: String::new(),
            last_line: None,
            kept: 0,
            dropped: 0,
            seen: 0,
            part_opens_line: true,
        }
    }

    /// Takes more text; returns what may now be shown, which is empty while sentences are unfinished.
    pub fn push(&mut self, text: &str) -> String {
        let units = self.units.push(text);
        self.take(units);
        self.showable()
    }

    /// Takes a whole part of a reply; returns what may now be shown.
    ///
    /// A part that names a passage which its writer was not given is dropped: it is made up, whatever else it says.
    pub fn push_part(&mut self, part: &Part) -> String {
        let say = part.say.trim_matches('\n');
        let is_code = say.contains("```") || say.contains("~~~");
        let (text, inline) = if is_code { (say.to_owned(), Vec::new()) } else { take_marks(say) };
        let mut marks: Vec<usize> = part.from.iter().chain(&inline).copied().collect();
        marks.dedup();
        if marks.iter().any(|mark| !(1..=self.sources.len()).contains(mark)) {
            self.dropped += 1;
            return self.showable();
        }
        let is_block = is_code || !line_prefix(&text).0.is_empty() || text.contains('\n') || text.starts_with('|');
        let mut units = Vec::new();
        if is_block || self.part_opens_line || part.say.starts_with('\n') {
            units.extend(self.units.push("\n"));
        }
        self.part_opens_line = is_block || part.say.ends_with('\n');
        units.extend(self.units.push(&text));
        let marks: String = marks.iter().map(|mark| format!("[{mark}]")).collect();
        if is_code {
            units.extend(self.units.finish());
        } else {
            units.extend(self.units.push(&format!(" {marks}")));
            units.extend(self.units.end_part());
        }
        self.take(units);
        self.release_waiting();
        self.showable()
    }

    /// A text that so far is mostly unsupported shows nothing, because the verdict may throw all of it away.
    fn showable(&mut self) -> String {
        if self.kept > self.dropped { std::mem::take(&mut self.unshown) } else { String::new() }
    }

    /// Takes the end of the text; returns what may still be shown, and the verdict on the whole.
    pub fn finish(mut self) -> (String, Verdict) {
        let units = self.units.finish();
        self.take(units);
        self.release_waiting();
        if self.kept == 0 || self.dropped > self.kept {
            let why = if self.kept + self.dropped == 0 { Unsupported::Empty } else { Unsupported::Mostly };
            return (String::new(), Verdict::Unsupported { why });
        }
        let citations = self.citations();
        (self.unshown, Verdict::Supported { text: self.text.trim_end().to_owned(), citations })
    }

    /// How many statements were kept and how many were dropped so far.
    pub fn counts(&self) -> (usize, usize) {
        (self.kept, self.dropped)
    }

    fn take(&mut self, units: Vec<Unit>) {
        for unit in units {
            self.seen += 1;
            if self.seen > UNITS_MAX {
                self.dropped += 1;
                continue;
            }
            if unit.opens_line {
                self.release_waiting();
            }
            let Some((unit, claim)) = self.claim(unit) else { continue };
            let marked = !unit.marks.is_empty();
            self.waiting.push((unit, claim));
            if marked {
                self.release_waiting();
            }
        }
    }

    /// Strips the links of a unit and reads what it states; `None` if it may not stand at all.
    fn claim(&mut self, unit: Unit) -> Option<(Unit, Claim)> {
        let stripped =
            strip_links(&unit.text, unit.is_code, &self.passages.iter().map(|citable| citable.passage.as_ref()));
        if stripped.invented {
            self.dropped += 1;
            return None;
        }
        let claim = Claim::new(&stripped.text, unit.is_code, self.terms);
        if claim.is_empty() {
            return None;
        }
        let text = stripped.text.trim().to_owned();
        Some((Unit { text, ..unit }, claim))
    }

    /// Decides on the waiting units of one line; the last of them may name sources for all.
    fn release_waiting(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let named: Vec<usize> = waiting.last().map(|(unit, _)| self.known(&unit.marks)).unwrap_or_default();
        let mut standing: Vec<(Unit, Vec<(usize, Support)>)> = Vec::new();
        for (unit, claim) in waiting {
            let own = self.known(&unit.marks);
            match self.basis(&claim, if own.is_empty() { &named } else { &own }) {
                Some(basis) => standing.push((unit, basis)),
                None => self.dropped += 1,
            }
        }
        for place in 0..standing.len() {
            let (unit, basis) = &standing[place];
            let later: Vec<usize> =
                standing[place + 1..].iter().flat_map(|(_, basis)| basis).map(|(source, _)| *source).collect();
            let markers = self.markers(unit, basis, &later);
            let continues = self.last_line == Some(unit.line) && !unit.is_code;
            let piece = unit.render(&self.text, continues, &markers);
            self.last_line = Some(unit.line);
            self.text.push_str(&piece);
            self.unshown.push_str(&piece);
        }
    }

    /// What supports a claim: nothing needed, or the sources in question that do.
    fn basis(&mut self, claim: &Claim, hints: &[usize]) -> Option<Vec<(usize, Support)>> {
        if claim.is_connective() {
            return Some(Vec::new());
        }
        let supported = |source: &usize| self.sources[*source].support(claim).map(|support| (*source, support));
        let mut found: Vec<(usize, Support)> = hints.iter().filter_map(supported).collect();
        if found.is_empty() {
            let recent = self.cited.iter().rev().map(|cited| cited.source);
            found.extend(recent.chain(0..self.sources.len()).find_map(|source| supported(&source)));
        }
        if found.is_empty() {
            return None;
        }
        self.kept += 1;
        Some(found)
    }

    /// The numbers to show after a unit, and the record of what they cite.
    ///
    /// `later` are the sources of what follows on the line.
    fn markers(&mut self, unit: &Unit, basis: &[(usize, Support)], later: &[usize]) -> Vec<usize> {
        let mut markers = Vec::new();
        for (source, support) in basis {
            let before = self.cited.iter().position(|cited| cited.source == *source);
            // Without a marker of its own, a unit is spoken for by a later one on its line, or, as an item of a list or as
            // code, by the marker before it.
            let unmarked = unit.marks.is_empty();
            let follows = unmarked && later.contains(source);
            let continues = unit.is_item || unit.is_code;
            let leads = unmarked && continues && before.is_some() && before == self.cited.len().checked_sub(1);
            if before.is_none() {
                self.cited.push(Cited { source: *source, sentence: None });
            }
            let index = before.unwrap_or(self.cited.len() - 1);
            if self.cited[index].sentence.is_none() {
                self.cited[index].sentence = support.sentence;
            }
            if !follows && !leads {
                markers.push(index + 1);
            }
        }
        markers
    }

    fn known(&self, marks: &[usize]) -> Vec<usize> {
        marks.iter().filter_map(|mark| mark.checked_sub(1)).filter(|source| *source < self.sources.len()).collect()
    }

    fn citations(&self) -> Vec<Citation> {
        let numbered = self.cited.iter().enumerate();
        numbered.map(|(place, cited)| citation(place + 1, &self.passages[cited.source], cited.sentence)).collect()
    }
}
