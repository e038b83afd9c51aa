"""How the reading's models are made: annotated articles to instances, instances to weights. Not part of the program."""
