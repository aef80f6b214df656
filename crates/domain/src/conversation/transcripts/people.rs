//! A person has the conversation: taking it (H7), passing it on (H8), the AI's silence.

use insta::assert_snapshot;

use crate::conversation::transcripts::script::play;

#[test]
fn h7_the_first_message_takes_over_from_the_ai() {
    assert_snapshot!(play("
        visitor: how do I export?
        dana: hello
        dana: I'll look
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana: hello
       4 e2 Dana (taken_over)  Dana took over from ai, handoff 1
       5 e2 Dana (taken_over)  Dana: hello
    dana: I'll look
       6 e2 Dana (taken_over)  Dana: I'll look
    ");
}

#[test]
fn h7_the_first_message_takes_over_from_the_queue() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana: hello
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana: hello
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
       6 e3 Dana (asked)       Dana: hello
    ");
}

#[test]
fn h7_the_first_message_takes_over_after_a_close() {
    assert_snapshot!(play("
        visitor: how do I export?
        ai answers 0.8
        dana closes solved
        dana: one more thing
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    ai answers 0.8
       4 e1 ai                 ai: answer 0.80 to turn 1
    dana closes solved
       5 e2 closed             closed by Dana: solved
    dana: one more thing
       6 e3 Dana (taken_over)  reopened by Dana, to member
       7 e3 Dana (taken_over)  Dana: one more thing
    ");
    assert_snapshot!(play("
        visitor asks: a human please
        dana closes solved
        sam: one more thing
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana closes solved
       5 e3 closed             closed by Dana: solved
    sam: one more thing
       6 e4 Sam (asked)        reopened by Sam, to member
       7 e4 Sam (asked)        Sam: one more thing
    ");
}

#[test]
fn h7_the_ai_is_silent_after_a_takeover() {
    assert_snapshot!(play("
        visitor: how do I export?
        dana takes over
        turn 1 answers 0.8
        visitor: hello?
        dana returns to ai
        turn 1 answers 0.8
        turn 2 answers 0.8
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana takes over
       4 e2 Dana (taken_over)  Dana took over from ai, handoff 1
    turn 1 answers 0.8
          refused: the turn was superseded
    visitor: hello?
       5 e2 Dana (taken_over)  visitor: hello?
    dana returns to ai
       6 e3 ai                 Dana returned it to the ai
       7 e3 ai, turn 2         turn 2 opened
    turn 1 answers 0.8
          refused: the turn was superseded
    turn 2 answers 0.8
       8 e3 ai                 ai: answer 0.80 to turn 2
    ");
}

#[test]
fn h7_the_ai_is_silent_after_each_change_of_owner() {
    assert_snapshot!(play("
        visitor: how do I export?
        dana assigns sam
        turn 1 answers 0.8
        dana returns to queue
        turn 1 answers 0.8
        dana closes not_solved
        turn 1 answers 0.8
        dana reopens
        turn 1 answers 0.8
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana assigns sam
       4 e2 Sam (taken_over)   Dana assigned Sam, handoff 1
    turn 1 answers 0.8
          refused: the turn was superseded
    dana returns to queue
       5 e3 queue (taken_over) Dana returned it to the queue
       6 e3 queue (taken_over) line holding: Thanks, we've added this. Our team has t…
    turn 1 answers 0.8
          refused: the turn was superseded
    dana closes not_solved
       7 e4 closed             closed by Dana: not_solved
    turn 1 answers 0.8
          refused: the turn was superseded
    dana reopens
       8 e5 Dana (taken_over)  reopened by Dana, to member
    turn 1 answers 0.8
          refused: the turn was superseded
    ");
}

#[test]
fn h8_of_two_takeovers_one_gets_it() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana takes over
        sam takes over
        sam: hello
        dana takes over
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana takes over
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
    sam takes over
          refused: Dana has this conversation
    sam: hello
          refused: Dana has this conversation
    dana takes over
          nothing
    ");
}

#[test]
fn h8_to_a_colleague() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana takes over
        dana assigns sam
        dana assigns sam
        dana: I'd like to add
        sam: hello
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana takes over
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
    dana assigns sam
       6 e4 Sam (asked)        Dana assigned Sam, handoff 1
    dana assigns sam
          nothing
    dana: I'd like to add
          refused: Sam has this conversation
    sam: hello
       7 e4 Sam (asked)        Sam: hello
    ");
    assert_snapshot!(play("
        visitor asks: a human please
        dana assigns sam
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana assigns sam
       5 e3 Sam (asked)        Dana assigned Sam, handoff 1
    ");
    assert_snapshot!(play("
        visitor: how do I export?
        dana assigns sam
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana assigns sam
       4 e2 Sam (taken_over)   Dana assigned Sam, handoff 1
    ");
}

#[test]
fn h8_back_to_the_queue() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana: hello
        dana returns to queue
        dana returns to queue
        sam takes over
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana: hello
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
       6 e3 Dana (asked)       Dana: hello
    dana returns to queue
       7 e4 queue (asked)      Dana returned it to the queue
    dana returns to queue
          nothing
    sam takes over
       8 e5 Sam (asked)        Sam took over from queue, handoff 1
    ");
    assert_snapshot!(play("
        visitor: how do I export?
        dana returns to queue
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana returns to queue
          refused: The AI has this conversation. Take it over or assign it.
    ");
}

#[test]
fn h8_back_to_the_ai_answers_what_is_unanswered() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana takes over
        visitor: how do I export?
        dana returns to ai
        dana returns to ai
        ai answers 0.8
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana takes over
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
    visitor: how do I export?
       6 e3 Dana (asked)       visitor: how do I export?
    dana returns to ai
       7 e4 ai                 Dana returned it to the ai
       8 e4 ai, turn 1         turn 1 opened
    dana returns to ai
          nothing
    ai answers 0.8
       9 e4 ai                 ai: answer 0.80 to turn 1
    ");
    assert_snapshot!(play("
        visitor asks: a human please
        5 s later
        visitor: how do I export?
        dana returns to ai
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    5 s later
    visitor: how do I export?
       5 e2 queue (asked)      visitor: how do I export?
    dana returns to ai
       6 e3 ai                 Dana returned it to the ai
       7 e3 ai, turn 1         turn 1 opened
    ");
}

#[test]
fn h8_back_to_the_ai_answers_what_was_only_held() {
    assert_snapshot!(play("
        visitor asks: a human please
        70 s later
        visitor: how do I export?
        dana returns to ai
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    70 s later
    visitor: how do I export?
       5 e2 queue (asked)      visitor: how do I export?
       6 e2 queue (asked)      line holding: Thanks, we've added this. Our team has t…
    dana returns to ai
       7 e3 ai                 Dana returned it to the ai
       8 e3 ai, turn 1         turn 1 opened
    ");
}

#[test]
fn h8_back_to_the_ai_with_nothing_unanswered_waits_for_the_visitor() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana: here you are
        dana returns to ai
        visitor: how do I export?
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana: here you are
       5 e3 Dana (asked)       Dana took over from queue, handoff 1
       6 e3 Dana (asked)       Dana: here you are
    dana returns to ai
       7 e4 ai                 Dana returned it to the ai
    visitor: how do I export?
       8 e4 ai                 visitor: how do I export?
       9 e4 ai, turn 1         turn 1 opened
    ");
}

#[test]
fn h1_failed_answers_are_counted_anew_after_a_person() {
    assert_snapshot!(play("
        set no_answer_after 2
        visitor: can it make coffee?
        ai abstains 0.2
        dana: yes
        dana returns to ai
        visitor: and tea?
        ai abstains 0.2
    "), @"
    set no_answer_after 2
    visitor: can it make coffee?
       2 e1 ai                 visitor: can it make coffee?
       3 e1 ai, turn 1         turn 1 opened
    ai abstains 0.2
       4 e1 ai                 ai: abstain 0.20 to turn 1, offers a person
    dana: yes
       5 e2 Dana (taken_over)  Dana took over from ai, handoff 1
       6 e2 Dana (taken_over)  Dana: yes
    dana returns to ai
       7 e3 ai                 Dana returned it to the ai
    visitor: and tea?
       8 e3 ai                 visitor: and tea?
       9 e3 ai, turn 2         turn 2 opened
    ai abstains 0.2
      10 e3 ai                 ai: abstain 0.20 to turn 2, offers a person
    ");
}
