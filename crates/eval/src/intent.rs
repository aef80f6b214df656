//! Messages with a label: whether they ask for a person, or whether they sound frustrated.

use std::path::Path;

use baton_answer::intent::{Intent, classify, frustration};
use baton_knowledge::Embedder;
use serde::{Deserialize, Serialize};

use crate::error::{EvalError, lines, write_lines};
use crate::metrics::{auroc, average_precision};

/// From which score on a message counts as frustrated in the figures. One message brings a person in from 0.85 on.
const FRUSTRATED_MIN: f64 = 0.5;

/// What the labels of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Whether a message asks for a person.
    Asks,
    /// Whether it sounds frustrated.
    Frustrated,
}

impl Label {
    /// What a file's name says of its labels: `frustration.jsonl`, and asks otherwise.
    pub fn of(file: &Path) -> Self {
        let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        if name.contains("frustrat") { Self::Frustrated } else { Self::Asks }
    }
}

/// What Baton makes of one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The message.
    pub id: String,
    /// How strongly it asks, or how frustrated it sounds, 0 to 1.
    pub score: f64,
    /// Whether it counts as asking, or as frustrated.
    pub flag: bool,
}

/// A message with its prediction and the truth.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// What Baton made of it.
    pub prediction: Prediction,
    /// Whether it asks, or is frustrated; `None` where the set says that it cannot be told.
    pub truth: Option<bool>,
    /// What was written.
    pub text: String,
    /// What kind of message it is, in the set's words.
    pub group: String,
}

/// How well requests are told from other messages.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// Messages that are scored.
    pub messages: usize,
    /// Of those flagged, the share that asks.
    pub precision: f64,
    /// Of those that ask, the share that is flagged.
    pub recall: f64,
    /// Flagged messages that do not ask, per 1,000 that do not.
    pub false_alarms_per_1000: f64,
    /// Mean precision at each that asks, most certain first.
    pub average_precision: f64,
    /// The chance that one that asks scores higher than one that does not.
    pub auroc: f64,
}

#[derive(Deserialize)]
struct Line {
    id: String,
    text: String,
    label: Option<u8>,
    #[serde(default)]
    group: String,
}

/// Classifies every message of a file.
///
/// # Errors
/// If the file cannot be read.
pub fn run(file: &Path, label: Label, embedder: Option<&dyn Embedder>) -> Result<Vec<Labelled>, EvalError> {
    let read: Vec<Line> = lines(file)?;
    let labelled = read.into_iter().map(|line| {
        let (score, flag) = match label {
            Label::Asks => {
                let asks = matches!(classify(&line.text), Intent::AsksForPerson { .. });
                (f64::from(u8::from(asks)), asks)
            }
            Label::Frustrated => {
                let score = frustration(&line.text, embedder);
                (score, score >= FRUSTRATED_MIN)
            }
        };
        Labelled {
            prediction: Prediction { id: line.id, score, flag },
            truth: line.label.map(|label| label == 1),
            text: line.text,
            group: line.group,
        }
    });
    Ok(labelled.collect())
}

/// Writes predictions, one a line.
///
/// # Errors
/// If the file cannot be written.
pub fn write_predictions(path: &Path, labelled: &[Labelled]) -> Result<(), EvalError> {
    let predictions: Vec<&Prediction> = labelled.iter().map(|one| &one.prediction).collect();
    write_lines(path, &predictions)
}

/// Rates the predictions.
pub fn figures(labelled: &[Labelled]) -> Figures {
    let scored: Vec<(bool, &Prediction)> =
        labelled.iter().filter_map(|one| Some((one.truth?, &one.prediction))).collect();
    let count = |asks: bool, flag: bool| scored.iter().filter(|one| one.0 == asks && one.1.flag == flag).count() as f64;
    let (found, missed, false_alarms, quiet) =
        (count(true, true), count(true, false), count(false, true), count(false, false));
    let scores = || scored.iter().map(|(asks, prediction)| (prediction.score, *asks));
    Figures {
        messages: scored.len(),
        precision: found / (found + false_alarms).max(1.0),
        recall: found / (found + missed).max(1.0),
        false_alarms_per_1000: 1_000.0 * false_alarms / (false_alarms + quiet).max(1.0),
        average_precision: average_precision(scores()),
        auroc: auroc(scores()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h1_asks_are_counted_against_their_labels() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("asks.jsonl");
        let set = [
            r#"{"id":"1","text":"Can I talk to a human?","label":1,"group":"a"}"#,
            r#"{"id":"2","text":"What is a user agent string?","label":0,"group":"b"}"#,
            r#"{"id":"3","text":"How much is it?","label":0,"group":"b"}"#,
            r#"{"id":"4","text":"agent","label":null,"group":"c"}"#,
        ];
        std::fs::write(&file, set.join("\n")).unwrap();
        let labelled = run(&file, Label::of(&file), None).unwrap();
        let figures = figures(&labelled);
        assert_eq!((figures.messages, figures.precision, figures.recall), (3, 1.0, 1.0));
        assert_eq!(figures.false_alarms_per_1000, 0.0);
        let out = folder.path().join("out.jsonl");
        write_predictions(&out, &labelled).unwrap();
        let back: Vec<Prediction> = lines(&out).unwrap();
        assert_eq!(back.len(), 4);
    }

    #[test]
    fn h1_frustration_is_rated_where_the_file_is_about_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("frustration.jsonl");
        let set = [
            r#"{"id":"1","text":"This is ridiculous, the worst service ever. I want my money back","label":1}"#,
            r#"{"id":"2","text":"How do I export my data?","label":0}"#,
        ];
        std::fs::write(&file, set.join("\n")).unwrap();
        let labelled = run(&file, Label::of(&file), None).unwrap();
        assert_eq!(labelled.iter().map(|one| one.prediction.flag).collect::<Vec<_>>(), [true, false]);
        assert!((figures(&labelled).average_precision - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_line_that_is_no_message_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("asks.jsonl");
        std::fs::write(&file, "{\"id\":\"1\",\"text\":\"x\",\"label\":0}\n\nnonsense\n").unwrap();
        let said = run(&file, Label::Asks, None).unwrap_err().to_string();
        assert!(said.contains("line 3"), "{said}");
    }
}
