"""The Associated eIMs of the card: who they are, and what they were answered, SGP.32 2.11."""
