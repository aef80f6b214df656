use baton_knowledge::{BuildOptions, Format, ReadOptions, Snapshot, SourcePassages, document_passages, read};

use crate::evidence::Evidence;
use crate::extractive::{extract, markdown};
use crate::gate::{Citable, Verdict, check};
use crate::question::{Question, Turn, Who};

/// Files of a small help centre, each after a line `//- name`.
const HELP: &str = "\
//- export.md
# Export your contacts

You can export your contacts at any time. Exports never contain deleted contacts.

To export your contacts:

1. Open **Settings**.
2. Choose *Export*.
3. Pick CSV or vCard and press Download.

The file is ready within 5 minutes. It stays available for seven days.

//- plans.md
# Plans and prices

The Team plan costs 12 dollars a month. It includes single sign-on.

The Free plan is for up to 3 people.[4]

//- hours.md
# Opening hours

Ask us when you like; someone in the shop answers the phone when the shop is open.

## When are you open?

| day | time |
| --- | --- |
| Monday | nine to five |
| Sunday | never |

## What is a holiday?

On a holiday nobody is open for business.

//- offline.md
# Working offline

This section explains offline mode. The app keeps working without a connection. Changes are sent when you are back.

Run `sync --now` to send them at once:

```
sync --now
```
";

fn snapshot(help: &str) -> (tempfile::TempDir, Snapshot) {
    let documents = help.split("//- ").skip(1).map(|file| {
        let (name, text) = file.split_once('\n').expect("a name and a text");
        let options = ReadOptions { file_name: name.to_owned(), format: Some(Format::Markdown), title: None };
        let documents = read(text.as_bytes(), &options).expect("the help centre can be read");
        document_passages(&documents[0], "help")
    });
    let source =
        SourcePassages { source_id: "help".to_owned(), source_name: "Help".to_owned(), documents: documents.collect() };
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().join("snapshot");
    Snapshot::build(&at, &[source], &BuildOptions::default()).expect("the snapshot is built");
    let snapshot = Snapshot::open(&at).expect("the snapshot opens");
    (folder, snapshot)
}

fn answer(question: &str) -> String {
    let (_folder, snapshot) = snapshot(HELP);
    let evidence = Evidence::gather(&snapshot, None, &Question::new(question)).expect("the snapshot is read");
    let Some(found) = extract(&evidence, question) else { return "nothing".to_owned() };
    let text = markdown(&evidence, &found);
    let citable: Vec<Citable> =
        found.parts.iter().map(|part| Citable::from(&evidence.passages[part.passage].hit)).collect();
    let terms = |text: &str| snapshot.terms(text);
    match check(&text, &citable, &terms) {
        Verdict::Supported { text: checked, .. } => {
            let words =
                |text: &str| text.replace(|c: char| c.is_whitespace(), "").replace("[1]", "").replace("[2]", "");
            assert_eq!(words(&checked), words(&text), "the gate keeps the documents' own words as they are");
            checked
        }
        Verdict::Unsupported { why } => panic!("{why:?}: {text}"),
    }
}

#[test]
fn a1_a_list_of_steps_stays_whole_with_its_lead_in() {
    assert_eq!(
        answer("How do I export my contacts?"),
        "To export your contacts: [1]\n\n1. Open Settings.\n2. Choose Export.\n3. Pick CSV or vCard and press Download. [1]"
    );
}

#[test]
fn a1_a_question_for_an_amount_gets_the_sentence_with_it() {
    assert_eq!(
        answer("How much does the Team plan cost?"),
        "The Team plan costs 12 dollars a month. It includes single sign-on. [1]"
    );
    assert!(answer("How long is the export file available?").contains("It stays available for seven days."));
}

#[test]
fn a1_what_stands_under_a_heading_that_asks_the_very_question_answers_it() {
    assert_eq!(answer("When are you open?"), "- day: Monday; time: nine to five [1]\n- day: Sunday; time: never [1]");
    assert_eq!(answer("Are you open on Sunday?"), "- day: Sunday; time: never [1]");
}

#[test]
fn a2_a_short_question_after_another_is_answered_on_its_own() {
    let (_folder, snapshot) = snapshot(HELP);
    let after_another = |text: &str| {
        let before = Turn { who: Who::Visitor, text: "How do I export my contacts?".to_owned() };
        let question = Question { burst: vec![text.to_owned()], history: vec![before] };
        Evidence::gather(&snapshot, None, &question).expect("the snapshot is read")
    };
    let alone = after_another("What is a holiday?");
    assert!(!alone.is_follow_up);
    assert_eq!(alone.passages[0].document().1, "hours.md");
    let leaning = after_another("and how long is it available?");
    assert!(leaning.is_follow_up);
    assert_eq!(leaning.passages[0].document().1, "export.md");
}

#[test]
fn footnotes_of_the_document_are_no_citations_of_the_answer() {
    assert_eq!(answer("How many people can use the Free plan?"), "The Free plan is for up to 3 people. [1]");
}

#[test]
fn an_announcement_is_no_answer_and_code_stays_code() {
    assert!(answer("what is offline mode").contains("The app keeps working without a connection."));
    assert!(answer("How do I send offline changes at once?").contains("```\nsync --now\n```"));
}

#[test]
fn a_question_without_any_known_word_finds_nothing() {
    assert_eq!(answer("zebra xylophone?"), "nothing");
}
