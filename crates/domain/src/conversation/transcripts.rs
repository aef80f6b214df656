//! The rules of the conversation as transcripts: what happens on the left of time, what the log says about it below.
//!
//! Each test is named for the rule it shows; the language of the scripts is in `script`.

mod asking;
mod closing;
mod notes;
mod people;
mod row;
mod script;
mod waiting;
