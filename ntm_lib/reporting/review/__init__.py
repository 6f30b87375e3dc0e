"""The reports of the review: what each part of the evaluation has to say, by name, for an editable outline."""
