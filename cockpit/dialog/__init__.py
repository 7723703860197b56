"""Dialog: what an utterance means after the ones before it, and the words that answer it. Pure."""
