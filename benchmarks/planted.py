"""Statements of ours on topics the coded comments do not hold, thirty each: do they come back as themes?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

RADIO = """
The hospital radio kept me company through the night
I loved the request show on hospital radio
The radio headphones beside my bed were broken
Could the hospital radio play more country music
Volunteers from the radio came round the bays for requests
Nobody told me there was a hospital radio
The radio presenter read out my birthday
Bring back hospital radio
My bedside radio never worked
The radio station made the evenings shorter
I would like radio shows at the weekend too
Hospital radio played our wedding song
Music on the radio helped me relax
The radio signal was poor in the side room
Please pay for new hospital radio equipment
It was lovely to hear local voices on the radio
The radio quiz on Thursdays was great fun
I couldn't hear the radio as the headset crackled
More patients should know about the radio channel
Hospital radio gave us a good laugh
My radio request was never played
The radio was far too loud in the bay
My mother enjoyed the old songs on hospital radio
There is no hospital radio in the new building
The hospital radio volunteers are great company
Radio is a lifeline on a long stay
I sent a request to the radio and they played it
The radio handset had no sound
Hospital radio bingo was the highlight of the week
I have missed the hospital radio since it closed
""".strip().splitlines()

LOOPS = """
The hearing loop at the desk was switched off
I wear hearing aids and there was no loop in the clinic
Please fit a hearing loop in the waiting room
Nobody knew how to turn the hearing loop on
The loop system worked well with my aids
A sign said there was a hearing loop but it was broken
With the loop I could hear every word
I could not hear the receptionist through the glass without a loop
They tested the hearing loop before we began
The portable loop needed charging
My husband is deaf and the loop made all the difference
The induction loop buzzed so loudly I switched my aid off
Every desk should have a hearing loop
Why is there no loop in the meeting room
A loop for hearing aid users would be a great help
The hearing loop in the lecture theatre was excellent
I asked for the hearing loop and was told it had been taken away
The T setting on my hearing aid picked up nothing
Staff should be shown how the loop works
The loop only covers the first row of seats
I was glad to see a hearing loop sign at the pharmacy
No loop so I had to lip read the whole appointment
Loop equipment is gathering dust in a drawer
The new hearing loop is brilliant
My hearing aids whistled near the loop
The loop was not plugged in
Hard of hearing people need loops that work
I missed my name being called as there is no loop
They found me a seat inside the loop
The hearing loop has been out of order for months
""".strip().splitlines()

GARDEN = """
The patients' garden was a joy to sit in
Please open the garden at weekends
The garden was locked every time I tried the door
I planted bulbs in the garden with the volunteers
The raised beds in the garden are overgrown with weeds
Sitting among the flowers lifted my spirits
The sensory garden smelled wonderful
There is nowhere to sit in the garden
More plants and shade in the patients' garden please
The garden path is too rough for a wheelchair
Watching the birds in the garden kept me going
The gardeners chatted to us over the hedge
Seeing the roses from my bed was lovely
The courtyard garden needs a good tidy
We had tea in the garden on a sunny day
The greenhouse gave me something to look forward to
I would love a garden bench in the sun
The pond in the garden is a peaceful place
They let my dog visit me in the garden
Growing tomatoes in the garden was the best part
The garden is full of cigarette ends
It is a shame the garden has been turned into a store
Fresh flowers from the garden stood on every table
The garden gate squeaks and the lawn is never cut
My father watered the garden every evening
A garden like this makes a hospital human
Thank you to whoever looks after the garden
Nobody told us that there was a garden
The trees in the garden were beautiful in autumn
The garden helped me more than any tablet
""".strip().splitlines()

PLANTED = {"hospital radio": RADIO, "hearing loops": LOOPS, "a patients' garden": GARDEN}


class Found(NamedTuple):
    """The group that matches a planted topic best, and how well."""

    group: str
    f1: float
    precision: float
    recall: float


def best_group(groups: pd.Series, planted: Collection[str]) -> Found:
    """Return the group of comments that holds the planted ones best; `groups` by comment_id."""
    theirs = set(planted)
    candidates = []
    for group, members in groups.groupby(groups):
        hits = len(theirs & set(members.index))
        candidates.append(
            Found(str(group), 2 * hits / (len(members) + len(theirs)), hits / len(members), hits / len(theirs))
        )
    return max(candidates, key=lambda each: (each.f1, each.group))
