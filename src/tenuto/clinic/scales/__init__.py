"""Rating scales for every stage: what is asked, how it is answered, scored and kept, in the clinic or by link."""
