"""The second reader: a language model of the owner's choice, held to what the article says."""
