"""Around a booked visit: what the patient does before it, by the clock, and what the clinic hears the evening before."""
