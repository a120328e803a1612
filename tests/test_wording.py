"""Changes for better and worse are read where they are told, and not where they are wished for or denied."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_of_care.wording import find_change, is_topic_alone

BETTER = """
Parking is so much better now
The new lift has made it easy
No more queueing at the desk
The phones get answered these days
The waiting has come right down
It used to be a nightmare, grand now
It used to be a nightmare but it's fine now
The food has really improved since last year
The whole place has turned around
It's a lot easier to get an appointment than it was
You don't have to queue any more
You no longer have to chase them for results
The text reminders have made such a difference
It's not as bad as it used to be
Now they actually listen
Hardly any wait these days
Less waiting now
Gone are the days of queueing at the pharmacy
At last somewhere to sit
There are plenty of seats now
Getting in is a doddle with the new ramp
Parking isn't a problem any more
Signs are a lot clearer now
Noise at night is down
You can now book online
It was chaos before, it's calm now
Bloods are taken quicker than last time
""".strip().splitlines()
WORSE = """
It was better before they changed it
The service has gone downhill
It used to be lovely
The food was nicer before
It's not as good as it was
Things have got worse
You can't get an appointment any more
They are no longer friendly
You used to be able to see a doctor the same day
The waiting times have gone up
It's harder to get through now
It's not what it was
It never used to be like this
The ward ran much better under the old manager
The dinners are worse than last year
Staff are less friendly now
I miss the old clinic
Standards have slipped
""".strip().splitlines()
NOT_TOLD = """
It would be better if there were more chairs
It could be better
I hope it gets better
It's no better
Food is no better now
It needs to be much better
Nothing has improved
It hasn't improved at all
Is parking any better now?
They said it would be better now
I have been waiting for two years now
The other hospital is better than this one
The car park is better at weekends
Better parking
I am used to waiting
I got used to the noise
I used to work here
It will be easier when the new lift opens
The lift could be made easier to find
The doctor came down to the waiting room
There is room for improvement
It has not got any worse
When things get worse I ring the team
They have not made it any easier
Parking is better now but the food is awful
Parking is better now, the food is awful
It used to be lovely and still is
No more than two visitors at a time
Say hello now and again
No one is helpful now
Finally got seen after six hours
She is at university now
Now families hear bad news behind a closed door
Let's hope the new desk is better
My mother used to work on this ward
The clinic has moved since last year
An appointment I can actually keep
The car park isn't any easier now
""".strip().splitlines()


@pytest.mark.parametrize("text", BETTER)
def test_change_for_the_better_is_told(text):
    assert find_change(text) == "better"


@pytest.mark.parametrize("text", WORSE)
def test_change_for_the_worse_is_told(text):
    assert find_change(text) == "worse"


@pytest.mark.parametrize("text", NOT_TOLD)
def test_what_is_wished_supposed_denied_or_no_change_is_not_told(text):
    assert find_change(text) is None


@pytest.mark.parametrize("text", ["No more queues", "Much better signs", "Less waiting", "So much quicker"])
def test_answer_to_what_could_be_better_is_a_wish(text):
    assert find_change(text, asked="improve") is None
    assert find_change("Parking is much better now", asked="improve") == "better"


def test_change_in_a_small_part_of_a_text_is_not_what_the_text_tells():
    text = "Parking is better now. I waited four hours in the corridor and nobody came near me the whole night."
    assert find_change(text) is None
    assert find_change("Parking is much better now. The food has got worse.") is None
    assert find_change("More seats should be put in. Getting in is so much easier since the new doors opened.") is None
    assert find_change("The staff are lovely. Parking is so much better now than it was.") == "better"


@pytest.mark.parametrize("text", ["Parking", "the food.", "Waiting times", "Nurses and doctors", "our GP"])
def test_topic_is_alone(text):
    assert is_topic_alone(text)


@pytest.mark.parametrize(
    "text", ["Rude staff", "Thanks", "long waits", "no parking", "The food was cold", "", "...", "to the"]
)
def test_topic_with_a_word_said_of_it_is_not_alone(text):
    assert not is_topic_alone(text)


@given(
    st.lists(
        st.sampled_from(sorted({word for text in BETTER + WORSE + NOT_TOLD for word in text.split()})), max_size=30
    )
)
@settings(max_examples=200, deadline=None)
def test_any_words_give_an_answer_and_a_question_mark_takes_it_away(words):
    text = " ".join(word.strip(".?,") for word in words)
    assert find_change(text) in {"better", "worse", None}
    assert find_change(f"{text}?") is None


@pytest.mark.parametrize("piece", ["no ", "is so ", "used to ", "now, ", "waiting has ", "   ", "it's "])
def test_long_text_is_read_in_a_moment(piece):
    assert find_change(piece * (32_000 // len(piece))) in {"better", "worse", None}
