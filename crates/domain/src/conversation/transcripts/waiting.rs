//! The conversation waits for a person: no silence (A9), one handoff (H10).

use insta::assert_snapshot;

use crate::conversation::transcripts::script::play;

#[test]
fn a9_a_holding_line_at_most_every_minute() {
    assert_snapshot!(play("
        visitor asks: a human please
        59 s later
        visitor: hello?
        1 s later
        visitor: anybody?
        59 s later
        visitor: still here
        1 s later
        visitor chats: ok
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    59 s later
    visitor: hello?
       5 e2 queue (asked)      visitor: hello?
    1 s later
    visitor: anybody?
       6 e2 queue (asked)      visitor: anybody?
       7 e2 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    59 s later
    visitor: still here
       8 e2 queue (asked)      visitor: still here
    1 s later
    visitor chats: ok
       9 e2 queue (asked)      visitor: ok
      10 e2 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn a9_a_silent_handoff_without_an_answer_says_something() {
    assert_snapshot!(play("
        set announcement silent
        visitor: can it make coffee?
        ai breaks
    "), @"
    set announcement silent
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai breaks
       4 e2 queue (model_down) handoff 1 requested in turn 1, model_down: answering failed; someone is there; someone there
       5 e2 queue (model_down) line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn a9_after_a_silent_handoff_the_next_message_is_held() {
    assert_snapshot!(play("
        set announcement silent
        visitor: can it make coffee?
        ai abstains 0.2
        5 s later
        visitor: hello?
        5 s later
        visitor: anybody?
    "), @"
    set announcement silent
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1
       5 e2 queue (no_answer)  handoff 1 requested in turn 1, no_answer: the docs do not answer this (best confidence 0.20); someone is there; someone there
    5 s later
    visitor: hello?
       6 e2 queue (no_answer)  visitor: hello?
       7 e2 queue (no_answer)  line holding: Thanks, we've added this. Our team has t…
    5 s later
    visitor: anybody?
       8 e2 queue (no_answer)  visitor: anybody?
    ");
}

#[test]
fn a9_back_in_the_queue_an_unanswered_message_is_held() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana takes over
        visitor: it is about my bill
        dana returns to queue
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana takes over
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
    visitor: it is about my bill
       6 e3 Dana (asked)       visitor: it is about my bill
    dana returns to queue
       7 e4 queue (asked)      Dana returned it to the queue
       8 e4 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn a9_back_in_the_queue_the_next_message_is_held() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana: I'll fetch a colleague
        300 s later
        dana returns to queue
        5 s later
        visitor: hello?
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana: I'll fetch a colleague
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
       6 e3 Dana (asked)       Dana: I'll fetch a colleague
    300 s later
    dana returns to queue
       7 e4 queue (asked)      Dana returned it to the queue
    5 s later
    visitor: hello?
       8 e4 queue (asked)      visitor: hello?
       9 e4 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn h7_the_ai_is_silent_while_it_waits() {
    assert_snapshot!(play("
        visitor: how do I export?
        visitor asks: a human please
        visitor: how do I export?
        turn 1 answers 0.8
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    visitor asks: a human please
       4 e1 ai, turn 1         visitor: a human please
       5 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       6 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    visitor: how do I export?
       7 e2 queue (asked)      visitor: how do I export?
    turn 1 answers 0.8
          refused: the turn was superseded
    ");
}

#[test]
fn h10_a_second_ask_joins_the_first() {
    assert_snapshot!(play("
        visitor asks: a human please
        70 s later
        visitor asks: hello? a human!
        1 s later
        visitor asks: now
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    70 s later
    visitor asks: hello? a human!
       5 e2 queue (asked)      visitor: hello? a human!
       6 e2 queue (asked)      handoff repeated, asked: hello? a human!
       7 e2 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    1 s later
    visitor asks: now
       8 e2 queue (asked)      visitor: now
       9 e2 queue (asked)      handoff repeated, asked: now
    ");
}

#[test]
fn h10_a_button_pressed_while_waiting_joins() {
    assert_snapshot!(play("
        visitor asks: a human please
        10 s later
        visitor presses talk-to-a-human name=Ada
        60 s later
        visitor presses talk-to-a-human
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    10 s later
    visitor presses talk-to-a-human name=Ada
       5 e2 queue (asked)      handoff repeated, action: pressed “Talk to a human” name=Ada
    60 s later
    visitor presses talk-to-a-human
       6 e2 queue (asked)      handoff repeated, action: pressed “Talk to a human”
       7 e2 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    ");
}

#[test]
fn h10_a_button_pressed_while_a_person_has_it_joins() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana takes over
        visitor presses talk-to-a-human name=Ada
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana takes over
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
    visitor presses talk-to-a-human name=Ada
       6 e3 Dana (asked)       handoff repeated, action: pressed “Talk to a human” name=Ada
    ");
}

#[test]
fn h10_a_button_pressed_after_the_close_opens_a_new_handoff() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana closes solved
        visitor presses talk-to-a-human
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana closes solved
       5 e3 closed             closed by Dana: solved
    visitor presses talk-to-a-human
       6 e4 ai                 reopened by the visitor, to ai
       7 e5 queue (action)     handoff 2 requested, action: pressed “Talk to a human”; someone there
       8 e5 queue (action)     line handoff: Let me connect you with our team. They'l…
    ");
}
