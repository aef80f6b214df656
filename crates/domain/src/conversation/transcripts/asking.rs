//! The AI has the conversation: answers, abstentions, and the ways to a person (H1 to H4, A5).

use insta::assert_snapshot;

use crate::conversation::transcripts::script::play;

#[test]
fn a_question_is_answered() {
    assert_snapshot!(play("
        visitor: how do I export?
        ai answers 0.8
        visitor chats: thanks
        ai chats
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    ai answers 0.8
       4 e1 ai                 ai: answer 0.80 to turn 1
    visitor chats: thanks
       5 e1 ai                 visitor: thanks
       6 e1 ai, turn 2         turn 2 opened
    ai chats
       7 e1 ai                 ai: small_talk to turn 2
    ");
}

#[test]
fn a5_a_burst_gives_one_turn() {
    assert_snapshot!(play("
        visitor: hello, how do I export?
        visitor: to csv
        visitor: from the api
        turn 1 answers 0.8
        turn 2 answers 0.8
        turn 3 answers 0.8
        turn 3 answers 0.8
    "), @"
    visitor: hello, how do I export?
       2 e1 ai                 visitor: hello, how do I export?
       3 e1 ai, turn 1         turn 1 opened
    visitor: to csv
       4 e1 ai, turn 1         visitor: to csv
       5 e1 ai, turn 2         turn 2 opened
    visitor: from the api
       6 e1 ai, turn 2         visitor: from the api
       7 e1 ai, turn 3         turn 3 opened
    turn 1 answers 0.8
          refused: the turn was superseded
    turn 2 answers 0.8
          refused: the turn was superseded
    turn 3 answers 0.8
       8 e1 ai                 ai: answer 0.80 to turn 3
    turn 3 answers 0.8
          refused: the turn was superseded
    ");
}

#[test]
fn h1_asked() {
    assert_snapshot!(play("
        visitor asks: a human please
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h1_asked_while_the_ai_works_brings_the_whole_burst_to_a_person() {
    assert_snapshot!(play("
        visitor: how do I export?
        visitor asks: or give me a human
        turn 1 answers 0.8
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    visitor asks: or give me a human
       4 e1 ai, turn 1         visitor: or give me a human
       5 e2 queue (asked)      handoff 1 requested, asked: or give me a human; someone there
       6 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    turn 1 answers 0.8
          refused: the turn was superseded
    ");
}

#[test]
fn h1_asked_found_out_by_the_turn() {
    assert_snapshot!(play("
        visitor: could one of your colleagues look at this
        ai hears an ask
    "), @"
    visitor: could one of your colleagues look at this
       2 e1 ai                 visitor: could one of your colleagues look at this
       3 e1 ai, turn 1         turn 1 opened
    ai hears an ask
       4 e2 queue (asked)      handoff 1 requested in turn 1, asked: the visitor asked for a person; someone there
       5 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h1_no_answer_after_the_first() {
    assert_snapshot!(play("
        visitor: can it make coffee?
        ai abstains 0.2
    "), @"
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
       5 e2 queue (no_answer)  handoff 1 requested in turn 1, no_answer: the docs do not answer this (best confidence 0.20); someone is there; someone there
       6 e2 queue (no_answer)  line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h1_no_answer_after_two_in_a_row() {
    assert_snapshot!(play("
        set no_answer_after 2
        visitor: can it make coffee?
        ai abstains 0.2
        visitor: how do I export?
        ai answers 0.9
        visitor: can it make tea?
        ai abstains 0.3
        visitor chats: hm
        ai chats
        visitor: and milk?
        ai abstains 0.1
    "), @"
    set no_answer_after 2
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1, offers a person
    visitor: how do I export?
       5 e1 ai                 visitor: how do I export?
       6 e1 ai, turn 2         turn 2 opened
    ai answers 0.9
       7 e1 ai                 ai: answer 0.90 to turn 2
    visitor: can it make tea?
       8 e1 ai                 visitor: can it make tea?
       9 e1 ai, turn 3         turn 3 opened
    ai abstains 0.3
      10 e1 ai                 ai: abstain 0.30 to turn 3, offers a person
    visitor chats: hm
      11 e1 ai                 visitor: hm
      12 e1 ai, turn 4         turn 4 opened
    ai chats
      13 e1 ai                 ai: small_talk to turn 4
    visitor: and milk?
      14 e1 ai                 visitor: and milk?
      15 e1 ai, turn 5         turn 5 opened
    ai abstains 0.1
      16 e1 ai                 ai: abstain 0.10 to turn 5
      17 e2 queue (no_answer)  handoff 1 requested in turn 5, no_answer: the docs do not answer this (best confidence 0.10); someone is there; someone there
      18 e2 queue (no_answer)  line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h1_action_with_its_fields() {
    assert_snapshot!(play("
        visitor: how do I export?
        visitor presses talk-to-a-human name=Ada email=ada@a.example
        turn 1 answers 0.8
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    visitor presses talk-to-a-human name=Ada email=ada@a.example
       4 e2 queue (action)     handoff 1 requested, action: pressed “Talk to a human” name=Ada email=ada@a.example; someone there
       5 e2 queue (action)     line handoff: Let me connect you with our team. They'l…
    turn 1 answers 0.8
          refused: the turn was superseded
    ");
}

#[test]
fn h1_action_as_the_very_first_thing() {
    assert_snapshot!(play("
        visitor presses talk-to-a-human
    "), @"
    visitor presses talk-to-a-human
       2 e2 queue (action)     handoff 1 requested, action: pressed “Talk to a human”; someone there
       3 e2 queue (action)     line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h1_taken_over() {
    assert_snapshot!(play("
        visitor: how do I export?
        dana takes over
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana takes over
       4 e2 Dana (taken_over)  Dana took over from ai, handoff 1
    ");
}

#[test]
fn h1_model_down() {
    assert_snapshot!(play("
        visitor: how do I export?
        ai breaks
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    ai breaks
       4 e2 queue (model_down) handoff 1 requested in turn 1, model_down: answering failed; someone is there; someone there
       5 e2 queue (model_down) line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h2_manual_points_to_the_button() {
    assert_snapshot!(play("
        set mode manual
        visitor asks: a human please
        visitor: can it make coffee?
        ai abstains 0.2
        visitor: are you broken?
        ai breaks
        visitor presses talk-to-a-human
    "), @"
    set mode manual
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e1 ai                 line use_button: To talk to a person, use the “Talk to a …
    visitor: can it make coffee?
       4 e1 ai                 visitor: can it make coffee?
       5 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       6 e1 ai                 ai: abstain 0.20 to turn 1, offers a person
    visitor: are you broken?
       7 e1 ai                 visitor: are you broken?
       8 e1 ai, turn 2         turn 2 opened
    ai breaks
       9 e1 ai                 line failed: Something went wrong on our side, and I …
    visitor presses talk-to-a-human
      10 e2 queue (action)     handoff 1 requested, action: pressed “Talk to a human”; someone there
      11 e2 queue (action)     line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h2_manual_without_a_button() {
    assert_snapshot!(play("
        set mode manual
        set actions none
        visitor asks: a human please
    "), @"
    set mode manual
    set actions none
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e1 ai                 line use_button: I can't bring in a person here. I can ke…
    ");
}

#[test]
fn a5_an_ask_in_manual_mode_does_not_swallow_the_question_before_it() {
    assert_snapshot!(play("
        set mode manual
        visitor: how do I export?
        visitor asks: a human please
        ai hears an ask, answers 0.8
    "), @"
    set mode manual
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    visitor asks: a human please
       4 e1 ai, turn 1         visitor: a human please
       5 e1 ai, turn 2         turn 2 opened
    ai hears an ask, answers 0.8
       6 e1 ai                 ai: answer 0.80 to turn 2
       7 e1 ai                 line use_button: To talk to a person, use the “Talk to a …
    ");
}

#[test]
fn h3_nobody_there_suppresses_what_was_not_asked_for() {
    assert_snapshot!(play("
        nobody is there
        visitor: can it make coffee?
        ai abstains 0.2
        visitor: and tea?
        ai breaks
    "), @"
    nobody is there
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
       5 e1 ai                 handoff suppressed, no_answer: the docs do not answer this (best confidence 0.20); nobody is there, so the AI carries on
    visitor: and tea?
       6 e1 ai                 visitor: and tea?
       7 e1 ai, turn 2         turn 2 opened
    ai breaks
       8 e1 ai                 line failed: Something went wrong on our side, and I …
       9 e1 ai                 handoff suppressed, model_down: answering failed; nobody is there, so the AI carries on
    ");
}

#[test]
fn h3_nobody_there_queues_if_set_so() {
    assert_snapshot!(play("
        set nobody_there queue
        nobody is there
        visitor: can it make coffee?
        ai abstains 0.2
    "), @"
    set nobody_there queue
    nobody is there
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
       5 e2 queue (no_answer)  handoff 1 requested in turn 1, no_answer: the docs do not answer this (best confidence 0.20); nobody is there, so it waits for the team; nobody there
       6 e2 queue (no_answer)  line nobody_there: No one is online right now. Your convers…
    ");
}

#[test]
fn h3_somebody_who_asks_is_never_turned_away() {
    assert_snapshot!(play("
        nobody is there
        visitor asks: a human please
    "), @"
    nobody is there
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; nobody there
       4 e2 queue (asked)      line nobody_there: No one is online right now. Your convers…
    ");
    assert_snapshot!(play("
        nobody is there
        visitor presses talk-to-a-human
    "), @"
    nobody is there
    visitor presses talk-to-a-human
       2 e2 queue (action)     handoff 1 requested, action: pressed “Talk to a human”; nobody there
       3 e2 queue (action)     line nobody_there: No one is online right now. Your convers…
    ");
}

#[test]
fn h3_a_person_is_offered_only_if_one_can_come() {
    assert_snapshot!(play("
        set no_answer_after 9
        nobody is there
        visitor: can it make coffee?
        ai abstains 0.2
        someone is there
        visitor: and tea?
        ai abstains 0.2
        nobody is there
        set nobody_there queue
        visitor: and milk?
        ai abstains 0.2
    "), @"
    set no_answer_after 9
    nobody is there
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
    someone is there
    visitor: and tea?
       5 e1 ai                 visitor: and tea?
       6 e1 ai, turn 2         turn 2 opened
    ai abstains 0.2
       7 e1 ai                 ai: abstain 0.20 to turn 2, offers a person
    nobody is there
    set nobody_there queue
    visitor: and milk?
       8 e1 ai                 visitor: and milk?
       9 e1 ai, turn 3         turn 3 opened
    ai abstains 0.2
      10 e1 ai                 ai: abstain 0.20 to turn 3, offers a person
    ");
}

#[test]
fn h4_named_and_brief_say_the_line_in_the_same_step() {
    let said = |announcement: &str| {
        let transcript = play(&format!(
            "
            set announcement {announcement}
            visitor: can it make coffee?
            ai abstains 0.2
        "
        ));
        transcript.replace(announcement, "…")
    };
    assert_eq!(said("named"), said("brief"));
    assert_snapshot!(said("named"), @"
    set announcement …
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
       5 e2 queue (no_answer)  handoff 1 requested in turn 1, no_answer: the docs do not answer this (best confidence 0.20); someone is there; someone there
       6 e2 queue (no_answer)  line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h4_silent_says_nothing_unless_asked() {
    assert_snapshot!(play("
        set announcement silent
        visitor: can it make coffee?
        ai abstains 0.2
    "), @"
    set announcement silent
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
       5 e2 queue (no_answer)  handoff 1 requested in turn 1, no_answer: the docs do not answer this (best confidence 0.20); someone is there; someone there
    ");
    assert_snapshot!(play("
        set announcement silent
        visitor asks: a human please
    "), @"
    set announcement silent
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    ");
}

#[test]
fn h4_silent_still_says_that_nobody_is_there() {
    assert_snapshot!(play("
        set announcement silent
        set nobody_there queue
        nobody is there
        visitor: can it make coffee?
        ai abstains 0.2
    "), @"
    set announcement silent
    set nobody_there queue
    nobody is there
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
       5 e2 queue (no_answer)  handoff 1 requested in turn 1, no_answer: the docs do not answer this (best confidence 0.20); nobody is there, so it waits for the team; nobody there
       6 e2 queue (no_answer)  line nobody_there: No one is online right now. Your convers…
    ");
}

#[test]
fn h4_the_owner_words_the_announcement() {
    assert_snapshot!(play("
        set announcement_text One moment, I am fetching somebody.
        visitor asks: a human please
    "), @"
    set announcement_text One moment, I am fetching somebody.
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: One moment, I am fetching somebody.…
    ");
}
