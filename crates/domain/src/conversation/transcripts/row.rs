//! The row of the inbox: what a person needs to choose a conversation (H1, H5).

use insta::assert_snapshot;

use crate::conversation::transcripts::script::play;

#[test]
fn h5_the_row_says_where_who_and_why() {
    assert_snapshot!(play("
        visitor opens https://a.example/pricing
        visitor: can it make coffee?
        inbox shows
        ai abstains 0.2
        inbox shows
        dana: it can
        inbox shows
        visitor opens https://a.example/coffee
        dana closes solved
        inbox shows
        visitor chats: thanks
        inbox shows
        visitor: and tea?
        inbox shows
    "), @"
    visitor opens https://a.example/pricing
       2 e1 ai                 visitor opened https://a.example/pricing
    visitor: can it make coffee?
       3 e1 ai                 visitor: can it make coffee?
       4 e1 ai, turn 1         turn 1 opened
    inbox shows
          live, Visitor 0001; visitor said: can it make coffee?; on https://a.example/pricing
    ai abstains 0.2
       5 e1 ai                 ai: abstain 0.20 to turn 1
       6 e2 queue (no_answer)  handoff 1 requested in turn 1, no_answer: the docs do not answer this (best confidence 0.20); someone is there; someone there
       7 e2 queue (no_answer)  line handoff: Let me connect you with our team. They'l…
    inbox shows
          waiting, Visitor 0001; no_answer 0 s ago: the docs do not answer this (best confidence 0.20); someone is there; visitor said: can it make coffee?; on https://a.example/pricing
    dana: it can
       8 e3 Dana (no_answer)   Dana took over from queue, handoff 1
       9 e3 Dana (no_answer)   Dana: it can
    inbox shows
          held, Visitor 0001; no_answer 0 s ago: the docs do not answer this (best confidence 0.20); someone is there; member said: it can; on https://a.example/pricing
    visitor opens https://a.example/coffee
      10 e3 Dana (no_answer)   visitor opened https://a.example/coffee
    dana closes solved
      11 e4 closed             closed by Dana: solved
    inbox shows
          resolved, Visitor 0001; closed by Dana; no_answer 0 s ago: the docs do not answer this (best confidence 0.20); someone is there; member said: it can; on https://a.example/coffee
    visitor chats: thanks
      12 e4 closed             visitor: thanks
      13 e4 closed             line closed: You're welcome. Write here any time if y…
    inbox shows
          resolved, Visitor 0001; closed by Dana; no_answer 0 s ago: the docs do not answer this (best confidence 0.20); someone is there; visitor said: thanks; on https://a.example/coffee
    visitor: and tea?
      14 e5 ai                 reopened by the visitor, to ai
      15 e5 ai                 visitor: and tea?
      16 e5 ai, turn 2         turn 2 opened
    inbox shows
          live, Visitor 0001; no_answer 0 s ago: the docs do not answer this (best confidence 0.20); someone is there; visitor said: and tea?; on https://a.example/coffee
    ");
}

#[test]
fn h5_a_resolved_row_says_who_closed_it() {
    assert_snapshot!(play("
        visitor: how do I export?
        dana closes solved
        inbox shows
        visitor chats: thanks
        visitor sees 5
        inbox shows
        sam: one more thing
        baton closes lapsed
        inbox shows
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana closes solved
       4 e2 closed             closed by Dana: solved
    inbox shows
          resolved, Visitor 0001; closed by Dana; visitor said: how do I export?
    visitor chats: thanks
       5 e2 closed             visitor: thanks
       6 e2 closed             line closed: You're welcome. Write here any time if y…
    visitor sees 5
       7 e2 closed             visitor saw 5
    inbox shows
          resolved, Visitor 0001; closed by Dana; visitor said: thanks
    sam: one more thing
       8 e3 Sam (taken_over)   reopened by Sam, to member
       9 e3 Sam (taken_over)   Sam: one more thing
    baton closes lapsed
      10 e4 closed             closed by baton: lapsed
    inbox shows
          resolved, Visitor 0001; taken_over 0 s ago: Sam reopened it; member said: one more thing
    ");
}

#[test]
fn h5_a_name_from_any_press_of_the_button_is_shown() {
    assert_snapshot!(play("
        visitor presses talk-to-a-human email=ada@a.example
        inbox shows
    "), @"
    visitor presses talk-to-a-human email=ada@a.example
       2 e2 queue (action)     handoff 1 requested, action: pressed “Talk to a human” email=ada@a.example; someone there
       3 e2 queue (action)     line handoff: Let me connect you with our team. They'l…
    inbox shows
          waiting, ada@a.example; action 0 s ago: pressed “Talk to a human”
    ");
    assert_snapshot!(play("
        visitor asks: a human please
        visitor presses talk-to-a-human name=Ada email=ada@a.example
        inbox shows
        dana takes over
        visitor presses talk-to-a-human name=Countess
        inbox shows
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    visitor presses talk-to-a-human name=Ada email=ada@a.example
       5 e2 queue (asked)      handoff repeated, action: pressed “Talk to a human” name=Ada email=ada@a.example
    inbox shows
          waiting, Ada; asked 0 s ago: a human please; visitor said: a human please
    dana takes over
       6 e3 Dana (asked)       Dana took over from queue, handoff 1
    visitor presses talk-to-a-human name=Countess
       7 e3 Dana (asked)       handoff repeated, action: pressed “Talk to a human” name=Countess
    inbox shows
          held, Countess; asked 0 s ago: a human please; visitor said: a human please
    ");
}

#[test]
fn h1_whoever_steps_in_is_the_reason() {
    assert_snapshot!(play("
        visitor asks: a human please
        dana returns to ai
        60 s later
        dana assigns sam
        inbox shows
        sam returns to queue
        inbox shows
        sam assigns ines
        inbox shows
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana returns to ai
       5 e3 ai                 Dana returned it to the ai
    60 s later
    dana assigns sam
       6 e4 Sam (taken_over)   Dana assigned Sam, handoff 2
    inbox shows
          held, Visitor 0001; taken_over 0 s ago: Dana assigned Sam; visitor said: a human please
    sam returns to queue
       7 e5 queue (taken_over) Sam returned it to the queue
    inbox shows
          waiting, Visitor 0001; taken_over 0 s ago: Dana assigned Sam; visitor said: a human please
    sam assigns ines
       8 e6 Ines (taken_over)  Sam assigned Ines, handoff 2
    inbox shows
          held, Visitor 0001; taken_over 0 s ago: Dana assigned Sam; visitor said: a human please
    ");
    assert_snapshot!(play("
        visitor: how do I export?
        dana takes over
        inbox shows
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana takes over
       4 e2 Dana (taken_over)  Dana took over from ai, handoff 1
    inbox shows
          held, Visitor 0001; taken_over 0 s ago: Dana stepped in; visitor said: how do I export?
    ");
    assert_snapshot!(play("
        visitor: how do I export?
        dana closes not_solved
        sam reopens
        inbox shows
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    dana closes not_solved
       4 e2 closed             closed by Dana: not_solved
    sam reopens
       5 e3 Sam (taken_over)   reopened by Sam, to member
    inbox shows
          held, Visitor 0001; taken_over 0 s ago: Sam reopened it; visitor said: how do I export?
    ");
    assert_snapshot!(play("
        visitor asks: a human please
        dana closes not_solved
        60 s later
        sam reopens
        inbox shows
    "), @"
    visitor asks: a human please
       2 e1 ai                 visitor: a human please
       3 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       4 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    dana closes not_solved
       5 e3 closed             closed by Dana: not_solved
    60 s later
    sam reopens
       6 e4 Sam (asked)        reopened by Sam, to member
    inbox shows
          held, Visitor 0001; asked 60 s ago: a human please; visitor said: a human please
    ");
}
