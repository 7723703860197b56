"""Cloud models: asked within deadlines, a budget and a kill switch; what they answer is text, and never an act."""
