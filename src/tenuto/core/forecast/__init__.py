"""One patient's forecast: where the course stands, how long may be waited, and when nothing is said.

`answer.forecast` asks the model of `core.durability` and bounds what it says: response is the scale's own, an interval is
lengthened step by step, time without scores never lengthens it, and whatever is not forecast names a review instead.
`words.as_text` and `answer_json.as_json` say it. Nothing here decides a treatment.
"""
