"""What a learner moves: for each theme, labs made of a model, a picture and a sentence. No files here."""
