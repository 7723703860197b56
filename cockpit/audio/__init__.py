"""Audio in: WAV files, microphones and pushed streams, and where in them somebody speaks."""
