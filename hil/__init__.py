"""The rig: a broker, a simulated vehicle with its apps, and what drives them. Nothing here is part of the product."""
