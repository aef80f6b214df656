//! What is noticed rather than said: reading, rating, pages, the beginning.

use insta::assert_snapshot;

use crate::conversation::transcripts::script::{play, play_from_nothing};

#[test]
fn a_conversation_starts_once() {
    assert_snapshot!(play_from_nothing("
        visitor arrives
        visitor arrives
        visitor: how do I export?
        visitor arrives
    "), @"
    visitor arrives
       1 e1 ai                 conversation started
    visitor arrives
          refused: the conversation has begun already
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    visitor arrives
          refused: the conversation has begun already
    ");
}

#[test]
fn nothing_happens_before_the_start() {
    assert_snapshot!(play_from_nothing("
        visitor: how do I export?
        visitor presses talk-to-a-human
        visitor opens https://a.example/
        visitor sees 1
        dana: hello
        dana closes solved
    "), @"
    visitor: how do I export?
          refused: the conversation has not begun yet
    visitor presses talk-to-a-human
          refused: the conversation has not begun yet
    visitor opens https://a.example/
          refused: the conversation has not begun yet
    visitor sees 1
          refused: the conversation has not begun yet
    dana: hello
          refused: the conversation has not begun yet
    dana closes solved
          refused: the conversation has not begun yet
    ");
}

#[test]
fn seen_never_moves_back_or_past_the_end() {
    assert_snapshot!(play("
        visitor: how do I export?
        visitor sees 2
        visitor sees 2
        visitor sees 1
        team sees 2
        visitor sees 99
        team sees 1
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    visitor sees 2
       4 e1 ai, turn 1         visitor saw 2
    visitor sees 2
          nothing
    visitor sees 1
          nothing
    team sees 2
       5 e1 ai, turn 1         team saw 2
    visitor sees 99
       6 e1 ai, turn 1         visitor saw 5
    team sees 1
          nothing
    ");
}

#[test]
fn a8_an_answer_is_rated_and_the_last_rating_counts() {
    assert_snapshot!(play("
        visitor: how do I export?
        ai answers 0.8
        visitor rates 4 up
        visitor rates 4 down
        visitor rates 4 back
        visitor rates 99 up
        visitor rates 0 up
    "), @"
    visitor: how do I export?
       2 e1 ai                 visitor: how do I export?
       3 e1 ai, turn 1         turn 1 opened
    ai answers 0.8
       4 e1 ai                 ai: answer 0.80 to turn 1
    visitor rates 4 up
       5 e1 ai                 visitor rated 4: up
    visitor rates 4 down
       6 e1 ai                 visitor rated 4: down
    visitor rates 4 back
       7 e1 ai                 visitor rated 4: taken back
    visitor rates 99 up
          refused: there is no such message to rate
    visitor rates 0 up
          refused: there is no such message to rate
    ");
}

#[test]
fn pages_are_noted_until_the_close() {
    assert_snapshot!(play("
        visitor opens https://a.example/pricing
        visitor asks: a human please
        visitor opens https://a.example/contact
        dana closes solved
        visitor opens https://a.example/
        visitor sees 5
    "), @"
    visitor opens https://a.example/pricing
       2 e1 ai                 visitor opened https://a.example/pricing
    visitor asks: a human please
       3 e1 ai                 visitor: a human please
       4 e2 queue (asked)      handoff 1 requested, asked: a human please; someone there
       5 e2 queue (asked)      line handoff: Let me connect you with our team. They'l…
    visitor opens https://a.example/contact
       6 e2 queue (asked)      visitor opened https://a.example/contact
    dana closes solved
       7 e3 closed             closed by Dana: solved
    visitor opens https://a.example/
          nothing
    visitor sees 5
       8 e3 closed             visitor saw 5
    ");
}
