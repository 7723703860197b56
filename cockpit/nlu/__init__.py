"""Understanding: text to acts, by the skills' own sentence templates."""
