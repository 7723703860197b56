"""Planning: what an act means for this vehicle, as proposals. Pure; decides nothing about permission."""
