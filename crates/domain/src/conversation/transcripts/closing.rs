//! After a close (H9): who wakes up, and who has it then.

use insta::assert_snapshot;

use crate::conversation::transcripts::script::play;

/// A conversation that a person closed, then what the visitor does.
fn closed_by_a_person(ai_resumes: &str, then: &str) -> String {
    let script =
        format!("set ai_resumes {ai_resumes}\nvisitor asks: a human please\ndana closes solved\n100 s later\n");
    let before = play(&script);
    play(&format!("{script}{then}")).split_off(before.len())
}

/// The same where the AI does not resume by itself; the two ways differ only in what the team may do next.
fn closed_without_resuming(then: &str) -> String {
    let manual = closed_by_a_person("manual", then);
    assert_eq!(manual, closed_by_a_person("never", then));
    manual
}

#[test]
fn h9_closing_twice_is_closing_once() {
    assert_snapshot!(play("
        visitor: how do I export?
        dana closes solved
        sam closes spam
        baton closes lapsed
        dana takes over
        dana assigns sam
        dana returns to queue
        dana returns to ai
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana closes solved
       4 e2 closed             closed by Dana: solved
    sam closes spam
          nothing
    baton closes lapsed
          nothing
    dana takes over
          refused: This conversation is closed. Reopen it to take it over.
    dana assigns sam
          refused: This conversation is closed. Reopen it to assign it.
    dana returns to queue
          refused: This conversation is closed.
    dana returns to ai
          refused: This conversation is closed.
    ");
}

#[test]
fn h9_baton_closes_what_lapsed() {
    assert_snapshot!(play("
        visitor: how do I export?
        ai answers 0.8
        baton closes lapsed
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    ai answers 0.8
       4 e1 ai                 ai: answer 0.80 to turn 1
    baton closes lapsed
       5 e2 closed             closed by baton: lapsed
    ");
}

#[test]
fn h9_after_close_thanks_wakes_nobody() {
    assert_snapshot!(closed_by_a_person("after_close", "visitor chats: thanks"), @"
    visitor chats: thanks
       6 e3 closed             visitor: thanks
       7 e3 closed             line closed: You're welcome. Write here any time if y…
    ");
}

#[test]
fn h9_after_close_the_ai_answers_the_next_question() {
    assert_snapshot!(closed_by_a_person("after_close", "
        visitor: how do I export?
        ai answers 0.8
    "), @"
    visitor: how do I export?
       6 e4 ai                 reopened by the visitor, to ai
       7 e4 ai                 visitor: how do I export?
       8 e4 ai, turn 1         turn 1 opened
    ai answers 0.8
       9 e4 ai                 ai: answer 0.80 to turn 1
    ");
}

#[test]
fn h9_after_close_asking_again_brings_a_person() {
    assert_snapshot!(closed_by_a_person("after_close", "visitor asks: a human again"), @"
    visitor asks: a human again
       6 e4 ai                 reopened by the visitor, to ai
       7 e4 ai                 visitor: a human again
       8 e5 queue (asked)      handoff 2 requested, asked: a human again; someone there
       9 e5 queue (asked)      line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h9_manual_and_never_thanks_wakes_nobody() {
    assert_snapshot!(closed_without_resuming("visitor chats: thanks"), @"
    visitor chats: thanks
       6 e3 closed             visitor: thanks
       7 e3 closed             line closed: Thanks. Write here any time if you need …
    ");
}

#[test]
fn h9_manual_and_never_the_next_question_waits_for_a_person() {
    assert_snapshot!(closed_without_resuming("visitor: how do I export?"), @"
    visitor: how do I export?
       6 e4 queue (asked)      reopened by the visitor, to queue
       7 e4 queue (asked)      visitor: how do I export?
       8 e4 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn h9_manual_and_never_with_nobody_there_the_next_question_is_held() {
    assert_snapshot!(closed_without_resuming("
        nobody is there
        visitor: how do I export?
    "), @"
    nobody is there
    visitor: how do I export?
       6 e4 queue (asked)      reopened by the visitor, to queue
       7 e4 queue (asked)      visitor: how do I export?
       8 e4 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn h9_manual_and_never_asking_again_keeps_what_shows_it() {
    assert_snapshot!(closed_without_resuming("visitor asks: a human again"), @"
    visitor asks: a human again
       6 e4 queue (asked)      reopened by the visitor, to queue
       7 e4 queue (asked)      visitor: a human again
       8 e4 queue (asked)      handoff repeated, asked: a human again
       9 e4 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn h9_never_does_not_silence_an_ai_that_no_person_followed() {
    assert_snapshot!(play("
        set ai_resumes never
        visitor: how do I export?
        ai answers 0.8
        dana closes solved
        visitor: and to csv?
    "), @"
    set ai_resumes never
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    ai answers 0.8
       4 e1 ai                 ai: answer 0.80 to turn 1
    dana closes solved
       5 e2 closed             closed by Dana: solved
    visitor: and to csv?
       6 e3 ai                 reopened by the visitor, to ai
       7 e3 ai                 visitor: and to csv?
       8 e3 ai, turn 2         turn 2 opened
    ");
}

#[test]
fn h9_reopening_restores_the_handoff() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana reopens
        dana closes solved
        sam reopens
        sam returns to queue
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana reopens
          refused: This conversation is open. Take it over instead.
    dana closes solved
       5 e3 closed             closed by Dana: solved
    sam reopens
       6 e4 Sam (asked)        reopened by Sam, to member
    sam returns to queue
       7 e5 queue (asked)      Sam returned it to the queue
    ");
}

#[test]
fn h9_reopening_what_no_person_had() {
    assert_snapshot!(play("
        visitor: how do I export?
        ai answers 0.8
        dana closes solved
        dana reopens
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    ai answers 0.8
       4 e1 ai                 ai: answer 0.80 to turn 1
    dana closes solved
       5 e2 closed             closed by Dana: solved
    dana reopens
       6 e3 Dana (taken_over)  reopened by Dana, to member
    ");
}

#[test]
fn h10_an_old_handoff_triggers_no_new_one() {
    assert_snapshot!(closed_by_a_person("after_close", "
        visitor: how do I export?
        ai answers 0.8
        dana closes solved
        set ai_resumes never
        visitor: one more question
        ai answers 0.9
    "), @"
    visitor: how do I export?
       6 e4 ai                 reopened by the visitor, to ai
       7 e4 ai                 visitor: how do I export?
       8 e4 ai, turn 1         turn 1 opened
    ai answers 0.8
       9 e4 ai                 ai: answer 0.80 to turn 1
    dana closes solved
      10 e5 closed             closed by Dana: solved
    set ai_resumes never
    visitor: one more question
      11 e6 ai                 reopened by the visitor, to ai
      12 e6 ai                 visitor: one more question
      13 e6 ai, turn 2         turn 2 opened
    ai answers 0.9
      14 e6 ai                 ai: answer 0.90 to turn 2
    ");
}
